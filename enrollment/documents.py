"""Numbers of identity documents: which document, whose birth date. Nothing but what the number itself says.

GB 11643-1999: six digits of a place, eight of the birth date, three of a sequence, a check digit (ISO 7064 MOD 11-2).
Any place and any birth year stand: places are renamed and abolished, the numbers stay.
"""

import re
from datetime import date
from typing import NamedTuple

import polars as pl
from django.utils.translation import gettext_lazy as _

from enrollment.models import DocumentKind
from exchanges.columns import Context, Faults, Parsed, Refused, Staged, Type
from exchanges.columns.base import Reader
from exchanges.columns.cells import LOST_DIGITS, narrow, narrow_all, trim
from exchanges.problems import ROW_PROBLEMS
from privacy.keyring import blind_index_many, encrypt_many
from privacy.masks import mask_number

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
INDEX_PURPOSE = "id_number"
SEALED_PURPOSE = "enrollment.person.id_number"
_GB11643 = re.compile(r"\d{17}[\dX]", re.ASCII)
# Card of foreign permanent residents issued until November 2023: nationality, place of issue, birth date, serial.
_OLD_FOREIGN = re.compile(r"[A-Z]{3}\d{4}(\d{2})(\d{2})(\d{2})\d{2}", re.ASCII)
_OLD_FOREIGN_LAST_ISSUED = date(2023, 11, 30)
_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{6,12}", re.ASCII)
_LOST = re.compile(LOST_DIGITS)
# A number of 18 digits of which a spreadsheet kept 15.
_ROUNDED = re.compile(r"\d{15}000", re.ASCII)

# What can be wrong with a number, in the words that staff read.
DOCUMENT_PROBLEMS = {
    "number_check": _(
        "%(detail)s: the last digit does not fit the others, so a digit is wrong; please compare it with the card"
    ),
    "number_birth": _("%(detail)s: digits 7 to 14 are no date of birth; please compare it with the card"),
    "number_future": _("the date of birth %(detail)s lies in the future; please compare it with the card"),
    "number_old": _("%(detail)s is an old number of 15 digits; please enter the number of 18 digits"),
    "number_length": _("has %(detail)s characters instead of 18; please compare it with the card"),
    "number_spaced": _("%(detail)s has spaces or hyphens inside; please enter the number without them"),
    "number_characters": _("%(detail)s has characters that no number has; please compare it with the card"),
    "number_rounded": _(
        "%(detail)s ends in 000, as numbers do that a spreadsheet has rounded to 15 digits; format the column as text "
        "and enter the number again from the source"
    ),
    "digits_lost": ROW_PROBLEMS["digits_lost"],
}


class Document(NamedTuple):
    """A number as it is kept (half-width, upper case), its kind, and the birth date that it carries. Passports, passes
    and other documents carry none, and their numbers do not tell one from another: all are called passports here."""

    number: str
    kind: DocumentKind
    birth_date: date | None


def check_digit(body: str) -> str:
    """The 18th character for 17 digits."""
    return CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def normalised(text: str) -> str:
    """Half-width, upper case, without surrounding white space, invisible characters and Excel's leading apostrophe."""
    return narrow(trim(text)).removeprefix("'").strip().upper()


def parse(text: str, *, on: date, passports: bool = False) -> Document:
    """The document of a number as people write it. `on` is today: nobody is born later. Raises Refused, whose code is
    one of DOCUMENT_PROBLEMS."""
    number = normalised(text)
    if _GB11643.fullmatch(number):
        return _gb11643(number, on)
    if match := _OLD_FOREIGN.fullmatch(number):
        return Document(number, DocumentKind.FOREIGN_PERMANENT, _born_before(match, min(on, _OLD_FOREIGN_LAST_ISSUED)))
    if _LOST.fullmatch(number):
        raise Refused("digits_lost", number)
    if number.isascii() and number.isdigit() and len(number) == 15:
        raise Refused("number_old", mask_number(number))
    if passports and _PASSPORT.fullmatch(number):
        return Document(number, DocumentKind.PASSPORT, None)
    if re.search(r"[\s\-]", number):
        raise Refused("number_spaced", mask_number(number))
    if number and (not (number.isascii() and number.isalnum()) or len(number) == 18):
        raise Refused("number_characters", mask_number(number))
    raise Refused("number_length", str(len(number)))


def _gb11643(number: str, on: date) -> Document:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("number_birth", mask_number(number)) from None
    if check_digit(number[:17]) != number[17]:
        raise Refused("number_rounded" if _ROUNDED.fullmatch(number) else "number_check", mask_number(number))
    if born > on:
        raise Refused("number_future", born.isoformat())
    return Document(number, kind_of(number), born)


def kind_of(number: str) -> DocumentKind:
    """The document that a valid number of GB 11643 stands on: 81, 82, 83 are residence permits of HK, Macau and Taiwan
    residents (GA/T 2018), 9 foreign permanent residence (2023)."""
    if number[:2] in {"81", "82", "83"}:
        return DocumentKind.HMT_RESIDENCE
    return DocumentKind.FOREIGN_PERMANENT if number[0] == "9" else DocumentKind.RESIDENT_ID


