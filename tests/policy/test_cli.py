"""The calculator as a stream, and the packs on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from policy.cli import MAX_LINE, answer_lines, main
from policy.pack import PACKS, load
from tests.policy.asking import amended

GOOD = {"case": "a", "policy": "jilin-2023", "birth_date": "1975-04-12", "paid_on": "2022-11-11"}
LINE = json.dumps(GOOD).encode()
ORDER = [
    *("case", "policy", "outcome", "window", "standard", "long_term_care", "assistance", "charged", "reimbursed"),
    *("net_cost", "fiscal_subsidy", "benefit", "refund", "stay", "citations", "assumptions"),
]


def stream(given: bytes) -> tuple[int, list[dict]]:
    """The process fed with bytes: its exit status and what it answered."""
    done = subprocess.run([sys.executable, "-m", "policy", "quote"], input=given, capture_output=True, check=False)
    assert done.stderr == b""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_an_answer_has_the_fields_of_the_contract_in_their_order():
    status, (answer,) = stream(LINE + b"\n")
    assert status == 0
    assert list(answer) == ORDER
    assert answer["standard"] == "360.00"


def test_lines_that_cannot_be_read_do_not_keep_the_others_from_being_answered():
    bad = [
        b'{"a": 1',
        b"[1]",
        b"null",
        b"\xff\xfe\x00",
        b'{"case": NaN}',
        b'{"policy": "shangluo-2031", "birth_date": "1975-04-12", "paid_on": "2022-11-11"}',
        b'{"policy": "jilin-2023"}',
        b"[" * 200_000,
        b'{"identities": ' * 2000,
        b'"' + b"x" * (MAX_LINE + 10) + b'"',
        b'{"case": ' + b"9" * 5000 + b"}",
        "{“policy”: 1}".encode(),
    ]
    status, answers = stream(b"\n".join([LINE, *(part for each in bad for part in (each, LINE))]))
    assert status == 1
    assert len(answers) == 2 * len(bad) + 1
    errors = answers[1::2]
    assert [each["line"] for each in errors] == [2 * number for number in range(1, len(bad) + 1)]
    assert all(set(each) == {"error", "line"} and 5 < len(each["error"]) < 500 for each in errors)
    assert {each["case"] for each in answers[::2]} == {"a"}


def test_empty_lines_are_no_questions_but_are_counted():
    status, answers = stream(b"\n  \n" + LINE + b"\r\n\n{}\n")
    assert status == 1
    assert [each.get("line", each.get("case")) for each in answers] == ["a", 5]


def test_no_lines_no_answers():
    assert stream(b"") == (0, [])


def test_a_label_of_any_letters_comes_back():
    for case in ("甲乙", "\u2028", "\ud800", '"\\', ""):
        _, (answer,) = stream(json.dumps({**GOOD, "case": case}).encode() + b"\n")
        assert answer["case"] == case


def test_a_byte_order_mark_is_no_error():
    assert stream(b"\xef\xbb\xbf" + LINE)[0] == 0


def test_other_packs_may_be_answered_from():
    pack = amended("jilin-2023", contributions__adults__amount="365.00")
    lines = []
    assert answer_lines([LINE, LINE], lines.append, load_pack=lambda _: pack) == 0
    assert [json.loads(line)["standard"] for line in lines] == ["365.00", "365.00"]


def test_the_reader_may_go_away():
    command = f"yes '{LINE.decode()}' | head -50000 | {sys.executable} -m policy show zhuji-2023 | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.stderr == b""


def test_check_names_a_good_pack_and_every_problem_of_a_bad_one(tmp_path: Path, capsys):
    assert main(["check", str(PACKS / "zhuji-2023.yaml")]) == 0
    assert load("zhuji-2023").version in capsys.readouterr().out
    draft = tmp_path / "draft.yaml"
    draft.write_text((PACKS / "zhuji-2023.yaml").read_text("utf-8").replace("350.00", "35O.00"), "utf-8")
    assert main(["check", str(draft)]) == 2
    assert f"{draft}:" in (errors := capsys.readouterr().err)
    assert "contributions.everyone.amount: an amount in yuan" in errors


def test_show_has_every_figure_with_its_clause(capsys):
    assert main(["show", "shangluo-2024"]) == 0
    page = capsys.readouterr().out
    assert "everyone.amount: 380.00  (SL-1.3)" in page
    assert "商医保发〔2023〕67号" in page


def test_diff_lists_what_differs(capsys):
    assert main(["diff", "tongnan-2023", "tongnan-2023"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["diff", "shangluo-2024", "pingli-2022"]) == 0
    assert "fiscal_subsidy.total: 640.00 → 580.00" in capsys.readouterr().out


def test_list_and_an_unknown_pack(capsys):
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert main(["show", "atlantis-2024"]) == 2
    assert "unknown pack" in capsys.readouterr().err


def test_no_command_is_a_mistake_of_usage():
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2
