"""What the seasons reckoned by hand share: who is who, and the commands as a scheduler runs them."""

import csv
import io
import json
from datetime import date

from django.core.management import call_command

from tests.deliveries import HEADERS, csv_bytes
from tests.factories import make_id_number


def name_of(number: int) -> str:
    return "甲乙丙丁戊己庚辛壬癸"[number % 10] + "子丑寅卯辰巳午"[number // 10]


def number_of(number: int) -> str:
    return make_id_number("610926", date(1975, 4, 12), sequence=number)


def who(number: int) -> list[str]:
    return [name_of(number), number_of(number)]


def run(name, *arguments, area, year="2022"):
    """A command's JSON."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *arguments, "--area", area, "--year", year, "--json", stdout=out, stderr=err)
    except SystemExit as ending:
        raise AssertionError(f"{name}: exit status {ending.code}, {err.getvalue()}{out.getvalue()}") from ending
    return json.loads(out.getvalue())


def received(folder, kind, rows, *, on, area, year="2022"):
    """Takes one csv file of whole, good rows; returns the JSON of the command."""
    path = folder / f"{kind}.csv"
    path.write_bytes(csv_bytes([HEADERS[kind], *rows]))
    said = run("receive", kind, str(path), "--on", on, area=area, year=year)
    assert (said["status"], said["rows"], said["refused"]) == ("merged", len(rows), 0), said
    return said


def ledger_rows(folder, name, *, on, area, year="2022"):
    """Writes a ledger and reads it: rows as dictionaries."""
    path = folder / f"{name}.csv"
    said = run("ledger", name, "--out", str(path), "--on", on, area=area, year=year)
    lines = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
    rows = [dict(zip(lines[2], cells, strict=True)) for cells in lines[3:-1]]
    assert said["rows"] == len(rows)
    return rows


def ranked(day, *, area, year="2022"):
    """The lines of a week's ranking, without codes."""
    return [
        (row["name"], row["enrolled"], row["target"], row["rate"], row["rank"], row["weeks_behind"], row["flags"])
        for row in run("rank", "--on", day, area=area, year=year)["rows"]
    ]
