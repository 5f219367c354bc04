"""Makers of the files that departments send, and the shortest way through the door."""

import csv
import io
from datetime import date
from pathlib import Path

from django.core.files.base import ContentFile
from xlsxwriter import Workbook

from accounts.models import Bureau
from accounts.queries import system_staff
from exchanges.models import Batch
from exchanges.services import receive_file, run_batch
from regions.models import Region
from tests.factories import PINGLI

HEADERS = {
    "population": ["姓名", "身份证号", "户籍地区划", "户号", "居住地区划", "状态", "状态日期"],
    "identities": ["姓名", "身份证号", "户籍地区划", "身份类别", "认定日期", "变动类型", "退出日期", "备注"],
    "payments": [
        "电子税票号码",
        "姓名",
        "身份证号",
        "参保地区划",
        "参保年度",
        "档次",
        "缴费金额",
        "缴费日期",
        "缴费渠道",
    ],
    "employee_cover": ["姓名", "身份证号", "单位名称", "变动类型", "变动日期", "连续参保年限"],
    "students": ["姓名", "身份证号", "学校", "学段", "入学日期", "预计毕业日期"],
    "tasks": ["名称", "人口数", "任务数", "截止日期", "应完成数"],
}


def csv_bytes(rows: list[list], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Rows as a csv file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: list[list], *, date_format: str = "yyyy-mm-dd", sheet: str = "Sheet1") -> bytes:
    """Rows as a workbook; numbers stay numbers, dates are real dates."""
    memory = io.BytesIO()
    with Workbook(memory, {"strings_to_formulas": False, "strings_to_numbers": False}) as book:
        page, dated = book.add_worksheet(sheet), book.add_format({"num_format": date_format})
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(line, place, cell, dated)
                elif isinstance(cell, int | float):
                    page.write_number(line, place, cell)
                elif cell != "":
                    page.write_string(line, place, cell)
    return memory.getvalue()


def content_of(batch_file) -> bytes:
    """A stored file in plain form."""
    with batch_file.open("rb") as stored:
        return stored.read()


def error_rows(batch: Batch) -> list[list[str]]:
    """The rows of a csv error file."""
    text = content_of(batch.errors_file).decode(
        "utf-8-sig" if batch.layout["encoding"] == "utf-8" else batch.layout["encoding"]
    )
    return list(csv.reader(io.StringIO(text, newline="")))


def reasons(batch: Batch) -> dict[int, list[tuple[str, str]]]:
    """Row number → (field, code) of each reason."""
    found: dict[int, list[tuple[str, str]]] = {}
    for number, field, code in batch.row_errors.order_by("row_number", "field", "code").values_list(
        "row_number", "field", "code"
    ):
        found.setdefault(number, []).append((field, code))
    return found


class Door:
    """Hands files in: `deliver("payments", rows)` puts the kind's header above the rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(
        self,
        kind: str,
        content: bytes,
        *,
        name: str = "list.csv",
        area: str = PINGLI,
        year: int = 2022,
        on: date = date(2021, 12, 1),
        sender: Bureau | None = None,
        by=None,
        **declared,
    ) -> Batch:
        """A file of any content, received and not yet worked off."""
        return receive_file(
            kind=kind,
            file=ContentFile(content, name=name),
            region=Region.objects.get(pk=area),
            coverage_year=year,
            sender=sender,
            by=by or system_staff(),
            on=on,
            **declared,
        )

    def take(self, kind: str, content: bytes, **more) -> Batch:
        """A file of any content, worked off."""
        return run_batch(batch_id=self.send(kind, content, **more).pk)

    def __call__(self, kind: str, rows: list[list], **more) -> Batch:
        """Rows below the kind's header, as csv in UTF-8, worked off."""
        return self.take(kind, csv_bytes([HEADERS[kind], *rows]), **more)
