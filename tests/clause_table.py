"""Which test shows which clause: the table of docs/clauses.md, and the count that `pytest -m clause` prints.

    python tests/clause_table.py        writes docs/clauses.md anew

Read from the text of the tests, so that it needs no run: every `pytest.mark.clause("…")`, the citations of the cases,
and, in a module that marks by a variable, every clause id it names.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs" / "clauses.md"
sys.path.insert(0, str(TESTS.parent))

from policy.clauses import register  # noqa: E402

ROOMS = {"exchange": "exchanges"}
SHOWN = 3
NOT_YET = "not yet carried"


def marks() -> dict[str, list[str]]:
    """Clause id → the tests that show it, `file::function`, or the file alone where it marks by a variable."""
    found: dict[str, dict[str, None]] = {each: {} for each in register()}
    for path in sorted(TESTS.rglob("test_*.py")):
        for clause, test in _marks_of(path):
            found.get(clause, {})[test] = None
    for path in sorted(TESTS.rglob("cases/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            for clause in json.loads(line)["expect"].get("citations", ()):
                found[clause][path.relative_to(TESTS.parent).as_posix()] = None
    return {clause: list(tests) for clause, tests in found.items()}


def _marks_of(path: Path) -> Iterator[tuple[str, str]]:
    name = path.relative_to(TESTS.parent).as_posix()
    tree = ast.parse(path.read_text("utf-8"))
    by_variable = False
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.ClassDef):
            continue
        for call in (each for decorator in scope.decorator_list for each in ast.walk(decorator)):
            if _marks_a_clause(call):
                for argument in call.args:
                    if isinstance(argument, ast.Constant):
                        yield argument.value, f"{name}::{scope.name}"
    for call in ast.walk(tree):
        by_variable |= _marks_a_clause(call) and any(not isinstance(each, ast.Constant) for each in call.args)
    for each in ast.walk(tree) if by_variable else ():
        if isinstance(each, ast.Constant) and each.value in register():
            yield each.value, name


def _marks_a_clause(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clause"


def render() -> str:
    """The table as Markdown."""
    found = marks()
    carried = sum(bool(tests) for tests in found.values())
    lines = [
        "# Clauses",
        "",
        f"Each of the {len(found)} clauses of the register (policy/data/clauses.csv), the room that carries it and the",
        f"tests that show it: {carried} are shown, {len(found) - carried} not yet.",
        "Written by `python tests/clause_table.py`;",
        "a clause that stands here with a test may not lose its last one (tests/policy/test_clause_table.py).",
    ]
    notice = None
    for clause in register().values():
        if clause.notice != notice:
            notice = clause.notice
            lines += [
                "",
                f"## {notice.document_number}",
                "",
                "| clause | where | room | shown by |",
                "|---|---|---|---|",
            ]
        tests = found[clause.id]
        shown = ", ".join(f"`{each.removeprefix('tests/')}`" for each in tests[:SHOWN])
        more = f" and {len(tests) - SHOWN} more" if len(tests) > SHOWN else ""
        room = ROOMS.get(clause.area, clause.area)
        lines.append(f"| {clause.id} | {clause.where} | {room} | {shown + more or NOT_YET} |")
    return "\n".join(lines) + "\n"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Carries the clauses of a test to its report, also from a worker of xdist."""
    item.user_properties += [("clause", mark.args[0]) for mark in item.iter_markers("clause")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """After `pytest -m clause`: how many clauses were shown."""
    if "clause" not in (config.option.markexpr or ""):
        return
    reports = [each for each in terminalreporter.stats.get("passed", ()) if each.when == "call"]
    shown = {value for report in reports for name, value in report.user_properties if name == "clause"}
    terminalreporter.write_line(f"{len(shown)} of {len(register())} clauses shown by {len(reports)} tests")


if __name__ == "__main__":
    TABLE.write_text(render(), "utf-8")
