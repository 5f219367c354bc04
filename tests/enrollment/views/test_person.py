"""The page of a person: what it tells, and to whom a full number is shown."""

from datetime import date

from django.urls import reverse

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment import panels
from enrollment.models import Entitlement, NumberReveal, Registration
from enrollment.panels import Badge, Panel
from tests.enrollment.views.conftest import NEXT_VILLAGE, VILLAGE, page, post
from tests.factories import make_payment


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
