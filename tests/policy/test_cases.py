"""The cases of the calculator's contract: one question with the fields its answer must have.

`quote.jsonl` came with the contract; `examined.jsonl` was worked out by hand from the notices and the readings, every
window's first and last day, every situation in it, and facts that are odd.
"""

import json
from pathlib import Path

import pytest

from policy.cli import answer_lines

FILES = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
CASES = [json.loads(line) for file in FILES for line in file.read_text("utf-8").splitlines()]


def holds(expected, given) -> bool:
    """Whether a value holds everything expected of it; an object may hold more."""
    if isinstance(expected, dict):
        held = isinstance(given, dict) and expected.keys() <= given.keys()
        return held and all(holds(each, given[key]) for key, each in expected.items())
    return expected == given


def _marked(case: dict):
    marks = [pytest.mark.clause(each) for each in case["expect"].get("citations", ())]
    return pytest.param(case, id=case["in"]["case"], marks=marks)


@pytest.mark.parametrize("case", [_marked(case) for case in CASES])
def test_the_answer_holds_what_the_case_expects(case):
    lines = []
    status = answer_lines([json.dumps(case["in"])], lines.append)
    answer = json.loads(lines[0])
    expected = dict(case["expect"])
    if expected.pop("error", False):
        assert (status, answer["line"]) == (1, 1)
        assert answer["error"]
        return
    assert status == 0
    cited = expected.pop("citations", [])
    assert set(cited) <= set(answer["citations"]), case["why"]
    wrong = {key: (each, answer[key]) for key, each in expected.items() if not holds(each, answer[key])}
    assert not wrong, case["why"]
    assert answer["case"] == case["in"]["case"]
