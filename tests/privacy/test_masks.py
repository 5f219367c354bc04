import io
import logging

import pytest

from privacy.masks import MaskingFilter, mask_account, mask_name, mask_number, mask_phone, mask_text
from tests.factories import make_id_number

NUMBER = make_id_number(sequence=7)


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (mask_number, "610926198001010015", "610926********0015"),
        (mask_number, "61092619800101001X", "610926********001X"),
        (mask_number, "G12345678", "G1*****78"),
        (mask_number, "ABC", "***"),
        (mask_number, "", ""),
        (mask_name, "王小明", "王*明"),
        (mask_name, "王明", "王*"),
        (mask_name, "王", "*"),
        (mask_name, "阿卜杜拉·买买提", "阿******提"),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "0915", "****"),
        (mask_account, "6217001234567890123", "**** **** 0123"),
        (mask_account, "123", "****"),
    ],
)
def test_masks(mask, plain, shown):
    assert mask(plain) == shown


@pytest.mark.parametrize(
    "text",
    [
        f"行 3：{NUMBER} 重复",
        f"{NUMBER},{NUMBER}",
        f"('{NUMBER}',)",
        f"number={NUMBER}&x=1",
        f"身份证{NUMBER}。",
    ],
)
def test_numbers_in_free_text(text):
    assert NUMBER not in mask_text(text)
    assert NUMBER[-4:] in mask_text(text)


def test_accounts_and_phones_in_free_text():
    masked = mask_text("卡号 6217001234567890123，电话 13812345678")
    assert "6217001234567890123" not in masked
    assert "13812345678" not in masked


def test_what_is_no_person_stays():
    text = "区划 610926102201，2021-12-03，210000 人，金额 4500.00"
    assert mask_text(text) == text


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(MaskingFilter())
    logger = logging.Logger("masked")
    logger.addHandler(handler)
    return logger, stream


def test_log_lines_and_their_arguments(log):
    logger, stream = log
    logger.warning("row of %s refused", NUMBER)
    logger.warning(f"row of {NUMBER} refused")
    logger.warning("row %(row)s", {"row": {"number": NUMBER}})
    assert NUMBER not in stream.getvalue()
    assert stream.getvalue().count("********") == 3


def test_tracebacks_in_the_log(log):
    logger, stream = log
    try:
        raise ValueError(f"no person {NUMBER}")
    except ValueError:
        logger.exception("failed")
    assert "Traceback" in stream.getvalue()
    assert NUMBER not in stream.getvalue()
