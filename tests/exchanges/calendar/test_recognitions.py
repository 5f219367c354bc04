"""Rows told of later than five working days after the recognition, through the real door."""

from dataclasses import replace

import pytest
from django.urls import reverse

from exchanges.calendar.board import Row, State, rows_of
from exchanges.calendar.recognitions import told_late
from exchanges.calendar.tables import state_words
from exchanges.models import Batch
from policy.period import Span
from subsidies.models import IdentityMark
from tests.exchanges.calendar.conftest import day
from tests.factories import PINGLI, make_id_number

VILLAGE = "老县镇蒋家坪村"


@pytest.fixture
def listed(season, bureau, deliver):
    """listed(["2023-09-28", …], on="2023-10-11"): a list of people recognised on those days comes on a day."""
    season("shangluo-2024", 2024)
    civil = bureau("civil_affairs")

    def send(recognised, *, on, area=PINGLI, people=None):
        rows = [
            [f"张{'一二三四五六七八九'[place]}", number, VILLAGE, "低保对象", text, "新增", "", ""]
            for place, (text, number) in enumerate(zip(recognised, people or map(fresh, recognised), strict=False))
        ]
        batch = deliver("identities", rows, year=2024, on=day(on), sender=civil, area=area)
        assert batch.status == Batch.Status.MERGED, batch.reason
        assert batch.accepted == len(rows)
        return batch

    return send


def fresh(_text):
    return make_id_number("610926")


@pytest.fixture
def told(tree):
    def read(on):
        (row,) = [
            row
            for row in rows_of([tree[PINGLI]], [2024], on=day(on), user=None)
            if row.duty.deadline.each_row and row.duty.bureau_kind == "civil_affairs"
        ]
        return row

    return read


@pytest.mark.clause("SL-6.2d")
def test_working_days_with_those_worked_in_exchange(listed, told):
    assert told("2023-10-01").state == State.UNDATED
    in_time = listed(["2023-09-28", "2023-10-06", "2023-10-09"], on="2023-10-11")
    row = told("2023-10-12")
    assert (row.state, row.told.rows, row.told.late, row.document) == (State.DONE, 3, 0, in_time)
    late = listed(["2023-09-28", "2023-10-07", "2023-10-08"], on="2023-10-12")
    row = told("2023-10-12")
    assert (row.state, row.told.rows, row.told.late, row.days) == (State.LATE, 6, 1, 1)
    assert [(each.batch, each.rows, each.days) for each in row.told.lists] == [(late, 1, 1)]


@pytest.mark.clause("SL-3.1")
@pytest.mark.clause("SL-6.2d")
def test_recognitions_until_the_end_of_august_have_the_day_of_their_list(listed, told):
    listed(["2020-01-01", "2023-08-25", "2023-08-31"], on="2023-09-05")
    row = told("2023-09-06")
    assert (row.state, row.told) == (State.UNDATED, None)


def test_a_mark_that_ended_is_still_told_of_by_its_first_list(listed, told, deliver, bureau):
    first = listed(["2023-09-04"], on="2023-09-20")
    mark = IdentityMark.objects.get()
    end = [[mark.person.name, mark.person.id_number, VILLAGE, "低保对象", "2023-09-04", "退出", "2023-11-01", ""]]
    ending = deliver("identities", end, year=2024, on=day("2023-11-02"), sender=bureau("civil_affairs"))
    mark.refresh_from_db()
    assert mark.batch == ending
    row = told("2023-11-03")
    assert [(each.batch, each.rows) for each in row.told.lists] == [(first, 1)]
    assert row.told.late == 1


def test_days_of_years_without_a_calendar_are_said_and_not_guessed(listed, told):
    batch = listed(["2023-09-04", "2023-09-05"], on="2023-09-11")
    IdentityMark.objects.filter(determined_on=day("2023-09-04")).update(determined_on=day("2026-12-30"))
    duty = replace(told("2023-09-12").duty, stands=Span(day("2023-09-01"), day("2027-12-31")))
    found = told_late(duty, [batch])
    assert (found.rows, found.late, found.uncounted) == (1, 0, 1)
    row = Row(duty, State.DONE, told=found)
    assert "另有 1 行" in state_words(row)


def test_the_page_names_the_lists(listed, told, client, staff, tree):
    batch = listed(["2023-09-04"], on="2023-09-20")
    client.force_login(staff("county_agent", PINGLI))
    page = client.get(reverse("exchanges:calendar"), {"on": "2023-09-21", "year": "2024"})
    text = page.content.decode()
    assert "1 行中 1 行迟报" in text
    assert f"#{batch.pk}" in text
    assert "含迟报人员的名单" in text
    assert "SL-6.2d" in text
