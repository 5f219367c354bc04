"""Money in fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.money import WHOLE, parse_share, parse_yuan, split, take_share, yuan


@pytest.mark.parametrize(("text", "fen"), [("380", 38000), ("12.8", 1280), ("51.20", 5120), ("0.01", 1), ("0", 0)])
def test_yuan_is_read_to_the_fen(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "-1", "1.234", "1,000", "1e3", " 1", "１２", "1.", ".5", "1234567890"])
def test_no_amount(text):
    with pytest.raises(ValueError, match="amount in yuan"):
        parse_yuan(text)


@pytest.mark.parametrize(("fen", "text"), [(38000, "380.00"), (5, "0.05"), (0, "0.00"), (-1280, "-12.80")])
def test_yuan_is_written_with_two_decimals(fen, text):
    assert yuan(fen) == text


@given(st.integers(0, 10**9))
def test_what_is_written_is_read_again(fen):
    assert parse_yuan(yuan(fen)) == fen


@pytest.mark.parametrize(("text", "share"), [("50%", 5000), ("33.3%", 3330), ("100%", WHOLE), ("0%", 0)])
def test_a_share_is_hundredths_of_a_percent(text, share):
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["50", "101%", "100.01%", "-1%", "half"])
def test_no_share(text):
    with pytest.raises(ValueError, match="share"):
        parse_share(text)


def test_half_a_fen_is_rounded_up():
    assert take_share(1, 5000) == 1
    assert take_share(38001, 5000) == 19001


@given(st.integers(0, 10**7), st.lists(st.integers(0, WHOLE), min_size=1, max_size=5))
def test_the_parts_of_a_split_add_up(fen, weights):
    shares, left = {}, WHOLE
    for index, weight in enumerate(weights):
        shares[f"fund{index}"] = min(weight, left)
        left -= shares[f"fund{index}"]
    shares["last"] = left
    parts = split(fen, shares)
    assert sum(part for _, part in parts) == fen
    assert all(part >= 0 for _, part in parts)
