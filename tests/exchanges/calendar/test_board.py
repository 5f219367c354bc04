"""What is owed, what came, what is overdue: lists that come and lists that go."""

import pytest

from accounts.models import Bureau
from accounts.queries import system_staff
from accounts.roles import Role
from exchanges.calendar.board import State, overdue, rows_of
from exchanges.models import Batch, Delivery
from exchanges.outbound.services import hand_over
from notices.models import Season
from regions.models import Region
from tests.exchanges.calendar.conftest import CITY, day
from tests.factories import PINGLI, ZHUJI

TONGNAN = ("rural_revitalization", "civil_affairs", "veterans", "health", "disabled_federation")


@pytest.mark.clause("TN-6.1")
def test_every_bureau_owes_its_list_before_the_collection_and_every_month(season, bureau, came, lines):
    season("tongnan-2023", 2023)
    civil, health = bureau("civil_affairs"), bureau("health")
    came(civil, day("2022-10-20"))
    came(health, day("2022-10-26"))
    on = day("2022-11-02")
    assert set(lines(2023, on)) == {
        ("civil_affairs", "2022-10-24", "done", 0),
        ("health", "2022-10-24", "late", 2),
        *((kind, "2022-10-24", "overdue", 9) for kind in ("rural_revitalization", "veterans", "disabled_federation")),
        *((kind, "2022-11", "pending", 18) for kind in TONGNAN),
    }


@pytest.mark.clause("TN-6.1")
def test_the_page_shows_what_has_begun_and_the_next_time_only(season, bureau, lines):
    season("tongnan-2023", 2023)
    bureau("civil_affairs")
    keys = [key for kind, key, _state, _days in lines(2023, day("2022-10-01")) if kind == "civil_affairs"]
    assert keys == ["2022-10-24", "2022-11"]
    states = [line[1:3] for line in lines(2023, day("2022-11-21")) if line[0] == "civil_affairs"]
    assert states == [("2022-10-24", "overdue"), ("2022-11", "overdue"), ("2022-12", "pending")]


@pytest.mark.clause("SL-3.1")
def test_by_the_fifth_from_the_bureaus_by_the_eighth_to_the_city(season, bureau, came, tree, line_to_the_city):
    season("shangluo-2024", 2024, area=CITY)
    civil, rural, city = bureau("civil_affairs"), bureau("rural_revitalization"), bureau("agency", area=CITY)
    bureau("agency")
    came(civil, day("2023-09-05"), year=2024)
    on = day("2023-09-07")
    found = {
        (row.duty.bureau, row.occurrence.due_on): row
        for row in rows_of([tree[PINGLI]], [2024], on=on, user=None)
        if row.occurrence
    }
    assert found[civil, day("2023-09-05")].state == State.DONE
    assert (found[rural, day("2023-09-05")].state, found[rural, day("2023-09-05")].days) == (State.OVERDUE, 2)
    to_city = found[city, day("2023-09-08")]
    assert (to_city.state, to_city.days) == (State.PENDING, 1)
    delivery = line_to_the_city(on=on)
    hand_over(delivery=delivery, via="ftp", by=system_staff(), on=on)
    done = [row for row in rows_of([tree[PINGLI]], [2024], on=on, user=None) if row.document == delivery]
    assert [(row.state, row.duty.bureau) for row in done] == [(State.DONE, city)]


@pytest.fixture
def line_to_the_city(tree, settings, tmp_path, person):
    from exchanges.outbound.kinds import by_name
    from exchanges.outbound.queries import receivers
    from exchanges.outbound.services import make_delivery
    from subsidies.models import IdentityMark

    settings.MEDIA_ROOT = tmp_path

    def make(*, on):
        IdentityMark.objects.create(
            person=person("610926102201"),
            region_id="610926102201",
            category="dibao",
            determined_on=day("2023-08-20"),
            marked_on=day("2023-09-05"),
        )
        kind = by_name("identity_report")
        (city,) = receivers(kind, tree[PINGLI])
        return make_delivery(
            kind=kind,
            region=tree[PINGLI],
            coverage_year=2024,
            receiver=city,
            format="csv",
            full=False,
            by=system_staff(),
            on=on,
        )

    return make


@pytest.mark.parametrize("status", ["held", "refused", "failed", "cancelled"])
@pytest.mark.clause("TN-6.1")
def test_a_list_that_was_not_taken_does_not_count_and_is_shown(season, bureau, came, tree, status):
    season("tongnan-2023", 2023)
    civil = bureau("civil_affairs")
    refused = came(civil, day("2022-11-18"), status=status)
    rows = rows_of([tree[PINGLI]], [2023], on=day("2022-11-25"), user=None)
    november = next(row for row in rows if row.duty.bureau == civil and row.occurrence.key == "2022-11")
    assert (november.state, november.days, november.document) == (State.OVERDUE, 5, None)
    assert november.aside == refused


