"""Writes of the tree of divisions: a register is loaded as a whole, in one transaction."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from regions.models import AreaMember, Level, Region, RegionAlias
from regions.queries import PREFIX_DIGITS
from regions.trail import trace

DATA = Path(__file__).resolve().parent / "data"
BUNDLED_REGISTER = DATA / "divisions.csv"
BUNDLED_ALIASES = DATA / "aliases.csv"
BUNDLED_AREAS = DATA / "areas.csv"

# Placeholders of the register between a city and its counties; no address and no official document names them.
_UNSPOKEN = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_SHOWN_PROBLEMS = 20
_BATCH = 2000
_UPDATED_AT_ONCE = 200


class RegisterRefused(ValueError):
    """The file cannot be loaded; nothing was. `problems` names line, field and remedy of each."""

    def __init__(self, source: object, problems: list[str]) -> None:
        self.problems = problems
        more = f"；另有{len(problems) - _SHOWN_PROBLEMS}处" if len(problems) > _SHOWN_PROBLEMS else ""
        super().__init__(f"{source}：" + "；".join(problems[:_SHOWN_PROBLEMS]) + more)


@dataclass(frozen=True)
class Loaded:
    """What a load did, in rows. `kept` are divisions that the file does not name: they stay as they are."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0


@dataclass(frozen=True)
class _Row:
    line: int
    code: str
    name: str
    level: str
    parent: str | None


