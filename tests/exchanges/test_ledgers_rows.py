"""Rows of a ledger as the database gives them, the same from both databases."""

import tracemalloc
from datetime import date

import pytest

from enrollment.models import Person
from exchanges.ledgers import Column, Kind, Ledger, Sql, UnknownLedger, by_name, register
from exchanges.ledgers.rows import BLOCK_ROWS, blocks
from exchanges.writers import Formatter
from regions.models import Region

TEXT = (Column("名称"),)
COUNTED = (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i, i * 100, '张三' FROM n"
)
COUNTING = (Column("序号", Kind.INTEGER), Column("金额", Kind.MONEY), Column("姓名"))


def read(rows, columns):
    return [row for block in blocks(rows, columns) for row in block]


@pytest.mark.parametrize(
    "name",
    ["张\t三", "张\n三", "张\r三", "张\\三", "\\N", "张\\t三", "\\x41", "'\"张,三;", "\b张\f\v", " 张三 ", "𠮷野"],
)
def test_a_text_arrives_as_it_was_stored(tree, name):
    Region.objects.filter(code="610926102201").update(name=name)
    rows = Region.objects.filter(code="610926102201").values_list("name")
    assert read(rows, TEXT) == [[name]]


def test_numbers_dates_and_nothing_arrive_as_text(tree, person):
    someone = person("610926102201", name="张三", born=date(1980, 2, 3))
    columns = (
        Column("姓名"),
        Column("证件号码", Kind.NUMBER, purpose="enrollment.person.id_number"),
        Column("出生日期", Kind.DATE),
        Column("状态日期", Kind.DATE),
        Column("户号"),
    )
    rows = Person.objects.values_list("name", "id_number", "birth_date", "status_on", "household")
    raw = read(rows, columns)
    assert raw[0][2:] == ["1980-02-03", "", ""]
    assert isinstance(raw[0][1], bytes)
    assert Formatter(columns, full_numbers=True)(raw)[0][1] == someone.id_number


def test_a_number_that_is_missing_stays_empty(tree, person):
    columns = (Column("姓名"), Column("手机", Kind.NUMBER, purpose="enrollment.person.phone"))
    person("610926102201", name="甲", phone="13800001111")
    person("610926102201", name="乙")
    rows = Person.objects.order_by("pk").values_list("name", "phone")
    assert Formatter(columns, full_numbers=True)(read(rows, columns)) == [["甲", "13800001111"], ["乙", ""]]


def test_an_empty_part_of_the_tree_is_no_row(tree):
    assert read(Region.objects.filter(pk__in=[]).values_list("name"), TEXT) == []
    assert read(Region.objects.filter(pk="999999999999").values_list("name"), TEXT) == []
    assert read([], TEXT) == []


def test_rows_come_in_blocks_and_in_order(db):
    found = list(blocks(Sql(COUNTED, [2 * BLOCK_ROWS + 1]), COUNTING))
    assert [len(block) for block in found] == [BLOCK_ROWS, BLOCK_ROWS, 1]
    assert [row[0] for block in found for row in block] == [str(i) for i in range(1, 2 * BLOCK_ROWS + 2)]


def test_reading_a_hundred_thousand_rows_holds_one_block(db):
    tracemalloc.start()
    try:
        assert sum(len(block) for block in blocks(Sql(COUNTED, [100_000]), COUNTING)) == 100_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_an_export_that_is_given_up_leaves_the_connection_usable(transactional_db):
    stream = blocks(Sql(COUNTED, [50_000]), COUNTING)
    next(stream)
    stream.close()
    assert Region.objects.count() == 0


def test_one_name_is_one_ledger():
    enrolled = by_name("enrolled")
    register(enrolled)
    with pytest.raises(ValueError, match="enrolled"):
        register(Ledger("enrolled", "另一本", TEXT, enrolled.rows, "enrollment.view_person"))
    with pytest.raises(UnknownLedger, match="not_enrolled"):
        by_name("paid")
