"""The text of a pack: YAML read as plain text leaves, with the file and line of every one, and a base pack changed by
name.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
Place = tuple[str, int]

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where. `field` is the dotted path."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class PackError(ValueError):
    """A pack that cannot be used. `problems` holds every problem found; the message lists them, one a line."""

    def __init__(self, *problems: Problem):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass
class Source:
    """Plain data of a pack and where each part of it stands."""

    name: str
    data: dict[str, Any]
    places: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """File and line of a part, or of the nearest part around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return (self.name, 0)

    def problem(self, path: Path, message: str) -> Problem:
        return Problem(*self.place(path), dotted(path), message)


def dotted(path: Path) -> str:
    return ".".join(str(part) for part in path)


def read(text: str, name: str) -> Source:
    """Reads YAML. Raises PackError for what is no YAML, no mapping, has a key twice, or uses anchors."""
    if len(text) > MAX_CHARACTERS:
        raise PackError(Problem(name, 0, "", f"at most {MAX_CHARACTERS} characters were expected"))
    try:
        _check_events(text, name)
        nodes = list(yaml.compose_all(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PackError(Problem(name, line, "", f"no readable YAML: {error.problem or error.context}")) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, PackError):
            raise
        raise PackError(Problem(name, 0, "", f"no readable YAML: {error}")) from error
    if len(nodes) != 1 or not isinstance(nodes[0], yaml.MappingNode):
        raise PackError(Problem(name, 1, "", "one mapping was expected"))
    source = Source(name, {})
    source.data = _plain(nodes[0], (), source)
    return source


def _check_events(text: str, name: str) -> None:
    """Refuses what could make a small text a big or a bottomless one, before it is composed."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise PackError(Problem(name, event.start_mark.line + 1, "", "anchors and aliases are not used in packs"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise PackError(Problem(name, event.start_mark.line + 1, "", f"nested deeper than {MAX_DEPTH} levels"))


def _plain(node: yaml.Node, path: Path, source: Source) -> Any:
    source.places.setdefault(path, (source.name, node.start_mark.line + 1))
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*path, index), source) for index, each in enumerate(node.value)]
    plain: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise PackError(Problem(source.name, line, dotted(path), "a word was expected as key"))
        key = key_node.value
        if key in plain:
            raise PackError(Problem(source.name, line, dotted((*path, key)), "stands twice"))
        source.places[(*path, key)] = (source.name, line)
        plain[key] = _plain(value_node, (*path, key), source)
    return plain


def build_on(source: Source, load_base: Callable[[str], Source]) -> Source:
    """The source with its base filled in, where it has one.

    A pack with `based_on` has its own head (id, title and the like), and under `changes` what it changes of the base,
    by dotted path; under `removes` the paths it leaves out. A changed path holds the new value as a whole. A mapping
    that is new may say `before:` which of its sisters it stands.
    """
    base_id = source.data.get("based_on")
    if base_id in (None, ""):
        return source
    if not isinstance(base_id, str):
        raise PackError(source.problem(("based_on",), "the id of a pack was expected"))
    base = load_base(base_id)
    merged = Source(source.name, copy.deepcopy(base.data), dict(base.places))
    own = {key: value for key, value in source.data.items() if key not in ("changes", "removes")}
    changes, removes = source.data.get("changes", {}), source.data.get("removes", [])
    if not isinstance(changes, dict) or not isinstance(removes, list):
        raise PackError(source.problem((), "changes: a mapping and removes: a list were expected"))
    problems = []
    for key, value in own.items():
        if isinstance(value, (dict, list)) and key not in ("issuers", "clauses"):
            problems.append(source.problem((key,), f"what the pack changes of {base_id} was expected under changes"))
            continue
        if key == "clauses" and isinstance(value, dict):
            merged.data[key] = {**merged.data.get(key, {}), **value}
        else:
            merged.data[key] = value
        _move_places(source, (key,), merged, (key,))
    for index, path in enumerate(removes):
        try:
            if not isinstance(path, str):
                raise KeyError
            holder, key = find(merged.data, path)
            del holder[key]
        except (KeyError, IndexError, TypeError):
            problems.append(source.problem(("removes", index), f"a path of {base_id} was expected"))
    for path, value in changes.items():
        try:
            _put(merged, path, value, source)
        except KeyError as error:
            problems.append(source.problem(("changes", path), f"a path of {base_id} was expected: {error.args[0]}"))
    if problems:
        raise PackError(*problems)
    return merged


def _put(merged: Source, path: str, value: Any, source: Source) -> None:
    before = value.pop("before", None) if isinstance(value, dict) else None
    holder, key = find(merged.data, path, last_may_be_new=True)
    if isinstance(holder, dict):
        if before is not None and before not in holder:
            raise KeyError(f"before {before}")
        if before is not None:
            holder.pop(key, None)
            later = list(holder)[list(holder).index(before) :]
            holder[key] = value
            for name in later:
                holder[name] = holder.pop(name)
        else:
            holder[key] = value
    else:
        holder[key] = value
    target = to_path(path)
    for old in [place for place in merged.places if place[: len(target)] == target]:
        del merged.places[old]
    _move_places(source, ("changes", path), merged, target)


def _move_places(source: Source, old: Path, merged: Source, new: Path) -> None:
    for path, place in source.places.items():
        if path[: len(old)] == old:
            merged.places[(*new, *path[len(old) :])] = place


def to_path(path: str) -> Path:
    return tuple(int(part) if part.isdecimal() and part.isascii() else part for part in path.split("."))


def find(data: Any, path: str, *, last_may_be_new: bool = False) -> tuple[Any, str | int]:
    """What holds a path's last part, and that part. Raises KeyError where the path leads nowhere."""
    *parts, last = to_path(path)
    for part in parts:
        data = _step(data, part)
    if isinstance(data, dict) and last_may_be_new:
        return data, str(last)
    _step(data, last)
    return data, str(last) if isinstance(data, dict) else last


def _step(data: Any, part: str | int) -> Any:
    if isinstance(data, dict) and str(part) in data:
        return data[str(part)]
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    raise KeyError(f"there is no {part}")


def walk(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every mapping, list and leaf with its path, outer ones first."""
    yield path, data
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from walk(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from walk(value, (*path, index))