@pytest.mark.parametrize("status", [*Batch.OPEN, "merged", "unchanged"])
def test_a_list_that_is_worked_off_or_holds_nothing_new_counts(season, bureau, came, lines, status):
    season("tongnan-2023", 2023)
    came(bureau("civil_affairs"), day("2022-11-18"), status=status)
    assert ("civil_affairs", "2022-11", "done", 0) in lines(2023, day("2022-11-25"))


def test_a_list_of_which_nothing_was_taken_does_not_count(season, bureau, came, lines):
    season("tongnan-2023", 2023)
    came(bureau("civil_affairs"), day("2022-11-18"), rows=3, accepted=0, refused=3)
    assert ("civil_affairs", "2022-11", "overdue", 5) in lines(2023, day("2022-11-25"))


def test_lists_of_another_year_kind_area_or_sender_do_not_count(season, bureau, came, lines):
    season("tongnan-2023", 2023)
    civil = bureau("civil_affairs")
    on = day("2022-11-18")
    came(civil, on, year=2022)
    came(civil, on, kind="population")
    came(civil, on, area="610926102000")
    came(None, on)
    came(bureau("health"), on)
    came(bureau("civil_affairs", area=ZHUJI), on, area=ZHUJI)
    assert ("civil_affairs", "2022-11", "overdue", 5) in lines(2023, day("2022-11-25"))
    # A list for the whole city holds the county as well.
    came(civil, on, area=CITY)
    assert ("civil_affairs", "2022-11", "done", 0) in lines(2023, day("2022-11-25"))


@pytest.mark.clause("TN-6.1")
def test_a_list_that_names_its_month_counts_for_it(season, bureau, came, lines):
    season("tongnan-2023", 2023)
    civil = bureau("civil_affairs")
    came(civil, day("2022-12-05"), period="2022-11")
    assert ("civil_affairs", "2022-11", "late", 15) in lines(2023, day("2022-12-25"))
    assert ("civil_affairs", "2022-12", "overdue", 5) in lines(2023, day("2022-12-25"))


def test_without_a_notice_there_is_nothing(lines):
    assert lines(2023, day("2022-11-25")) == []


def test_a_bureau_that_is_not_entered_still_owes(season, lines):
    season("tongnan-2023", 2023)
    assert ("civil_affairs", "2022-10-24", "overdue", 8) in lines(2023, day("2022-11-01"))


def test_the_bureaus_of_the_county_owe_what_a_town_with_a_notice_of_its_own_needs(season, bureau, tree):
    season("zhuji-2023", 2023, area=ZHUJI)
    above = bureau("civil_affairs", area="341323000000")
    rows = rows_of([tree[ZHUJI]], [2023], on=day("2022-11-01"), user=None)
    assert [row.duty.bureau for row in rows if row.duty.bureau_kind == "civil_affairs"] == [above]
    here = bureau("civil_affairs", area=ZHUJI)
    rows = rows_of([tree[ZHUJI]], [2023], on=day("2022-11-01"), user=None)
    assert [row.duty.bureau for row in rows if row.duty.bureau_kind == "civil_affairs"] == [here]


@pytest.mark.clause("ZJ-3.6")
@pytest.mark.clause("JL-4.1")
def test_what_is_owed_in_time_has_no_day_and_shows_the_last_list(season, bureau, came, tree):
    season("zhuji-2023", 2023, area=ZHUJI)
    civil = bureau("civil_affairs", area=ZHUJI)
    on = day("2023-01-10")
    assert overdue([tree[ZHUJI]], [2023], on=on, user=None) == []
    came(civil, day("2022-10-01"), area=ZHUJI)
    # What has no day is also owed, and shown, for a part.
    last = came(civil, day("2022-12-01"), area="341323117200")
    rows = rows_of([tree[ZHUJI]], [2023], on=on, user=None)
    (row,) = [each for each in rows if each.duty.bureau == civil]
    assert (row.state, row.document) == (State.UNDATED, last)


@pytest.mark.clause("PL-8.3c")
def test_what_does_not_pass_through_here_is_shown_and_never_overdue(season, tree):
    season("pingli-2022", 2022)
    rows = rows_of([tree[PINGLI]], [2022], on=day("2022-02-01"), user=None)
    (waivers,) = [row for row in rows if row.duty.deadline.file == "waivers"]
    assert (waivers.state, waivers.occurrence.due_on) == (State.UNWATCHED, day("2022-01-01"))


