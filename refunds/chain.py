"""The chain of a refund as a table: which step leads from where to where, and whose it is (SL-5.4b, PL-7.3b)."""

from dataclasses import dataclass

from refunds.models import Application, Step

Status, Kind = Application.Status, Step.Kind


@dataclass(frozen=True)
class Transition:
    """A step that may be taken: `verb` names it in addresses and in the audit trail."""

    verb: str
    kind: str
    start: tuple[str, ...]
    end: str
    permission: str
    approved: bool = True


TAKE_IN = Transition("take_in", Kind.TAX_INTAKE, (Status.APPLIED,), Status.TAKEN_IN, "refunds.tax_intake")
APPROVE = Transition(
    "approve_finally", Kind.AGENCY_FINAL, (Status.TAKEN_IN,), Status.APPROVED, "refunds.final_approval"
)
PAY_OUT = Transition("pay_out", Kind.AGENCY_PAYOUT, (Status.APPROVED,), Status.PAID, "refunds.payout")
REJECT_INTAKE = Transition(
    "reject", Kind.TAX_INTAKE, (Status.APPLIED,), Status.REJECTED, "refunds.tax_intake", approved=False
)
REJECT_FINALLY = Transition(
    "reject", Kind.AGENCY_FINAL, (Status.TAKEN_IN,), Status.REJECTED, "refunds.final_approval", approved=False
)
WITHDRAW = Transition("withdraw", Kind.WITHDRAWAL, Application.OPEN, Status.WITHDRAWN, "refunds.apply")

TRANSITIONS = (TAKE_IN, APPROVE, PAY_OUT, REJECT_INTAKE, REJECT_FINALLY, WITHDRAW)
STEPS = (Kind.APPLICATION, Kind.TAX_INTAKE, Kind.AGENCY_FINAL, Kind.AGENCY_PAYOUT)


def find(verb: str, status: str) -> Transition | None:
    """The step of that name for an application in that state, or None."""
    return next((each for each in TRANSITIONS if each.verb == verb and status in each.start), None)
