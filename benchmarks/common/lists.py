"""Lists of synthetic people as departments send them."""

import csv
import io
import random
from datetime import date, timedelta
from typing import IO

COUNTY, YEAR, ON = "610926000000", 2022, date(2021, 12, 1)
HEADERS = {
    "population": ["姓名", "身份证号", "户籍地区划", "户号", "居住地区划", "状态", "状态日期"],
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
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FAMILY, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
Rows = list[list[str]]


def villages(county: str = COUNTY) -> list[str]:
    """The codes of a county's 143 villages."""
    return [f"{county[:6]}{town:03d}{village:03d}" for town in range(100, 111) for village in range(200, 213)]


def make_areas(*counties: str) -> None:
    """Enters counties with their villages."""
    from regions.models import Region

    for county in counties or (COUNTY,):
        Region.objects.create(code=county, name=county, full_name=county, level="county")
        Region.objects.bulk_create(
            Region(code=code, name=code, full_name=code, level="village", parent_id=county) for code in villages(county)
        )


def number(place: int) -> str:
    """A valid id number, another one for each place."""
    born = date(1935, 1, 1) + timedelta(days=place * 7919 % 31_000)
    body = f"{610926 + place // 31_000_000:06d}{born:%Y%m%d}{place // 31_000 % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def people(rows: int, *, county: str = COUNTY, first: int = 0) -> tuple[Rows, Rows]:
    """The rows of a population list and those of the payments of the same people, each in an order of its own."""
    chance, places = random.Random(first), villages(county)
    population, payments = [], []
    for place in range(first, first + rows):
        name = chance.choice(_FAMILY) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2))))
        document, village = number(place), chance.choice(places)
        paid_on = (date(2021, 10, 15) + timedelta(days=chance.randrange(70))).isoformat()
        population.append([name, document, village, f"H{place // 3:08d}", "", "正常", ""])
        payments.append([f"3610926{place:013d}", name, document, village, str(YEAR), "1", "320.00", paid_on, "微信"])
    chance.shuffle(population)
    chance.shuffle(payments)
    return population, payments


def as_csv(kind: str, rows: Rows) -> bytes:
    """In GB18030, as Excel saves it in China."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADERS[kind])
    writer.writerows(rows)
    return text.getvalue().encode("gb18030")


def as_xlsx(kind: str, rows: Rows) -> bytes:
    """Cells of text, as a well-behaved sender formats numbers and codes."""
    memory = io.BytesIO()
    write_xlsx(memory, kind, rows)
    return memory.getvalue()


def as_xlsx_with_texts_apart(kind: str, rows: Rows) -> bytes:
    """As Excel itself writes it: each text once, in a table that the cells point to."""
    memory = io.BytesIO()
    write_xlsx(memory, kind, rows, texts_apart=True)
    return memory.getvalue()


def write_xlsx(file: IO[bytes], kind: str, rows: Rows, *, texts_apart: bool = False) -> None:
    """As `as_xlsx`, to a file."""
    from xlsxwriter import Workbook

    with Workbook(file, {"constant_memory": not texts_apart}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([HEADERS[kind], *rows]):
            for place, cell in enumerate(row):
                sheet.write_string(line, place, cell)


def receive(kind: str, content: bytes, *, area: str = COUNTY) -> int:
    """Enters a file as its sender would; returns the number of its batch."""
    from django.core.files.base import ContentFile

    from accounts.queries import system_staff
    from exchanges.services import receive_file
    from regions.models import Region

    batch = receive_file(
        kind=kind,
        file=ContentFile(content, name=f"{kind}.{'xlsx' if content.startswith(b'PK') else 'csv'}"),
        region=Region.objects.get(pk=area),
        coverage_year=YEAR,
        sender=None,
        by=system_staff(),
        on=ON,
    )
    return batch.pk


def work_off(batch_id: int) -> None:
    """Takes a batch to its end in this process; every row must have been accepted."""
    from exchanges.services import run_batch

    batch = run_batch(batch_id=batch_id)
    if batch.status not in {"merged", "unchanged"} or batch.refused:
        raise SystemExit(f"batch {batch.pk}: {batch.status}, {batch.refused} rows refused, {batch.reason}")
