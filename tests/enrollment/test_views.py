"""Pages of people: what they show, to whom, and what they write."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment import panels
from enrollment.models import Entitlement, NotEnrolledReason, NumberReveal, Person, Registration
from enrollment.panels import Badge, Panel
from tests.factories import PINGLI, make_id_number, make_payment

TOWN, VILLAGE, NEXT_VILLAGE = "610926102000", "610926102201", "610926102200"
YEAR = {"year": 2022}


@pytest.fixture(autouse=True)
def chinese():
    with override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def december(tree):
    """Pingli stands on 3 December 2021."""
    from accounts.models import BusinessDay

    BusinessDay.objects.create(region_id=PINGLI, today=date(2021, 12, 3))


@pytest.fixture
def sign_in(client, staff):
    def sign_in(role=Role.TOWNSHIP_OFFICER, region=TOWN):
        user = staff(role, region)
        client.force_login(user)
        return user

    return sign_in


def page(client, name, /, *args, **query):
    return client.get(f"{reverse(f'enrollment:{name}', args=args)}?{urlencode({**YEAR, **query})}")


def post(client, name, /, *args, **data):
    return client.post(f"{reverse(f'enrollment:{name}', args=args)}?{urlencode(YEAR)}", data)


# Lists


def test_people_are_listed_with_masked_numbers(client, sign_in, person):
    sign_in()
    someone = person(VILLAGE, name="张三")
    text = page(client, "people").content.decode()
    assert "张三" in text
    assert someone.id_number not in text
    assert someone.masked_number in text


def test_a_name_is_searched_by_its_beginning(client, sign_in, person):
    sign_in()
    for name in ("张三", "张三丰", "李张三"):
        person(VILLAGE, name=name)
    rows = page(client, "people", name="张三").context["table"].data
    assert [row.name for row in rows] == ["张三", "张三丰"]


def test_a_county_is_asked_for_a_name_or_a_town(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    person(VILLAGE, name="张三")
    assert page(client, "people").context["asks"]
    assert "张三" not in page(client, "people").content.decode()
    assert "张三" in page(client, "people", name="张").content.decode()
    assert "张三" in page(client, "people_in", TOWN).content.decode()


def test_a_list_shows_the_officers_own_part_only(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    person(VILLAGE, name="本村人")
    person(NEXT_VILLAGE, name="邻村人")
    for name in ("people", "not_paid"):
        text = page(client, name).content.decode()
        assert "本村人" in text
        assert "邻村人" not in text


def test_someone_who_lives_here_is_listed_here(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    person("610926100001", name="外来户", residence_id=VILLAGE)
    assert "外来户" in page(client, "people").content.decode()


@pytest.mark.parametrize("name", ["people_in", "not_paid_in", "amounts_in", "duplicates_in"])
@pytest.mark.parametrize("code", [NEXT_VILLAGE, "610926999999", "nonsense"])
def test_a_place_of_others_answers_as_one_that_does_not_exist(client, sign_in, name, code):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    assert page(client, name, code).status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(client, sign_in, person, monkeypatch):
    monkeypatch.setattr("enrollment.views.lists.ROWS_A_PAGE", 3)
    sign_in()
    for number in range(8):
        person(VILLAGE, name="同名" if number < 5 else f"王{number}", household="H1")
    for name in ("people", "not_paid"):
        seen, after = [], {}
        while True:
            answer = page(client, name, **after)
            seen += [row.pk for row in answer.context["table"].data]
            following = answer.context["following"]
            if following is None:
                break
            after = {"after": following.pk}
        assert len(seen) == len(set(seen)) == 8


def test_a_page_after_someone_hidden_does_not_exist(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    hidden = person(NEXT_VILLAGE)
    assert page(client, "people", after=hidden.pk).status_code == 404
    assert page(client, "people", after="x").status_code == 404


@pytest.mark.parametrize("year", ["abcd", "20222", "２０２２"])
def test_a_year_that_is_none_does_not_exist(client, sign_in, year):
    sign_in()
    assert page(client, "people", year=year).status_code == 404


# A whole number


def test_a_number_is_found_by_post_and_never_stands_in_an_address(client, sign_in, person):
    sign_in()
    someone = person(VILLAGE)
    assert client.get(reverse("enrollment:find"), {"number": someone.id_number}).status_code == 302
    answer = post(client, "find", number=f" {someone.id_number.lower()} ")
    assert answer.status_code == 302
    assert someone.id_number not in answer["Location"]
    assert answer["Location"] == reverse("enrollment:person", args=[someone.pk])


def test_a_hidden_number_answers_as_one_that_is_nobodys(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    hidden = person(NEXT_VILLAGE)
    texts = []
    for number in (hidden.id_number, make_id_number(sequence=999)):
        answer = post(client, "find", number=number)
        assert answer.status_code == 422
        texts.append(answer.context["number_form"].errors["number"])
    assert texts[0] == texts[1]


# One person


def test_a_person_of_others_answers_as_one_who_does_not_exist(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    hidden = person(NEXT_VILLAGE)
    assert page(client, "person", hidden.pk).status_code == page(client, "person", 10**9).status_code == 404
    for name, more in (("record_reason", {"reason": "healthy"}), ("reveal", {"why": "核对"})):
        assert post(client, name, hidden.pk, **more).status_code in {403, 404}
    assert not NumberReveal.objects.exists()


def test_the_page_tells_payments_reversals_and_the_history_of_benefits(client, sign_in, person):
    sign_in()
    someone = person(VILLAGE, name="张三")
    make_payment(someone, reversed_on=date(2021, 11, 20))
    standing = make_payment(someone, paid_on=date(2021, 11, 25))
    Registration.objects.create(person=someone, coverage_year=2022, region_id=VILLAGE, registered_on=date(2021, 11, 1))
    record = {"person": someone, "coverage_year": 2022, "region_id": VILLAGE, "starts_on": date(2022, 1, 1)}
    Entitlement.objects.create(
        **record,
        ends_on=date(2022, 6, 30),
        clauses="旧",
        recorded_on=date(2021, 11, 1),
        superseded_on=date(2021, 12, 1),
    )
    Entitlement.objects.create(
        **record, ends_on=date(2022, 12, 31), clauses="PL-4.0", recorded_on=date(2021, 12, 1), payment=standing
    )
    text = page(client, "person", someone.pk).content.decode()
    assert "已冲正 2021-11-20" in text
    assert "2022年度已在蒋家坪村委会参保" in text
    assert "待遇享受期 2022-01-01 至 2022-12-31" in text
    assert "2022-06-30" in text


def test_a_full_number_is_shown_for_a_reason_that_is_kept(client, sign_in, person):
    officer = sign_in()
    someone = person(VILLAGE)
    refused = post(client, "reveal", someone.pk, why="  ")
    assert refused.status_code == 422
    assert someone.id_number not in refused.content.decode()
    assert not NumberReveal.objects.exists()

    shown = post(client, "reveal", someone.pk, why="电话核对")
    assert someone.id_number in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    kept = NumberReveal.objects.get()
    assert (kept.by, kept.why, kept.person) == (officer, "电话核对", someone)
    entry = AuditEntry.objects.get(verb="enrollment.reveal_number")
    assert entry.why == "电话核对"
    assert someone.id_number not in str(entry.after)


def test_who_may_not_see_full_numbers_is_not_offered_them(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    someone = person(VILLAGE)
    assert reverse("enrollment:reveal", args=[someone.pk]) not in page(client, "person", someone.pk).content.decode()
    assert post(client, "reveal", someone.pk, why="看看").status_code == 403


def test_rooms_add_panels_and_badges(client, sign_in, person, monkeypatch, settings, tmp_path):
    (tmp_path / "panel.html").write_text("<p>{{ panel.word }} {{ person.name }} {{ coverage_year }}</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    monkeypatch.setattr(panels, "_panels", [])
    monkeypatch.setattr(panels, "_badges", [])
    shown = Panel("资助", "panel.html", lambda *asked: {"word": "低保资助"}, "subsidies.view_decision", 10)
    hidden = Panel("不应出现", "panel.html", lambda *asked: {"word": "不应出现"}, "accounts.view_staff", 5)
    panels.add_panel(shown)
    panels.add_panel(hidden)
    panels.add_badges(lambda ids, year, on, user: {pk: [Badge("低保对象", "info")] for pk in ids})
    sign_in()
    someone = person(VILLAGE, name="张三")
    text = page(client, "person", someone.pk).content.decode()
    assert "低保资助 张三 2022" in text
    assert "不应出现" not in text
    assert "低保对象" in page(client, "not_paid").content.decode()


# Not paid


def test_who_has_paid_leaves_the_list(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    make_payment(person(VILLAGE, name="已缴费"))
    person(VILLAGE, name="未缴费")
    answer = page(client, "not_paid")
    assert [row.name for row in answer.context["table"].data] == ["未缴费"]
    assert answer.context["total"] == 1


def test_a_county_leads_down_by_counts(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    person(VILLAGE)
    person(NEXT_VILLAGE)
    person("610926100001")
    answer = page(client, "not_paid")
    assert "table" not in answer.context
    assert {region.name: people for region, people in answer.context["below"]} == {"老县镇": 2, "城关镇": 1}


def test_a_reason_is_recorded_corrected_and_withdrawn(client, sign_in, person):
    officer = sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    someone = person(VILLAGE)
    post(client, "record_reason", someone.pk, reason="migrant_work", evidence="务工证明")
    post(client, "record_reason", someone.pk, reason="healthy", waiver_signed_on="2021-12-02")
    first, second = NotEnrolledReason.objects.order_by("pk")
    assert (first.withdrawn_on, second.withdrawn_on) == (date(2021, 12, 3), None)
    assert (second.reason, second.waiver_signed_on, second.recorded_by) == ("healthy", date(2021, 12, 2), officer)
    assert "身体健康" in page(client, "not_paid").content.decode()
    post(client, "withdraw_reason", second.pk)
    post(client, "withdraw_reason", second.pk)
    assert not NotEnrolledReason.objects.filter(withdrawn_on=None).exists()
    assert AuditEntry.objects.filter(verb="enrollment.withdraw_reason").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "other"}, "detail"),
        ({"reason": "schooling", "waiver_signed_on": "2021-12-02"}, "waiver_signed_on"),
        ({"reason": "healthy", "waiver_signed_on": "2021-12-04"}, "waiver_signed_on"),
        ({"reason": "nonsense"}, "reason"),
        ({}, "reason"),
    ],
)
def test_a_reason_that_cannot_be_is_refused_at_its_field(client, sign_in, person, given, field):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    answer = post(client, "record_reason", person(VILLAGE).pk, **given)
    assert answer.status_code == 422
    assert field in answer.context["reason_form"].errors
    assert not NotEnrolledReason.objects.exists()


def test_no_reason_is_recorded_for_who_has_paid(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    someone = person(VILLAGE)
    make_payment(someone)
    assert post(client, "record_reason", someone.pk, reason="healthy").status_code == 422


# Amounts and duplicates


@pytest.mark.clause("ZJ-5.6b")
def test_differing_amounts_are_those_the_room_that_knows_names(client, sign_in, person, monkeypatch):
    from django.db.models import Value

    sign_in()
    make_payment(person(VILLAGE, name="多缴"), amount_fen=38_000)
    make_payment(person(VILLAGE, name="正好"))
    monkeypatch.setattr(panels, "_amounts_due", [])
    assert len(page(client, "amounts").context["table"].rows) == 0
    panels.set_amounts_due(
        lambda payments, year, on: payments.annotate(due_fen=Value(32_000)).exclude(amount_fen=32_000)
    )
    text = page(client, "amounts").content.decode()
    assert "多缴" in text
    assert "正好" not in text
    assert "60.00" in text


@pytest.mark.clause("SL-5.3")
def test_duplicates_are_listed_within_the_scope(client, sign_in, person):
    sign_in(Role.VILLAGE_OFFICER, VILLAGE)
    for village, name in ((VILLAGE, "缴两次"), (NEXT_VILLAGE, "邻村两次")):
        twice = person(village, name=name)
        make_payment(twice)
        make_payment(twice)
    make_payment(person(VILLAGE, name="一次"))
    rows = page(client, "duplicates").context["table"].data
    assert {row.person.name for row in rows} == {"缴两次"}


# The registration desk


def desk(client, **changes):
    given = {
        "name": "王五",
        "document": make_id_number(born=date(1990, 5, 1)),
        "region": VILLAGE,
        "enrol_at": "hukou",
        "situation": "general",
        "student": "none",
        "tier": "1",
    }
    return post(client, "register", **{**given, **changes})


@pytest.mark.clause("PL-7.2")
def test_the_desk_registers_someone_unknown(client, sign_in):
    sign_in()
    answer = desk(client)
    registration = Registration.objects.select_related("person").get()
    assert answer["Location"] == reverse("enrollment:person", args=[registration.person_id])
    assert (registration.region_id, registration.coverage_year) == (VILLAGE, 2022)
    assert registration.person.birth_date == date(1990, 5, 1)
    assert AuditEntry.objects.filter(verb="enrollment.register_person").count() == 1


@pytest.mark.clause("PL-7.1")
def test_the_place_of_enrolment_is_hukou_or_residence_and_in_the_officers_area(client, sign_in):
    sign_in()
    away = desk(client, region="341323117200", residence=VILLAGE, enrol_at="residence")
    assert away.status_code == 302
    assert Registration.objects.get().region_id == VILLAGE
    assert desk(client, region="341323117200").context["form"].non_field_errors()
    assert desk(client, enrol_at="residence").context["form"].errors["residence"]
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document": "610926199005010010"}, "document"),
        ({"document": "E12345678"}, "birth_date"),
        ({"situation": "employee_lapsed"}, "employee_cover_ended_on"),
        ({"region": "没有这个村"}, "region"),
        ({"name": ""}, "name"),
    ],
)
def test_the_desk_says_which_field_is_wrong(client, sign_in, changes, field):
    sign_in()
    answer = desk(client, **changes)
    assert field in answer.context["form"].errors
    assert not Person.objects.exists()


def test_a_known_number_is_the_same_person(client, sign_in, person):
    sign_in()
    someone = person(VILLAGE, name="王五")
    desk(client, document=someone.id_number)
    assert Registration.objects.get().person == someone
    assert "name" in desk(client, document=someone.id_number, name="赵六").context["form"].errors
    assert desk(client, document=someone.id_number).context["form"].non_field_errors()
    assert Person.objects.count() == 1


def test_a_registration_is_ended_and_reopened(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    registration = Registration.objects.create(
        person=person(VILLAGE), coverage_year=2022, region_id=VILLAGE, registered_on=date(2021, 11, 1)
    )
    early = post(client, "end", registration.pk, reason="death", ended_on="2021-10-01")
    assert "ended_on" in early.context["form"].errors
    post(client, "end", registration.pk, reason="death", ended_on="2021-12-01")
    registration.refresh_from_db()
    assert (registration.ended_on, registration.end_reason) == (date(2021, 12, 1), "death")
    post(client, "reopen", registration.pk)
    registration.refresh_from_db()
    assert (registration.ended_on, registration.end_reason) == (None, "")


def test_a_correction_keeps_before_and_after_masked(client, sign_in, person):
    sign_in(Role.COUNTY_AGENT, PINGLI)
    someone = person(VILLAGE, name="张三", phone="13800001111")
    post(client, "correct", someone.pk, name="张珊", phone="", residence="", why="户口簿核对")
    someone.refresh_from_db()
    assert (someone.name, someone.phone) == ("张珊", "13800001111")
    post(client, "correct", someone.pk, name="张珊", phone="13900002222", residence="", why="本人要求")
    entry = AuditEntry.objects.filter(verb="enrollment.correct_person").first()
    assert entry.before == {"phone": "138****1111"}
    assert entry.after == {"phone": "139****2222"}
    post(client, "correct", someone.pk, name="张珊", phone="", forget_phone="on", residence="", why="本人要求")
    someone.refresh_from_db()
    assert someone.phone is None


def test_the_number_of_queries_does_not_grow_with_the_rows(client, sign_in, person, django_assert_max_num_queries):
    sign_in()
    for number in range(30):
        person(VILLAGE, name=f"王{number}")
    for name in ("people", "not_paid"):
        with django_assert_max_num_queries(25):
            page(client, name)
