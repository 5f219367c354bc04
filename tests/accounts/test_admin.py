import pytest
from django.test import Client

from accounts.models import AuditEntry, Bureau, BusinessDay, Posting, Staff
from accounts.roles import Role
from regions.models import AreaMember, Region, RegionAlias
from tests.factories import PINGLI, ZHUJI

TOWN = "610926102000"
PREFIX = "postings"


@pytest.fixture
def security(staff):
    return staff(Role.SECURITY_ADMIN, PINGLI)


@pytest.fixture
def system(staff):
    return staff(Role.SYSTEM_ADMIN, PINGLI)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def staff_form(*regions, **values):
    rows = {f"{PREFIX}-{n}-region": code for n, code in enumerate(regions)}
    return {
        "username": "newcomer",
        "full_name": "李四",
        "role": Role.TOWNSHIP_OFFICER.value,
        "bureau": "",
        "is_active": "on",
        f"{PREFIX}-TOTAL_FORMS": len(regions),
        f"{PREFIX}-INITIAL_FORMS": 0,
        f"{PREFIX}-MIN_NUM_FORMS": 1,
        f"{PREFIX}-MAX_NUM_FORMS": 1000,
        **rows,
        **values,
    }


def change_form(user, **values):
    posting = user.postings.get()
    kept = {f"{PREFIX}-0-id": posting.pk, f"{PREFIX}-0-staff": user.pk, f"{PREFIX}-INITIAL_FORMS": 1}
    return staff_form(posting.region_id, **{"username": user.username, "role": user.role, **kept, **values})


def test_a_new_account_gets_a_temporary_password_shown_once(security):
    client = signed_in(security)
    answer = client.post("/admin/accounts/staff/add/", staff_form(TOWN))
    made = Staff.objects.get(username="newcomer")
    password = answer.context["password"]
    assert made.check_password(password)
    assert made.must_change_password
    assert [p.region_id for p in made.postings.all()] == [TOWN]
    entry = AuditEntry.objects.get(verb="accounts.add_staff")
    assert (entry.by, entry.object_id, entry.region_id) == (security, str(made.pk), TOWN)
    assert password not in str(entry.after)
    assert entry.after["username"] == "newcomer"


def test_an_account_needs_a_part_of_the_country(security):
    signed_in(security).post("/admin/accounts/staff/add/", staff_form())
    assert not Staff.objects.filter(username="newcomer").exists()


@pytest.mark.parametrize("region", [ZHUJI, "610900000000"])
def test_nobody_posts_anyone_outside_the_own_area(security, region):
    signed_in(security).post("/admin/accounts/staff/add/", staff_form(region))
    assert not Staff.objects.filter(username="newcomer").exists()


def test_nobody_becomes_the_system(security):
    signed_in(security).post("/admin/accounts/staff/add/", staff_form(TOWN, role=Role.SYSTEM.value))
    assert not Staff.objects.filter(username="newcomer").exists()


def test_nobody_raises_their_own_rights(security):
    client = signed_in(security)
    answer = client.post(f"/admin/accounts/staff/{security.pk}/change/", change_form(security, role="county_agent"))
    assert answer.status_code == 403
    security.refresh_from_db()
    assert security.role == Role.SECURITY_ADMIN
    assert client.post(f"/admin/accounts/staff/{security.pk}/reset-password/").status_code == 403


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.SYSTEM, Role.SECURITY_ADMIN}])
def test_only_the_security_administrator_keeps_accounts(staff, role):
    client = signed_in(staff(role, PINGLI))
    other = staff(Role.TOWNSHIP_OFFICER, TOWN)
    client.post("/admin/accounts/staff/add/", staff_form(TOWN))
    client.post(f"/admin/accounts/staff/{other.pk}/change/", change_form(other, role="supervisor"))
    client.post(f"/admin/accounts/staff/{other.pk}/reset-password/")
    other.refresh_from_db()
    assert other.role == Role.TOWNSHIP_OFFICER
    assert not other.must_change_password
    assert not Staff.objects.filter(username="newcomer").exists()


def test_an_account_that_reaches_beyond_the_area_is_left_alone(security, staff):
    wide = staff(Role.COUNTY_AGENT, PINGLI, ZHUJI)
    client = signed_in(security)
    assert client.get(f"/admin/accounts/staff/{wide.pk}/change/").status_code == 200
    assert client.post(f"/admin/accounts/staff/{wide.pk}/reset-password/").status_code == 403
    client.post("/admin/accounts/staff/", {"action": "close_accounts", "_selected_action": [wide.pk]})
    wide.refresh_from_db()
    assert wide.is_active


