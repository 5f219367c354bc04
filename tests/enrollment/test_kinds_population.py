from datetime import date

import pytest

from enrollment.models import Person
from exchanges.models import Batch
from tests.deliveries import reasons
from tests.factories import make_id_number

VILLAGE, OTHER = "610926102200", "610926102201"


@pytest.fixture
def number():
    return make_id_number("610926", date(1970, 5, 6))


def test_people_enter_with_place_document_and_birth_date(deliver, number):
    batch = deliver("population", [["王小明", number.lower(), "老县镇老县村", "H1", OTHER, "", ""]])
    assert (batch.status, batch.rows, batch.accepted, batch.refused, batch.changed) == (Batch.Status.MERGED, 1, 1, 0, 1)
    person = Person.objects.get()
    assert (person.name, person.id_number, person.birth_date) == ("王小明", number, date(1970, 5, 6))
    assert (person.region_id, person.residence_id, person.household) == (VILLAGE, OTHER, "H1")
    assert (person.status, person.status_on, person.batch_id) == ("normal", None, batch.pk)


def test_people_may_live_in_another_area_but_belong_to_their_own(deliver, tree, number):
    other = make_id_number("610926", date(1971, 5, 6))
    batch = deliver(
        "population",
        [
            ["王小明", number, VILLAGE, "", "341323117200", "", ""],
            ["王小红", other, VILLAGE, "", "朱集镇朱集村", "", ""],
            ["王小强", make_id_number("610926", date(1972, 5, 6)), "341323117200", "", "", "", ""],
            ["王小刚", make_id_number("610926", date(1973, 5, 6)), VILLAGE, "", "441900003001", "", ""],
        ],
    )
    assert set(Person.objects.values_list("region_id", "residence_id")) == {(VILLAGE, "341323117200")}
    assert Person.objects.count() == 2
    assert reasons(batch) == {4: [("region", "region")], 5: [("residence", "region")]}


def test_the_same_list_again_writes_nothing(deliver, number):
    rows = [["王小明", number, VILLAGE, "H1", "", "", ""]]
    first = deliver("population", rows)
    again = deliver("population", rows, name="又一次.csv")
    assert (again.status, again.changed, again.rows, again.accepted) == (Batch.Status.UNCHANGED, 0, 1, 1)
    assert Person.objects.get().batch_id == first.pk


def test_a_list_corrects_name_place_and_status(deliver, number):
    deliver("population", [["王小明", number, VILLAGE, "H1", OTHER, "", ""]])
    batch = deliver("population", [["王晓明", number, OTHER, "", "", "死亡", "2021年11月3日"]])
    person = Person.objects.get()
    assert batch.changed == 1
    assert (person.name, person.region_id, person.status, person.status_on) == (
        "王晓明",
        OTHER,
        Person.Status.DEAD,
        date(2021, 11, 3),
    )
    assert (person.household, person.residence_id) == ("H1", OTHER)


def test_the_list_delivered_last_stands_also_when_it_was_delivered_before(deliver, number):
    first, second = [["王小明", number, VILLAGE, "", "", "", ""]], [["王小明", number, OTHER, "", "", "", ""]]
    deliver("population", first)
    deliver("population", second)
    third = deliver("population", first)
    assert (third.status, third.changed) == (Batch.Status.MERGED, 1)
    assert Person.objects.get().region_id == VILLAGE


@pytest.mark.parametrize("word", ["死亡", "迁出", "参军", "服刑"])
def test_every_status_but_normal_needs_its_date(deliver, number, word):
    batch = deliver("population", [["王小明", number, VILLAGE, "", "", word, ""]])
    assert reasons(batch) == {2: [("status_on", "status_undated")]}
    assert not Person.objects.exists()


def test_status_before_birth_is_refused(deliver, number):
    batch = deliver("population", [["王小明", number, VILLAGE, "", "", "死亡", "1969-01-01"]])
    assert reasons(batch) == {2: [("status_on", "before_birth")]}


