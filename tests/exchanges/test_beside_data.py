"""Totals, headers of further pages and footers are no rows of a list; a row that lacks its number is none of them."""

import pytest

from enrollment.models import Payment, Person
from exchanges.models import Batch
from quotas.models import Task
from tests.deliveries import HEADERS, csv_bytes, reasons
from tests.factories import make_id_number

VILLAGE = "610926102200"
HEADER = HEADERS["payments"]


def payment(receipt: str, *, number: str | None = None, channel: str = "") -> list[str]:
    number = make_id_number("610926") if number is None else number
    return [receipt, "王小明", number, VILLAGE, "2022", "1", "320.00", "2021-11-05", channel]


@pytest.mark.parametrize(
    "words",
    [
        "合计",
        "合　计",
        "老县镇小计",
        "本页 小计",
        "全县合计",
        "合计（元）",
        "合计：12人",
        "共12户",
        "人数合计",
        "Total:",
        "【总计】",
    ],
)
def test_totals_in_the_middle_and_at_the_end(deliver, words):
    total = [words, "", "", "", "", "", "320.00", "", ""]
    numbered = ["3", words, "", "", "", "", "320.00", "", ""]
    batch = deliver("payments", [payment("A"), total, payment("B"), numbered])
    assert (batch.rows, batch.refused, Payment.objects.count()) == (2, 0, 2)
    assert [number for number, _text in batch.layout["left_out"]] == [3, 5]


@pytest.mark.parametrize(
    "cells",
    [
        ["填表人：张三", "", "审核人：李四"],
        ["", "", "", "打印时间：2021-11-30 08:00"],
        ["平利县民政局（公章）"],
        ["2021年11月30日"],
        ["第 1 页，共 3 页"],
        ["——以下空白——"],
        ["备注", "本表一式三份"],
        HEADER,
    ],
)
def test_footers_and_the_header_of_another_page(deliver, cells):
    batch = deliver("payments", [payment("A"), [*cells, *[""] * (len(HEADER) - len(cells))], payment("B")])
    assert (batch.rows, batch.refused, len(batch.layout["left_out"])) == (2, 0, 1)


@pytest.mark.parametrize("remark", ["备注：无证", "注：身份证丢失", "联系村干部", "全家共3人", "共3人"])
def test_a_row_without_its_number_is_refused_and_not_lost(deliver, remark):
    row = ["王小明", "", "", "低保对象", "", "", "", remark]
    batch = deliver("identities", [row])
    assert (batch.status, batch.rows, batch.refused) == (Batch.Status.MERGED, 1, 1)
    assert ("id_number", "missing") in reasons(batch)[2]
    assert not Person.objects.exists()


def test_a_task_is_never_taken_for_the_signature_below_it(deliver):
    rows = [["老县镇人民政府", "", "18800", "", ""], ["平利县人民政府", "", "", "", ""]]
    batch = deliver.take("tasks", csv_bytes([HEADERS["tasks"], *rows, ["全县", "", "18800", "", ""]]))
    assert (batch.rows, batch.accepted) == (2, 1)
    assert Task.objects.get().region_id == "610926102000"
