"""The table of clauses keeps what it has."""

import re

from policy.clauses import register
from tests.clause_table import NOT_YET, TABLE, marks, render


def _rows() -> dict[str, str]:
    return dict(re.findall(r"^\| (\S+) \| [^|]+ \| [^|]+ \| (.+) \|$", TABLE.read_text("utf-8"), re.MULTILINE))


def test_the_table_holds_every_clause():
    rows = _rows()
    rows.pop("clause", None)
    assert list(rows) == list(register())


def test_no_clause_loses_its_last_test():
    found = marks()
    lost = [clause for clause, shown in _rows().items() if clause in found and shown != NOT_YET and not found[clause]]
    assert lost == []


def test_a_mark_names_a_clause_that_exists():
    assert set(marks()) == set(register())


def test_the_table_can_be_written_again():
    assert render().count("\n| ") == len(register()) + 5