def test_of_repeated_rows_the_first_is_taken_and_contradicting_ones_are_refused(deliver, number):
    other = make_id_number("610926", date(1971, 5, 6))
    batch = deliver(
        "population",
        [
            ["王小明", number, VILLAGE, "", "", "", ""],
            ["王小明", number, VILLAGE, "", "", "", ""],
            ["李四", other, VILLAGE, "", "", "", ""],
            ["李四", other, OTHER, "", "", "", ""],
        ],
    )
    assert reasons(batch) == {
        3: [("id_number", "row_repeated")],
        4: [("id_number", "rows_contradict")],
        5: [("id_number", "rows_contradict")],
    }
    assert (batch.accepted, batch.refused, Person.objects.count()) == (1, 3, 1)


def test_a_row_outside_the_area_is_refused(deliver, number):
    batch = deliver("population", [["王小明", number, "341323117205", "", "", "", ""]])
    assert reasons(batch) == {2: [("region", "region")]}


def test_a_county_is_no_place_to_live(deliver, number):
    batch = deliver("population", [["王小明", number, "610926000000", "", "", "", ""]])
    assert reasons(batch) == {2: [("region", "region_too_high")]}


def test_all_reasons_of_a_row_are_told(deliver):
    batch = deliver("population", [["王*明", "610926197005060010", "不存在村", "", "", "失踪", "2021-13-01"]])
    assert reasons(batch)[2] == [
        ("id_number", "number_check"),
        ("name", "not_a_name"),
        ("region", "region"),
        ("status", "not_a_choice"),
        ("status_on", "not_a_date"),
    ]


@pytest.mark.parametrize(
    ("first", "second"), [(("H1", ""), ("H2", "")), (("", VILLAGE), ("", OTHER)), (("H1", VILLAGE), ("", OTHER))]
)
def test_rows_that_contradict_each_other_are_refused_both(deliver, number, first, second):
    batch = deliver("population", [["王小明", number, VILLAGE, *cells, "", ""] for cells in (first, second)])
    assert reasons(batch) == {2: [("id_number", "rows_contradict")], 3: [("id_number", "rows_contradict")]}


def test_an_empty_cell_contradicts_nothing(deliver, number):
    batch = deliver("population", [["王小明", number, VILLAGE, cell, "", "", ""] for cell in ("H1", "")])
    assert reasons(batch) == {3: [("id_number", "row_repeated")]}


@pytest.mark.parametrize(
    "older", [["", OTHER, "正常", ""], ["", VILLAGE, "正常", ""], ["H9", VILLAGE, "死亡", "2021-11-20"]]
)
def test_an_older_list_undoes_nothing_of_a_newer_one(deliver, number, older):
    household, place, status, day = older
    deliver("population", [["王小明", number, VILLAGE, "H1", "", "死亡", "2021-11-20"]], on=date(2021, 12, 1))
    batch = deliver("population", [["王小明", number, place, household, "", status, day]], on=date(2021, 11, 25))
    assert reasons(batch) == {2: [("", "newer_stands")]}
    person = Person.objects.get()
    assert (person.status, person.region_id, person.household) == ("dead", VILLAGE, "H1")


def test_an_event_finds_its_place_whenever_its_list_comes(deliver, number):
    deliver("population", [["王小明", number, VILLAGE, "H1", "", "", ""]], on=date(2021, 12, 1))
    batch = deliver("population", [["王小明", number, VILLAGE, "", "", "死亡", "2021-10-20"]], on=date(2021, 11, 1))
    assert (batch.refused, batch.changed) == (0, 1)
    assert Person.objects.get().status_on == date(2021, 10, 20)


@pytest.mark.parametrize(("word", "status"), [("死亡注销", "dead"), ("参军入伍", "enlisted"), ("注销", None)])
def test_other_words_for_what_befell_somebody(deliver, number, word, status):
    batch = deliver("population", [["王小明", number, VILLAGE, "", "", word, "2021-10-20"]])
    assert list(Person.objects.values_list("status", flat=True)) == ([status] if status else [])
    assert batch.refused == (0 if status else 1)
