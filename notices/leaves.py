"""The leaves of a notice as staff meet them: their heading, what they are called, what kind of value they hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from notices.words import MODES, SECTIONS, field_title, shown
from policy.categories import CATEGORIES, FUND_NAMES
from policy.explain import Leaf, leaves
from policy.pack import Pack
from policy.section import ELSEWHERE

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMOUNT = re.compile(r"\d{1,9}\.\d{2}")
_NUMBER = re.compile(r"\d{1,9}")
_SHARE = re.compile(r"\d{1,3}(\.\d{1,2})?%")
_DIVISION = re.compile(r"\d{12}")
_AMOUNT_FIELDS = ("amount", "total", "own_part")


@dataclass(frozen=True)
class AmendableLeaf:
    """A leaf that an amendment may change. `kind`: date, amount, choice, mode, fund, funds, number, share, yes_no;
    `value` is its text in the pack, `now` the same as staff read it.
    """

    path: str
    label: str
    value: str
    clause: tuple[str, ...]
    kind: str
    now: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Whether another document sets it."""
        return self.value == ELSEWHERE

    @property
    def title(self) -> str:
        return _title(self.path, self.label)


def amendable(pack: Pack) -> Iterator[AmendableLeaf]:
    """The figures, dates and choices of a notice that an amendment may change, in the order of the pack."""
    split: set[str] = set()
    for leaf in leaves(pack):
        whole, between, _fund = leaf.path.partition(".funds.")
        if between:
            path = f"{whole}.funds"
            if path not in split:
                split.add(path)
                value = _funds_text(pack, path)
                now = shown(value, path, pack)
                yield AmendableLeaf(path, label_of(pack, leaf), value, leaf.clause, "funds", now)
        elif kind := _kind(leaf.path, leaf.value):
            options = _options(pack, leaf.path, kind)
            if kind != "choice" or len(options) > 1:
                now = shown(leaf.value, leaf.path, pack)
                yield AmendableLeaf(leaf.path, label_of(pack, leaf), leaf.value, leaf.clause, kind, now, options)


def label_of(pack: Pack, leaf: Leaf) -> str:
    """The name of the rule a leaf stands in; of an assistance that has none, the identity's."""
    if leaf.label:
        return leaf.label
    category = _at(pack, leaf.path.rpartition(".")[0]).get("category", "")
    return CATEGORIES.get(category, "")


def _title(path: str, label: str) -> str:
    section = SECTIONS.get(path.split(".")[0], path.split(".")[0])
    return " · ".join(str(part) for part in (section, label, field_title(path)) if part)


def _kind(path: str, value: str) -> str:
    last = path.rpartition(".")[2]
    if path.startswith("readings."):
        return "choice" if last == "choice" else ""
    if path.startswith("settlement.modes.") and last == "mode":
        return "mode"
    if last == "funds":
        return "funds" if value == ELSEWHERE else "fund"
    if last in _AMOUNT_FIELDS or _AMOUNT.fullmatch(value):
        return "amount"
    if _DATE.fullmatch(value):
        return "date"
    if value in ("yes", "no") or (last == "allowed" and value == "people_decide"):
        return "yes_no"
    if _SHARE.fullmatch(value):
        return "share"
    return "number" if _NUMBER.fullmatch(value) and not _DIVISION.fullmatch(value) else ""


def _options(pack: Pack, path: str, kind: str) -> tuple[tuple[str, str], ...]:
    if kind == "choice":
        reading = pack.readings[path.split(".")[1]]
        return tuple(reading.options.items())
    if kind == "fund":
        return tuple(FUND_NAMES.items())
    if kind == "mode":
        return tuple((mode, str(text)) for mode, text in MODES.items())
    if kind == "yes_no":
        answers = (("yes", str(_("yes"))), ("no", str(_("no"))))
        return (*answers, ("people_decide", str(_("people decide")))) if path.endswith(".allowed") else answers
    return ()


def _funds_text(pack: Pack, path: str) -> str:
    return "{" + ", ".join(f"{fund}: {amount}" for fund, amount in _at(pack, path).items()) + "}"


def _at(pack: Pack, path: str) -> Mapping[str, Any]:
    """The part of the pack's text at a path; empty where it is no mapping."""
    here: Any = pack.data
    for part in path.split(".") if path else ():
        here = here[int(part)] if isinstance(here, list) else here[part]
    return here if isinstance(here, Mapping) else {}
