import pytest
from django.apps import apps
from django.db import models

from accounts.models import AuditEntry, Posting, Staff
from accounts.queries import system_staff
from accounts.roles import PERMISSIONS, Role
from accounts.scope import ScopedModel, scope_of, visible
from enrollment.models import Person
from regions.models import AreaMember, Level, Region
from tests.accounts.canaries import Place, concrete_models
from tests.factories import PINGLI, ZHUJI


def test_every_model_of_every_app_declares_a_scope():
    without = [model._meta.label for model in apps.get_models() if scope_of(model) is None]
    assert not without, (
        f"{', '.join(without)}: say who sees the rows. A model of the project extends accounts.scope.ScopedModel and "
        "sets `scope`; one of a library is declared in AccountsConfig.ready() (accounts/apps.py)."
    )


def test_models_of_the_project_can_be_asked_for_what_a_person_sees():
    rooms = {"accounts", "notices", "exchanges", "enrollment", "subsidies", "quotas", "refunds"}
    without = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in rooms and not (issubclass(model, ScopedModel) or model is Staff)
    ]
    assert not without, f"{', '.join(without)}: extend accounts.scope.ScopedModel"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_nobody_sees_a_row_of_another_area(staff, tree, role):
    place = Place(tree["341323117205"], "金丝雀")
    place.fill()
    user = staff(role, PINGLI)
    for label, row in place.rows.items():
        if scope_of(type(row)).q(user) != models.Q():
            assert not visible(type(row)._base_manager.all(), user).filter(pk=row.pk).exists(), label


def test_the_system_sees_every_row(tree):
    place = Place(tree["341323117205"], "金丝雀")
    place.fill()
    for label, row in place.rows.items():
        assert visible(type(row)._base_manager.all(), system_staff()).filter(pk=row.pk).exists(), label


@pytest.mark.parametrize("model", concrete_models(), ids=lambda model: model._meta.label)
def test_nobody_who_may_not_sign_in_sees_anything(staff, model):
    user = staff(Role.COUNTY_AGENT, PINGLI)
    user.is_active = False
    assert not visible(model._base_manager.all(), user).exists()


def test_several_postings_do_not_repeat_a_row(staff):
    colleague = staff(Role.COUNTY_AGENT, "610926102000", "610926100000")
    security = staff(Role.SECURITY_ADMIN, PINGLI, "610926102000")
    seen = list(Staff.objects.visible_to(security).filter(pk=colleague.pk))
    assert seen == [colleague]


def test_a_colleague_without_the_right_sees_only_the_own_account(staff):
    officer = staff(Role.TOWNSHIP_OFFICER, "610926102000")
    staff(Role.TOWNSHIP_OFFICER, "610926102000")
    assert list(Staff.objects.visible_to(officer)) == [officer]
    assert [p.staff_id for p in Posting.objects.visible_to(officer)] == [officer.pk]


def test_without_a_posting_nothing_of_an_area_is_seen(staff, person):
    person(region="610926102201")
    assert not Person.objects.visible_to(staff(Role.COUNTY_AGENT)).exists()


def test_an_area_outside_the_register_reaches_its_members(staff, person, tree):
    area = Region.objects.create(code="34A000000000", name="片区", full_name="片区", level=Level.AREA)
    AreaMember.objects.create(area=area, member=tree[ZHUJI])
    mine = person(region="341323117205")
    person(region="610926102201")
    assert list(Person.objects.visible_to(staff(Role.COUNTY_AGENT, "34A000000000"))) == [mine]


def test_audit_rows_of_no_area_are_seen_by_the_audit_administrator_alone(staff):
    by = system_staff()
    AuditEntry.objects.create(by=by, on="2022-01-01", origin="t", verb="t", model="m", object_id="")
    assert AuditEntry.objects.visible_to(staff(Role.AUDIT_ADMIN, PINGLI)).count() == 1
    assert not AuditEntry.objects.visible_to(staff(Role.COUNTY_AGENT, PINGLI)).exists()


def test_the_system_never_is_the_second_person():
    rights = PERMISSIONS[Role.SYSTEM]
    assert "enrollment.view_person" in rights
    assert not rights & {"refunds.final_approval", "refunds.payout", "notices.approve_amendment"}


def test_the_powers_of_the_three_administrators_are_apart():
    system, security, audit = (PERMISSIONS[r] for r in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN))
    people = {right for right in system | security | audit if right.startswith("enrollment.")}
    assert people <= {"enrollment.view_numberreveal"}, "who looked at a number, not whom the number belongs to"
    assert "accounts.change_staff" not in system | audit
    assert "accounts.view_auditentry" not in system | security
    assert all(right.split(".")[1].startswith(("view_", "use_")) for right in audit)
