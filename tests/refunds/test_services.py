from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment.models import Entitlement, Payment, Registration
from enrollment.queries import enrolled_people
from notices.services import set_season
from refunds import services
from refunds.errors import AlreadySettled, NotAllowedByNotice, NotYours, RefundRefused, SamePerson
from refunds.models import Application, Payout, Step
from refunds.queries import chain_of, waiting_for
from regions.models import Level, Region
from tests import factories
from tests.refunds.conftest import ACCOUNT, APPLIED_ON, make_desk, make_payment

pytestmark = pytest.mark.django_db
LATER = date(2021, 12, 10)


def to_approval(application, desk, on=APPLIED_ON):
    services.take_in(application=application, by=desk.tax, on=on)
    services.approve_finally(application=application, by=desk.approver, on=on)


class TestChain:
    @pytest.mark.clause("PL-7.3a")
    def test_application_intake_approval_and_payout_by_different_people(self, apply, desk):
        application = apply()
        to_approval(application, desk)
        payout = services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=LATER)
        application.refresh_from_db()
        assert application.status == Application.Status.PAID
        assert payout.amount_fen == application.amount_fen == 32000
        assert [(step.kind, step.by, step.approved) for step in application.steps.all()] == [
            ("application", desk.clerk, True),
            ("tax_intake", desk.tax, True),
            ("agency_final", desk.approver, True),
            ("agency_payout", desk.cashier, True),
        ]

    def test_every_step_leaves_its_audit_row(self, apply, desk):
        application = apply()
        to_approval(application, desk)
        services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=LATER)
        verbs = AuditEntry.objects.filter(model="refunds.application", object_id=application.pk).order_by("id")
        assert list(verbs.values_list("verb", "by")) == [
            ("refunds.apply", desk.clerk.pk),
            ("refunds.take_in", desk.tax.pk),
            ("refunds.approve_finally", desk.approver.pk),
            ("refunds.pay_out", desk.cashier.pk),
        ]
        assert ACCOUNT not in str(list(AuditEntry.objects.values_list("after", flat=True)))

    def test_a_paid_out_person_leaves_the_enrolled_count_and_the_benefits_end(self, apply, desk, payment):
        application = apply()
        to_approval(application, desk)
        services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=LATER)
        payment.refresh_from_db()
        assert payment.refunded_on == LATER
        assert enrolled_people(coverage_year=2022, on=date(2021, 12, 9)).count() == 1
        assert enrolled_people(coverage_year=2022, on=LATER).count() == 0
        registration = Registration.objects.get(person=payment.person)
        assert (registration.ended_on, registration.end_reason) == (LATER, "refunded")
        assert not Entitlement.objects.filter(person=payment.person, superseded_on=None).exists()

    def test_a_duplicate_paid_back_leaves_the_other_payment_and_the_enrolment(self, apply, desk, payment):
        make_payment(payment.person, paid_on=date(2021, 10, 20))
        application = apply()
        to_approval(application, desk)
        services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=LATER)
        assert enrolled_people(coverage_year=2022, on=LATER).count() == 1
        assert Registration.objects.get(person=payment.person).ended_on is None

    def test_steps_in_the_wrong_order_are_refused(self, apply, desk):
        application = apply()
        with pytest.raises(AlreadySettled, match=str(desk.clerk)):
            services.approve_finally(application=application, by=desk.approver, on=APPLIED_ON)
        with pytest.raises(AlreadySettled):
            services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=APPLIED_ON)
        assert application.steps.count() == 1

    def test_the_second_of_two_clerks_learns_who_was_first(self, apply, desk):
        application = apply()
        other = factories.make_staff(Role.TAX_CLERK, factories.PINGLI)
        stale = Application.objects.get(pk=application.pk)
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        with pytest.raises(AlreadySettled, match=str(desk.tax)):
            services.take_in(application=stale, by=other, on=APPLIED_ON)

    def test_a_step_before_the_last_one_is_refused(self, apply, desk):
        application = apply()
        with pytest.raises(RefundRefused):
            services.take_in(application=application, by=desk.tax, on=date(2021, 11, 30))

    def test_rejection_needs_a_reason_and_lets_a_new_application_in(self, apply, desk):
        application = apply()
        with pytest.raises(RefundRefused):
            services.reject(application=application, why=" ", by=desk.tax, on=APPLIED_ON)
        services.reject(application=application, why="材料不全", by=desk.tax, on=APPLIED_ON)
        assert application.status == Application.Status.REJECTED
        assert apply().pk != application.pk

    def test_the_reviewer_may_reject_too(self, apply, desk):
        application = apply()
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        services.reject(application=application, why="不属实", by=desk.approver, on=LATER)
        assert [link.kind for link in chain_of(application)] == ["application", "tax_intake", "agency_final"]

    def test_whoever_entered_it_may_withdraw_it_until_the_money_is_out(self, apply, desk):
        application = apply()
        to_approval(application, desk)
        services.withdraw(application=application, why="账号有误", by=desk.clerk, on=APPLIED_ON)
        with pytest.raises(AlreadySettled):
            services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=APPLIED_ON)
        assert not Payout.objects.exists()

    def test_a_payment_reversed_meanwhile_is_not_paid_out(self, apply, desk, payment):
        application = apply()
        to_approval(application, desk)
        Payment.objects.filter(pk=payment.pk).update(reversed_on=APPLIED_ON)
        with pytest.raises(RefundRefused):
            services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=LATER)
        application.refresh_from_db()
        assert application.status == Application.Status.APPROVED
        assert not Payout.objects.exists()

    def test_a_voucher_counts_once(self, apply, desk, person):
        first, second = apply(), apply(payment=make_payment(person("610926100001")))
        for application in (first, second):
            to_approval(application, desk)
        services.pay_out(application=first, voucher="V-1", by=desk.cashier, on=LATER)
        with pytest.raises(RefundRefused, match="V-1"):
            services.pay_out(application=second, voucher=" V-1 ", by=desk.cashier, on=LATER)

    def test_the_account_is_encrypted_at_rest(self, apply):
        application = apply()
        with connection.cursor() as cursor:
            cursor.execute("SELECT account FROM refunds_application WHERE id = %s", [application.pk])
            stored = bytes(cursor.fetchone()[0])
        assert ACCOUNT.encode() not in stored
        assert Application.objects.get(pk=application.pk).masked_account.endswith("0123")

    def test_showing_the_account_keeps_the_reason(self, apply, desk):
        application = apply()
        with pytest.raises(AlreadySettled):
            services.show_account(application=application, by=desk.cashier, on=LATER, why="转账")
        assert not AuditEntry.objects.filter(verb="refunds.show_account").exists()
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        services.approve_finally(application=application, by=desk.approver, on=LATER)
        assert services.show_account(application=application, by=desk.cashier, on=LATER, why="转账") == ACCOUNT
        assert AuditEntry.objects.get(verb="refunds.show_account").why == "转账"
        with pytest.raises(NotYours):
            services.show_account(application=application, by=desk.approver, on=LATER, why="看看")