def _read(source: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Lines of a UTF-8 CSV with these columns, numbered as an editor shows them."""
    try:
        with source.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise RegisterRefused(source, [f"缺少列 {'、'.join(missing)}，表头应为 {','.join(columns)}"])
            return [(reader.line_num, {c: (row[c] or "").strip() for c in columns}) for row in reader]
    except FileNotFoundError as error:
        raise RegisterRefused(source, ["文件不存在"]) from error
    except UnicodeDecodeError as error:
        raise RegisterRefused(source, ["不是UTF-8编码，请另存为UTF-8的CSV"]) from error


def _register_rows(source: Path, known: Mapping[str, Region]) -> list[_Row]:
    lines = _read(source, ("code12", "name", "level", "parent_code12"))
    rows = {
        cells["code12"]: _Row(line, cells["code12"], cells["name"], cells["level"], cells["parent_code12"] or None)
        for line, cells in lines
    }
    levels = {code: region.level for code, region in known.items()} | {row.code: row.level for row in rows.values()}
    problems, seen = [], set()
    for line, cells in lines:
        code, parent = cells["code12"], cells["parent_code12"]
        if code in seen:
            problems.append(f"第{line}行：code12 {code} 重复")
        seen.add(code)
        problems += [
            f"第{line}行：{problem}" for problem in _problems(code, cells["name"], cells["level"], parent, levels)
        ]
    if problems:
        raise RegisterRefused(source, problems)
    return list(rows.values())


def _problems(code: str, name: str, level: str, parent: str, levels: Mapping[str, str]) -> Iterable[str]:
    if not (len(code) == 12 and code.isascii() and code.isdigit()):
        yield f"code12“{code}”不是12位数字"
        return
    if not name:
        yield "name 为空"
    digits = PREFIX_DIGITS.get(level)
    if digits is None:
        yield f"level“{level}”应为 {'、'.join(PREFIX_DIGITS)} 之一"
        return
    if code[digits:].strip("0"):
        yield f"code12 {code} 不是{Level(level).label}的代码（第{digits + 1}位起应为0）"
    if not parent:
        if level != Level.PROVINCE:
            yield "parent_code12 为空，只有省级没有上级"
    elif parent not in levels:
        yield f"parent_code12 {parent} 既不在文件中也不在区划表中，请补上这一级"
    else:
        above = PREFIX_DIGITS.get(levels[parent], 12)
        if above >= digits or code[:above] != parent[:above]:
            yield f"parent_code12 {parent} 不是 {code} 的上级"


def entry_problems(region: Region) -> dict[str, list[str]]:
    """What is wrong with one entry of the register, by field, as a load of the whole would say it."""
    parent, found = region.parent, {}
    if region.level == Level.AREA:
        if region.code.isdigit():
            found["code"] = [f"辖区代码 {region.code} 应含一个大写字母，以免与区划表相撞"]
    else:
        levels = {parent.code: parent.level} if parent else {}
        listed = list(_problems(region.code, region.name, region.level, parent.code if parent else "", levels))
        if listed:
            found["level"] = listed
    if _leads_back(region.code, parent, "parent"):
        found["parent"] = [f"{region.code} 的上级关系绕成了圈"]
    if _leads_back(region.code, region.successor, "successor"):
        found["successor"] = [f"{region.code} 的承接关系绕成了圈"]
    return found


def _leads_back(code: str, region: Region | None, by: str) -> bool:
    seen = {code}
    while region is not None:
        if region.pk in seen:
            return True
        seen.add(region.pk)
        region = getattr(region, by)
    return False


@transaction.atomic
def refresh_full_names() -> int:
    """Builds the full names of the whole tree anew after one entry was renamed or moved; returns how many changed."""
    regions = {region.code: region for region in Region.objects.all()}
    built = _full_names(
        {code: region.parent_id for code, region in regions.items()},
        {code: region.name for code, region in regions.items()},
    )
    changed = [region for code, region in regions.items() if region.full_name != built[code]]
    for region in changed:
        region.full_name = built[region.code]
    Region.objects.bulk_update(changed, ["full_name"], batch_size=_UPDATED_AT_ONCE)
    return len(changed)


def _full_names(parents: Mapping[str, str | None], names: Mapping[str, str]) -> dict[str, str]:
    """Full name of every code, from the province down; placeholders of the register are left out."""
    built: dict[str, str] = {}

    def full_name(code: str) -> str:
        if code not in built:
            parent = parents[code]
            head = full_name(parent) if parent else ""
            built[code] = head if names[code] in _UNSPOKEN and parent else head + names[code]
        return built[code]

    for code in names:
        full_name(code)
    return built


def _store(wanted: Mapping[str, Region], known: Mapping[str, Region], in_file: set[str]) -> Loaded:
    """Writes what differs; `wanted` holds the whole tree, `in_file` the codes that the file names."""
    fields = ("name", "full_name", "level", "parent_id")
    fresh = [region for code, region in wanted.items() if code not in known]
    changed = [
        region
        for code, region in wanted.items()
        if code in known and any(getattr(region, name) != getattr(known[code], name) for name in fields)
    ]
    # An upsert, not one UPDATE a row: thousands of full names change when a city is renamed.
    Region.objects.bulk_create(
        [*fresh, *changed],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "full_name", "level", "parent"],
    )
    return Loaded(
        rows=len(in_file),
        created=len(fresh),
        changed=len(changed),
        unchanged=len(in_file - {region.code for region in (*fresh, *changed)}),
        kept=len(wanted) - len(in_file),
    )


@transaction.atomic
def load_divisions(source: Path | str, by: Any, on: date) -> Loaded:
    """Loads a register: CSV with the columns code12, name, level, parent_code12 (12-digit codes, levels of `Level`).

    Codes that are known are renamed, new ones are added, codes that the file does not name stay. The full names of
    the whole tree follow. Running it again changes nothing. Raises RegisterRefused with every problem of the file.
    """
    known = {region.code: region for region in Region.objects.all()}
    rows = _register_rows(Path(source), known)
    names = {code: region.name for code, region in known.items()} | {row.code: row.name for row in rows}
    parents = {code: region.parent_id for code, region in known.items()} | {row.code: row.parent for row in rows}
    levels = {code: region.level for code, region in known.items()} | {row.code: row.level for row in rows}
    full_names = _full_names(parents, names)
    wanted = {
        code: Region(
            code=code, name=names[code], full_name=full_names[code], level=levels[code], parent_id=parents[code]
        )
        for code in names
    }
    loaded = _store(wanted, known, {row.code for row in rows})
    if loaded.created or loaded.changed:
        trace(by=by, on=on, verb="regions.load_divisions", model=Region, counts=asdict(loaded))
    return loaded


@transaction.atomic
def load_successors(source: Path | str, by: Any, on: date) -> int:
    """Ends divisions and names who follows: CSV with the columns code, successor (may be empty), ended_on (ISO date,
    the first day on which the division is no more). Returns how many changed. Raises RegisterRefused."""
    source = Path(source)
    known = {region.code: region for region in Region.objects.all()}
    problems, changed = [], []
    for line, cells in _read(source, ("code", "successor", "ended_on")):
        code, successor = cells["code"], cells["successor"] or None
        problems += [f"第{line}行：区划代码 {c} 不在区划表中" for c in (code, successor) if c and c not in known]
        try:
            ended_on = date.fromisoformat(cells["ended_on"])
        except ValueError:
            problems.append(f"第{line}行：ended_on“{cells['ended_on']}”不是 YYYY-MM-DD 的日期")
            continue
        region = known.get(code)
        if region is not None and (region.successor_id, region.ended_on) != (successor, ended_on):
            region.successor_id, region.ended_on = successor, ended_on
            changed.append(region)
    problems += _circles(known)
    if problems:
        raise RegisterRefused(source, problems)
    Region.objects.bulk_update(changed, ["successor", "ended_on"], batch_size=_UPDATED_AT_ONCE)
    if changed:
        trace(by=by, on=on, verb="regions.load_successors", model=Region, counts={"changed": len(changed)})
    return len(changed)


def _circles(known: Mapping[str, Region]) -> Iterable[str]:
    for code in known:
        seen, here = {code}, known[code].successor_id
        while here in known:
            if here in seen:
                yield f"{code} 的承接关系绕成了圈"
                break
            seen.add(here)
            here = known[here].successor_id


@transaction.atomic
def load_areas(source: Path | str, by: Any, on: date) -> int:
    """Makes the areas that no register knows, one line a member: CSV with the columns code12 (a letter in it, so that
    no register can ever clash), name, parent_code12, member_code12. Members that the tree does not hold are left out.
    Returns how many areas stand. Raises RegisterRefused."""
    source, members = Path(source), {}
    lines = _read(source, ("code12", "name", "parent_code12", "member_code12"))
    known = {region.code: region for region in Region.objects.all()}
    problems = [
        f"第{line}行：辖区代码 {cells['code12']} 应为12位且含一个大写字母"
        for line, cells in lines
        if not (len(cells["code12"]) == 12 and cells["code12"].isalnum() and not cells["code12"].isdigit())
    ]
    if problems:
        raise RegisterRefused(source, problems)
    for _, cells in lines:
        if cells["member_code12"] in known:
            members.setdefault(cells["code12"], (cells["name"], cells["parent_code12"], []))[2].append(
                cells["member_code12"]
            )
    made = 0
    for code, (name, parent, codes) in members.items():
        above = known.get(parent)
        _, created = Region.objects.update_or_create(
            code=code,
            defaults={
                "name": name,
                "full_name": (above.full_name if above else "") + name,
                "level": Level.AREA,
                "parent": above,
            },
        )
        AreaMember.objects.bulk_create(
            [AreaMember(area_id=code, member_id=member) for member in codes], ignore_conflicts=True
        )
        made += created
    if made:
        trace(by=by, on=on, verb="regions.load_areas", model=AreaMember, counts={"created": made})
    return len(members)


@transaction.atomic
def load_aliases(source: Path | str, by: Any, on: date) -> int:
    """Adds other spellings of names: CSV with the columns code12, alias, source. Lines of divisions that the tree does
    not hold are left out. Returns how many were new. Raises RegisterRefused."""
    lines = [cells for _, cells in _read(Path(source), ("code12", "alias", "source"))]
    known = set(Region.objects.filter(code__in={cells["code12"] for cells in lines}).values_list("code", flat=True))
    standing = set(RegionAlias.objects.values_list("region_id", "name"))
    fresh = [
        RegionAlias(region_id=cells["code12"], name=cells["alias"], source=cells["source"])
        for cells in lines
        if cells["code12"] in known and (cells["code12"], cells["alias"]) not in standing
    ]
    RegionAlias.objects.bulk_create(fresh)
    if fresh:
        trace(by=by, on=on, verb="regions.load_aliases", model=RegionAlias, counts={"created": len(fresh)})
    return len(fresh)
