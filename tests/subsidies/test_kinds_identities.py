from datetime import date

import pytest

from accounts.models import Bureau, BureauKind
from enrollment.models import Person
from exchanges.models import Batch
from subsidies.models import Category, IdentityMark
from tests.deliveries import reasons
from tests.factories import PINGLI, make_id_number

VILLAGE, OTHER = "610926102200", "610926102201"
ON = date(2021, 12, 1)


@pytest.fixture
def resident(person):
    return person(VILLAGE, name="王小明", born=date(1970, 5, 6))


def row(resident, category="低保对象", determined_on="2021-06-01", change="", ended_on="", remark="", **more):
    return [
        more.get("name", resident.name),
        more.get("number", resident.id_number),
        more.get("region", VILLAGE),
        category,
        determined_on,
        change,
        ended_on,
        remark,
    ]


def marks():
    return list(
        IdentityMark.objects.order_by("category", "determined_on").values_list("category", "determined_on", "ended_on")
    )


def test_a_mark_stands_from_the_business_date_of_its_list(deliver, resident):
    batch = deliver("identities", [row(resident, remark="乡镇复核")], on=ON)
    mark = IdentityMark.objects.get()
    assert (batch.status, batch.changed) == (Batch.Status.MERGED, 1)
    assert (mark.person, mark.region_id, mark.category) == (resident, VILLAGE, Category.DIBAO)
    assert (mark.determined_on, mark.marked_on, mark.ended_on) == (date(2021, 6, 1), ON, None)
    assert (mark.remark, mark.batch_id) == ("乡镇复核", batch.pk)


@pytest.mark.parametrize(
    ("word", "category"),
    [
        *((category.label, category) for category in Category),
        ("dibao", Category.DIBAO),
        ("低保", Category.DIBAO),
        ("特困供养人员", Category.TEKUN),
        ("重残", Category.SEVERE_DISABILITY),
    ],
)
def test_categories_by_their_names(deliver, resident, word, category):
    deliver("identities", [row(resident, word)])
    assert IdentityMark.objects.get().category == category


def test_several_identities_at_once(deliver, resident):
    batch = deliver("identities", [row(resident, "低保对象"), row(resident, "重度残疾人", "2020-02-02")])
    assert batch.changed == 2
    assert marks() == [("dibao", date(2021, 6, 1), None), ("severe_disability", date(2020, 2, 2), None)]


def test_the_same_list_again_changes_nothing(deliver, resident):
    deliver("identities", [row(resident)], on=ON)
    again = deliver("identities", [row(resident)], on=date(2021, 12, 8))
    assert (again.status, again.changed) == (Batch.Status.UNCHANGED, 0)
    assert IdentityMark.objects.get().marked_on == ON


def test_begun_ended_and_begun_again(deliver, resident):
    deliver("identities", [row(resident)])
    ended = deliver("identities", [row(resident, change="退出", ended_on="2021-09-01")])
    assert (ended.changed, marks()) == (1, [("dibao", date(2021, 6, 1), date(2021, 9, 1))])
    deliver("identities", [row(resident, determined_on="2021-11-01")])
    assert marks() == [("dibao", date(2021, 6, 1), date(2021, 9, 1)), ("dibao", date(2021, 11, 1), None)]


def test_the_whole_course_in_one_list_in_any_order(deliver, resident):
    batch = deliver(
        "identities",
        [
            row(resident, determined_on="2021-11-01"),
            row(resident, change="退出", ended_on="2021-09-01"),
            row(resident, change="新增"),
        ],
    )
    assert (batch.accepted, batch.changed) == (3, 3)
    assert marks() == [("dibao", date(2021, 6, 1), date(2021, 9, 1)), ("dibao", date(2021, 11, 1), None)]


def test_an_older_list_does_not_undo_an_end(deliver, resident):
    begun = [row(resident)]
    deliver("identities", begun)
    deliver("identities", [row(resident, change="退出", ended_on="2021-09-01")])
    again = deliver("identities", begun)
    assert (again.changed, again.refused, marks()) == (0, 0, [("dibao", date(2021, 6, 1), date(2021, 9, 1))])


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"change": "退出"}, ("ended_on", "end_undated")),
        ({"change": "退出", "ended_on": "2021-05-01"}, ("ended_on", "ends_before_mark")),
        ({"change": "退出", "ended_on": "2021-09-01"}, ("change", "mark_unknown")),
        ({"ended_on": "2021-09-01"}, ("ended_on", "end_without_exit")),
        ({"determined_on": "1970-01-01"}, ("determined_on", "before_birth")),
        ({"category": "贫困户"}, ("category", "not_a_choice")),
        ({"name": "王大明"}, ("name", "name_differs")),
    ],
)
def test_rows_that_cannot_be(deliver, resident, cells, reason):
    batch = deliver("identities", [row(resident, **cells)])
    assert reasons(batch) == {2: [reason]}
    assert not IdentityMark.objects.exists()


def test_a_person_of_whom_the_register_does_not_know_is_not_lost(deliver, resident):
    number = make_id_number("610926", date(1950, 3, 4))
    batch = deliver("identities", [row(resident, name="赵六", number=number, region=OTHER)])
    person = Person.objects.get(name="赵六")
    assert (person.region_id, person.birth_date, person.batch_id) == (OTHER, date(1950, 3, 4), batch.pk)
    assert person.marks.get().region_id == OTHER


def test_a_department_speaks_for_its_own_categories_only(deliver, resident):
    disabled = Bureau.objects.create(name="平利县残联", kind=BureauKind.DISABLED, region_id=PINGLI)
    batch = deliver("identities", [row(resident, "重度残疾人"), row(resident, "低保对象")], sender=disabled)
    assert reasons(batch) == {3: [("category", "category_of_others")]}
    assert [category for category, *_ in marks()] == ["severe_disability"]


def test_a_department_that_has_no_such_list_is_refused(deliver, resident):
    tax = Bureau.objects.create(name="平利县税务局", kind=BureauKind.TAX, region_id=PINGLI)
    batch = deliver("identities", [row(resident)], sender=tax)
    assert batch.status == Batch.Status.REFUSED
    assert "平利县税务局" in batch.reason


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("农村低保", Category.DIBAO),
        ("城市低保对象", Category.DIBAO),
        ("城乡特困人员", Category.TEKUN),
        ("分散供养特困人员", Category.TEKUN),
        ("重度残疾（二级）", Category.SEVERE_DISABILITY),
        ("一级残疾", Category.SEVERE_DISABILITY),
        ("三级残疾", None),
        ("脱贫不稳定户（风险已消除）", None),
        ("监测对象", None),
        ("脱贫人口", None),
        ("优抚对象", None),
        ("低保对象、重度残疾人", None),
    ],
)
def test_what_means_the_same_for_certain_and_nothing_else(deliver, resident, word, category):
    deliver("identities", [row(resident, word)])
    assert list(IdentityMark.objects.values_list("category", flat=True)) == ([category] if category else [])


def test_one_recognition_at_two_places_is_refused(deliver, resident):
    batch = deliver("identities", [row(resident), row(resident, region=OTHER)])
    assert reasons(batch) == {2: [("region", "rows_contradict")], 3: [("region", "rows_contradict")]}