class TestThreePeople:
    def test_whoever_entered_it_takes_no_step(self, apply, desk):
        application = apply(by=desk.tax)
        with pytest.raises(SamePerson):
            services.take_in(application=application, by=desk.tax, on=APPLIED_ON)

    def test_the_database_refuses_a_second_step_of_a_person(self, apply, desk):
        application = apply()
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        for by in (desk.tax, desk.clerk):
            with pytest.raises(IntegrityError), transaction.atomic():
                Step.objects.create(application=application, kind="agency_final", approved=True, by=by, on=LATER)

    def test_the_database_refuses_the_same_step_twice(self, apply, desk):
        application = apply()
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Step.objects.create(application=application, kind="tax_intake", approved=True, by=desk.approver, on=LATER)

    def test_the_database_refuses_a_payout_without_the_chain(self, apply, desk, payment):
        application = apply()
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        with pytest.raises(DatabaseError, match="refund_payout_needs_chain"), transaction.atomic():
            Payout.objects.create(
                application=application, payment=payment, amount_fen=32000, paid_on=LATER, voucher="V-1"
            )

    def test_the_database_refuses_a_second_payout(self, apply, desk, payment):
        application = apply()
        to_approval(application, desk)
        services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=LATER)
        with pytest.raises(DatabaseError), transaction.atomic():
            Payout.objects.create(
                application=application, payment=payment, amount_fen=32000, paid_on=LATER, voucher="V-2"
            )

    @pytest.mark.parametrize("model", [Step, Payout])
    def test_what_was_done_stays(self, model, apply, desk):
        application = apply()
        to_approval(application, desk)
        services.pay_out(application=application, voucher="V-1", by=desk.cashier, on=LATER)
        field = "on" if model is Step else "paid_on"
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.filter(application=application).update(**{field: date(2021, 1, 1)})
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.filter(application=application).delete()


