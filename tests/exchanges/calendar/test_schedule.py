"""Lists of ours that are made by themselves when the notice wants them, once, also after a day that was missed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, BusinessDay
from accounts.queries import system_staff
from accounts.roles import Role
from enrollment.models import Registration
from exchanges import tasks
from exchanges.calendar import services
from exchanges.calendar.board import State, rows_of
from exchanges.channels.models import DropBox
from exchanges.models import Delivery, DeliverySchedule
from exchanges.outbound.kinds import by_name
from exchanges.outbound.services import make_delivery
from policy.deadlines import occurrences
from policy.pack import load
from tests.factories import PINGLI, ZHUJI

VILLAGE = "610926102201"
SUNDAY = date(2021, 11, 7)


@pytest.fixture
def area(tree, season, bureau, settings, tmp_path):
    """Pingli with its notice and its tax bureau."""
    settings.MEDIA_ROOT = tmp_path / "media"
    season("pingli-2022", 2022)
    bureau("tax")
    return tree[PINGLI]


@pytest.fixture
def lapsed(area, person, deliver):
    """Somebody registered whose employee insurance ended, as the list of its desk says."""

    def make(ended_on=date(2021, 11, 3)):
        someone = person(VILLAGE)
        Registration.objects.create(
            person=someone, region_id=VILLAGE, coverage_year=2022, registered_on=date(2021, 10, 8)
        )
        row = [someone.name, someone.id_number, "平利某厂", "停保", f"{ended_on}", "3"]
        batch = deliver("employee_cover", [row], year=2022, on=ended_on)
        assert batch.accepted == 1, batch.reason

    return make


@pytest.fixture
def schedule(area):
    def make(**more):
        return DeliverySchedule.objects.create(region=area, kind="employee_changes", is_active=True, **more)

    return make


@pytest.fixture
def beat(area):
    """beat(date(…), times=3): that day's looks of the worker."""

    def tick(on, times=1):
        BusinessDay.objects.update_or_create(region=area, defaults={"today": on})
        for _time in range(times):
            DeliverySchedule.objects.update(looked_at=None)
            tasks.run_waiting()

    return tick


def made():
    return list(Delivery.objects.order_by("id").values_list("occurrence", "sequence", "rows"))


@pytest.mark.clause("PL-8.2a")
def test_the_changes_of_employee_insurance_go_to_tax_every_week_once(schedule, beat, lapsed):
    schedule()
    lapsed()
    beat(date(2021, 10, 31), times=2)
    assert made() == [("2021-W43", 1, 0)]
    beat(SUNDAY - timedelta(days=1), times=2)
    assert made() == [("2021-W43", 1, 0)]
    beat(SUNDAY, times=3)
    assert made() == [("2021-W43", 1, 0), ("2021-W44", 2, 1)]
    entry = AuditEntry.objects.filter(verb="exchanges.make_delivery").latest("id")
    assert (entry.by, entry.origin) == (system_staff(), "schedule")


def test_on_the_day_and_not_before(schedule, beat, lapsed):
    schedule()
    beat(date(2021, 10, 30))
    assert made() == []
    beat(date(2021, 10, 31))
    assert made() == [("2021-W43", 1, 0)]


def test_some_days_before_where_the_area_wants_it_so(schedule, beat):
    schedule(days_before=2)
    beat(date(2021, 10, 28))
    assert made() == []
    beat(date(2021, 10, 29))
    assert made() == [("2021-W43", 1, 0)]


@pytest.mark.clause("PL-8.2a")
def test_a_day_that_was_missed_is_made_up_for_by_the_next_look(schedule, beat, lapsed, lines):
    schedule()
    lapsed(date(2021, 11, 1))
    beat(SUNDAY + timedelta(days=9), times=2)
    # The machine was off for three Sundays: the latest one that is due holds the changes of all of them.
    assert made() == [("2021-W45", 1, 1)]
    # Made on a Tuesday, it is that week's list as well.
    beat(SUNDAY + timedelta(days=14))
    assert made() == [("2021-W45", 1, 1)]
    beat(SUNDAY + timedelta(days=21))
    assert made() == [("2021-W45", 1, 1), ("2021-W47", 2, 0)]


