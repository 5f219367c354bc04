"""Writes of the refunds room: the steps of the chain, one verb a function, keyword-only.

Every step is a conditional UPDATE of the application (exactly one row, or somebody else was first), a Step row and an
audit row in one transaction. What a role may do is asked here too, so that no other way in goes round it.
"""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.models import Payment
from enrollment.services import record_refund
from notices.queries import NoNotice
from policy.facts import FactsError
from privacy.masks import mask_account
from refunds.chain import APPROVE, PAY_OUT, TAKE_IN, WITHDRAW, Transition, find
from refunds.errors import AlreadySettled, NotAllowedByNotice, NotYours, RefundRefused, SamePerson
from refunds.legality import Judgement, judge
from refunds.models import Application, Payout, Step
from refunds.queries import is_place_of

APPLY = "refunds.apply"


@transaction.atomic
def apply(
    *,
    payment: Payment,
    reason: str,
    account: str,
    account_holder: str,
    by: Staff,
    on: date,
    applied_on: date | None = None,
    remark: str = "",
) -> Application:
    """Enters a payer's application; it waits for the tax bureau's intake.

    `applied_on` is the day on which the payer applied, by default `on`; an earlier day needs a remark. The amount is
    what was paid. Raises RefundRefused: a payment that does not stand, a place that is not the clerk's or that no
    notice governs, a notice that allows no refund (NotAllowedByNotice), a second application (AlreadySettled).
    """
    applied_on = applied_on or on
    # One application a payment is the database's rule; the lock makes the second clerk read the first one's.
    payment = Payment.objects.select_for_update(of=("self",)).select_related("person", "region").get(pk=payment.pk)
    _check_mine(by, APPLY, payment.region_id, payment.region.full_name)
    _check_standing(payment)
    if not payment.paid_on <= applied_on <= on:
        raise RefundRefused(
            _("The day of the application lies between the payment (%(paid)s) and today (%(today)s).")
            % {"paid": payment.paid_on, "today": on}
        )
    if applied_on != on and not remark.strip():
        raise RefundRefused(_("The application is entered later than it was made: say why in the remark."))
    standing = Application.objects.filter(payment=payment).exclude(status__in=["rejected", "withdrawn"]).first()
    if standing:
        raise AlreadySettled(
            _("There is already a refund application for this payment: no. %(number)s, entered by %(by)s on %(day)s.")
            % {"number": standing.pk, "by": standing.applied_by, "day": standing.applied_on}
        )
    try:
        judgement = judge(payment, reason=reason, applied_on=applied_on)
    except (NoNotice, FactsError) as error:
        raise RefundRefused(str(error)) from error
    if judgement.allowed is False:
        raise NotAllowedByNotice(_refusal(judgement), judgement.clauses)
    application = Application.objects.create(
        payment=payment,
        region_id=payment.region_id,
        reason=reason,
        applied_on=applied_on,
        applied_by=by,
        amount_fen=payment.amount_fen,
        account=account,
        account_holder=account_holder.strip(),
        remark=remark.strip(),
        pack_version=judgement.version,
        allowed=judgement.allowed,
        facts=judgement.facts,
        answer=judgement.answer,
    )
    Step.objects.create(
        application=application, kind=Step.Kind.APPLICATION, approved=True, by=by, on=on, why=remark.strip()
    )
    audit.record(
        by=by,
        on=on,
        verb="refunds.apply",
        subject=application,
        after={
            "payment": payment.receipt_no,
            "reason": reason,
            "applied_on": applied_on,
            "amount_fen": payment.amount_fen,
            "account": mask_account(account),
            "allowed": judgement.allowed,
            "clauses": list(judgement.clauses),
        },
        why=remark,
    )
    return application


@transaction.atomic
def take_in(*, application: Application, by: Staff, on: date, why: str = "") -> Step:
    """The tax bureau where it was paid takes the application in. Raises RefundRefused."""
    return _take(TAKE_IN, application, by=by, on=on, why=why)


@transaction.atomic
def approve_finally(*, application: Application, by: Staff, on: date, why: str = "") -> Step:
    """The agency's final approval. Where the notice has no rule the approver gives a reason. Raises RefundRefused."""
    if application.allowed is None and not why.strip():
        raise RefundRefused(_("The notice has no rule for this case, so people decide: give the reason."))
    return _take(APPROVE, application, by=by, on=on, why=why)


@transaction.atomic
def reject(*, application: Application, by: Staff, on: date, why: str) -> Step:
    """The tax bureau or the agency refuses the application; for good, but a new one may be made. Needs a reason."""
    _check_reason(why)
    return _take(_transition("reject", application), application, by=by, on=on, why=why)


@transaction.atomic
def withdraw(*, application: Application, by: Staff, on: date, why: str) -> Step:
    """The payer takes the application back, at any time before the money is paid out. Needs a reason."""
    _check_reason(why)
    return _take(WITHDRAW, application, by=by, on=on, why=why)


