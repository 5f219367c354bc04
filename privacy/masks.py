"""What of a person may be shown: masks for screens, exports and logs."""

import logging
import re

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{6})(\d{8})(\d{3}[0-9Xx])(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)(\d{4})(\d{4})(?!\d)")
_ACCOUNT = re.compile(r"(?<!\d)(\d{4})\d{8,11}(\d{4})(?!\d)")


def mask_number(number: str) -> str:
    """610926********0015: the first six and the last four of an id number, two and two of a shorter document, nothing
    of one with fewer than six characters."""
    if len(number) >= 15:
        return number[:6] + "*" * (len(number) - 10) + number[-4:]
    if len(number) >= 6:
        return number[:2] + "*" * (len(number) - 4) + number[-2:]
    return "*" * len(number)


def mask_name(name: str) -> str:
    """王*明 for public lists; a name of two characters keeps the first, one of a single character nothing."""
    if len(name) <= 2:
        return name[: len(name) - 1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(phone: str) -> str:
    """138****5678."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 11 else "****"


def mask_account(account: str) -> str:
    """**** **** 1234: the last four digits of what is long enough to be an account."""
    return "**** **** " + account[-4:] if len(account) >= 8 else "****"


def mask_text(text: str) -> str:
    """Free text with the id numbers, bank accounts and mobile numbers in it masked."""
    text = _NUMBER.sub(lambda match: match[1] + "********" + match[3], text)
    text = _ACCOUNT.sub(lambda match: "**** **** " + match[2], text)
    return _PHONE.sub(lambda match: match[1] + "****" + match[3], text)


# What a database says of an error holds the row it is about (CONTEXT, DETAIL, the value in the first line).
_OF_DATABASE = re.compile(
    r"^((?:psycopg\.errors|psycopg|django\.db\.utils)\.\w+): .*?(?=\n\n(?:The above|During)|\Z)",
    re.MULTILINE | re.DOTALL,
)
_ROW_OF_DATABASE = re.compile(r"^(?:CONTEXT|DETAIL): .*", re.MULTILINE | re.DOTALL)


def without_rows(text: str) -> str:
    """A message or traceback without what a database quotes of rows: names have no form by which to mask them."""
    return _ROW_OF_DATABASE.sub("", _OF_DATABASE.sub(r"\1", text))


class MaskingFilter(logging.Filter):
    """Masks personal data in every log line, traceback included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask_text(without_rows(record.getMessage()))
        record.args = None
        if record.exc_info:
            told = record.exc_text or logging.Formatter().formatException(record.exc_info)
            record.exc_text = mask_text(without_rows(told))
        return True
