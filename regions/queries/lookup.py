"""From what people write to the division that is meant: codes, names, full names, other spellings."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from django.db.models import Q

from regions.models import Region, RegionAlias
from regions.queries.tree import AmbiguousRegion, RegionNotFound, by_code, code_ranges, within_ranges

_SHORT_CODES = {2, 4, 6, 9}
_HINTS = 3
# A village and a community of one name often stand side by side (新安村委会, 新安社区), so the kind is kept.
_KINDS = (
    ("village", ("村民委员会", "村委会", "村委", "村")),
    ("community", ("社区居民委员会", "社区居委会", "社区居委", "居民委员会", "居委会", "社区")),
    ("street", ("街道办事处", "街道办", "街道")),
    ("town", ("镇人民政府", "镇政府", "镇")),
    ("township", ("民族乡", "乡人民政府", "乡政府", "乡")),
    ("county", ("自治县", "县", "区")),
    ("city", ("自治州", "市")),
    ("province", ("省", "自治区")),
)
_BETWEEN = re.compile(r"[\s/\\,、>\-—–_|]")
# 太山庙村村委会 is the committee of 太山庙村, which others call 太山庙村委会.
_TWICE = re.compile(r"(.+村)(?:村民委员会|村委会|村委)")
_WITH_CODE = re.compile(r"(.+)\(([0-9]{12})\)")
_REMARK = re.compile(r"(?:\([^()]*\))+$")
_EXACT, _SAME_KIND, _SHORT = range(3)


class _Spelling(NamedTuple):
    """A name as it is compared: `whole` without spaces and widths, `base` without the suffix of its kind."""

    whole: str
    base: str
    kind: str


class _Entry(NamedTuple):
    """One name of one region of the index."""

    code: str
    spelling: _Spelling


def normalised(text: str) -> str:
    """Half-width, without any white space and what parts the levels of a full name: “ 朱集 镇”, “灵璧县/朱集镇”."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))


def _spelling(text: str) -> _Spelling:
    whole = normalised(text)
    plain = _REMARK.sub("", whole) or whole
    for kind, suffixes in _KINDS:
        for suffix in suffixes:
            if plain.endswith(suffix) and len(plain) > len(suffix):
                return _Spelling(whole, plain[: -len(suffix)], kind)
    return _Spelling(whole, plain, "")


def _leads_to(head: str, chain: list[list[str]]) -> bool:
    """Whether the text is made of names of the chain of ancestors, in their order, any of them left out."""
    if not head:
        return True
    for position, names in enumerate(chain):
        if any(head.startswith(name) and _leads_to(head[len(name) :], chain[position + 1 :]) for name in names):
            return True
    return False


