"""The four stories of the main job, in a real browser on a real server."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Staff
from accounts.queries import system_staff
from accounts.roles import Role
from demo.services import fill
from enrollment.models import Person
from enrollment.queries import enrolled_people, not_enrolled_people
from exchanges.models import Batch
from notices.services import set_season
from quotas.models import SnapshotRow
from regions.models import Region
from regions.queries import code_ranges
from subsidies.models import Decision, IdentityMark
from tests import factories
from tests.browser.conftest import PHONE, runs_off_sideways

pytestmark = pytest.mark.django_db(transaction=True)

ZHUJI, ZHUJI_LAST_DAY = "341323117000", date(2022, 12, 31)
PINGLI, PINGLI_LAST_DAY = "610926000000", date(2021, 12, 25)


def test_those_who_read(signed_in, tmp_path):
    """A township officer finds the village that is last and who has not paid there; a village officer cannot see the
    next village; a supervisor exports the ledger."""
    fill(people=1200)
    _township_officer(signed_in)
    _village_officer(signed_in)
    _supervisor(signed_in, tmp_path)


def _township_officer(signed_in):
    page = signed_in(Staff.objects.get(username="zhuji.township"), viewport=PHONE)
    page.goto(page.base + reverse("quotas:ranking"))
    assert not runs_off_sideways(page)
    rows = SnapshotRow.objects.filter(snapshot__region=ZHUJI, snapshot__on=ZHUJI_LAST_DAY, rank__isnull=False)
    last = rows.order_by("-rank").first()
    assert "last" in last.flags
    line = page.locator("table.table tbody tr", has_text=last.region.name)
    assert f"{last.enrolled:,}" in line.inner_text()
    assert "末位" in line.inner_text()
    unpaid = reverse("enrollment:not_paid_in", args=[last.region_id])
    page.locator(f'a[href^="{unpaid}"]').first.click()
    page.wait_for_url(f"**{unpaid}*")
    assert not runs_off_sideways(page)
    text = page.locator("main").inner_text()
    people = not_enrolled_people(coverage_year=2023, on=ZHUJI_LAST_DAY, ranges=code_ranges(last.region))
    assert people.exists()
    for person in people:
        assert person.masked_number in text
        assert person.id_number not in page.content()


def _village_officer(signed_in):
    officer = Staff.objects.get(username="zhuji.village")
    own = officer.postings.get().region_id
    page = signed_in(officer, viewport=PHONE)
    assert page.goto(page.base + reverse("enrollment:not_paid_in", args=[own])).status == 200
    next_village = Region.objects.filter(parent=ZHUJI).exclude(pk=own).first().pk
    stranger = Person.objects.filter(region=next_village).first().pk
    nobody = Person.objects.order_by("-pk").first().pk + 1000
    answers = set()
    for url in (
        reverse("enrollment:not_paid_in", args=[next_village]),
        reverse("enrollment:people_in", args=[next_village]),
        reverse("enrollment:person", args=[stranger]),
        reverse("enrollment:person", args=[nobody]),
    ):
        answer = page.goto(page.base + url)
        assert answer.status == 404
        answers.add(page.locator("main").inner_text())
    assert len(answers) == 1


def _supervisor(signed_in, tmp_path):
    page = signed_in(Staff.objects.get(username="pingli.supervisor"))
    page.goto(page.base + reverse("exchanges:ledger", args=["enrolled"]))
    with page.expect_download() as download:
        page.locator("main form button[type=submit]").click()
    path = tmp_path / "ledger.xlsx"
    download.value.save_as(path)
    sheet = load_workbook(path, read_only=True).active
    cells = [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    area = Region.objects.get(pk=PINGLI)
    enrolled = enrolled_people(coverage_year=2022, on=PINGLI_LAST_DAY, ranges=code_ranges(area))
    receipts = set(enrolled.values_list("receipt_no", flat=True))
    found = {cell for row in cells for cell in row} & receipts
    assert found == receipts
    assert "平利县" in "".join(cells[0] + cells[1])
    numbers = set(Person.objects.filter(region__code__startswith="610926").values_list("pk", flat=True)[:50])
    everything = "\n".join("|".join(row) for row in cells)
    assert all(person.id_number not in everything for person in Person.objects.filter(pk__in=numbers))


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_agency_mends_five_rows_and_decides(signed_in, tree, tmp_path):
    agent = factories.make_staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
    set_season(region=tree[PINGLI], coverage_year=2022, pack_id="pingli-2022", by=system_staff(), on=date(2021, 9, 1))
    people = [factories.make_person("610926102200", name=f"陈{mark}华") for mark in "一二三四五六七八"]
    header = ["姓名", "身份证号", "户籍地区划", "身份类别", "认定日期", "变动类型", "退出日期", "备注"]
    right = [[p.name, p.id_number, "老县镇老县村", "低保对象", "2021-05-01", "新增", "", ""] for p in people]
    wrong = [list(row) for row in right]
    wrong[0][1] = wrong[0][1][:-1] + ("0" if wrong[0][1][-1] != "0" else "1")
    wrong[1][2], wrong[2][3], wrong[3][4], wrong[4][5] = "某某村", "困难户", "2021-13-01", "退出"
    page = signed_in(agent)

    _send(page, tmp_path / "低保名单.csv", [["低保名单"], header, *wrong])
    first = Batch.objects.get()
    assert (first.status, first.accepted, first.refused) == ("merged", 3, 5)
    page.wait_for_selector(".message--warn")
    with page.expect_download() as download:
        page.locator(f'a[href="{reverse("exchanges:errors", args=[first.pk])}"]').click()
    errors = tmp_path / "errors.csv"
    download.value.save_as(errors)
    lines = _rows(errors.read_bytes())
    assert lines[0][0] == "低保名单"
    assert lines[1][: len(header)] == header
    assert len(lines) == 2 + 5
    assert all(line[-1] for line in lines[2:])

    by_number = {row[0]: row for row in right}
    mended = lines[:2] + [by_number[line[0]] + line[len(header) :] for line in lines[2:]]
    _send(page, tmp_path / "低保名单更正.csv", mended)
    second = Batch.objects.latest("pk")
    assert (second.status, second.accepted, second.refused) == ("merged", 5, 0)
    assert IdentityMark.objects.filter(category="dibao", ended_on=None).count() == 8

    page.goto(page.base + reverse("subsidies:decide", args=[PINGLI]) + "?year=2022")
    page.locator("main form button[type=submit]").click()
    page.locator("dialog[open] [data-confirm-yes]").click()
    page.wait_for_url("**/runs/*/")
    call_command("worker", "--once")
    page.wait_for_selector(".figures")
    assert Decision.objects.filter(superseded_by=None).count() == 8


def _send(page, path: Path, rows: list[list[str]]) -> None:
    """Hands the file in on the page and lets the worker take it; waits for the result to show by itself."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    page.goto(page.base + reverse("exchanges:upload"))
    page.select_option("select[name=kind]", "identities")
    page.select_option("select[name=region]", PINGLI)
    page.select_option("select[name=coverage_year]", "2022")
    page.set_input_files("input[type=file]", str(path))
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("[data-progress-url]")
    call_command("worker", "--once")
    page.wait_for_selector("[data-progress-url]", state="detached")