def test_where_nothing_has_changed_an_empty_list_says_so(schedule, beat, lapsed, area):
    schedule(format="csv")
    lapsed(date(2021, 10, 26))
    beat(date(2021, 10, 31))
    beat(SUNDAY)
    last = Delivery.objects.latest("id")
    assert (last.rows, last.base_sequence, last.standing_rows) == (0, 1, 1)
    text = last.file.open("rb").read().decode("utf-8-sig")
    assert "第2号" in text


def test_what_a_person_made_in_the_week_is_enough(schedule, beat, lapsed, area):
    schedule()
    lapsed(date(2021, 11, 1))
    by_hand = make_delivery(
        kind=by_name("employee_changes"),
        region=area,
        coverage_year=2022,
        receiver=services.receivers(by_name("employee_changes"), area).get(),
        format="csv",
        full=False,
        by=system_staff(),
        on=SUNDAY - timedelta(days=3),
    )
    beat(SUNDAY, times=2)
    assert list(Delivery.objects.all()) == [by_hand]


def test_switched_off_by_default(area, beat, lapsed):
    lapsed()
    DeliverySchedule.objects.create(region=area, kind="employee_changes")
    beat(SUNDAY)
    assert not Delivery.objects.exists()


def test_a_list_without_a_day_in_the_notice_is_never_made(area, beat):
    DeliverySchedule.objects.create(region=area, kind="marks", is_active=True)
    beat(SUNDAY)
    assert not Delivery.objects.exists()


def test_after_the_coverage_year_nothing_is_made(schedule, beat):
    schedule()
    beat(date(2023, 1, 3))
    assert made() == [("2022-W52", 1, 0)]
    beat(date(2023, 1, 8))
    beat(date(2023, 2, 5))
    assert made() == [("2022-W52", 1, 0)]


def test_what_has_long_ended_is_not_made_up_for(schedule, beat):
    schedule()
    beat(date(2023, 2, 5))
    assert made() == []


def test_two_looks_at_one_time_make_one(area, lapsed):
    """Both have seen that nothing is made; the database lets one of them in."""
    lapsed()
    kind = by_name("employee_changes")
    week = next(
        each
        for each in occurrences(load("pingli-2022").duties.report_deadlines["employee_cover"], load("pingli-2022"))
        if each.due_on == SUNDAY
    )
    asked = {"kind": kind, "region": area, "coverage_year": 2022, "format": "csv", "by": system_staff(), "on": SUNDAY}
    first = services.make_due(occurrence=week, **asked)
    assert services.make_due(occurrence=week, **asked) is None
    first.pk, first.sequence = None, 2
    with pytest.raises(IntegrityError, match=r"occurrence|UNIQUE"), transaction.atomic():
        first.save(force_insert=True)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_moment_make_one(area, lapsed):
    lapsed()
    pack = load("pingli-2022")
    week = next(
        each for each in occurrences(pack.duties.report_deadlines["employee_cover"], pack) if each.due_on == SUNDAY
    )
    asked = {"kind": by_name("employee_changes"), "region": area, "coverage_year": 2022, "format": "csv", "on": SUNDAY}
    by, together = system_staff(), Barrier(4)

    def work(_number):
        try:
            together.wait()
            return services.make_due(occurrence=week, by=by, **asked)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        results = list(workers.map(work, range(4)))
    assert sum(result is not None for result in results) == 1
    assert made() == [("2021-W44", 1, 1)]


def test_a_look_that_another_worker_took_is_left_alone(schedule, lapsed, area):
    row = schedule()
    DeliverySchedule.objects.filter(pk=row.pk).update(looked_at=timezone.now())
    assert not services.make_next_due()
    # A time to come, written before the clock was set back, holds nothing.
    DeliverySchedule.objects.filter(pk=row.pk).update(looked_at=timezone.now() + timedelta(hours=1))
    assert services.make_next_due()
    assert not services.make_next_due()


def test_what_is_in_the_way_is_said_and_tried_again(schedule, beat, tree, bureau):
    row = schedule()
    tax = bureau("tax")
    tax.kind = "police"
    tax.save()
    beat(SUNDAY)
    row.refresh_from_db()
    assert "接收单位" in row.trouble
    tax.kind = "tax"
    tax.save()
    beat(SUNDAY)
    row.refresh_from_db()
    assert (row.trouble, made()) == ("", [("2021-W44", 1, 0)])


