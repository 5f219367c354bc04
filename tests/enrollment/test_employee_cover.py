"""Who came to employee insurance and who left it: the list, the way back into resident insurance, and both at once."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.roles import Role
from enrollment.models import EmployeeCover, Registration
from enrollment.queries import doubly_insured, lapsed_insured, not_enrolled_people, people_lapsed
from privacy.keyring import blind_index
from tests.factories import PINGLI, ZHUJI, make_id_number, make_payment

TOWN, VILLAGE, OTHER = "610926102000", "610926102201", "610926100001"
ON = date(2021, 12, 3)
pytestmark = pytest.mark.usefixtures("december")


@pytest.fixture
def spell(tree):
    """Employee insurance of a person or of a number: spell(someone, started_on=…, ended_on=…)."""

    def spell(of, *, started_on=date(2020, 1, 1), ended_on=None, region=PINGLI, employer="县一中", **more):
        number = getattr(of, "id_number", of)
        return EmployeeCover.objects.create(
            name=getattr(of, "name", "外人"),
            id_number=number,
            id_number_index=blind_index(number, purpose="id_number"),
            region_id=region,
            started_on=started_on,
            ended_on=ended_on,
            employer=employer,
            **more,
        )

    return spell


class TestLapsed:
    @pytest.mark.clause("PL-4.2.1")
    @pytest.mark.clause("JL-4.2")
    def test_who_left_and_is_not_enrolled_stands_on_the_list_as_such(self, client, sign_in, person, spell):
        user = sign_in()
        left, never, returned = (person(VILLAGE, name=name) for name in ("断保人", "从未参保", "又就业"))
        spell(left, ended_on=date(2021, 10, 1))
        spell(returned, ended_on=date(2021, 10, 1))
        spell(returned, started_on=date(2021, 11, 1))
        answer = client.get(reverse("enrollment:not_paid"), {"year": 2022})
        text = answer.content.decode()
        assert answer.context["lapsed"] == 1
        assert "断保待参" in text
        assert "职工医保在保" in text
        only = client.get(reverse("enrollment:not_paid"), {"year": 2022, "only": "lapsed"})
        assert [row.name for row in only.context["table"].data] == ["断保人"]
        assert people_lapsed(user) == 1
        make_payment(left)
        assert people_lapsed(user) == 0
        assert never.name in text

    def test_a_county_sees_all_of_them_and_how_many_where(self, client, sign_in, person, spell):
        sign_in(Role.COUNTY_AGENT, PINGLI)
        for village in (VILLAGE, OTHER):
            spell(person(village, name="断保人"), ended_on=date(2021, 10, 1))
        answer = client.get(reverse("enrollment:not_paid"), {"year": 2022, "only": "lapsed"})
        assert {region.name: people for region, people in answer.context["below"]} == {"老县镇": 1, "城关镇": 1}
        assert len(answer.context["table"].data) == 2

    def test_the_end_of_a_spell_counts_from_its_day(self, person, spell):
        spell(person(VILLAGE), ended_on=date(2021, 12, 10))
        waiting = not_enrolled_people(coverage_year=2022, on=ON)
        assert not lapsed_insured(waiting, on=date(2021, 12, 9)).exists()
        assert lapsed_insured(waiting, on=date(2021, 12, 10)).get().lapsed_on == date(2021, 12, 10)

    @pytest.mark.clause("SL-4.2.1")
    def test_they_are_registered_with_what_the_list_knows(self, client, sign_in, person, spell):
        sign_in()
        left = person(VILLAGE, name="断保人")
        spell(left, ended_on=date(2021, 10, 1), years=3)
        address = reverse("enrollment:register_known", args=[left.pk])
        assert address in client.get(reverse("enrollment:person", args=[left.pk]), {"year": 2022}).content.decode()
        form = client.get(address, {"year": 2022}).context["form"]
        assert form.initial["situation"] == "employee_lapsed"
        client.post(f"{address}?year=2022", {"student": "none", "tier": "1", **form.initial})
        registration = Registration.objects.get()
        assert (registration.situation, registration.region_id) == ("employee_lapsed", VILLAGE)
        assert (registration.employee_cover_ended_on, registration.employee_cover_years) == (date(2021, 10, 1), 3)
        assert address not in client.get(reverse("enrollment:person", args=[left.pk]), {"year": 2022}).content.decode()

    def test_a_guest_enrols_at_the_residence_only_here(self, client, sign_in, person):
        sign_in()
        guest = person("341323117205", name="来住者", residence_id=VILLAGE)
        address = f"{reverse('enrollment:register_known', args=[guest.pk])}?year=2022"
        given = {"situation": "general", "student": "none", "tier": "1"}
        refused = client.post(address, {**given, "enrol_at": "hukou"})
        assert refused.status_code == 422
        client.post(address, {**given, "enrol_at": "residence"})
        assert Registration.objects.get().region_id == VILLAGE


class TestBothAtOnce:
    def both(self, on=ON, year=2022):
        found = doubly_insured(coverage_year=year, on=on, ranges=[("610926", "610927")])
        return [payment.person.name for payment in found]

    def enrol(self, someone, **more):
        make_payment(someone)
        Registration.objects.create(
            person=someone, coverage_year=2022, region_id=someone.region_id, registered_on=date(2021, 11, 1), **more
        )
        return someone

    @pytest.mark.clause("SL-5.3")
    @pytest.mark.clause("PL-7.3a")
    def test_employee_insurance_in_the_period_is_a_duplicate(self, client, sign_in, person, spell):
        sign_in()
        spell(self.enrol(person(VILLAGE, name="两头参保")))
        spell(self.enrol(person(VILLAGE, name="年前停保")), ended_on=date(2021, 12, 31))
        spell(self.enrol(person(VILLAGE, name="已终止"), ended_on=ON, end_reason="employee_insurance"))
        self.enrol(person(VILLAGE, name="只有居民"))
        assert self.both() == ["两头参保"]
        text = client.get(reverse("enrollment:duplicates"), {"year": 2022}).content.decode()
        assert "两头参保" in text
        assert "只有居民" not in text

    def test_it_begins_and_ends_with_the_spell(self, person, spell):
        spell(self.enrol(person(VILLAGE, name="年中")), started_on=date(2022, 3, 1), ended_on=date(2022, 6, 1))
        assert self.both(date(2022, 2, 28)) == []
        assert self.both(date(2022, 3, 1)) == ["年中"]
        assert self.both(date(2022, 6, 1)) == []


class TestPage:
    def test_the_agency_sees_every_spell_of_its_area(self, client, sign_in, person, spell):
        sign_in(Role.COUNTY_AGENT, PINGLI)
        known = person(VILLAGE, name="在册者")
        spell(known)
        spell(make_id_number("610926", sequence=888), ended_on=date(2021, 1, 1))
        spell(make_id_number("341323", sequence=887), region=ZHUJI)
        answer = client.get(reverse("enrollment:employee_cover"))
        text = answer.content.decode()
        assert [row.name for row in answer.context["table"].data] == ["外人", "在册者"]
        assert known.masked_number in text
        assert known.id_number not in text
        assert reverse("enrollment:person", args=[known.pk]) in text
        assert "不在册" in text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"state": "in_force"}, ["在职"]),
            ({"state": "ended"}, ["离职"]),
            ({"name": "离"}, ["离职"]),
            ({"employer": "一中"}, ["离职", "在职"]),
            ({"employer": "没有"}, []),
        ],
    )
    def test_it_is_narrowed(self, client, sign_in, person, spell, query, found):
        sign_in(Role.COUNTY_AGENT, PINGLI)
        spell(person(VILLAGE, name="在职"))
        spell(person(VILLAGE, name="离职"), ended_on=date(2021, 1, 1))
        answer = client.get(reverse("enrollment:employee_cover"), query)
        assert [row.name for row in answer.context["table"].data] == found

    def test_a_whole_number_is_looked_up_by_post(self, client, sign_in, spell, person):
        sign_in(Role.COUNTY_AGENT, PINGLI)
        number = make_id_number("610926", sequence=886)
        spell(number)
        spell(person(VILLAGE))
        answer = client.post(reverse("enrollment:find_cover"), {"number": f" {number.lower()} "})
        assert len(answer.context["table"].data) == 1
        hidden = make_id_number("341323", sequence=885)
        spell(hidden, region=ZHUJI)
        told = []
        for each in (hidden, make_id_number("610926", sequence=884)):
            missing = client.post(reverse("enrollment:find_cover"), {"number": each})
            assert missing.status_code == 422
            told.append(missing.context["number_form"].errors)
        assert told[0] == told[1]

    def test_an_officer_sees_the_spells_of_the_own_people_on_their_page_only(self, client, sign_in, person, spell):
        user = sign_in()
        own = person(VILLAGE, name="本镇人")
        spell(own, employer="某公司")
        spell(person(OTHER, name="外镇人"))
        assert "某公司" in client.get(reverse("enrollment:person", args=[own.pk])).content.decode()
        assert client.get(reverse("enrollment:employee_cover")).status_code == 403
        assert EmployeeCover.objects.visible_to(user).get().name == "本镇人"

    def test_an_empty_page_says_where_spells_come_from(self, client, sign_in):
        sign_in(Role.COUNTY_AGENT, PINGLI)
        assert "职工医保经办机构" in client.get(reverse("enrollment:employee_cover")).content.decode()


def test_the_list_keeps_name_and_number_sealed(deliver, tree):
    number = make_id_number("610926", date(1980, 1, 2))
    deliver("employee_cover", [["李四", number, "某公司", "停保", "2021-11-01", "3"]], on=ON)
    deliver("employee_cover", [["李四", number, "某公司", "新参保", "2021-12-01", ""]], on=ON)
    for kept in EmployeeCover.objects.all():
        assert (kept.name, kept.id_number, kept.document_kind) == ("李四", number, "01")
