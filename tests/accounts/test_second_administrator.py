"""No administrator alone makes themselves the other hand of a step that needs two."""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.cli import CommandRefused
from accounts.models import AuditEntry, Staff
from accounts.queries import system_staff, waiting_for_confirmation
from accounts.roles import ADMINISTRATORS, GUARDED, Role
from tests.accounts.test_admin import TOWN, change_form, signed_in, staff_form
from tests.factories import PINGLI, ZHUJI

PASSWORD = "correct-horse-7"


@pytest.fixture
def security(staff):
    return staff(Role.SECURITY_ADMIN, PINGLI)


@pytest.fixture
def system(staff):
    return staff(Role.SYSTEM_ADMIN, PINGLI)


@pytest.fixture
def reviewer(staff):
    user = staff(Role.AGENCY_APPROVER, PINGLI, username="reviewer")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(username, password):
    client = Client()
    client.post("/login/", {"username": username, "password": password})
    return client if client.get("/account/password/").status_code == 200 else None


def confirm(client, account, **values):
    path = f"/admin/accounts/staff/{account.pk}/confirm/"
    shown = client.get(path)
    seen = shown.context["seen"] if shown.status_code == 200 else 0
    return client.post(path, {"seen": seen, **values})


def test_the_roles_whose_step_is_the_second_hand_are_guarded():
    assert {Role.AGENCY_APPROVER, Role.AGENCY_CASHIER, Role.TAX_CLERK} == GUARDED


def test_a_new_reviewer_signs_in_after_a_second_administrator_confirmed(security, system):
    answer = signed_in(security).post("/admin/accounts/staff/add/", staff_form(PINGLI, role="agency_approver"))
    password, made = answer.context["password"], Staff.objects.get(username="newcomer")
    assert "系统管理员" in answer.content.decode()
    assert sign_in("newcomer", password) is None
    assert confirm(signed_in(security), made).status_code == 403
    assert list(waiting_for_confirmation(system)) == [made]
    assert "待确认的账号" in signed_in(system).get("/").content.decode()
    assert confirm(signed_in(system), made).status_code == 302
    assert sign_in("newcomer", password)
    entry = AuditEntry.objects.get(verb="accounts.confirm_staff")
    assert (entry.by, entry.object_id) == (system, str(made.pk))


@pytest.mark.parametrize("way", ["reset", "role", "posting", "tick", "action"])
def test_every_way_to_someone_s_signature_waits_for_the_second_administrator(security, reviewer, way):
    theirs, client = signed_in(reviewer), signed_in(security)
    path = f"/admin/accounts/staff/{reviewer.pk}"
    wider = {"postings-TOTAL_FORMS": 2, "postings-1-region": TOWN}
    changes = {"role": {"role": "agency_cashier"}, "posting": wider}
    if way in changes:
        assert client.post(f"{path}/change/", change_form(reviewer, **changes[way])).status_code == 302
    else:
        client.post(f"{path}/reset-password/")
    if way == "tick":
        page = client.post(f"{path}/change/", change_form(reviewer))
        assert "第二名管理员" in str(page.context["adminform"].form.errors["is_active"])
    if way == "action":
        client.post("/admin/accounts/staff/", {"action": "open_accounts", "_selected_action": [reviewer.pk]})
    reviewer.refresh_from_db()
    assert (reviewer.is_active, reviewer.changed_by) == (False, security)
    assert theirs.get("/account/").status_code == 302
    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.filter(pk=reviewer.pk).update(is_active=True)


def test_a_clerk_made_a_reviewer_waits_too(security, staff):
    officer = staff(Role.VILLAGE_OFFICER, TOWN)
    signed_in(security).post(f"/admin/accounts/staff/{officer.pk}/change/", change_form(officer, role="tax_clerk"))
    officer.refresh_from_db()
    assert officer.changed_by == security


def test_a_name_corrected_needs_nobody(security, reviewer):
    form = change_form(reviewer, full_name="王五")
    assert signed_in(security).post(f"/admin/accounts/staff/{reviewer.pk}/change/", form).status_code == 302
    reviewer.refresh_from_db()
    assert (reviewer.full_name, reviewer.is_active) == ("王五", True)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_no_administrator_s_account_is_kept_on_a_page(security, staff, role):
    other, client = staff(role, PINGLI), signed_in(security)
    path = f"/admin/accounts/staff/{other.pk}"
    assert client.get(f"{path}/change/").status_code == 200
    assert client.post(f"{path}/change/", change_form(other, role="village_officer")).status_code == 403
    assert client.post(f"{path}/reset-password/").status_code == 403
    client.post("/admin/accounts/staff/", {"action": "close_accounts", "_selected_action": [other.pk]})
    client.post("/admin/accounts/staff/add/", staff_form(PINGLI, role=role.value))
    other.refresh_from_db()
    assert (other.role, other.is_active) == (role, True)
    assert not Staff.objects.filter(username="newcomer").exists()


