"""A file that was renamed, reordered, sent in another format, or cut off: nothing changes twice, nothing is bent."""

import random
from datetime import date

import pytest

from accounts.models import Bureau
from enrollment.models import Payment, Person
from exchanges.models import Batch
from subsidies.models import IdentityMark
from tests.deliveries import HEADERS, csv_bytes, xlsx_bytes
from tests.factories import PINGLI, make_id_number
from tests.faults.conftest import VILLAGE, listed, people

pytestmark = pytest.mark.django_db


def everybody() -> list[tuple]:
    return sorted(Person.objects.values_list("name", "id_number_index", "region_id", "household"))


@pytest.mark.parametrize(
    "again",
    [
        lambda rows: ("另一个名字.csv", csv_bytes(listed(rows))),
        lambda rows: ("名单.txt", csv_bytes(listed(rows), encoding="gb18030", delimiter="\t")),
        lambda rows: ("名单.xlsx", xlsx_bytes(listed(rows))),
        lambda rows: ("名单.csv", csv_bytes([row[::-1] for row in listed(rows)])),
        lambda rows: ("名单.csv", csv_bytes([["平利县人口信息表"], *listed(rows), ["合计", len(rows)]])),
    ],
)
def test_the_same_rows_under_another_name_or_in_another_shape_are_recognised(deliver, again):
    rows = people(30)
    first = deliver.take("population", csv_bytes(listed(rows)), name="名单.csv")
    name, content = again(rows)
    batch = deliver.take("population", content, name=name)
    assert (batch.status, batch.changed, batch.accepted) == (Batch.Status.UNCHANGED, 0, 30)
    assert f"#{first.pk}" in batch.reason


def test_rows_in_another_order_change_nothing(deliver):
    rows = people(60)
    deliver("population", rows)
    before = everybody()
    random.Random(1).shuffle(rows)
    batch = deliver("population", rows)
    assert (batch.changed, batch.accepted) == (0, 60)
    assert everybody() == before


@pytest.mark.parametrize("quoted", [False, True])
def test_a_text_that_was_cut_off_enters_nothing_that_its_sender_did_not_say(deliver, quoted):
    rows = [[*row[:3], "户,1" if quoted else row[3], *row[4:]] for row in people(20)]
    content = csv_bytes(listed(rows)).replace(b"\r\n", b"\n")
    said = {(row[0], row[2], row[3]) for row in rows}
    header = content.index(b"\n") + 1
    for cut in random.Random(int(quoted)).sample(range(header, len(content)), 40):
        batch = deliver.take("population", content[:cut])
        assert batch.status in {Batch.Status.MERGED, Batch.Status.UNCHANGED, Batch.Status.REFUSED}, cut
        assert set(Person.objects.values_list("name", "region_id", "household")) <= said, cut


def test_an_amount_that_was_cut_off_is_not_paid(deliver):
    rows = [
        [
            f"R{n}",
            "王小明",
            make_id_number("610926", date(1970, 1, 1 + n)),
            VILLAGE,
            "2022",
            "",
            "320.00",
            "2021-11-05",
            "柜台",
        ]
        for n in range(5)
    ]
    content = csv_bytes([HEADERS["payments"], *rows])
    batch = deliver.take("payments", content[: content.rindex(b"320.00") + 2])
    assert batch.status == Batch.Status.REFUSED
    assert "截断" in batch.reason
    assert not Payment.objects.exists()


def test_rows_that_are_all_short_or_a_total_at_the_end_are_no_cut(deliver):
    short = "姓名,身份证号,户籍地区划,户号\n" + "\n".join(",".join(row[:3]) for row in people(3))
    assert deliver.take("population", short.encode()).accepted == 3
    total = csv_bytes(listed(people(5))).decode() + "合计,5"
    batch = deliver.take("population", total.encode())
    assert (batch.status, batch.refused) == (Batch.Status.MERGED, 0)
    assert [text for _number, text in batch.layout["left_out"]] == ["合计 5"]


def test_a_workbook_that_was_cut_off_is_refused(deliver):
    content = xlsx_bytes(listed(people(50)))
    for cut in random.Random(2).sample(range(4, len(content)), 10):
        batch = deliver.take("population", content[:cut], name="名单.xlsx")
        assert (batch.status, batch.rows) == (Batch.Status.REFUSED, 0), cut
    assert not Person.objects.exists()


def test_a_complete_list_that_was_cut_off_between_two_rows_ends_nobody_unseen(deliver, tree):
    civil = Bureau.objects.create(name="平利县民政局", kind="civil_affairs", region=tree[PINGLI])
    rows = [
        ["王小明", make_id_number("610926", date(1970, 1, 1 + n)), VILLAGE, "低保对象", "2021-06-01", "", "", ""]
        for n in range(10)
    ]
    deliver("identities", rows, sender=civil)
    batch = deliver("identities", rows[:6], sender=civil, is_full=True)
    assert (batch.status, batch.preview["ended"]) == (Batch.Status.HELD, 4)
    assert batch.preview["brake"]
    assert IdentityMark.objects.filter(ended_on=None).count() == 10