@pytest.mark.clause("PL-8.2a")
def test_it_is_left_in_the_drop_box_of_the_receiver(schedule, beat, lapsed, bureau, settings, tmp_path, tree):
    settings.DROP_FOLDERS = tmp_path / "boxes"
    (settings.DROP_FOLDERS / "tax").mkdir(parents=True)
    schedule()
    lapsed(date(2021, 11, 1))
    beat(SUNDAY)
    assert Delivery.objects.get().status == Delivery.Status.MADE
    DropBox.objects.create(bureau=bureau("tax"), direction="out", channel="folder", folder="tax")
    beat(SUNDAY, times=2)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.sent_on) == (Delivery.Status.SENT, SUNDAY)
    assert AuditEntry.objects.filter(verb="exchanges.hand_over").count() == 1
    assert (settings.DROP_FOLDERS / "tax" / delivery.file_name).exists()
    rows = rows_of([tree[PINGLI]], [2022], on=SUNDAY, user=None)
    week = next(row for row in rows if row.occurrence and row.occurrence.key == "2021-W44")
    assert (week.state, week.document, week.automatic) == (State.DONE, delivery, True)


def test_an_area_keeps_its_drop_box_shut(schedule, beat, lapsed, bureau, settings, tmp_path):
    settings.DROP_FOLDERS = tmp_path / "boxes"
    (settings.DROP_FOLDERS / "tax").mkdir(parents=True)
    schedule(sends=False)
    DropBox.objects.create(bureau=bureau("tax"), direction="out", channel="folder", folder="tax")
    beat(SUNDAY)
    assert Delivery.objects.get().status == Delivery.Status.MADE


class TestAdmin:
    """The reviewer switches it; every change leaves a trace; another area's is not there."""

    ADD = "admin:exchanges_deliveryschedule_add"

    @pytest.fixture
    def reviewer(self, staff, client, area):
        user = staff(Role.AGENCY_APPROVER, PINGLI)
        client.force_login(user)
        return user

    def asked(self, **more):
        return {
            "region": PINGLI,
            "kind": "employee_changes",
            "is_active": "on",
            "days_before": "2",
            "format": "xlsx",
            "sends": "on",
            **more,
        }

    def test_switched_on_and_off_with_a_trace(self, client, reviewer):
        assert client.post(reverse(self.ADD), self.asked()).status_code == 302
        row = DeliverySchedule.objects.get()
        assert (row.is_active, row.days_before) == (True, 2)
        assert reverse("admin:exchanges_deliveryschedule_changelist") in client.get("/").content.decode()
        assert "职工医保变动" in client.get(reverse("admin:exchanges_deliveryschedule_changelist")).content.decode()
        change = reverse("admin:exchanges_deliveryschedule_change", args=[row.pk])
        off = self.asked()
        del off["is_active"]
        assert client.post(change, off).status_code == 302
        verbs = AuditEntry.objects.filter(by=reviewer).order_by("id").values_list("verb", flat=True)
        assert list(verbs) == ["exchanges.add_deliveryschedule", "exchanges.change_deliveryschedule"]

    @pytest.mark.parametrize("wrong", [{"kind": "marks"}, {"days_before": "7"}, {"kind": "nothing"}, {"region": ZHUJI}])
    def test_what_can_never_come_to_pass_is_refused(self, client, reviewer, wrong):
        assert client.post(reverse(self.ADD), self.asked(**wrong)).status_code == 200
        assert not DeliverySchedule.objects.exists()

    def test_others_do_not_switch_it(self, client, staff, schedule):
        row = schedule()
        change = reverse("admin:exchanges_deliveryschedule_change", args=[row.pk])
        for role, area, answer in (
            (Role.BUREAU_CLERK, PINGLI, 403),
            (Role.COUNTY_AGENT, PINGLI, 403),
            (Role.AGENCY_APPROVER, ZHUJI, 404),
        ):
            client.force_login(staff(role, area))
            assert client.get(change).status_code == answer, role
