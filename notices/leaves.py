"""The leaves of a notice as staff meet them: their heading, what they are called, what kind of value they hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policy.categories import CATEGORIES, FUND_NAMES
from policy.explain import leaves
from policy.pack import Pack
from policy.section import ELSEWHERE

SECTIONS = {
    "readings": _("Readings"),
    "windows": _("Windows of payment"),
    "groups": _("Groups of people"),
    "ways_in": _("Ways to enrol and start of benefits"),
    "closed": _("Outside all windows"),
    "contributions": _("Individual contribution"),
    "long_term_care": _("Long-term care"),
    "fiscal_subsidy": _("Fiscal subsidy"),
    "assistance": _("Assistance"),
    "settlement": _("Settlement"),
    "refund": _("Refunds"),
    "stay": _("Hospital stays across years"),
    "duties": _("Duties, goals and deadlines"),
}
"""The sections of a pack in its order, with their headings."""

FIELDS = {
    "choice": pgettext_lazy("leaf", "choice"),
    "first": pgettext_lazy("leaf", "first day"),
    "last": pgettext_lazy("leaf", "last day"),
    "paid_first": pgettext_lazy("leaf", "paid from"),
    "paid_last": pgettext_lazy("leaf", "paid until"),
    "applied_first": pgettext_lazy("leaf", "applied for from"),
    "applied_last": pgettext_lazy("leaf", "applied for until"),
    "determined_first": pgettext_lazy("leaf", "determined from"),
    "determined_last": pgettext_lazy("leaf", "determined until"),
    "born_first": pgettext_lazy("leaf", "born from"),
    "born_last": pgettext_lazy("leaf", "born until"),
    "amount": pgettext_lazy("leaf", "amount"),
    "total": pgettext_lazy("leaf", "total"),
    "funds": pgettext_lazy("leaf", "funds"),
    "share": pgettext_lazy("leaf", "share"),
    "day": pgettext_lazy("leaf", "day"),
    "days": pgettext_lazy("leaf", "days"),
    "months": pgettext_lazy("leaf", "months"),
    "number": pgettext_lazy("leaf", "number"),
    "people": pgettext_lazy("leaf", "people"),
    "on": pgettext_lazy("leaf", "day"),
    "allowed": pgettext_lazy("leaf", "allowed"),
    "benefit_from_first_payment": pgettext_lazy("leaf", "benefits from the first payment"),
    "interview_after": pgettext_lazy("leaf", "interview after"),
    "not_before": pgettext_lazy("leaf", "not before"),
    "counts_as": pgettext_lazy("leaf", "counts as"),
    "kind": pgettext_lazy("leaf", "kind"),
    "who": pgettext_lazy("leaf", "for whom"),
    "situations": pgettext_lazy("leaf", "situations"),
    "categories": pgettext_lazy("leaf", "categories"),
    "windows": pgettext_lazy("leaf", "windows"),
    "mode": pgettext_lazy("leaf", "mode of settlement"),
    "applies_to": pgettext_lazy("leaf", "applies to"),
    "level": pgettext_lazy("leaf", "level"),
    "due": pgettext_lazy("leaf", "due"),
    "event": pgettext_lazy("leaf", "event"),
    "senders": pgettext_lazy("leaf", "senders"),
    "receiver": pgettext_lazy("leaf", "receiver"),
    "file": pgettext_lazy("leaf", "list"),
    "governs": pgettext_lazy("leaf", "governs"),
    "reasons": pgettext_lazy("leaf", "reasons"),
    "steps": pgettext_lazy("leaf", "steps"),
    "order": pgettext_lazy("leaf", "order"),
    "tiers": pgettext_lazy("leaf", "tiers"),
    "start": pgettext_lazy("leaf", "start of benefits"),
    "same_area": pgettext_lazy("leaf", "same pooling area"),
    "other_area": pgettext_lazy("leaf", "other pooling area"),
    "behind": pgettext_lazy("leaf", "behind"),
    "in_force": pgettext_lazy("leaf", "not ended by the payment"),
    "refused": pgettext_lazy("leaf", "not let in"),
    "restricted": pgettext_lazy("leaf", "only for some people"),
    "by_payment": pgettext_lazy("leaf", "determined by the payment"),
    "paid_within_days_of_birth": pgettext_lazy("leaf", "paid within days of birth"),
    "within_months": pgettext_lazy("leaf", "within months"),
    "over_months": pgettext_lazy("leaf", "over months"),
    "at_least": pgettext_lazy("leaf", "at least"),
    "under": pgettext_lazy("leaf", "under"),
}
MODES = {
    "net_by_mark": _("collected net of the assistance, by the mark"),
    "reimbursed": _("collected in full, paid back afterwards"),
    "batch": _("paid by the department in one batch"),
}
"""How an assistance reaches the person (settlement of a pack)."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMOUNT = re.compile(r"\d{1,9}\.\d{2}")
_NUMBER = re.compile(r"\d{1,9}")
_SHARE = re.compile(r"\d{1,3}(\.\d{1,2})?%")
_DIVISION = re.compile(r"\d{12}")
_AMOUNT_FIELDS = ("amount", "total", "own_part")


@dataclass(frozen=True)
class AmendableLeaf:
    """A leaf that an amendment may change. `kind`: date, amount, choice, mode, fund, funds, number, share,
    yes_no.
    """

    path: str
    label: str
    value: str
    clause: tuple[str, ...]
    kind: str
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
                yield AmendableLeaf(path, leaf.label, _funds_text(pack, path), leaf.clause, "funds")
        elif kind := _kind(leaf.path, leaf.value):
            options = _options(pack, leaf.path, kind)
            if kind != "choice" or len(options) > 1:
                yield AmendableLeaf(leaf.path, leaf.label, leaf.value, leaf.clause, kind, options)


def leaf_title(pack: Pack | None, path: str) -> str:
    """What a leaf is called: heading, rule and field."""
    label = ""
    if pack is not None:
        label = next((leaf.label for leaf in leaves(pack) if leaf.path == path or leaf.path.startswith(f"{path}.")), "")
    return _title(path, label)


def field_title(path: str) -> str | Promise:
    """What the last part of a path is called."""
    parts = path.split(".")
    for part in reversed(parts):
        if part in FIELDS:
            return FIELDS[part] if part == parts[-1] else f"{FIELDS[part]} · {FUND_NAMES.get(parts[-1], parts[-1])}"
    return parts[-1]


def shown(value: str, path: str, pack: Pack | None = None) -> str:
    """A value as staff read it: the words of a choice, names of funds and categories, "another document"."""
    if value == ELSEWHERE:
        return str(_("set by another document"))
    if pack is not None and path.startswith("readings.") and path.endswith(".choice"):
        return dict(_options(pack, path, "choice")).get(value, value)
    words = {
        **FUND_NAMES,
        **MODES,
        **CATEGORIES,
        "yes": str(_("yes")),
        "no": str(_("no")),
        "people_decide": str(_("people decide")),
    }
    return re.sub(r"[a-z_]+", lambda found: str(words.get(found[0], found[0])), value).strip("{}")


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
    here = pack.data
    for part in path.split("."):
        here = here[part]
    return "{" + ", ".join(f"{fund}: {amount}" for fund, amount in here.items()) + "}"