class TestConfirming:
    def test_what_was_looked_at_is_what_is_confirmed(self, security, system, reviewer):
        client = signed_in(security)
        client.post(f"/admin/accounts/staff/{reviewer.pk}/reset-password/")
        theirs = signed_in(system)
        page = theirs.get(f"/admin/accounts/staff/{reviewer.pk}/confirm/")
        client.post(
            f"/admin/accounts/staff/{reviewer.pk}/change/", change_form(reviewer, role="agency_cashier", is_active="")
        )
        answer = theirs.post(f"/admin/accounts/staff/{reviewer.pk}/confirm/", {"seen": page.context["seen"]})
        assert "已被再次修改" in answer.content.decode()
        for odd in ("", "x", "9" * 40, "²", "-1"):
            assert theirs.post(f"/admin/accounts/staff/{reviewer.pk}/confirm/", {"seen": odd}).status_code == 200
        reviewer.refresh_from_db()
        assert not reviewer.is_active

    @pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SYSTEM, Role.SYSTEM_ADMIN}])
    def test_only_the_system_administrator_confirms(self, security, staff, reviewer, role):
        services.reset_password(staff=reviewer, by=security, on=timezone.localdate())
        assert confirm(signed_in(staff(role, PINGLI)), reviewer).status_code in {403, 404}

    def test_one_of_another_area_does_not_see_it(self, security, staff, reviewer):
        services.reset_password(staff=reviewer, by=security, on=timezone.localdate())
        assert confirm(signed_in(staff(Role.SYSTEM_ADMIN, ZHUJI)), reviewer).status_code == 404
        assert confirm(signed_in(staff(Role.SYSTEM_ADMIN, TOWN)), reviewer).status_code == 404

    def test_a_second_click_says_that_it_is_done(self, security, system, reviewer):
        services.reset_password(staff=reviewer, by=security, on=timezone.localdate())
        seen = services.last_change(reviewer)
        services.confirm(staff=reviewer, seen=seen, by=system, on=timezone.localdate())
        with pytest.raises(services.AccountRefused):
            services.confirm(staff=reviewer, seen=seen, by=system, on=timezone.localdate())


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_confirm_at_once_and_one_of_them_did_it(security, staff, system, reviewer):
    services.reset_password(staff=reviewer, by=security, on=timezone.localdate())
    pair, seen = (system, staff(Role.SYSTEM_ADMIN, PINGLI)), services.last_change(reviewer)
    start, refused = Barrier(2), []

    def click(by):
        start.wait()
        try:
            services.confirm(staff=reviewer, seen=seen, by=by, on=timezone.localdate())
        except services.AccountRefused as error:
            refused.append(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(click, pair))
    assert len(refused) == 1
    assert AuditEntry.objects.filter(verb="accounts.confirm_staff").count() == 1


class TestTheOwnerLearns:
    def test_who_reset_the_password_and_from_where(self, security, staff):
        officer = staff(Role.TOWNSHIP_OFFICER, TOWN, username="officer")
        page = signed_in(security).post(
            f"/admin/accounts/staff/{officer.pk}/reset-password/", REMOTE_ADDR="203.0.113.9"
        )
        client = sign_in("officer", page.context["password"])
        assert client.get("/").url == "/account/password/"
        told = client.get("/account/password/").content.decode()
        assert all(word in told for word in ("重置口令", str(security), "203.0.113.9", "审计管理员"))
        assert (
            "203.0.113.9"
            in client.post(
                "/account/password/",
                {"old_password": page.context["password"], "new_password1": PASSWORD, "new_password2": PASSWORD},
                follow=True,
            ).content.decode()
        )

    def test_the_handed_over_password_is_not_kept(self, security, staff):
        officer = staff(Role.TOWNSHIP_OFFICER, TOWN, username="officer")
        password = services.reset_password(staff=officer, by=security, on=timezone.localdate())
        client = sign_in("officer", password)
        again = {"old_password": password, "new_password1": password, "new_password2": password}
        assert client.post("/account/password/", again).context["form"].errors["new_password1"]
        officer.refresh_from_db()
        assert officer.must_change_password


class TestOnTheServer:
    def keep(self, *args):
        out = StringIO()
        call_command("keep_staff", *args, "--json", stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    def test_an_administrator_s_account(self, security):
        made = self.keep(security.username, "--reset-password")
        security.refresh_from_db()
        assert security.check_password(made["temporary_password"])
        assert security.must_change_password
        assert self.keep(security.username, "--close") == {"username": security.username, "is_active": False}
        assert self.keep(security.username, "--open")["is_active"]
        verbs = AuditEntry.objects.filter(object_id=str(security.pk)).values_list("verb", flat=True)
        assert set(verbs) == {"accounts.reset_password", "accounts.close_staff", "accounts.open_staff"}

    def test_not_in_the_name_of_another_administrator(self, security, system, staff):
        for account in (system, staff(Role.TOWNSHIP_OFFICER, PINGLI, ZHUJI)):
            with pytest.raises(CommandRefused):
                self.keep(account.username, "--reset-password", "--as", security.username)
        with pytest.raises(CommandRefused):
            self.keep(system_staff().username, "--open")
