"""What staff read instead of the words of a pack: headings, names of fields, values."""

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policy.categories import CATEGORIES, FUND_NAMES, REFUND_REASONS, SITUATIONS
from policy.refund import STEPS
from policy.section import ELSEWHERE
from policy.stay import SETTLE_BY
from policy.window import WINDOWS

if TYPE_CHECKING:
    from policy.pack import Pack

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
    "category": pgettext_lazy("leaf", "identity"),
    "students": pgettext_lazy("leaf", "students"),
    "window": pgettext_lazy("leaf", "window"),
    "one_of": pgettext_lazy("leaf", "one of"),
    "annex": pgettext_lazy("leaf", "annex"),
    "counted": pgettext_lazy("leaf", "counted"),
    "behind_share": pgettext_lazy("leaf", "share that is behind"),
    "per_person": pgettext_lazy("leaf", "for each person"),
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

WORDS = {
    **FUND_NAMES,
    **CATEGORIES,
    **SITUATIONS,
    **REFUND_REASONS,
    **STEPS,
    **SETTLE_BY,
    **WINDOWS,
    **MODES,
    "yes": _("yes"),
    "no": _("no"),
    "people_decide": _("people decide"),
    "school": pgettext_lazy("leaf", "pupils"),
    "college": pgettext_lazy("leaf", "college students"),
    "assisted": pgettext_lazy("leaf", "everybody with an assisted identity"),
    "full": pgettext_lazy("leaf", "in full"),
    "amount": pgettext_lazy("leaf", "a fixed amount"),
    "partial": pgettext_lazy("leaf", "in part"),
    "fixed_date": pgettext_lazy("leaf", "on a fixed day"),
    "payment_day": pgettext_lazy("leaf", "on the day of payment"),
    "day_after_payment": pgettext_lazy("leaf", "on the day after payment"),
    "next_month": pgettext_lazy("leaf", "in the month after payment"),
    "after_days": pgettext_lazy("leaf", "after full days"),
    "after_months": pgettext_lazy("leaf", "after full months"),
    "after_missed_years": pgettext_lazy("leaf", "after a wait that grows with the years missed"),
    "birth": pgettext_lazy("leaf", "from birth"),
    "no_waiting": pgettext_lazy("leaf", "without a wait"),
    "counting": pgettext_lazy("leaf", "how days are counted"),
    "closed": pgettext_lazy("leaf", "not let in"),
    "tie": pgettext_lazy("leaf", "equal amounts"),
    "past_end": pgettext_lazy("leaf", "a start after the end"),
    "no_rule": pgettext_lazy("leaf", "what the notice does not say"),
    "town": pgettext_lazy("leaf", "towns"),
    "village": pgettext_lazy("leaf", "villages"),
    "county": pgettext_lazy("leaf", "counties"),
    "hukou": pgettext_lazy("leaf", "hukou place"),
    "residence_permit": pgettext_lazy("leaf", "place of the residence permit"),
    "usual_residence": pgettext_lazy("leaf", "usual residence"),
    "employee": pgettext_lazy("leaf", "employee insurance"),
    "last_one": pgettext_lazy("leaf", "the last one"),
    "last_share": pgettext_lazy("leaf", "the last share"),
    "weekly": pgettext_lazy("leaf", "weekly"),
    "monthly": pgettext_lazy("leaf", "monthly"),
    "promptly": pgettext_lazy("leaf", "promptly"),
    "working_days": pgettext_lazy("leaf", "working days"),
    "days": pgettext_lazy("leaf", "days"),
    "on": pgettext_lazy("leaf", "on a day"),
    "collection_end": pgettext_lazy("leaf", "end of collection"),
    "recognition": pgettext_lazy("leaf", "recognition"),
    "population": pgettext_lazy("leaf", "population list"),
    "identities": pgettext_lazy("leaf", "identity list"),
    "payments": pgettext_lazy("leaf", "payment list"),
    "employee_cover": pgettext_lazy("leaf", "list of employee insurance"),
    "waivers": pgettext_lazy("leaf", "waivers"),
    "agency": pgettext_lazy("leaf", "insurance agency"),
    "tax": pgettext_lazy("leaf", "tax bureau"),
    "civil_affairs": pgettext_lazy("leaf", "civil affairs bureau"),
    "rural_revitalization": pgettext_lazy("leaf", "rural revitalization bureau"),
    "disabled_federation": pgettext_lazy("leaf", "disabled federation"),
    "health": pgettext_lazy("leaf", "health bureau"),
    "police": pgettext_lazy("leaf", "police"),
    "veterans": pgettext_lazy("leaf", "veterans affairs bureau"),
    "government": pgettext_lazy("leaf", "government"),
}
_OF_FIELDS = {
    "level": {"county": WORDS["county"]},
    "senders": {"employee_insurance": pgettext_lazy("leaf", "employee insurance desk")},
    "due": {"on": WORDS["on"]},
}
_DAY = re.compile(r"([a-z][a-z0-9_]*)\.(first|last)(?:([+-]\d+)d)?")


def field_title(path: str) -> str:
    """What the last part of a path is called."""
    parts = path.split(".")
    for part in reversed(parts):
        if part in FIELDS:
            return str(
                FIELDS[part] if part == parts[-1] else f"{FIELDS[part]} · {FUND_NAMES.get(parts[-1], parts[-1])}"
            )
    return parts[-1]


def shown(value: str, path: str, pack: "Pack") -> str:
    """A value of a pack as staff read it: words for identifiers, names of windows and groups, days by what they are."""
    if value == ELSEWHERE:
        return str(_("set by another document"))
    parts = path.split(".")
    if parts[0] == "readings" and parts[-1] == "choice":
        return pack.readings[parts[1]].options.get(value) or str(WORDS.get(value, value))
    if day := _DAY.fullmatch(value):
        return _day(*day.groups(), pack)
    own = {name: each.label for name, each in (*pack.groups.items(), *pack.windows.items())}
    if parts[-1] in ("who", "windows", "window"):
        return re.sub(r"[a-z][a-z0-9_]*", lambda found: own.get(found[0], found[0]), value)
    words = {**WORDS, **({} if parts[-1] == "level" else FUND_NAMES), **_OF_FIELDS.get(parts[-1], {})}
    return re.sub(r"[a-z][a-z0-9_]*", lambda found: str(words.get(found[0], found[0])), value).strip("{}")


def _day(name: str, edge: str, shift: str | None, pack: "Pack") -> str:
    whose = str(_("coverage year")) if name == "year" else pack.windows[name].label
    return f"{whose} {FIELDS[edge]}" + (f" {int(shift):+d} {FIELDS['days']}" if shift else "")
