from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """What stands above the rows, so that a printed or forwarded file still says what it is."""

    title: str
    facts: tuple[tuple[str, str], ...]

    @property
    def line(self) -> str:
        """The facts in one line: "地区：平利县　参保年度：2022"."""
        return "　".join(f"{label}：{value}" for label, value in self.facts)

    @staticmethod
    def foot(rows: int) -> str:
        """The line below the last row."""
        return f"共 {rows} 行"