class TestOut:
    """Lists of ours: they count from the day they were sent."""

    @pytest.fixture
    def weekly(self, season, bureau, tree, settings, tmp_path):
        season("pingli-2022", 2022)
        settings.MEDIA_ROOT = tmp_path
        tax = bureau("tax")

        def make(on, **more):
            given = {"sequence": Delivery.objects.count() + 1, "status": "sent", "sent_on": on, "format": "csv", **more}
            return Delivery.objects.create(
                kind="employee_changes",
                region=tree[PINGLI],
                coverage_year=2022,
                receiver=tax,
                on=on,
                columns_version="1",
                sha256="0" * 64,
                made_by=system_staff(),
                made_at="2021-12-01T00:00Z",
                **given,
            )

        return make

    @pytest.mark.clause("PL-8.2a")
    def test_every_week_from_the_first_whole_one(self, weekly, lines):
        weekly(day("2021-10-29"))
        weekly(day("2021-11-09"))
        found = [line[1:] for line in lines(2022, day("2021-11-16")) if line[0] == "tax"]
        assert sorted(found) == [
            ("2021-W43", "done", 0),
            ("2021-W44", "late", 2),
            ("2021-W45", "done", 0),
            ("2021-W46", "pending", 5),
        ]

    @pytest.mark.clause("PL-8.2a")
    @pytest.mark.parametrize(
        ("more", "state"),
        [
            ({"status": "made", "sent_on": None}, "overdue"),
            ({"status": "refused"}, "overdue"),
            ({"status": "acknowledged"}, "done"),
        ],
    )
    def test_what_was_made_and_not_sent_or_sent_back_is_still_owed(self, weekly, tree, more, state):
        delivery = weekly(day("2021-10-29"), **more)
        rows = rows_of([tree[PINGLI]], [2022], on=day("2021-11-03"), user=None)
        first = next(row for row in rows if row.occurrence and row.occurrence.key == "2021-W43")
        assert first.state == state
        assert delivery in (first.aside, first.document)

    @pytest.mark.parametrize(
        ("said", "state"),
        [({"accepted": 2}, "done"), ({"accepted": 0}, "overdue"), ({"accepted": 2, "sha256": "1" * 64}, "overdue")],
    )
    def test_a_list_of_which_rows_were_taken_has_gone(self, weekly, lines, said, state):
        delivery = weekly(day("2021-10-29"), status="refused")
        delivery.receipts.create(received_on=day("2021-11-01"), by=system_staff(), refused=1, content_hash="a", **said)
        assert ("tax", "2021-W43", state) in [line[:3] for line in lines(2022, day("2021-11-03"))]

    def test_a_list_sent_once_more_has_gone_on_its_first_day(self, weekly, lines):
        delivery = weekly(day("2021-10-29"))
        hand_over(delivery=delivery, via="ftp", by=system_staff(), on=day("2021-11-10"))
        assert ("tax", "2021-W43", "done", 0) in lines(2022, day("2021-11-10"))

    def test_a_list_of_the_county_holds_its_towns(self, weekly, lines):
        weekly(day("2021-10-29"))
        assert ("tax", "2021-W43", "done", 0) in lines(2022, day("2021-11-03"), area="610926102000")


@pytest.mark.clause("SL-3.1")
def test_the_area_of_the_notice_has_nobody_above_to_send_its_list_to(tree, bureau):
    city = Region.objects.create(code="611000000000", name="商洛市", full_name="陕西省商洛市", level="city")
    Season.objects.create(region=city, coverage_year=2024, pack_id="shangluo-2024")
    rows = rows_of([city], [2024], on=day("2023-09-20"), user=None)
    assert {row.duty.direction for row in rows} == {"in"}


@pytest.mark.clause("PL-8.2a")
def test_one_line_for_each_duty_is_overdue_that_of_the_oldest_list(season, bureau, tree):
    season("pingli-2022", 2022)
    bureau("tax")
    (row,) = overdue([tree[PINGLI]], [2022], on=day("2021-11-16"), user=None)
    assert (row.occurrence.key, row.days) == ("2021-W43", 16)
    assert overdue([tree[PINGLI]], [2022], on=day("2023-02-01"), user=None) == []


class TestWhoSees:
    """A bureau its own duties, the agency and the supervisors all of their area, nobody another area's."""

    @pytest.fixture(autouse=True)
    def _tongnan(self, season, bureau):
        season("tongnan-2023", 2023)
        for kind in TONGNAN:
            bureau(kind)

    def kinds(self, tree, user, area=PINGLI):
        return {row.duty.bureau_kind for row in rows_of([tree[area]], [2023], on=day("2022-11-25"), user=user)}

    @pytest.mark.parametrize("role", [Role.COUNTY_AGENT, Role.AGENCY_APPROVER, Role.SUPERVISOR])
    def test_who_watches_over_all_of_them(self, tree, staff, role):
        assert self.kinds(tree, staff(role, PINGLI)) == set(TONGNAN)

    def test_a_bureau_sees_its_own_duties_only(self, tree, staff, came):
        clerk = staff(Role.BUREAU_CLERK, PINGLI, bureau="police")
        assert self.kinds(tree, clerk) == set()
        clerk.bureau = Bureau.objects.get(kind="health", region=PINGLI)
        came(clerk.bureau, day("2022-11-18"))
        came(Bureau.objects.get(kind="civil_affairs"), day("2022-11-18"))
        assert self.kinds(tree, clerk) == {"health"}
        assert self.kinds(tree, staff(Role.TOWNSHIP_OFFICER, PINGLI)) == set()

    def test_another_area_is_not_there(self, tree, staff):
        assert self.kinds(tree, staff(Role.COUNTY_AGENT, ZHUJI)) == set()
        assert self.kinds(tree, staff(Role.COUNTY_AGENT, "610926102000")) == set()
