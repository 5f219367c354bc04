import json
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl

import pytest
from django.urls import reverse

from accounts.roles import Role
from notices.calculator import answer, compare
from notices.question import QuestionForm
from policy.facts import parse
from policy.pack import available, load
from policy.quote import quote
from tests import factories

CASES = Path(__file__).parent.parent / "policy" / "cases" / "quote.jsonl"


def form_for(policy, **given):
    return QuestionForm(load(policy), given, given=given)


class TestForm:
    def test_it_asks_what_matters_to_the_notice(self):
        tongnan, jilin, pingli = (form_for(each).fields for each in ("tongnan-2023", "jilin-2023", "pingli-2022"))
        assert "tier" in tongnan
        assert not {"student", "ltc_pilot"} & set(tongnan)
        assert {"student", "ltc_pilot"} <= set(jilin)
        assert "tier" not in jilin
        assert not {"tier", "student", "ltc_pilot"} & set(pingli)

    def test_employee_cover_is_asked_of_lapsed_people_alone(self):
        assert "employee_cover_ended_on" not in form_for("zhuji-2023").fields
        fields = form_for("zhuji-2023", situation="employee_lapsed").fields
        assert {"employee_cover_ended_on", "employee_cover_years"} <= set(fields)

    def test_identities_are_those_the_notice_knows(self):
        categories = dict(form_for("jilin-2023").fields["category_1"].choices)
        assert "dibao" in categories
        assert "severe_disability" not in categories

    def test_a_filled_row_is_followed_by_an_empty_one(self):
        form = form_for("pingli-2022", category_1="dibao", determined_on_1="2020-01-01")
        assert [row[0].name for row in form.identities] == ["category_1", "category_2"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"paid_on": "2021-11-01"}, "birth_date"),
            ({"birth_date": "1980-01-01"}, "paid_on"),
            ({"birth_date": "2022-01-01", "paid_on": "2021-11-01"}, "paid_on"),
            ({"birth_date": "1700-01-01", "paid_on": "2021-11-01"}, "birth_date"),
            ({"birth_date": "0000", "paid_on": "2021-11-01"}, "birth_date"),
            ({"birth_date": "1980-01-01", "paid_on": "2021-11-01", "category_1": "dibao"}, "determined_on_1"),
            ({"birth_date": "1980-01-01", "paid_on": "2021-11-01", "ended_on_1": "2021-01-01"}, "category_1"),
            (
                {
                    "birth_date": "1980-01-01",
                    "paid_on": "2021-11-01",
                    "category_1": "dibao",
                    "determined_on_1": "2021-01-01",
                    "ended_on_1": "2020-01-01",
                },
                "ended_on_1",
            ),
            ({"birth_date": "1980-01-01", "paid_on": "2021-11-01", "refund_reason": "death"}, "refund_applied_on"),
            (
                {
                    "birth_date": "1980-01-01",
                    "paid_on": "2021-11-01",
                    "refund_reason": "death",
                    "refund_applied_on": "2021-10-01",
                },
                "refund_applied_on",
            ),
            (
                {
                    "birth_date": "1980-01-01",
                    "paid_on": "2021-11-01",
                    "admitted_on": "2022-01-02",
                    "discharged_on": "2022-01-01",
                },
                "discharged_on",
            ),
            ({"birth_date": "1980-01-01", "paid_on": "2021-11-01", "situation": "astronaut"}, "situation"),
        ],
    )
    def test_errors_stand_at_their_field(self, given, field):
        form = form_for("pingli-2022", **given)
        assert not form.is_valid()
        assert list(form.errors) == [field]

    def test_every_case_of_the_contract_can_be_asked_and_its_link_asks_it_again(self):
        """The form gives the same answer as the stream for every question that it can ask."""
        asked = 0
        for line in CASES.read_text(encoding="utf-8").splitlines():
            question = json.loads(line)["in"]
            given = _as_form(question)
            if given is None:
                continue
            pack = load(question["policy"])
            form = QuestionForm(pack, given, given=given)
            assert form.is_valid(), (question, form.errors)
            expected = quote(parse({**question, "case": None}), pack)
            assert quote(form.facts, pack).as_json() == expected.as_json()
            again = dict(parse_qsl(form.address()))
            second = QuestionForm(pack, again, given=again)
            assert second.is_valid()
            assert second.facts == form.facts
            asked += 1
        assert asked > 100


def _as_form(question):
    """The fields of the form for a question of the contract; None for one that is malformed on purpose."""
    try:
        facts = parse({**question, "case": None})
    except ValueError:
        return None
    if facts.policy not in available():
        return None
    given = {name: question[name] for name in ("policy", "birth_date", "paid_on")}
    for name in ("situation", "student", "tier", "employee_cover_ended_on", "employee_cover_years"):
        if question.get(name) is not None:
            given[name] = str(question[name])
    if facts.ltc_pilot:
        given["ltc_pilot"] = "1"
    for number, identity in enumerate(question.get("identities") or (), 1):
        given |= {f"{part}_{number}": value for part, value in identity.items() if value}
    if facts.refund:
        given |= {f"refund_{part}": value for part, value in question["refund"].items()}
    if facts.stay:
        stay = question["stay"]
        given |= {"admitted_on": stay["admitted_on"], "discharged_on": stay["discharged_on"]}
        given["same_area"] = "yes" if stay["same_area"] else "no"
    known = QuestionForm(load(facts.policy), None, given=given).fields
    # What does not matter to the notice the form leaves out; the answer is the same.
    categories = set(dict(known["category_1"].choices)) if "category_1" in known else set()
    if any(identity.category not in categories for identity in facts.identities):
        return None
    if given.get("situation") not in dict(known["situation"].choices if "situation" in known else ()):
        given.pop("situation", None)
    return {name: value for name, value in given.items() if name in known or name == "policy"}