class TestWhoMay:
    @pytest.mark.parametrize("who", ["approver", "cashier"])
    def test_entering_an_application_is_for_those_who_meet_the_payer(self, who, apply, desk):
        with pytest.raises(NotYours):
            apply(by=getattr(desk, who))

    @pytest.mark.parametrize("who", ["clerk", "township", "tax"])
    def test_the_payer_may_apply_at_several_desks(self, who, apply, desk):
        assert apply(by=getattr(desk, who)).applied_by == getattr(desk, who)

    def test_each_step_is_one_role_s(self, apply, desk):
        application = apply()
        for by in (desk.approver, desk.cashier, desk.township):
            with pytest.raises(NotYours):
                services.take_in(application=application, by=by, on=APPLIED_ON)
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        other_tax = factories.make_staff(Role.TAX_CLERK, factories.PINGLI)
        for by in (other_tax, desk.cashier, desk.township):
            with pytest.raises(NotYours):
                services.approve_finally(application=application, by=by, on=APPLIED_ON)

    @pytest.mark.clause("SL-5.4b", "PL-7.3b")
    def test_a_refund_is_handled_where_it_was_paid(self, apply, desk):
        application = apply()
        elsewhere = factories.make_staff(Role.TAX_CLERK, factories.ZHUJI)
        with pytest.raises(NotYours, match="西城社区"):
            services.take_in(application=application, by=elsewhere, on=APPLIED_ON)

    def test_waiting_follows_role_place_and_the_chain(self, apply, desk):
        application = apply()
        assert list(waiting_for(desk.tax)) == [application]
        assert not waiting_for(desk.approver).exists()
        assert not waiting_for(factories.make_staff(Role.TAX_CLERK, factories.ZHUJI)).exists()
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        assert not waiting_for(desk.tax).exists()
        assert list(waiting_for(desk.approver)) == [application]

    def test_own_applications_do_not_wait_for_their_clerk(self, apply, desk):
        apply(by=desk.tax)
        assert not waiting_for(desk.tax).exists()


