import re
from datetime import date, timedelta

from exchanges.columns.base import Context, OneByOne, Refused, Type
from exchanges.columns.cells import narrow

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_PARTED = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?", re.ASCII)
_TIME = re.compile(r"[T ]+(?:[01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
# Excel counts days from 1899-12-30 (it believes in a 29 February 1900), that of old Macs from 1904-01-01; five digits
# reach from 1927 to 2173.
_EPOCH, _EPOCH_OF_MACS = date(1899, 12, 30), date(1904, 1, 1)


def read_day(text: str, *, from_1904: bool = False) -> date:
    """2023-09-01, 2023/9/1, 2023.9.1, 20230901, 2023年9月1日, an Excel serial (45170), each with or without a time.

    Raises ValueError for anything else, a month first or a day that is not in the calendar included.
    """
    text = _TIME.sub("", narrow(text).strip())
    if match := _PARTED.fullmatch(text):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _COMPACT.fullmatch(text) or _CHINESE.fullmatch(text.replace(" ", "")):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if _SERIAL.fullmatch(text):
        return (_EPOCH_OF_MACS if from_1904 else _EPOCH) + timedelta(days=int(float(text)))
    raise ValueError(text)


class Day(OneByOne):
    """A date. `years` are how far before and after the coverage year it may lie, None: any time up to the last day
    that the list can be about."""

    type = Type.DATE

    def __init__(self, years: tuple[int, int] | None = None) -> None:
        self.years = years

    def read(self, text: str, context: Context) -> date:
        try:
            day = read_day(text, from_1904=context.days_from_1904)
        except ValueError:
            raise Refused("not_a_date", text[:20]) from None
        earliest, latest = date(1900, 1, 1), context.latest
        if self.years:
            earliest = date(context.coverage_year - self.years[0], 1, 1)
            latest = date(context.coverage_year + self.years[1], 12, 31)
        if not earliest <= day <= latest:
            raise Refused("date_out_of_range", day.isoformat())
        return day
