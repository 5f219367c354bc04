import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from enrollment.documents import IdNumber, check_digit, parse
from enrollment.models import DocumentKind
from exchanges.columns import Context, Refused
from privacy.keyring import blind_index, decrypt
from tests.factories import make_id_number

TODAY = date(2023, 6, 1)
CASES = Path(__file__).parent / "data" / "id_number_cases.csv"
# What the register of cases says of numbers that GB 11643 does not make valid, or that are no such number.
WRONG = {
    "wrong check digit": "number_check",
    "born 2005-02-30": "number_birth",
    "born 2099 (future)": "number_future",
    "Arabic-Indic digits": "number_characters",
    "inner spaces": "number_spaced",
    "hyphens": "number_spaced",
    "15-digit old": "number_old",
    "15-digit HK-ish": "number_old",
    "17 digits": "number_length",
    "19": "number_length",
    "empty": "number_length",
    "None": "number_length",
    "HK-Macau permit H12345678": "number_length",
}


def cases():
    with CASES.open(encoding="utf-8", newline="") as file:
        return [(row["case"], row["number"]) for row in csv.DictReader(file)]


def code_of(number: str, **more) -> str:
    try:
        parse(number, on=TODAY, **more)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(("case", "number"), cases())
def test_each_case_of_the_collection(case, number):
    assert code_of(number) == WRONG.get(case, "")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("610926200503100015", DocumentKind.RESIDENT_ID),
        ("810000200503100" + "01X", DocumentKind.HMT_RESIDENCE),
        ("830000200503100013", DocumentKind.HMT_RESIDENCE),
        ("911840198503100019", DocumentKind.FOREIGN_PERMANENT),
        ("USA110077110101", DocumentKind.FOREIGN_PERMANENT),
    ],
)
def test_the_number_says_which_document_it_stands_on(number, kind):
    if len(number) == 18:
        number = number[:17] + check_digit(number[:17])
    assert parse(number, on=TODAY).kind == kind


def test_number_is_kept_half_width_and_upper_case():
    assert parse(" ６１０９２６２００５０３１０００４ｘ", on=TODAY).number == "61092620050310004X"
    assert parse("\u200b61092620050310004x\ufeff", on=TODAY).number == "61092620050310004X"


def test_birth_date_of_an_old_foreign_card_is_the_latest_possible():
    assert parse("USA110077110101", on=TODAY).birth_date == date(1977, 11, 1)
    assert parse("USA110010110101", on=TODAY).birth_date == date(2010, 11, 1)


def test_nobody_is_born_after_today_and_anybody_on_it():
    number = make_id_number("610926", date(2023, 6, 1))
    assert parse(number, on=date(2023, 6, 1)).birth_date == date(2023, 6, 1)
    assert code_of(make_id_number("610926", date(2023, 6, 2))) == "number_future"


def test_passports_only_where_they_are_asked_for():
    assert code_of("E12345678") == "number_length"
    assert parse("e12345678", on=TODAY, passports=True) == ("E12345678", DocumentKind.PASSPORT, None)
    assert code_of("61092620050310001", passports=True) == "number_length"


def test_number_that_excel_rounded_is_refused_for_that():
    assert code_of("6.10926200503100E+17") == "digits_lost"
    assert code_of("610926200503101000") == "number_rounded"


def test_among_rounded_numbers_none_is_right_by_chance():
    fits, rounded = "610926198001017000", ["610926198001012000", "610926198001013000"]
    assert (code_of(fits), [code_of(number) for number in rounded]) == ("", ["number_rounded"] * 2)
    read = IdNumber().reader("id_number", Context(region=None, coverage_year=2023, on=TODAY))
    assert not read(pl.Series([fits])).faults
    faults = read(pl.Series([fits, *rounded])).faults
    assert [fault.where.to_list() for fault in faults] == [[False, True, True], [True, False, False]]
    assert faults[1].detail[0] == "610926********7000"


@pytest.mark.parametrize("number", ["61O926200503100015", "93115619850310001Q"])
def test_a_letter_among_the_digits_is_named_as_such(number):
    assert code_of(number) == "number_characters"


@given(st.integers(min_value=10**16, max_value=10**17 - 1))
def test_check_digit_agrees_with_stdnum(body):
    assert check_digit(str(body)) == ric.calc_check_digit(str(body) + "0")


numbers = st.one_of(
    st.just("186298000001186290"),
    st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True),
    st.builds(
        lambda region, day, last: make_id_number(region, day, last),
        st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
        st.dates(date(1850, 1, 1), date(2030, 1, 1)),
        st.integers(1, 999),
    ),
    st.text("0123456789xX ＸE+.-ＡA", max_size=20),
)


@given(st.lists(numbers, min_size=1, max_size=20))
def test_a_column_is_read_as_its_numbers_are(texts):
    context = Context(region=None, coverage_year=2023, on=TODAY)
    cells = pl.Series([text.strip() for text in texts], dtype=pl.String)
    read = IdNumber().reader("id_number", context)(cells)
    codes = [""] * len(texts)
    for faults in read.faults:
        for place in range(len(texts)):
            if faults.where[place]:
                codes[place] = faults.code[place]
    for place, text in enumerate(cells):
        if codes[place] == "number_rounded" and code_of(text) != "number_rounded":
            # Its neighbours say that it may be rounded too: the test below.
            assert text.endswith("000")
            continue
        assert codes[place] == (code_of(text) if text else "")
        if text and not codes[place]:
            document = parse(text, on=TODAY)
            assert read.columns["birth_date"][place] == document.birth_date
            assert read.columns["document_kind"][place] == document.kind
            assert read.columns["id_index"][place] == blind_index(document.number, purpose="id_number")
            sealed = read.columns["id_number"][place]
            assert decrypt(sealed, purpose="enrollment.person.id_number").decode() == document.number
        else:
            assert read.columns["id_index"][place] is None
