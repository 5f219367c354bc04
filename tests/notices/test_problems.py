"""Whatever is written into a figure of a notice, the answer is in Chinese: which figure, what is wrong, what to do."""

import re
from itertools import product

import pytest

from notices.leaves import amendable
from notices.problems import in_words
from policy.pack import Amendment, PackError, Problem, apply_amendments, available, load

BAD = (
    *("1990-01-01", "2030-12-31", "2022-02-30", "2022-13-01", "0000-00-00", "-1", "0", "99999999.00", "0.001", "1.5"),
    *("abc", "yes", "no", "101%", "50%", "{county: 1.00}", "{county: 60%}", "{moon: 1.00}", "as_you_like", "elsewhere"),
    *("[]", "{}", "county", "full", "9" * 30),
)
GENERAL = "与通知的其余内容不符。请对照文件原文和相邻各项核对。"
_ENGLISH = re.compile(r"[A-Za-z_]{3,}")


@pytest.mark.parametrize("pack_id", available())
def test_no_leaf_answers_in_english(pack_id):
    pack = load(pack_id)
    said: dict[str, str] = {}
    for leaf, value in product(amendable(pack), BAD):
        try:
            apply_amendments(pack, [Amendment(leaf.path, value, "1号", "更正")])
        except PackError as error:
            for problem in error.problems:
                line = in_words(PackError(problem), pack)[0]
                said.setdefault(line, f"{leaf.path} = {value}: {problem.field}: {problem.message}")
    assert said
    wrong = [f"{line} ← {source}" for line, source in said.items() if _ENGLISH.search(line) or GENERAL in line]
    assert not wrong, "\n".join(wrong)


def test_figure_fault_and_remedy():
    pack = load("pingli-2022")
    with pytest.raises(PackError) as refused:
        apply_amendments(pack, [Amendment("assistance.classes.dibao.funds", "{county: 1.00}", "1号", "更正")])
    said = in_words(refused.value, pack)
    assert said[0].startswith("参保资助 · 低保对象 · 资金来源：各项资金合计 1.00 元，而金额为 160.00 元")
    assert "请调整各项资金或金额" in said[0]


def test_a_sentence_that_nobody_translated_is_answered_in_general_words():
    pack = load("pingli-2022")
    error = PackError(Problem("x", 1, "windows.collection.last", "something new was expected"))
    assert in_words(error, pack) == [f"缴费期 · 集中缴费期 · 末日：{GENERAL}"]
