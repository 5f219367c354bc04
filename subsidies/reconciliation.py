"""Ledger against ledger, to the fen: marks, decisions, payments, enrolments, funds (SL-6.2b, SL-6.3).

A room above this one adds its own checks in `AppConfig.ready()`:

    add_check(Check("enrolled_snapshot", _("Ledger of people enrolled and last snapshot"), compare))
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from accounts.scope import visible_ranges, within
from enrollment.models import Entitlement, Registration
from enrollment.queries import Ranges, enrolled_people, standing_payments
from regions.models import Region
from subsidies.ledgers import assisted_rows, fund_rows
from subsidies.models import AnswerFund
from subsidies.queries.decisions import fallen_payments, undecided_payments
from subsidies.queries.sums import paid_decisions, sums_by_fund
from subsidies.recalculation import recalculate

SHOWN = 200


class Asked(NamedTuple):
    """What is reconciled: the part of the area that `user` may see, for a coverage year, on a business day.

    A check that goes over people chunk by chunk calls `between` after each of them.
    """

    area: Region
    coverage_year: int
    on: date
    user: Staff
    between: Callable[[], None] = lambda: None

    @property
    def ranges(self) -> Ranges:
        return visible_ranges(self.user, self.area)


@dataclass(frozen=True)
class Comparison:
    """Two figures that must be the same: people (int) or yuan (Decimal).

    `rows` counts the people or lines that do not agree, which may cancel each other out in the figures; `people` are
    ids of some of them, for a look at the cause.
    """

    left: int | Decimal
    right: int | Decimal
    rows: int
    people: tuple[int, ...] = field(default=())

    @property
    def difference(self) -> int | Decimal:
        return self.left - self.right

    @property
    def ok(self) -> bool:
        return not self.difference and not self.rows


@dataclass(frozen=True)
class Check:
    """`name` is that of the command's JSON; `left` and `right` say what is compared."""

    name: str
    left: str
    right: str
    compare: Callable[[Asked], Comparison]
    remedy: str = ""


class Checked(NamedTuple):
    check: Check
    result: Comparison


_checks: list[Check] = []


def add_check(check: Check) -> None:
    """Adds a check. Raises ValueError when another one already has its name."""
    if any(each.name == check.name and each != check for each in _checks):
        raise ValueError(f"two checks are called {check.name!r}")
    if check not in _checks:
        _checks.append(check)


def reconcile(
    *,
    area: Region,
    coverage_year: int,
    on: date,
    user: Staff,
    step: Callable[[int, int], None] = lambda done, checks: None,
) -> list[Checked]:
    """All checks, in the order in which the figures come into being. Raises NoNotice where no notice governs.

    `step` is called with the checks done and the checks in all, also within one that takes long.
    """
    checks = (*CHECKS, *_checks)
    checked: list[Checked] = []
    asked = Asked(area, coverage_year, on, user, lambda: step(len(checked), len(checks)))
    for check in checks:
        asked.between()
        checked.append(Checked(check, check.compare(asked)))
    asked.between()
    return checked


def reconciliation_as_json(checked: list[Checked]) -> dict[str, Any]:
    """What is kept of a reconciliation: people as numbers, yuan as text, people behind a difference by their keys."""
    return {
        "ok": all(each.result.ok for each in checked),
        "checks": [
            {
                "name": each.check.name,
                "left": _kept(each.result.left),
                "right": _kept(each.result.right),
                "rows": each.result.rows,
                "people": list(each.result.people),
            }
            for each in checked
        ],
    }


def read_reconciliation(result: Mapping[str, Any]) -> list[Checked]:
    """The kept result of `reconciliation_as_json`; checks that no room offers any more are left out."""
    known = {check.name: check for check in (*CHECKS, *_checks)}
    return [
        Checked(
            known[each["name"]],
            Comparison(_read(each["left"]), _read(each["right"]), each["rows"], tuple(each["people"])),
        )
        for each in result["checks"]
        if each["name"] in known
    ]


def _kept(figure: int | Decimal) -> int | str:
    return str(figure) if isinstance(figure, Decimal) else figure


def _read(figure: int | str) -> int | Decimal:
    return Decimal(figure) if isinstance(figure, str) else figure


def _marks_decisions(asked: Asked) -> Comparison:
    """Everyone's facts are put to the notice once more: what marks and payments say now, against what was decided."""
    found = recalculate(coverage_year=asked.coverage_year, on=asked.on, ranges=asked.ranges, between=asked.between)
    stored = paid_decisions(coverage_year=asked.coverage_year, ranges=asked.ranges)
    decided = stored.aggregate(fen=Sum("answer__assistance_fen"))["fen"] or 0
    return Comparison(_yuan(found.assistance_fen), _yuan(decided), found.differing, tuple(found.people[:SHOWN]))