class _Index:
    """All regions of a part of the tree (two queries, three with parents above it), ready for many look-ups."""

    def __init__(self, within: Region | None, on: date | None) -> None:
        self.within, self.on = within, on
        self.ranges = code_ranges(within) if within else [("", "~")]
        inside = Q()
        for low, high in self.ranges:
            inside |= Q(code__gte=low, code__lt=high)
            if on:
                # Who was merged into this part of the tree is still written by the old name.
                inside |= Q(successor__gte=low, successor__lt=high)
        self.regions = {region.code: region for region in Region.objects.filter(inside)}
        self.chains: dict[str, list[list[str]]] = {}
        self.above = dict(self.regions)
        self._load_parents()
        self.spellings: dict[str, list[_Spelling]] = defaultdict(list)
        for code, region in self.above.items():
            self.spellings[code].append(_spelling(region.name))
        aliases = RegionAlias.objects.all()
        if within:
            aliases = aliases.filter(region__in=self.above)
        for code, name in aliases.values_list("region_id", "name"):
            if code in self.above:
                self.spellings[code].append(_spelling(name))
        self.by_whole: dict[str, list[_Entry]] = defaultdict(list)
        self.by_base: dict[str, list[_Entry]] = defaultdict(list)
        for code in self.regions:
            for spelling in self.spellings[code]:
                self.by_whole[spelling.whole].append(_Entry(code, spelling))
                self.by_base[spelling.base].append(_Entry(code, spelling))

    def _load_parents(self) -> None:
        while missing := {r.parent_id for r in self.above.values() if r.parent_id} - self.above.keys():
            self.above.update(Region.objects.in_bulk(missing))

    def find(self, text: str) -> Region:
        wanted = normalised(text)
        if not wanted:
            raise RegionNotFound(f"没有填写区划{self._where()}")
        if re.fullmatch(r"[0-9A-Z]+(?:\.0)?", wanted) and not wanted.isalpha():
            return self._find_code(text, wanted.removesuffix(".0"))
        if both := _WITH_CODE.fullmatch(wanted):
            region = self.find(both[1])
            if region.code != both[2]:
                raise RegionNotFound(f"“{text}”的名称和代码不是同一处：{region.full_name}的代码是 {region.code}")
            return region
        for fit in (_EXACT, _SAME_KIND, _SHORT):
            found = self._standing({entry.code for entry in self._candidates(wanted, fit)})
            if len(found) == 1:
                return found[0]
            if found:
                raise AmbiguousRegion(text, found)
        if twice := _TWICE.fullmatch(wanted):
            return self.find(twice[1])
        raise RegionNotFound(f"找不到“{text}”{self._where()}{self._hint(wanted)}")

    def _find_code(self, text: str, digits: str) -> Region:
        code = digits.ljust(12, "0") if len(digits) in _SHORT_CODES else digits
        if len(code) != 12:
            raise RegionNotFound(f"区划代码“{text}”不是12位（也可填6位县级或9位乡级代码）")
        if code not in self.regions:
            place = f"{self.within.full_name}范围内" if self.within else "区划表中"
            raise RegionNotFound(f"区划代码 {code} 不在{place}")
        return self._successor(self.regions[code])

    def _candidates(self, wanted: str, fit: int) -> Iterator[_Entry]:
        """Names that end the text, where what stands before them is names of their ancestors, all, some or none."""
        for start in range(len(wanted)):
            head, tail = wanted[:start], wanted[start:]
            if fit == _EXACT:
                entries: Iterable[_Entry] = self.by_whole.get(tail, ())
            else:
                spelling = _spelling(tail)
                entries = (
                    entry
                    for entry in self.by_base.get(spelling.base, ())
                    if (spelling.kind == entry.spelling.kind if fit == _SAME_KIND else not spelling.kind)
                )
            for entry in entries:
                if not head or _leads_to(head, self._chain(entry.code)):
                    yield entry

    def _chain(self, code: str) -> list[list[str]]:
        """The spellings of each ancestor, province first."""
        if code not in self.chains:
            parent = self.above[code].parent_id
            self.chains[code] = (
                [*self._chain(parent), [s for n in self.spellings[parent] for s in {n.whole, n.base}]] if parent else []
            )
        return self.chains[code]

    def _standing(self, codes: set[str]) -> list[Region]:
        """The regions of the codes as they stand on the day; a division that ended makes way for its successor."""
        regions = [self.regions[code] for code in sorted(codes)]
        if self.on is None:
            current = [region for region in regions if region.ended_on is None]
            return current or regions
        standing, ended = {}, None
        for region in regions:
            try:
                successor = self._successor(region)
            except RegionNotFound as error:
                ended = error
            else:
                standing[successor.code] = successor
        if regions and not standing and ended:
            raise ended
        return list(standing.values())

    def _successor(self, region: Region) -> Region:
        if self.on is None or region.ended_on is None or region.ended_on > self.on:
            return region
        seen = {region.code}
        while region.ended_on and region.ended_on <= self.on:
            if region.successor_id is None or region.successor_id in seen:
                raise RegionNotFound(
                    f"{region.full_name}（{region.code}）自{region.ended_on}起撤销，区划表没有登记承接的区划"
                )
            seen.add(region.successor_id)
            region = self.regions.get(region.successor_id) or by_code(region.successor_id)
        if not within_ranges(region.code, self.ranges):
            raise RegionNotFound(f"已并入{region.full_name}（{region.code}），不{self._where().strip('（）')}")
        return region

    def _where(self) -> str:
        return f"（在{self.within.full_name}范围内）" if self.within else ""

    def _hint(self, wanted: str) -> str:
        near = get_close_matches(_spelling(wanted).base, self.by_base, n=_HINTS, cutoff=0.5) if self.within else []
        names = [self.regions[entry.code].name for base in near for entry in self.by_base[base]]
        return "，相近的名称：" + "、".join(dict.fromkeys(names)) if names else ""


def _scope(within: Region | str | None, on: date | None) -> Region | None:
    if within is None or (isinstance(within, Region) and not within.successor_id):
        return within
    return by_code(within if isinstance(within, str) else within.pk, on=on)


def lookup_many(
    texts: Iterable[str], *, within: Region | str | None = None, on: date | None = None
) -> dict[str, Region | RegionNotFound | AmbiguousRegion]:
    """As `lookup` for many texts with a number of queries that does not grow with them: each text with its region, or
    with the exception that `lookup` would raise. The part of the tree under `within` is read once."""
    index = _Index(_scope(within, on), on)
    answers: dict[str, Region | RegionNotFound | AmbiguousRegion] = {}
    for text in set(texts):
        try:
            answers[text] = index.find(text)
        except (RegionNotFound, AmbiguousRegion) as error:
            answers[text] = error
    return answers


def lookup(text: str, *, within: Region | str | None = None, on: date | None = None) -> Region:
    """The region that a text means, below `within` (a Region or 12-digit code) where it is given.

    Understood are codes of 12 digits (2, 4, 6 and 9 digits stand for the higher levels), names with or without what
    stands above them (陕西省安康市平利县老县镇, 平利县老县镇, 老县镇), the usual endings (姜山村, 姜山村委会,
    姜山村民委员会), aliases, spaces and full-width characters. With `on`, a division that has ended by that day makes
    way for its successor. Raises RegionNotFound, or AmbiguousRegion with the candidates.
    """
    answer = lookup_many([text], within=within, on=on)[text]
    if isinstance(answer, Exception):
        raise answer
    return answer
