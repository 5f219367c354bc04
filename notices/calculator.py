"""An answer of the calculator as a page shows it: sentences, a table whose figures open their clauses, a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language, gettext, gettext_lazy

from policy.clauses import Clause
from policy.explain import Row, clauses_of, rows, sentences, timeline
from policy.facts import Facts
from policy.pack import Pack
from policy.quote import Quote, quote

PICTURE_WIDTH, LETTER_WIDTH = 660, 13
KINDS = {
    "window": gettext_lazy("Window of payment"),
    "restricted_window": gettext_lazy("Window for some people"),
    "payment": gettext_lazy("Day of payment"),
    "waiting": gettext_lazy("Waiting for benefits"),
    "benefit": gettext_lazy("Benefits"),
}


@dataclass(frozen=True)
class ShownRow:
    """A row of the table. `value` None: another document sets it. `name` is translated."""

    field: str
    name: str
    value: str | None
    clauses: tuple[Clause, ...]

    @property
    def part(self) -> bool:
        """Whether it is one fund's part of the row above."""
        return "." in self.field


@dataclass(frozen=True)
class Bar:
    """A stretch of the timeline in units of the picture."""

    kind: str
    label: str
    first: date
    last: date
    x: float
    width: float
    y: int

    @property
    def text_y(self) -> int:
        return self.y - 5

    @property
    def text(self) -> str:
        """The label with its days."""
        days = f"{self.first}" if self.first == self.last else f"{self.first} — {self.last}"
        return f"{self.label} {days}"

    @property
    def anchor(self) -> str:
        """Labels begin with their bar; one that would run out of the picture ends at its edge."""
        wide = sum(LETTER_WIDTH if ord(letter) > 255 else LETTER_WIDTH * 0.58 for letter in self.text)
        return "start" if self.x + wide <= PICTURE_WIDTH else "end"

    @property
    def text_x(self) -> float:
        return self.x if self.anchor == "start" else PICTURE_WIDTH


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Picture:
    """The timeline as an SVG is drawn from it, server-side; `bars` are also its text for those who cannot see it."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int
    width: int = PICTURE_WIDTH

    @property
    def floor(self) -> int:
        return self.height - 22


@dataclass(frozen=True)
class Shown:
    """One answer, ready for a page."""

    facts: Facts
    pack: Pack
    quote: Quote
    sentences: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    picture: Picture
    clauses: tuple[Clause, ...]
    readings: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Compared:
    """A row of two answers side by side; None: that answer has no such row."""

    name: str
    cells: tuple[ShownRow | None, ...]

    @property
    def differs(self) -> bool:
        return len({(cell.value if cell else "") for cell in self.cells}) > 1


def answer(facts: Facts, pack: Pack) -> Shown:
    """What the notice says to these facts, in the language of the page."""
    given = quote(facts, pack)
    return Shown(
        facts=facts,
        pack=pack,
        quote=given,
        sentences=tuple(each.text(gettext) for each in sentences(facts, given, pack)),
        rows=tuple(_shown(row, pack) for row in rows(facts, given, pack)),
        picture=_picture(facts, given, pack),
        clauses=clauses_of(pack, given.citations),
        readings=tuple(_reading(pack, each) for each in given.assumptions),
    )


def compare(answers: Sequence[Shown]) -> list[Compared]:
    """The rows of several answers side by side, in the order of the first."""
    fields: dict[str, str] = {}
    for each in answers:
        fields |= {row.field: row.name for row in each.rows if row.field not in fields}
    by_field = [{row.field: row for row in each.rows} for each in answers]
    return [Compared(name, tuple(found.get(field) for found in by_field)) for field, name in fields.items()]


def paraphrase(clause: Clause) -> str:
    """What a clause says, in the language of the page."""
    return clause.rule if (get_language() or "").startswith("en") or not clause.rule_zh else clause.rule_zh


def _shown(row: Row, pack: Pack) -> ShownRow:
    value = gettext(row.value) if row.value is not None else None
    return ShownRow(row.field, gettext(row.name), value, clauses_of(pack, row.clauses))


def _reading(pack: Pack, reading_id: str) -> tuple[str, str, str]:
    reading = pack.readings[reading_id]
    return reading_id, reading.label, reading.options.get(reading.choice, "")


def _picture(facts: Facts, given: Quote, pack: Pack) -> Picture:
    drawn = timeline(facts, given, pack)
    width, row_height, top = PICTURE_WIDTH, 38, 24
    bars = []
    for number, stretch in enumerate(drawn.stretches):
        left, share = stretch.position(drawn.first, drawn.last)
        label = " · ".join(part for part in (str(KINDS[stretch.kind]), stretch.label) if part)
        bars.append(
            Bar(
                stretch.kind,
                label,
                stretch.first,
                stretch.last,
                round(left * width, 1),
                max(round(share * width, 1), 3.0),
                top + number * row_height,
            )
        )
    height = top + len(bars) * row_height + 22
    return Picture(tuple(bars), tuple(_ticks(drawn.first, drawn.last, width)), height, width)


def _ticks(first: date, last: date, width: int) -> list[Tick]:
    """The first days of months, of quarters where there are many."""
    days = (last - first).days + 1
    ticks, day = [], first
    step = 1 if days < 300 else 3
    while day <= last:
        if step == 1 or day.month % step == 1:
            ticks.append(Tick(round((day - first).days / days * width, 1), f"{day:%Y-%m}"))
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return ticks
