"""`manage.py quote` and `manage.py policy`, as schedulers call them: no database answers where they run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from policy.pack import PACKS

ROOT = Path(__file__).resolve().parents[2]
NO_DATABASE = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}


def manage(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | NO_DATABASE,
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
    )


class TestQuote:
    def test_a_line_in_a_line_out_in_the_same_order(self):
        lines = [
            {"case": "商洛", "policy": "shangluo-2024", "birth_date": "1975-04-12", "paid_on": "2023-09-01"},
            {"case": 2, "policy": "pingli-2022", "birth_date": "1975-04-12", "paid_on": "2021-12-26"},
        ]
        asked = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        done = manage("quote", given=asked.encode())
        answers = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
        assert [answer["case"] for answer in answers] == ["商洛", 2]
        assert [answer["outcome"] for answer in answers] == ["enrolled", "not_allowed"]
        assert (done.returncode, done.stderr) == (0, b"")

    def test_what_cannot_be_read_is_answered_and_the_rest_too(self):
        good = b'{"policy": "pingli-2022", "birth_date": "1975-04-12", "paid_on": "2021-11-01"}'
        done = manage("quote", given=b"\xff\xfe\n" + good + b"\nnot json\n")
        answers = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
        assert [answer.get("line") for answer in answers] == [1, None, 3]
        assert done.returncode == 1


class TestPolicy:
    def test_check_says_which_pack_it_is(self):
        done = manage("policy", "check", str(PACKS / "pingli-2022.yaml"))
        assert done.returncode == 0
        assert "pingli-2022" in done.stdout.decode()

    def test_check_lists_every_problem_with_file_line_and_field(self, tmp_path):
        text = (PACKS / "pingli-2022.yaml").read_text(encoding="utf-8")
        broken = text.replace("last: 2021-12-25", "last: 2021-13-25", 1).replace("total: 580.00", "total: much", 1)
        file = tmp_path / "broken.yaml"
        file.write_text(broken, encoding="utf-8")
        done = manage("policy", "check", str(file))
        problems = done.stderr.decode("utf-8").splitlines()
        assert done.returncode == 2
        for value, field in (("2021-13-25", "windows.collection.last"), ("total: much", "fiscal_subsidy.total")):
            line = next(n for n, each in enumerate(broken.splitlines(), 1) if value in each)
            assert any(problem.startswith(f"{file}:{line}: {field}: ") for problem in problems)

    def test_show_and_diff(self):
        page = manage("policy", "show", "zhuji-2023").stdout.decode("utf-8")
        assert "朱政〔2022〕34号" in page
        assert "ZJ-3.2.2b" in page
        lines = manage("policy", "diff", "pingli-2022", "shangluo-2024").stdout.decode("utf-8").splitlines()
        assert "contributions.everyone.amount: 320.00 → 380.00" in lines

    @pytest.mark.parametrize(
        "arguments", [("show", "no-such"), ("diff", "pingli-2022", "no-such"), ("check", "no-such.yaml"), ("show",), ()]
    )
    def test_what_cannot_be_done_is_one_line_and_status_two(self, arguments):
        done = manage("policy", *arguments)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"Traceback" not in done.stderr
