"""What a hostile hand puts into an address or a form, and the names that a page gives it to put things under."""

import re
from collections.abc import Iterable
from html import unescape
from random import Random
from urllib.parse import parse_qs, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

NUMBERS = ("0", "-1", "00", "2147483648", "9223372036854775808", "9" * 40, "1e400", "NaN", "1.5", "²", "٣")
DATES = ("2022-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2022-13", "昨天", "2021-12-03T00:00")
TEXTS = (
    "",
    " ",
    "a\0b",
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "=cmd|' /C calc'!A0",
    "../../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "' OR 1=1 --",
    "%s%n{0}",
    "𠮷💣\u202e\ufeff",
    "长" * 10_001,
    "[]",
    "null",
    "-password",
    "//evil.example/",
)
# Names that pages read though no link or form may show them to this role.
ALWAYS = ("page", "sort", "year", "area", "region", "on", "q", "kind", "next", "o", "p")
_NAME = re.compile(r'\sname="([^"]{1,80})"')
_LINK = re.compile(r'\s(?:href|action|data-[a-z-]+)="([^"]*\?[^"]*)"')
_LEFT_OUT = {"viewport", "csrfmiddlewaretoken"}


def values(more: Iterable[str] = ()) -> list[str]:
    """Every bad value, and those of the test at hand (keys of rows of another area)."""
    return [*NUMBERS, *DATES, *TEXTS, *more]


def names(response: HttpResponse) -> list[str]:
    """The names of every field, and of every question in a link, that a page shows; in order, each once."""
    if response.streaming:
        return []
    page = response.content.decode(errors="ignore")
    asked = [name for link in _LINK.findall(page) for name in parse_qs(urlsplit(unescape(link)).query)]
    found = dict.fromkeys([*(unescape(name) for name in _NAME.findall(page)), *asked])
    return [name for name in found if name not in _LEFT_OUT]


def upload(random: Random) -> SimpleUploadedFile:
    """A file that is none: markup, an archive cut off, a picture, under a name with a path, a line break or markup."""
    name = random.choice(["../../x.xlsx", "a\r\nb.csv", "<b>名单</b>.xlsx", "x" * 300 + ".csv", "名单.exe", ".xlsx"])
    body = random.choice([b"", b"PK\x03\x04", b"\0" * 64, b"<html></html>", "姓名,=1+1\n".encode(), b"\xff\xfe\x00"])
    return SimpleUploadedFile(name, body)
