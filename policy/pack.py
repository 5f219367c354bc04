"""Packs: finding, loading, checking and amending them.

A pack is a YAML file of `policy/packs/` (or any other, for `load_file`), described in docs/writing-a-pack.md.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from policy.checks import findings
from policy.clauses import Clause, Notice, register
from policy.schema import Pack
from policy.source import PackError, Problem, Source, build_on, find, read, to_path

__all__ = [
    "Amendment",
    "Pack",
    "PackError",
    "Problem",
    "apply_amendments",
    "available",
    "load",
    "load_file",
    "load_text",
]

PACKS = Path(__file__).parent / "packs"
MAX_BASES = 8


@dataclass(frozen=True, slots=True)
class Amendment:
    """A leaf that another document sets, or corrects.

    `path` is the leaf's dotted path; `value` its new text as it would stand in the pack: `2024-01-10`, `190.00`, or
    for funds `{province: 45.00, city: 55.00}`.
    """

    path: str
    value: str
    document_number: str
    reason: str
    dated: date | None = None


def available() -> tuple[str, ...]:
    """The ids of the packaged packs."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.yaml")))


@cache
def load(pack_id: str) -> Pack:
    """A packaged pack. Raises PackError, also for an id there is none of."""
    return _build(_packaged(pack_id))


def load_file(path: str | Path) -> Pack:
    """The pack of a file. A base is looked for beside it first, then among the packaged ones. Raises PackError."""
    path = Path(path)
    return _build(_from_file(path), _beside(path.parent))


def load_text(text: str, *, name: str, base_loader: Callable[[str], str] | None = None) -> Pack:
    """The pack of a text; `name` stands for the file in errors. `base_loader` gives the text of a base pack by id;
    without it bases are the packaged packs. Raises PackError.
    """
    load_base = (lambda base: read(base_loader(base), base)) if base_loader else _packaged
    return _build(read(text, name), load_base)


def apply_amendments(pack: Pack, amendments: Iterable[Amendment]) -> Pack:
    """The pack with some leaves replaced, checked as a whole again. Its version differs, and it lists the amendments.

    Raises PackError: a path that is none of the pack's leaves, a value the leaf cannot hold, no document number or
    reason.
    """
    data = copy.deepcopy(dict(pack.data))
    source = Source(pack.id, data)
    problems: list[Problem] = []
    records = list(data.get("amendments", []))
    for each in amendments:
        problems += _amend(source, each)
        records.append(
            {
                "path": each.path,
                "value": each.value,
                "document_number": each.document_number,
                "reason": each.reason,
                **({"dated": each.dated.isoformat()} if each.dated else {}),
            }
        )
    if problems:
        raise PackError(*problems)
    data["amendments"] = records
    return _validated(source)


def _amend(source: Source, amendment: Amendment) -> list[Problem]:
    wrong = []
    if not amendment.document_number.strip():
        wrong.append("the number of the document that says so was expected")
    if not amendment.reason.strip():
        wrong.append("a reason was expected")
    try:
        value = read(f"value: {amendment.value}", "value").data["value"]
    except PackError:
        value = None
    try:
        holder, key = find(source.data, amendment.path)
    except KeyError as error:
        wrong.append(f"a leaf of the pack was expected: {error.args[0]}")
    else:
        if value is None or value == "":
            wrong.append("a value as it would stand in the pack was expected")
        elif isinstance(holder[key], Mapping) and key != "funds":
            wrong.append("a single leaf was expected, not a group of them")
        elif to_path(amendment.path)[0] in ("id", "based_on", "clauses", "amendments") or key == "clause":
            wrong.append("a figure, a date or a choice was expected; this one is no subject of amendments")
        else:
            holder[key] = value
    return [Problem(source.name, 0, amendment.path, message) for message in wrong]


def _packaged(pack_id: str) -> Source:
    if pack_id not in available():
        raise PackError(Problem(str(pack_id)[:80], 0, "", f"unknown pack; there are {', '.join(available())}"))
    return _from_file(PACKS / f"{pack_id}.yaml")


def _from_file(path: Path) -> Source:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(Problem(str(path), 0, "", f"cannot be read: {error}")) from error
    return read(text, str(path))


def _beside(folder: Path) -> Callable[[str], Source]:
    def load_base(pack_id: str) -> Source:
        path = folder / f"{pack_id}.yaml"
        return _from_file(path) if pack_id.replace("-", "").isalnum() and path.exists() else _packaged(pack_id)

    return load_base


def _build(source: Source, load_base: Callable[[str], Source] | None = None) -> Pack:
    return _validated(_resolved(source, load_base or _packaged, ()))


def _resolved(source: Source, load_base: Callable[[str], Source], seen: tuple[str, ...]) -> Source:
    if len(seen) >= MAX_BASES:
        raise PackError(
            source.problem(("based_on",), f"at most {MAX_BASES} packs on each other were expected: {' < '.join(seen)}")
        )

    def resolve(base_id: str) -> Source:
        return _resolved(load_base(base_id), load_base, (*seen, base_id))

    return build_on(source, resolve)


def _validated(source: Source) -> Pack:
    try:
        pack = Pack.model_validate(source.data)
    except ValidationError as error:
        raise PackError(*_problems(source, error)) from error
    known = _register(pack)
    problems = [source.problem(path, message) for path, message in findings(pack, source.data, frozenset(known))]
    if problems:
        raise PackError(*problems)
    pack._data = source.data
    pack._register = known
    content = json.dumps(source.data, ensure_ascii=False, separators=(",", ":"))
    pack._version = hashlib.sha256(content.encode()).hexdigest()
    gaps = islice(pack.engine.gaps(), 5)
    if problems := [
        source.problem(("contributions",), f"a contribution for everyone was expected; none for {gap}") for gap in gaps
    ]:
        raise PackError(*problems)
    return pack


def _register(pack: Pack) -> Mapping[str, Clause]:
    notice = Notice(pack.id, pack.title, pack.document_number, "、".join(pack.issuers), pack.issued_on)
    own = {key: Clause(key, notice, each.where, each.area, each.rule, each.rule) for key, each in pack.clauses.items()}
    return MappingProxyType({**register(), **own})


def _problems(source: Source, error: ValidationError) -> list[Problem]:
    """The schema errors at their places; a list too short only because its items are wrong is not told twice."""
    errors = error.errors(include_url=False)
    told = [each["loc"] for each in errors if each["type"] != "too_short"]
    return [
        _problem(source, each)
        for each in errors
        if each["type"] != "too_short" or not any(loc[: len(each["loc"])] == each["loc"] for loc in told)
    ]


def _problem(source: Source, error: Mapping[str, Any]) -> Problem:
    """A schema error at its place. Parts of the location that are no part of the text (the branch of a union) are
    dropped.
    """
    path: list[str | int] = []
    here: Any = source.data
    for position, part in enumerate(error["loc"], 1):
        last = position == len(error["loc"])
        parts = range(len(here)) if isinstance(here, list) else here if isinstance(here, Mapping) else ()
        held = part in parts
        if held and (last or isinstance(here[part], Mapping | list)):
            here = here[part]
            path.append(part)
        elif last and error["type"] == "missing":
            path.append(part)
    message = error["msg"].removeprefix("Value error, ")
    given = error.get("input")
    if isinstance(given, str) and error["type"] not in ("value_error", "extra_forbidden"):
        message = f"{message}, not {given!r}"
    return source.problem(tuple(path), message)