class TestApplying:
    def test_the_amount_is_what_was_paid(self, apply, person):
        paid = make_payment(person("610926100001"), amount_fen=25000)
        assert apply(payment=paid).amount_fen == 25000

    def test_a_second_application_is_refused_and_names_the_first(self, apply, desk):
        application = apply()
        with pytest.raises(AlreadySettled, match=str(application.pk)):
            apply(by=desk.township)

    def test_the_database_refuses_a_second_open_application(self, apply, payment):
        application = apply()
        application.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            application.save(force_insert=True)

    @pytest.mark.parametrize(
        "state", [{"reversed_on": date(2021, 11, 20)}, {"refunded_on": date(2021, 11, 20)}, {"by_roster": True}]
    )
    def test_a_payment_that_does_not_stand_is_not_paid_back(self, state, apply, person):
        with pytest.raises(RefundRefused):
            apply(payment=make_payment(person("610926100001"), **state))

    def test_an_application_before_the_payment_or_in_the_future_is_refused(self, apply):
        for day in (date(2021, 10, 31), date(2021, 12, 2)):
            with pytest.raises(RefundRefused):
                apply(applied_on=day, remark="补录")

    def test_entering_it_later_needs_a_remark(self, apply):
        with pytest.raises(RefundRefused):
            apply(applied_on=date(2021, 11, 20))
        assert apply(applied_on=date(2021, 11, 20), remark="税务大厅纸质申请补录").applied_on == date(2021, 11, 20)

    def test_without_a_notice_it_says_so(self, apply, person):
        paid = make_payment(person("610926100001"), coverage_year=2030, paid_on=date(2029, 11, 1))
        with pytest.raises(RefundRefused, match="2030"):
            apply(payment=paid, on=date(2029, 12, 1))

    def test_the_answer_of_the_notice_is_kept(self, apply):
        application = apply()
        assert application.allowed is True
        assert application.clauses[0] == "PL-7.3a"
        assert application.pack_version.pack_id == "pingli-2022"
        assert application.facts["refund"] == {"reason": "duplicate", "applied_on": "2021-12-01"}

    @pytest.mark.clause("PL-7.3b")
    def test_wrong_place_keeps_the_note_on_the_first_payment(self, apply):
        assert apply(reason="wrong_place").benefit_from_first_payment

    def test_where_people_decide_the_approver_gives_the_reason(self, apply, desk):
        application = apply(reason="other_area")
        assert application.allowed is None
        services.take_in(application=application, by=desk.tax, on=APPLIED_ON)
        with pytest.raises(RefundRefused):
            services.approve_finally(application=application, by=desk.approver, on=APPLIED_ON)
        services.approve_finally(
            application=application, by=desk.approver, on=APPLIED_ON, why="已在外市参保，经集体研究同意"
        )

    def test_the_database_refuses_what_the_notice_forbids(self, apply):
        application = apply()
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=application.pk).update(allowed=False)


# Notice, year, place, a day before the coverage year, and what the notice says then and on 1 January, by reason.
REASONS = ("death", "duplicate", "employee_insurance", "other_area", "wrong_place", "enlistment", "prison")
BEFORE = {
    "shangluo-2024": dict.fromkeys(("death", "duplicate", "employee_insurance", "other_area"), True),
    "pingli-2022": dict.fromkeys(("duplicate", "employee_insurance", "wrong_place"), True),
    "tongnan-2023": {},
    "jilin-2023": {},
    "zhuji-2023": {},
}
FROM_NEW_YEAR = {
    "shangluo-2024": dict.fromkeys(REASONS, False),
    "pingli-2022": dict.fromkeys(REASONS, False) | {"wrong_place": None},
    "tongnan-2023": {},
    "jilin-2023": {},
    "zhuji-2023": {},
}
PLACES = {
    "shangluo-2024": ("611000000000", 2024),
    "pingli-2022": (factories.PINGLI, 2022),
    "tongnan-2023": ("500152000000", 2023),
    "jilin-2023": ("220000000000", 2023),
    "zhuji-2023": (factories.ZHUJI, 2023),
}


@pytest.mark.clause("SL-5.4a", "PL-7.3a", "PL-7.3b", "PL-7.5")
@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("pack_id", BEFORE)
def test_every_reason_in_every_jurisdiction(pack_id, reason, tree):
    code, year = PLACES[pack_id]
    levels = {"611000000000": Level.CITY, "500152000000": Level.COUNTY, "220000000000": Level.PROVINCE}
    region, _made = Region.objects.get_or_create(
        code=code, defaults={"name": pack_id, "full_name": pack_id, "level": levels.get(code, Level.COUNTY)}
    )
    desk = make_desk(code)
    set_season(region=region, coverage_year=year, pack_id=pack_id, by=desk.clerk, on=date(year - 1, 9, 1))
    resident = factories.make_person(code)

    def ask(on: date):
        paid = make_payment(resident, coverage_year=year, paid_on=date(year - 1, 11, 1))
        return services.apply(
            payment=paid, reason=reason, account=ACCOUNT, account_holder="张三", by=desk.clerk, on=on
        ).allowed

    for day, said in ((date(year - 1, 12, 20), BEFORE), (date(year, 1, 1), FROM_NEW_YEAR)):
        expected = said[pack_id].get(reason)
        if expected is False:
            with pytest.raises(NotAllowedByNotice) as refused:
                ask(day)
            assert refused.value.clauses
        else:
            assert ask(day) is expected