def _born_before(match: re.Match, latest: date) -> date:
    """The card has two digits for the year: the latest birth date before its last issue."""
    for century in (2000, 1900):
        try:
            born = date(century + int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        if born <= latest:
            return born
    raise Refused("number_birth", mask_number(match[0]))


class IdNumber:
    """Column of document numbers. Stages the sealed number, its blind index, kind of document and birth date.

    One rounded number in eleven fits its check digit by chance. Where those that do not fit are at least as many as
    the numbers ending in 000 that do, these are refused with them: a right one among them cannot be told.

    `purpose` is that of the encrypted column into which the number is merged.
    """

    def __init__(self, *, passports: bool = False, purpose: str = SEALED_PURPOSE) -> None:
        self.passports, self.purpose = passports, purpose

    def stages(self, field: str) -> list[Staged]:
        return [
            Staged("id_number", Type.BYTES),
            Staged("id_index", Type.BYTES),
            Staged("document_kind", Type.TEXT),
            Staged("birth_date", Type.DATE),
        ]

    def reader(self, field: str, context: Context) -> Reader:
        rounded = 0

        def read(cells: pl.Series) -> Parsed:
            nonlocal rounded
            numbers = narrow_all(cells).str.to_uppercase()
            kinds, born = _gb11643_all(numbers, context.on)
            faults: list[Faults] = []
            rest = kinds.is_null() & (numbers != "")
            if rest.any():
                numbers, kinds, born, faults = self._one_by_one(numbers, kinds, born, rest, context.on)
                rounded += int((faults[0].code == "number_rounded").sum())
            good = kinds.is_not_null()
            doubtful = good & numbers.str.ends_with("000")
            if 0 < doubtful.sum() <= rounded:
                masked = numbers.str.slice(0, 6) + "********" + numbers.str.slice(-4)
                faults.append(Faults(doubtful, "number_rounded", masked))
            texts = numbers.filter(good).to_list()
            return Parsed(
                {
                    "id_number": _spread(encrypt_many(texts, purpose=self.purpose), good),
                    "id_index": _spread(blind_index_many(texts, purpose=INDEX_PURPOSE), good),
                    "document_kind": kinds,
                    "birth_date": born,
                },
                faults,
            )

        return read

    def _one_by_one(
        self, numbers: pl.Series, kinds: pl.Series, born: pl.Series, rest: pl.Series, on: date
    ) -> tuple[pl.Series, pl.Series, pl.Series, list[Faults]]:
        """Everything that is no valid number of GB 11643: other documents, and what is wrong with the others."""
        found: dict[str, Document | Refused] = {}
        for text in numbers.filter(rest).unique():
            try:
                found[text] = parse(text, on=on, passports=self.passports)
            except Refused as refused:
                found[text] = refused

        def mapped(values: dict[str, object], dtype: pl.DataType) -> pl.Series:
            if not values:
                return pl.repeat(None, len(numbers), eager=True, dtype=dtype)
            return numbers.replace_strict(
                pl.Series(list(values), dtype=pl.String),
                pl.Series(list(values.values()), dtype=dtype),
                default=None,
                return_dtype=dtype,
            )

        read = {text: document for text, document in found.items() if isinstance(document, Document)}
        refused = {text: fault for text, fault in found.items() if isinstance(fault, Refused)}
        kept = mapped({text: document.number for text, document in read.items()}, pl.String())
        codes = mapped({text: fault.code for text, fault in refused.items()}, pl.String())
        details = mapped({text: fault.detail for text, fault in refused.items()}, pl.String())
        return (
            kept.fill_null(numbers),
            kinds.fill_null(mapped({text: document.kind.value for text, document in read.items()}, pl.String())),
            born.fill_null(mapped({text: document.birth_date for text, document in read.items()}, pl.Date())),
            [Faults(codes.is_not_null(), codes, details)],
        )


def _gb11643_all(numbers: pl.Series, on: date) -> tuple[pl.Series, pl.Series]:
    """Kind of document and birth date of each valid number of GB 11643, null for everything else."""
    body, weighed = pl.col("body"), pl.lit(0, dtype=pl.Int64)
    for place, weight in enumerate(WEIGHTS):
        weighed = weighed + (body // 10 ** (16 - place) % 10) * weight
    wanted = (weighed % 11).replace_strict(list(range(11)), list(CHECK_DIGITS), return_dtype=pl.String)
    frame = pl.DataFrame({"number": numbers}).with_columns(
        shaped=pl.col("number").str.contains(r"^[0-9]{17}[0-9X]$"),
        body=pl.col("number").str.slice(0, 17).str.to_integer(strict=False, dtype=pl.Int64),
        born=pl.col("number").str.slice(6, 8).str.to_date("%Y%m%d", strict=False),
    )
    valid = pl.col("shaped") & (wanted == pl.col("number").str.slice(17, 1)) & pl.col("born").is_between(date.min, on)
    kind = (
        pl.when(pl.col("number").str.slice(0, 2).is_in(["81", "82", "83"]))
        .then(pl.lit(DocumentKind.HMT_RESIDENCE.value))
        .when(pl.col("number").str.starts_with("9"))
        .then(pl.lit(DocumentKind.FOREIGN_PERMANENT.value))
        .otherwise(pl.lit(DocumentKind.RESIDENT_ID.value))
    )
    result = frame.select(
        pl.when(valid).then(kind).otherwise(None).alias("kind"), pl.when(valid).then(pl.col("born")).alias("born")
    )
    return result["kind"], result["born"]


def _spread(values: list[bytes], where: pl.Series) -> pl.Series:
    """The values at the places where `where` is true, null elsewhere."""
    if len(values) == len(where):
        return pl.Series(values, dtype=pl.Binary)
    rest = iter(values)
    return pl.Series([next(rest) if good else None for good in where], dtype=pl.Binary)