def test_a_change_keeps_before_and_after(security, staff):
    officer = staff(Role.TOWNSHIP_OFFICER, TOWN)
    client = signed_in(security)
    client.post(f"/admin/accounts/staff/{officer.pk}/change/", change_form(officer, role="supervisor"))
    entry = AuditEntry.objects.get(verb="accounts.change_staff")
    assert entry.before["role"] == "township_officer"
    assert entry.after["role"] == "supervisor"


def test_closing_and_opening_accounts(security, staff):
    officer = staff(Role.TOWNSHIP_OFFICER, TOWN)
    client = signed_in(security)
    for action, active in (("close_accounts", False), ("open_accounts", True)):
        client.post("/admin/accounts/staff/", {"action": action, "_selected_action": [officer.pk, security.pk]})
        officer.refresh_from_db()
        security.refresh_from_db()
        assert officer.is_active is active
        assert security.is_active
    assert AuditEntry.objects.filter(verb__in=["accounts.close_staff", "accounts.open_staff"]).count() == 2


def test_a_reset_asks_first_then_ends_sessions(security, staff):
    officer = staff(Role.TOWNSHIP_OFFICER, TOWN)
    theirs, client = signed_in(officer), signed_in(security)
    path = f"/admin/accounts/staff/{officer.pk}/reset-password/"
    assert client.get(path).status_code == 200
    assert theirs.get("/account/").status_code == 200
    password = client.post(path).context["password"]
    officer.refresh_from_db()
    assert officer.check_password(password)
    assert theirs.get("/account/").status_code == 302
    assert AuditEntry.objects.filter(verb="accounts.reset_password", object_id=str(officer.pk)).exists()


def test_accounts_are_never_deleted(security, staff):
    officer = staff(Role.TOWNSHIP_OFFICER, TOWN)
    assert signed_in(security).post(f"/admin/accounts/staff/{officer.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_column_of_the_model_is_no_question_to_the_list(security):
    client = signed_in(security)
    assert client.get("/admin/accounts/staff/?password__startswith=pbkdf2").status_code == 400
    assert client.get("/admin/accounts/staff/?role__exact=supervisor").status_code == 200


def test_a_renamed_region_renames_what_is_below_and_leaves_its_row(system):
    fields = {"name": "新老县镇", "level": "town", "parent": PINGLI, "ended_on": "", "successor": ""}
    management = {"aliases-TOTAL_FORMS": 0, "aliases-INITIAL_FORMS": 0}
    signed_in(system).post(f"/admin/regions/region/{TOWN}/change/", fields | management)
    assert Region.objects.get(pk="610926102201").full_name == "陕西省安康市平利县新老县镇蒋家坪村委会"
    entry = AuditEntry.objects.get(verb="regions.change_region")
    assert (entry.before, entry.after) == ({"name": "老县镇"}, {"name": "新老县镇"})


def test_regions_of_another_area_are_read_only(system):
    client = signed_in(system)
    assert client.get(f"/admin/regions/region/{ZHUJI}/change/").status_code == 200
    assert client.post(f"/admin/regions/region/{ZHUJI}/change/", {"name": "x"}).status_code == 403


def region_form(**values):
    empty = {"parent": "", "ended_on": "", "successor": "", "aliases-TOTAL_FORMS": 0, "aliases-INITIAL_FORMS": 0}
    return empty | values


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [("341323117299", "village", ZHUJI), ("34132A000000", "area", ""), ("610926000001", "area", PINGLI)],
)
def test_no_region_is_added_outside_the_own_area_and_no_area_without_a_letter(system, code, level, parent):
    form = region_form(code=code, name="新区划", level=level, parent=parent)
    assert signed_in(system).post("/admin/regions/region/add/", form).status_code == 200
    assert not Region.objects.filter(pk=code).exists()