@transaction.atomic
def pay_out(*, application: Application, voucher: str, by: Staff, on: date, why: str = "") -> Payout:
    """The agency pays the money back; with it the payment no longer stands and the enrolment ends.

    `voucher` is the number of the bank's voucher, used once. Raises RefundRefused, also when the payment was reversed
    since.
    """
    voucher = voucher.strip()
    if not voucher:
        raise RefundRefused(_("Write down the number of the payment voucher."))
    used = Payout.objects.filter(voucher=voucher).first()
    if used and used.application_id != application.pk:
        raise RefundRefused(_("Voucher %(voucher)s stands for another payout already.") % {"voucher": voucher})
    _take(PAY_OUT, application, by=by, on=on, why=why)
    payment = Payment.objects.select_for_update(of=("self",)).select_related("person").get(pk=application.payment_id)
    _check_standing(payment)
    try:
        with transaction.atomic():
            payout = Payout.objects.create(
                application=application,
                payment=payment,
                amount_fen=application.amount_fen,
                paid_on=on,
                voucher=voucher,
            )
    except IntegrityError as error:
        raise AlreadySettled(
            _("This payment was paid back already, or the voucher stands for another payout.")
        ) from error
    record_refund(payment=payment, by=by, on=on, clause=" ".join(application.clauses), why=application.reason)
    return payout


@transaction.atomic
def show_account(*, application: Application, by: Staff, on: date, why: str) -> str:
    """The full bank account, for the person who pays out, while the payout waits; the reason is kept."""
    _check_mine(by, PAY_OUT.permission, application.region_id, application.region.full_name)
    _check_reason(why)
    if not Application.objects.filter(pk=application.pk, status__in=PAY_OUT.start).exists():
        raise AlreadySettled(_who_was_first(application))
    audit.record(by=by, on=on, verb="refunds.show_account", subject=application, why=why)
    return application.account or ""


def _take(transition: Transition, application: Application, *, by: Staff, on: date, why: str) -> Step:
    """Takes one step. `application` gets its new status."""
    _check_mine(by, transition.permission, application.region_id, application.region.full_name)
    steps = list(application.steps.select_related("by"))
    chain = transition.kind != Step.Kind.WITHDRAWAL
    if chain and any(step.by_id == by.pk for step in steps):
        raise SamePerson(
            _("You have taken a step of this application already. Three different people handle a refund.")
        )
    if any(step.on > on for step in steps):
        raise RefundRefused(_("The step before was taken on %(day)s, later than this day.") % {"day": steps[-1].on})
    before = application.status
    moved = Application.objects.filter(pk=application.pk, status__in=transition.start).update(status=transition.end)
    if moved != 1:
        raise AlreadySettled(_who_was_first(application))
    try:
        with transaction.atomic():
            step = Step.objects.create(
                application=application,
                kind=transition.kind,
                approved=transition.approved,
                by=by,
                on=on,
                why=why.strip(),
            )
    except IntegrityError as error:
        raise AlreadySettled(_who_was_first(application)) from error
    application.status = transition.end
    audit.record(
        by=by,
        on=on,
        verb=f"refunds.{transition.verb}",
        subject=application,
        before={"status": str(before)},
        after={"status": str(transition.end)},
        why=why,
    )
    return step


def _transition(verb: str, application: Application) -> Transition:
    transition = find(verb, application.status)
    if transition is None:
        raise AlreadySettled(_who_was_first(application))
    return transition


def _who_was_first(application: Application) -> str:
    """The state the application is in now, and who brought it there."""
    now = Application.objects.get(pk=application.pk)
    last = now.steps.select_related("by").last()
    done: dict[str, Any] = {"status": now.get_status_display()}
    if last is None:
        return _("This step cannot be taken now: %(status)s.") % done
    done |= {"step": last.get_kind_display(), "by": last.by, "day": last.on}
    return _("This step cannot be taken now: %(status)s. Last step: %(step)s, by %(by)s on %(day)s.") % done


def _check_mine(by: Staff, permission: str, region_code: str, place: str) -> None:
    if not by.has_perm(permission):
        raise NotYours(_("Your role does not take this step."))
    if not is_place_of(by, region_code):
        raise NotYours(_("The refund is handled where it was paid: %(place)s.") % {"place": place})


def _check_standing(payment: Payment) -> None:
    if payment.reversed_on or payment.refunded_on:
        raise RefundRefused(_("This payment no longer stands: it was reversed or refunded."))
    if payment.by_roster or payment.amount_fen <= 0:
        raise RefundRefused(_("A department paid for this person in one batch: there is nothing to pay back to them."))


def _check_reason(why: str) -> None:
    if not why.strip():
        raise RefundRefused(_("Give a reason."))


def _refusal(judgement: Judgement) -> str:
    return _("The notice allows no refund for this reason on this day (%(clauses)s).") % {
        "clauses": "、".join(judgement.clauses)
    }
