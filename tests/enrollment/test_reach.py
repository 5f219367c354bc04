"""Who sees a person does not yet write about them: rows are written where they belong, and answers give nobody away."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.roles import Role
from enrollment import services
from enrollment.models import NotEnrolledReason, Person, Proposal, Registration
from exchanges.models import Batch
from tests.enrollment.conftest import desk
from tests.factories import PINGLI, ZHUJI, make_id_number

TOWN, VILLAGE, OTHER_TOWN, ELSEWHERE = "610926102000", "610926102201", "610926100000", "610926100001"
ON = date(2021, 12, 3)
pytestmark = pytest.mark.usefixtures("december")


@pytest.fixture
def guest(person):
    """Someone who lives in the township and has the hukou in another one."""
    return person(ELSEWHERE, name="来住者", residence_id=VILLAGE)


def register(someone, region, **more):
    return Registration.objects.create(
        person=someone, coverage_year=2022, region_id=region, registered_on=date(2021, 11, 1), **more
    )


class TestWrittenWhereItBelongs:
    def test_the_reason_of_a_guest_is_recorded_at_the_hukou_place(self, client, sign_in, guest):
        user = sign_in()
        page = client.get(reverse("enrollment:person", args=[guest.pk]))
        assert page.status_code == 200
        assert reverse("enrollment:record_reason", args=[guest.pk]) not in page.content.decode()
        answer = client.post(reverse("enrollment:record_reason", args=[guest.pk]), {"reason": "healthy"})
        assert answer.status_code == 403
        with pytest.raises(PermissionDenied):
            services.record_reason(person=guest, coverage_year=2022, reason="healthy", by=user, on=ON)
        assert not NotEnrolledReason.objects.exists()

    def test_the_hukou_place_records_it(self, client, sign_in, guest):
        sign_in(region=OTHER_TOWN)
        client.post(reverse("enrollment:record_reason", args=[guest.pk]), {"reason": "healthy"})
        assert NotEnrolledReason.objects.get().region_id == ELSEWHERE

    def test_a_guest_is_corrected_by_the_agency_of_the_hukou_place(self, client, sign_in, person):
        guest = person("341323117205", name="来住者", residence_id=VILLAGE)
        user = sign_in(Role.COUNTY_AGENT, PINGLI)
        assert client.get(reverse("enrollment:correct", args=[guest.pk])).status_code == 403
        given = {"name": "改名", "phone": "", "residence": "", "why": "核对"}
        assert client.post(reverse("enrollment:correct", args=[guest.pk]), given).status_code == 403
        assert (
            reverse("enrollment:correct", args=[guest.pk])
            not in client.get(reverse("enrollment:person", args=[guest.pk])).content.decode()
        )
        with pytest.raises(PermissionDenied):
            services.correct_person(person=guest, name="改名", phone=None, residence=None, by=user, on=ON, why="核对")
        guest.refresh_from_db()
        assert guest.name == "来住者"

    def test_registrations_end_and_stand_again_by_the_staff_of_their_place(self, staff, guest):
        user = staff(Role.COUNTY_AGENT, ZHUJI)
        standing = register(guest, VILLAGE)
        with pytest.raises(PermissionDenied):
            services.end_registration(registration=standing, reason="death", ended_on=ON, by=user, on=ON)
        ended = register(guest, VILLAGE, ended_on=ON, end_reason="death")
        with pytest.raises(PermissionDenied):
            services.reopen_registration(registration=ended, by=user, on=ON, why="误")
        with pytest.raises(PermissionDenied):
            services.register_person(
                name="甲",
                document_kind="01",
                id_number=make_id_number(),
                birth_date=date(1980, 1, 1),
                region=standing.region,
                coverage_year=2022,
                by=user,
                on=ON,
            )
        standing.refresh_from_db()
        assert standing.ended_on is None

    def test_a_proposal_is_decided_where_the_enrolment_is(self, client, sign_in, person):
        someone = person(VILLAGE, name="外县参保")
        batch = Batch.objects.create(
            kind="population",
            region_id=PINGLI,
            coverage_year=2022,
            business_on=ON,
            file_name="x",
            size=1,
            sha256="0",
            uploaded_by=sign_in(Role.COUNTY_AGENT, PINGLI),
        )
        registration = register(someone, "341323117205")
        services.propose(registration=registration, kind="death", event_on=ON, clauses="", batch=batch)
        proposal = Proposal.objects.get()
        page = client.get(reverse("enrollment:proposals")).content.decode()
        assert "外县参保" in page
        assert f'name="proposal" value="{proposal.pk}"' not in page
        client.post(reverse("enrollment:decide_proposals"), {"proposal": [proposal.pk], "verb": "accept"})
        assert services.accept_proposals(proposals=[proposal.pk], by=batch.uploaded_by, on=ON) == 0
        assert services.reject_proposals(proposals=[proposal.pk], by=batch.uploaded_by, on=ON) == 0
        sign_in(Role.COUNTY_AGENT, ZHUJI)
        client.post(reverse("enrollment:decide_proposals"), {"proposal": [proposal.pk], "verb": "reject"})
        client.logout()
        sign_in(Role.COUNTY_AGENT, PINGLI)
        assert client.post(reverse("enrollment:undo_proposal", args=[proposal.pk])).status_code == 404
        proposal.refresh_from_db()
        assert proposal.status == "rejected"


class TestRedirects:
    """After a step the page of the person opens, or, where it is hidden, the list of people says so."""

    def leads_somewhere(self, client, answer):
        assert answer.status_code == 302
        assert client.get(answer["Location"]).status_code == 200

    def test_a_reason_of_somebody_who_moved_away_is_withdrawn(self, client, sign_in, person):
        user = sign_in(Role.VILLAGE_OFFICER, VILLAGE)
        someone = person(VILLAGE)
        reason = services.record_reason(person=someone, coverage_year=2022, reason="healthy", by=user, on=ON)
        Person.objects.filter(pk=someone.pk).update(region_id=ELSEWHERE)
        self.leads_somewhere(client, client.post(reverse("enrollment:withdraw_reason", args=[reason.pk])))

    def test_the_registration_of_somebody_who_moved_away_is_ended_and_reopened(self, client, sign_in, person):
        sign_in(Role.COUNTY_AGENT, PINGLI)
        registration = register(person("341323117205"), VILLAGE)
        given = {"reason": "other_area", "ended_on": "2021-12-01"}
        self.leads_somewhere(client, client.post(reverse("enrollment:end", args=[registration.pk]), given))
        self.leads_somewhere(client, client.post(reverse("enrollment:reopen", args=[registration.pk])))

    @pytest.mark.clause("SL-5.2")
    def test_who_changes_place_is_registered_by_the_papers_seen_at_the_desk(self, client, sign_in, person):
        sign_in()
        someone = person("341323117205", name="王五", born=date(1990, 5, 1))
        answer = desk(client, document=someone.id_number, residence=VILLAGE, enrol_at="residence", region="朱集村委会")
        self.leads_somewhere(client, answer)
        someone.refresh_from_db()
        assert (someone.residence_id, someone.region_id) == (VILLAGE, "341323117205")
        assert Registration.objects.get().region_id == VILLAGE
        entry = AuditEntry.objects.get(verb="enrollment.register_person")
        assert (entry.before, entry.after["residence"]) == ({"residence": None}, VILLAGE)

    def test_a_household_book_of_a_new_place_waits_for_the_police(self, client, sign_in, person):
        sign_in()
        someone = person("341323117205", name="王五", born=date(1990, 5, 1))
        self.leads_somewhere(client, desk(client, document=someone.id_number))
        someone.refresh_from_db()
        assert (someone.region_id, Registration.objects.get().region_id) == ("341323117205", VILLAGE)


class TestNoOracle:
    """Numbers of people whom the officer may not see: whatever is wrong, the answer is one and the same."""

    def refused(self, client, **changes):
        answer = desk(client, **changes)
        assert answer.status_code == 422
        return answer.context["form"].errors

    def test_another_name_and_registered_already_answer_alike(self, client, sign_in, person):
        sign_in()
        hidden, enrolled = person(ELSEWHERE, name="甲"), person(ELSEWHERE, name="乙")
        register(enrolled, ELSEWHERE)
        told = [
            self.refused(client, document=hidden.id_number, name="猜错"),
            self.refused(client, document=enrolled.id_number, name="乙"),
            self.refused(client, document=enrolled.id_number, name="猜错"),
        ]
        assert told[0] == told[1] == told[2]
        assert list(told[0]) == ["__all__"]

    def test_each_refusal_is_kept(self, client, sign_in, person):
        user = sign_in()
        hidden = person(ELSEWHERE, name="甲")
        self.refused(client, document=hidden.id_number, name="猜错")
        entry = AuditEntry.objects.get(verb="enrollment.refuse_registration")
        assert (entry.by, entry.region_id, entry.after["cause"]) == (user, VILLAGE, "other_name")
        assert hidden.id_number not in str(entry.after)
        assert not AuditEntry.objects.filter(verb="enrollment.register_person").exists()

    def test_of_people_of_ones_own_the_desk_says_what_is_wrong(self, client, sign_in, person):
        sign_in()
        someone = person(VILLAGE, name="甲")
        assert "name" in self.refused(client, document=someone.id_number, name="乙")
        register(someone, VILLAGE)
        assert "2022" in str(self.refused(client, document=someone.id_number, name="甲"))
        assert AuditEntry.objects.filter(verb="enrollment.refuse_registration").count() == 2

    def test_the_service_leaves_nothing_behind_but_the_trail(self, sign_in, person):
        user = sign_in()
        hidden = person(ELSEWHERE, name="甲")
        with pytest.raises(ValidationError):
            services.register_person(
                name="乙",
                document_kind="01",
                id_number=hidden.id_number,
                birth_date=hidden.birth_date,
                region=Registration.region.field.remote_field.model.objects.get(pk=VILLAGE),
                residence=None,
                coverage_year=2022,
                by=user,
                on=ON,
            )
        hidden.refresh_from_db()
        assert (hidden.residence_id, Registration.objects.count()) == (None, 0)


def test_a_person_who_is_not_born_yet_by_the_areas_calendar_is_refused_in_words(client, sign_in, person):
    sign_in()
    child = person(VILLAGE, name="未来人", born=date(2021, 12, 31))
    address = f"{reverse('enrollment:register_known', args=[child.pk])}?year=2022"
    answer = client.post(address, {"situation": "newborn", "student": "none", "tier": "1"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
