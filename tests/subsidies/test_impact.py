from datetime import date

import pytest
from django.urls import reverse

from accounts.models import BusinessDay
from accounts.roles import Role
from enrollment.models import Payment
from notices import amendments, impact
from notices.services import set_season
from regions.models import Region
from subsidies.models import Calculation, IdentityMark
from subsidies.services import add_mark
from subsidies.services.calculating import run_next_calculation
from tests import factories

pytestmark = pytest.mark.django_db
ON = date(2021, 12, 1)


@pytest.fixture
def people(tree):
    """In one village: two dibao who paid 320, one who did not, and one without an identity; one more in Zhuji."""
    made = []
    for number, place in enumerate(["610926100001"] * 4 + ["341323117200"]):
        person = factories.make_person(place, name=f"王小{'甲乙丙丁戊'[number]}")
        if number < 3:
            IdentityMark.objects.create(
                person=person,
                region_id=place,
                category="dibao",
                determined_on=date(2020, 1, 1),
                marked_on=date(2020, 1, 1),
            )
        if number in (0, 1, 3):
            Payment.objects.create(
                receipt_no=f"I{number}",
                person=person,
                coverage_year=2022,
                region_id=place,
                amount_fen=32000,
                paid_on=date(2021, 11, 1),
            )
        made.append(person)
    return made


@pytest.fixture
def propose(people):
    clerk = factories.make_staff(Role.COUNTY_AGENT, factories.PINGLI)
    county = Region.objects.get(pk=factories.PINGLI)
    set_season(region=county, coverage_year=2022, pack_id="pingli-2022", by=clerk, on=date(2021, 10, 1))

    def make(changes):
        return amendments.propose(
            region=county,
            pack_id="pingli-2022",
            changes=changes,
            effective_on=ON,
            document_number="平政办发〔2021〕200号",
            reason="更正",
            by=clerk,
            on=ON,
        )

    return make


def reckon(amendment, user, on=ON):
    impact.ask(amendment=amendment, by=user, on=on)
    assert run_next_calculation(lambda: False)
    return impact.latest(amendment, user, on).impact


def test_people_and_money_by_fund(propose):
    found = reckon(propose({"assistance.classes.dibao.amount": "200.00"}), _reviewer())
    assert (found.people, found.changed) == (4, 3)
    assert found.assistance == {"medical_assistance": (3 * 16000, 3 * 20000)}
    assert found.money["net_cost"] == (3 * 16000, 3 * 12000)
    assert found.benefits == 0
    assert not found.outcomes


def test_examples_are_masked(propose, people):
    found = reckon(propose({"assistance.classes.dibao.amount": "200.00"}), _reviewer())
    (example,) = found.examples
    assert example.name == "王*甲"
    assert people[0].id_number not in example.number


def test_an_extension_counts_those_who_paid_within_it(propose, people):
    """People who ask alike today may not ask alike under the amendment: 26 and 27 December."""
    for number, day in enumerate((26, 27)):
        Payment.objects.create(
            receipt_no=f"L{number}",
            person=factories.make_person("610926100002"),
            coverage_year=2022,
            region_id="610926100002",
            amount_fen=32000,
            paid_on=date(2021, 12, day),
        )
    amendment = propose({"windows.collection.last": "2021-12-26"})
    found = reckon(amendment, _reviewer(), date(2021, 12, 28))
    assert found.outcomes == {("not_allowed", "enrolled"): 1}
    assert found.benefits == 1


def test_who_sees_a_part_of_the_area_neither_asks_nor_sees(propose):
    amendment = propose({"assistance.classes.dibao.amount": "200.00"})
    reckon(amendment, _reviewer())
    partly = factories.make_staff(Role.AGENCY_APPROVER, "610926102000")
    assert impact.latest(amendment, partly, ON) is None
    with pytest.raises(impact.ImpactRefused):
        impact.ask(amendment=amendment, by=partly, on=ON)


def test_it_is_out_of_date_after_another_step(propose, people):
    amendment, reviewer = propose({"assistance.classes.dibao.amount": "200.00"}), _reviewer()
    reckon(amendment, reviewer)
    assert not impact.latest(amendment, reviewer, ON).outdated
    clerk = factories.make_staff(Role.COUNTY_AGENT, factories.PINGLI)
    add_mark(person=people[3], category="dibao", determined_on=ON, remark="", why="批复", by=clerk, on=ON)
    assert impact.latest(amendment, reviewer, ON).outdated


def test_names_are_not_kept_with_the_result(propose, people):
    reckon(propose({"assistance.classes.dibao.amount": "200.00"}), _reviewer())
    kept = str(Calculation.objects.get().result)
    assert people[0].name not in kept
    assert people[0].id_number not in kept


def test_nothing_changes_for_people(propose):
    assert reckon(propose({"assistance.classes.severe_disability.amount": "80.00"}), _reviewer()).changed == 0


def test_the_page_shows_it_before_the_approval(client, propose):
    BusinessDay.objects.create(region_id=factories.PINGLI, today=ON)
    amendment = propose({"assistance.classes.dibao.amount": "200.00"})
    client.force_login(_reviewer())
    client.post(reverse("notices:impact", args=[amendment.pk]))
    run_next_calculation(lambda: False)
    page = client.get(reverse("notices:impact", args=[amendment.pk]))
    assert page.context["impact"].changed == 3
    text = page.content.decode()
    for expected in ("600.00", "480.00", "王*甲", "200.00"):
        assert expected in text


def _reviewer():
    return factories.make_staff(Role.AGENCY_APPROVER, factories.PINGLI)