def _decisions_payments(asked: Asked) -> Comparison:
    area = {"coverage_year": asked.coverage_year, "ranges": asked.ranges}
    undecided, fallen = undecided_payments(**area, on=asked.on), fallen_payments(**area, on=asked.on)
    return Comparison(
        paid_decisions(**area).count(),
        enrolled_people(**area, on=asked.on).count(),
        undecided.count() + fallen.count(),
        _some(undecided, fallen),
    )


def _payments_enrolments(asked: Asked) -> Comparison:
    """Every payment that brings benefits has its entitlement record, and every record its payment.

    Left out are people whose registration was ended for a reason (PL-7.5): their record was cut off by that.
    """
    year = {"coverage_year": asked.coverage_year, "person": OuterRef("person")}
    current = {**year, "superseded_on__isnull": True, "payment": OuterRef("payment")}
    ended = Registration.objects.filter(**year, ended_on__isnull=False)
    decided = (
        paid_decisions(coverage_year=asked.coverage_year, ranges=asked.ranges)
        .filter(answer__benefit_start__isnull=False)
        .exclude(Exists(ended))
    )
    records = (
        Entitlement.objects.filter(
            within("region", asked.ranges), coverage_year=asked.coverage_year, superseded_on__isnull=True
        )
        .exclude(payment__isnull=True)
        .exclude(Exists(ended))
    )
    same = {"starts_on": OuterRef("answer__benefit_start"), "ends_on": OuterRef("answer__benefit_end")}
    without_record = decided.filter(~Exists(Entitlement.objects.filter(**current, **same)))
    standing = standing_payments(coverage_year=asked.coverage_year, on=asked.on).filter(pk=OuterRef("payment"))
    without_payment = records.filter(~Exists(standing))
    return Comparison(
        decided.count(),
        records.count(),
        without_record.count() + without_payment.count(),
        _some(without_record, without_payment),
    )


def _assistance_funds(asked: Asked) -> Comparison:
    return _funds(asked, AnswerFund.Purpose.ASSISTANCE, "answer__assistance_fen")


def _subsidy_funds(asked: Asked) -> Comparison:
    return _funds(asked, AnswerFund.Purpose.FISCAL_SUBSIDY, "answer__subsidy_fen")


def _funds(asked: Asked, purpose: str, column: str) -> Comparison:
    decisions = paid_decisions(coverage_year=asked.coverage_year, ranges=asked.ranges)
    funds = AnswerFund.objects.filter(answer=OuterRef("answer"), purpose=purpose)
    total = decisions.aggregate(fen=Sum(column))["fen"] or 0
    by_fund = sums_by_fund(coverage_year=asked.coverage_year, ranges=asked.ranges)[purpose]
    unfunded = decisions.filter(~Exists(funds), Q(**{f"{column}__gt": 0}))
    return Comparison(_yuan(sum(by_fund.values())), _yuan(total), unfunded.count(), _some(unfunded))


def _ledgers(asked: Asked) -> Comparison:
    """The ledger of assisted people line by line, against the ledger of funds."""
    area = (asked.user, asked.area, asked.coverage_year, asked.on)
    people = sum(fen or 0 for fen in assisted_rows(*area).values_list("answer__assistance_fen", flat=True))
    funds = sum(row[-1] for row in fund_rows(*area) if row[3] == AnswerFund.Purpose.ASSISTANCE)
    return Comparison(_yuan(people), _yuan(funds), 0)


def _some(*rows: QuerySet) -> tuple[int, ...]:
    people: dict[int, None] = {}
    for each in rows:
        people.update(dict.fromkeys(each.order_by("person").values_list("person", flat=True)[:SHOWN]))
    return tuple(people)[:SHOWN]


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2).quantize(Decimal("0.01"))


_DECIDE = _("Decide for the area again; what was decided before stays in the history.")
CHECKS = (
    Check(
        "marks_decisions",
        _("Assistance by marks and payments"),
        _("Assistance as decided"),
        _marks_decisions,
        _DECIDE,
    ),
    Check(
        "decisions_payments",
        _("Decisions that rest on a payment"),
        _("People with a standing payment"),
        _decisions_payments,
        _DECIDE,
    ),
    Check(
        "payments_enrolments",
        _("Payments that bring benefits"),
        _("Entitlement records"),
        _payments_enrolments,
        _("Decide for the area again; look into people whose record stays without a payment."),
    ),
    Check(
        "assistance_funds",
        _("Assistance by fund"),
        _("Assistance by person"),
        _assistance_funds,
        _("A notice gives an amount without a fund: enter the document that names it as an amendment."),
    ),
    Check(
        "subsidy_funds",
        _("Fiscal subsidy by fund"),
        _("Fiscal subsidy by person"),
        _subsidy_funds,
        _("A notice gives an amount without a fund: enter the document that names it as an amendment."),
    ),
    Check("ledgers", _("Ledger of assisted people"), _("Ledger of funds"), _ledgers, _DECIDE),
)
