"""The calculator as a stream, and the packs as text: what `python -m policy` and the management commands share.

Free of Django. The stream reads one JSON object a line and writes one a line, in the same order; a line that cannot
be read gets `{"error": …, "line": N}`, N counting from 1, the others are still answered, and the exit status is 1. An
empty line is no question: it is passed over, but counted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from policy.explain import diff, readable
from policy.facts import FactsError, parse
from policy.pack import Pack, PackError, available, load, load_file
from policy.quote import quote

MAX_LINE = 1_000_000
"""Bytes or characters of one question; a longer line is refused unread."""


def answer_lines(
    lines: Iterable[bytes | str], write: Callable[[str], Any], *, load_pack: Callable[[str], Pack] = load
) -> int:
    """Answers every line through `write`, which takes one line of text with its end. Returns the exit status.

    `load_pack` gives the pack of an id and raises PackError for an unknown one; it is asked once an id.
    """
    status = 0
    packs: dict[str, Pack] = {}
    for number, line in enumerate(lines, 1):
        try:
            answer = _answer(line, packs, load_pack)
            if answer is None:
                continue
        except (FactsError, PackError, LineError) as error:
            status = 1
            answer = json.dumps({"error": str(error), "line": number}, ensure_ascii=False)
        try:
            write(answer + "\n")
        except UnicodeEncodeError:
            # A lone surrogate in a label or a wrong value can be written only as its escape.
            write(json.dumps(json.loads(answer)) + "\n")
    return status


def bounded(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is too long just so much that it is seen to be."""
    while line := stream.readline(MAX_LINE + 2):
        yield line
        rest = line
        while len(rest) > MAX_LINE + 1 and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE + 2)


class LineError(ValueError):
    """A line that is no JSON object."""


def _answer(line: bytes | str, packs: dict[str, Pack], load_pack: Callable[[str], Pack]) -> str | None:
    if len(line) > MAX_LINE + 1:
        raise LineError(f"a line of at most {MAX_LINE} characters was expected")
    try:
        given = json.loads(line, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise LineError("UTF-8 was expected") from None
    except RecursionError:
        raise LineError("nested too deeply") from None
    except ValueError as error:
        if not line.strip():
            return None
        raise LineError(f"a JSON object was expected: {error}") from None
    if type(given) is not dict:
        raise LineError(f"a JSON object was expected, not {type(given).__name__}")
    facts = parse(given)
    pack = packs.get(facts.policy)
    if pack is None:
        pack = packs[facts.policy] = load_pack(facts.policy)
    return quote(facts, pack).as_line()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def main(arguments: list[str] | None = None) -> int:
    """`python -m policy quote | list | check FILE | show ID | diff A B`. Exit status 2 for what cannot be done."""
    parser = argparse.ArgumentParser(prog="policy", description="Packs of the law and the questions they answer.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("quote", help="answer one JSON object a line on standard input")
    commands.add_parser("list", help="the packs there are")
    commands.add_parser("check", help="check the pack of a file").add_argument("file")
    commands.add_parser("show", help="a pack as a readable page").add_argument("pack")
    differing = commands.add_parser("diff", help="what differs between two packs")
    differing.add_argument("a")
    differing.add_argument("b")
    options = parser.parse_args(arguments)
    write = sys.stdout.write
    try:
        match options.command:
            case "quote":
                return _quote_stream()
            case "list":
                for pack_id in available():
                    write(f"{pack_id}  {load(pack_id).document_number}  {load(pack_id).jurisdiction_name}\n")
            case "check":
                pack = load_file(options.file)
                write(f"{pack.id}: {pack.title}, version {pack.version}\n")
            case "show":
                write("\n".join(readable(_named_pack(options.pack))) + "\n")
            case "diff":
                for each in diff(_named_pack(options.a), _named_pack(options.b)):
                    write(f"{each}\n")
        sys.stdout.flush()
    except PackError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except BrokenPipeError:
        # Whoever read the output has gone; what is still buffered must not be tried again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _named_pack(name: str) -> Pack:
    """A packaged pack by id, or that of a file."""
    return load_file(name) if name.endswith((".yaml", ".yml")) else load(name)


def _quote_stream() -> int:
    # UTF-8 whatever the locale; a block of output at a time, and all of it before the process ends.
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", buffering=1 << 16, closefd=False)  # noqa: SIM115
    with out:
        return answer_lines(bounded(sys.stdin.buffer), out.write)