def test_an_area_takes_no_members_of_another_area_and_no_circle_above_itself(system):
    client = signed_in(system)
    client.post(
        "/admin/regions/region/add/", region_form(code="61092600000A", name="片区", level="area", parent=PINGLI)
    )
    address = "/admin/regions/region/61092600000A/change/"
    form = region_form(name="片区", level="area", parent=PINGLI)
    rows = {"members-TOTAL_FORMS": 1, "members-INITIAL_FORMS": 0, "members-0-area": "61092600000A"}
    assert client.post(address, form | rows | {"members-0-member": ZHUJI}).status_code == 200
    assert not AreaMember.objects.exists()
    assert client.post(address, form | rows | {"members-0-member": TOWN}).status_code == 302
    assert [member.member_id for member in AreaMember.objects.all()] == [TOWN]
    none = {"members-TOTAL_FORMS": 0, "members-INITIAL_FORMS": 0}
    assert client.post(address, form | none | {"parent": "61092600000A"}).status_code == 200
    found = client.get("/admin/autocomplete/?app_label=regions&model_name=areamember&field_name=member&term=朱集")
    assert found.json()["results"] == []


def test_no_alias_is_given_to_a_region_of_another_area(system):
    form = {"region": ZHUJI, "name": "老县镇", "source": ""}
    assert signed_in(system).post("/admin/regions/regionalias/add/", form).status_code == 200
    assert not RegionAlias.objects.exists()


def test_aliases_bureaus_and_business_dates_leave_their_rows(system):
    client = signed_in(system)
    client.post("/admin/regions/regionalias/add/", {"region": TOWN, "name": "老县", "source": "附件"})
    client.post("/admin/accounts/bureau/add/", {"name": "平利县税务局", "kind": "tax", "region": PINGLI})
    client.post("/admin/accounts/businessday/add/", {"region": PINGLI, "today": "2021-12-03"})
    assert RegionAlias.objects.filter(name="老县").exists()
    assert Bureau.objects.filter(name="平利县税务局").exists()
    assert BusinessDay.objects.filter(region=PINGLI).exists()
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"regions.add_regionalias", "accounts.add_bureau", "accounts.add_businessday"} <= verbs
    alias = RegionAlias.objects.get(name="老县")
    client.post(f"/admin/regions/regionalias/{alias.pk}/delete/", {"post": "yes"})
    assert AuditEntry.objects.get(verb="regions.delete_regionalias").before == {"name": "老县"}


def test_the_history_of_a_record(staff, system):
    client = signed_in(system)
    client.post("/admin/accounts/bureau/add/", {"name": "平利县税务局", "kind": "tax", "region": PINGLI})
    bureau = Bureau.objects.get()
    answer = client.get(f"/admin/accounts/bureau/{bureau.pk}/history/")
    assert [entry.verb for entry in answer.context["entries"]] == ["accounts.add_bureau"]


def test_the_audit_administrator_reads_and_nothing_else(staff, system):
    signed_in(system).post("/admin/accounts/bureau/add/", {"name": "税务局", "kind": "tax", "region": PINGLI})
    client = signed_in(staff(Role.AUDIT_ADMIN, PINGLI))
    entry = AuditEntry.objects.get(verb="accounts.add_bureau")
    assert client.get(f"/admin/accounts/auditentry/?model={entry.model}&object_id={entry.object_id}").status_code == 200
    page = client.get(f"/admin/accounts/auditentry/{entry.pk}/change/")
    assert "税务局" in page.content.decode()
    assert client.post(f"/admin/accounts/auditentry/{entry.pk}/change/", {"why": "x"}).status_code == 403
    assert client.post(f"/admin/accounts/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/accounts/auditentry/add/").status_code == 403


def test_lists_are_counted_up_to_a_limit(monkeypatch, security, staff):
    monkeypatch.setattr("accounts.admin_base.COUNTED_AT_MOST", 3)
    for _ in range(5):
        staff(Role.TOWNSHIP_OFFICER, TOWN)
    assert signed_in(security).get("/admin/accounts/staff/").context["cl"].result_count == 3
    assert Posting.objects.count() > 5


@pytest.mark.parametrize("key", ["\0", "a\0b", "2020-01-01", "１x", ""])
def test_keys_that_no_row_can_have_are_refused_in_words(security, key):
    client = signed_in(security)
    chosen = {"action": "close_accounts", "_selected_action": [key]}
    assert client.post("/admin/accounts/staff/", chosen).status_code == 404
    assert client.post("/admin/accounts/staff/add/", staff_form(key)).status_code == 200
    assert not Staff.objects.filter(username="newcomer").exists()


def test_a_name_with_a_nul_is_refused_in_words(system):
    form = {"name": "税务\0局", "kind": "tax", "region": PINGLI}
    assert signed_in(system).post("/admin/accounts/bureau/add/", form).status_code == 200
    assert not Bureau.objects.exists()
