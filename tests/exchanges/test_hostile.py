"""Files that mean harm, or that something went wrong with: refused with a reason, and the worker lives."""

import io
import json
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.roles import Role
from enrollment.kinds import POPULATION
from exchanges.models import Batch
from exchanges.reading import FileRefused, open_source, workbook
from exchanges.services import receive
from tests.deliveries import HEADERS, csv_bytes, reasons, xlsx_bytes
from tests.exchanges.hostile_files import MEGABYTE, READ, REFUSED, one_sheet_many_times
from tests.factories import PINGLI, make_id_number

LIMIT = 512 * MEGABYTE


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_reason(deliver, name):
    batch = deliver.take("population", REFUSED[name](), name="名单.xls")
    assert batch.status == Batch.Status.REFUSED
    assert not batch.accepted
    assert len(batch.reason) > 10
    assert batch.reason[0] > "\u3000" or batch.reason.startswith("前40行"), "the reason is in Chinese"


@pytest.mark.parametrize("name", READ)
def test_read_for_what_it_says(deliver, name):
    make, rows, accepted = READ[name]
    batch = deliver.take("population", make(), name="名单.xlsx")
    assert (batch.status, batch.rows, batch.accepted) == (Batch.Status.MERGED, rows, accepted)


def test_no_file_takes_more_memory_than_a_list_needs(tmp_path):
    made = {**REFUSED, **{name: make for name, (make, _rows, _accepted) in READ.items()}}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.exchanges.reading_alone"],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        for name, make in made.items():
            path = tmp_path / "file"
            path.write_bytes(make())
            reader.stdin.write(f"{path}\n")
            reader.stdin.flush()
            answer = json.loads(reader.stdout.readline())
            assert answer["own"] < LIMIT, name
            assert answer["below"] < LIMIT, name
        reader.stdin.close()


def test_a_workbook_gets_no_more_time_than_it_needs(monkeypatch):
    monkeypatch.setattr(workbook, "SECONDS", 1)
    content = one_sheet_many_times(60, rows=MEGABYTE)
    with pytest.raises(FileRefused) as refused:
        open_source(lambda: io.BytesIO(content), POPULATION)
    assert "时间" in str(refused.value)


def test_formulas_and_markup_in_names_are_no_names(deliver):
    rows = [
        [text, make_id_number("610926"), "610926102200", "", "", "", ""]
        for text in (
            '=HYPERLINK("http://x")',
            "<script>alert(1)</script>",
            "+1",
            "@SUM(A1)",
            "王小明\x07",
            "=cmd|' /C calc'!A0",
        )
    ]
    batch = deliver("population", rows)
    assert (batch.accepted, batch.refused) == (0, 6)
    assert {code for found in reasons(batch).values() for _field, code in found} == {"not_a_name"}


def test_markup_of_a_file_is_shown_as_text(deliver, staff, client):
    agent = staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
    markup = "<img src=x onerror=alert(1)>"
    row = ["王小明", make_id_number("610926"), markup, "", "", "", ""]
    listed = deliver.take(
        "population", csv_bytes([["名单", markup], HEADERS["population"], row]), name=f"{markup}.csv", by=agent
    )
    titled = deliver.take("population", xlsx_bytes([[markup, "姓名"]], sheet="<b>名单"), by=agent)
    assert (listed.refused, titled.status) == (1, Batch.Status.REFUSED)
    client.force_login(agent)
    for batch in (listed, titled):
        page = client.get(reverse("exchanges:batch", args=[batch.pk])).text
        assert "&lt;img src=x" in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x.csv", "C:\\a\\..\\x.csv", "x.csv\r\nSet-Cookie: a=b", "\u202ex.csv", "\0x.csv"]
)
def test_file_names_lead_nowhere(deliver, staff, client, name, settings):
    agent = staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
    row = ["王*明", make_id_number("610926"), "610926102200", "", "", "", ""]
    batch = deliver.take("population", csv_bytes([HEADERS["population"], row]), name=name, by=agent)
    assert not set(batch.file_name) & set("/\\\r\n\0\u202e")
    assert Path(settings.MEDIA_ROOT) in Path(batch.file.path).resolve().parents
    client.force_login(agent)
    answer = client.get(reverse("exchanges:errors", args=[batch.pk]))
    told = urllib.parse.unquote(answer.headers["Content-Disposition"])
    assert not set(told.partition("filename")[2]) & set("/\\\r\n\0\u202e")
    assert "Set-Cookie" not in answer.headers


def test_an_uploaded_name_of_a_thousand_letters_is_cut():
    assert len(receive.shown_name("名" * 1_000 + ".xlsx")) == 200
    assert receive.shown_name("名" * 1_000 + ".xlsx").endswith(".xlsx")


def test_after_a_hostile_file_the_next_one_is_taken(deliver):
    deliver.take("population", REFUSED["sparse sheet to XFD1048576"]())
    batch = deliver("population", [["王小明", make_id_number("610926"), "610926102200", "", "", "", ""]])
    assert batch.status == Batch.Status.MERGED


def test_a_row_with_a_comma_too_many_is_refused_not_shifted(deliver):
    number = make_id_number("610926")
    content = csv_bytes([HEADERS["population"]]) + f"王小明,{number},610926102200,,,,,多余\n".encode()
    batch = deliver.take("population", content)
    assert reasons(batch) == {2: [("", "too_many_cells")]}