class TestAnswer:
    QUESTION = {"policy": "pingli-2022", "birth_date": "1975-04-12", "paid_on": "2021-11-01"}

    def test_every_figure_has_its_clause(self):
        given = {**self.QUESTION, "identities": [{"category": "dibao", "determined_on": "2020-01-01"}]}
        shown = answer(parse(given), load("pingli-2022"))
        money = {row.field: row for row in shown.rows}
        assert money["assistance"].value == "160.00"
        assert [clause.id for clause in money["assistance"].clauses] == ["PL-3.1.2"]
        assert all(row.clauses for row in shown.rows if row.field not in ("outcome",))

    @pytest.mark.parametrize("policy", available())
    def test_the_picture_holds_windows_payment_and_benefits(self, policy):
        pack = load(policy)
        paid_on = pack.windows["collection"].first.isoformat()
        shown = answer(parse({"policy": policy, "birth_date": "1975-04-12", "paid_on": paid_on}), pack)
        kinds = [bar.kind for bar in shown.picture.bars]
        assert kinds.count("window") + kinds.count("restricted_window") == len(pack.windows)
        assert {"payment", "benefit"} <= set(kinds)
        assert all(0 <= bar.x <= shown.picture.width for bar in shown.picture.bars)

    def test_side_by_side_marks_what_differs(self):
        pack = load("pingli-2022")
        late = {**self.QUESTION, "paid_on": "2021-12-26"}
        rows = {row.name: row for row in compare([answer(parse(each), pack) for each in (self.QUESTION, late)])}
        assert any(row.differs for row in rows.values())


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def _seasons(self, seasons):
        return None

    def get(self, client, user, **given):
        client.force_login(user)
        return client.get(reverse("notices:calculator"), given)

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
    def test_it_is_open_to_every_role(self, client, role):
        assert self.get(client, factories.make_staff(role, factories.PINGLI)).status_code == 200

    @pytest.mark.parametrize(
        ("place", "own"),
        [
            (factories.PINGLI, "pingli-2022"),
            ("610926102200", "pingli-2022"),
            (factories.ZHUJI, "zhuji-2023"),
            ("341323000000", "zhuji-2023"),
        ],
    )
    def test_the_notice_of_one_s_area_is_chosen(self, client, place, own):
        user = factories.make_staff(Role.TOWNSHIP_OFFICER, place)
        assert self.get(client, user).context["pack"].id == own

    def test_an_answer_with_its_clauses(self, client):
        user = factories.make_staff(Role.VILLAGE_OFFICER, "610926102200")
        page = self.get(client, user, policy="shangluo-2024", birth_date="1975-04-12", paid_on="2023-09-01", ask="1")
        text = page.content.decode()
        for expected in ("380.00", "640.00", "SL-1.3", "商医保发〔2023〕67号", "<svg", "2024-12-31"):
            assert expected in text

    def test_two_days_side_by_side_and_printed(self, client):
        user = factories.make_staff(Role.VILLAGE_OFFICER, "610926102200")
        asked = {"policy": "pingli-2022", "birth_date": "1975-04-12", "paid_on": "2021-11-01", "ask": "1"}
        page = self.get(client, user, **asked, other_paid_on="2021-12-26")
        assert len(page.context["answers"]) == 2
        assert parse_qs(page.context["address"])["other_paid_on"] == ["2021-12-26"]
        assert len(self.get(client, user, **asked, other_policy="tongnan-2023").context["answers"]) == 2
        assert "SL-1.3" not in self.get(client, user, **asked, print="1").content.decode()

    def test_what_cannot_be_read_is_said_and_never_breaks(self, client):
        user = factories.make_staff(Role.VILLAGE_OFFICER, "610926102200")
        asked = {"policy": "pingli-2022", "birth_date": "x", "paid_on": "2021-11-01", "ask": "1"}
        assert self.get(client, user, **asked).context["form"].errors["birth_date"]
        assert self.get(client, user, policy="nope").status_code == 404
        page = self.get(client, user, **{**asked, "birth_date": "1980-01-01"}, other_paid_on="never")
        assert page.context["form"].errors["other_paid_on"]


@pytest.mark.django_db
def test_notices_readings_and_differences_are_pages(client, seasons):
    client.force_login(factories.make_staff(Role.SUPERVISOR, factories.PINGLI))
    assert "平政办发〔2021〕105号" in client.get(reverse("notices:list")).content.decode()
    for pack_id in available():
        page = client.get(reverse("notices:notice", args=[pack_id])).content.decode()
        assert load(pack_id).document_number in page
    assert client.get(reverse("notices:notice", args=["no-such"])).status_code == 404
    assert "R17" in client.get(reverse("notices:readings")).content.decode()
    differing = client.get(reverse("notices:diff"), {"a": "pingli-2022", "b": "shangluo-2024"})
    assert any(row["path"] == "contributions.everyone.amount" for row in differing.context["rows"])
    assert client.get(reverse("notices:diff"), {"a": "pingli-2022", "b": "pingli-2022"}).context["rows"] == []
