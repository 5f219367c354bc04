"""The register of clauses: what each of them says in our words, and which notice it stands in."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of the register. `issued_on` None: the text bears no date."""

    number: str
    title: str
    document_number: str
    issuer: str
    issued_on: date | None


@dataclass(frozen=True, slots=True)
class Clause:
    """`where` is the place in the notice's own numbering, `area` the part of the work it belongs to, `rule` our
    paraphrase (English), `rule_zh` the same in Chinese.
    """

    id: str
    notice: Notice
    where: str
    area: str
    rule: str
    rule_zh: str = ""

    @property
    def title(self) -> str:
        """Document number and place, as `商医保发〔2023〕67号 二(二)`."""
        return f"{self.notice.document_number} {self.where}"


@cache
def notices() -> Mapping[str, Notice]:
    """The five notices by their number in the register."""
    with (DATA / "notices.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {
                row["number"]: Notice(
                    row["number"],
                    row["title"],
                    row["document_number"],
                    row["issuer"],
                    date.fromisoformat(row["issued_on"]) if row["issued_on"] else None,
                )
                for row in csv.DictReader(file)
            }
        )


@cache
def register() -> Mapping[str, Clause]:
    """All clauses by id, in the register's order."""
    with (DATA / "clauses_zh.csv").open(encoding="utf-8", newline="") as file:
        chinese = {row["id"]: row["rule"] for row in csv.DictReader(file)}
    with (DATA / "clauses.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {
                row["id"]: Clause(
                    row["id"],
                    notices()[row["notice"]],
                    row["where"],
                    row["area"],
                    row["rule"],
                    chinese.get(row["id"], ""),
                )
                for row in csv.DictReader(file)
            }
        )
