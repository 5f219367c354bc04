"""Which notice governs whom, and how it reads on a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.scope import within
from notices.models import Amendment, PackVersion, Season
from policy import pack as packs
from regions.models import AreaMember, Region


class NoNotice(LookupError):
    """No season is set for the area and coverage year; the message names both and the remedy."""

    def __init__(self, region_code: str, coverage_year: int) -> None:
        self.region_code, self.coverage_year = region_code, coverage_year
        region = Region.objects.filter(code=region_code).first()
        super().__init__(
            _("No notice governs %(area)s in coverage year %(year)s: set the season under Policy first.")
            % {"area": f"{region.full_name} ({region_code})" if region else region_code, "year": coverage_year}
        )


class NoticeFinder:
    """Finds the notice of any number of places for one coverage year and day, in three queries at most.

    The deepest region with a season governs: the place itself, then what is above it. An area outside the register
    (Changbaishan) stands right above each of its members. Amendments approved for the place or anything above it and
    effective by `on` are applied in the order of their dates.
    """

    def __init__(self, coverage_year: int, *, on: date) -> None:
        self.coverage_year, self.on = coverage_year, on
        self._seasons = {
            season.region_id: season
            for season in Season.objects.filter(coverage_year=coverage_year).select_related("region")
        }
        self._areas: dict[str, list[str]] = defaultdict(list)
        for area, member in AreaMember.objects.order_by("area_id").values_list("area_id", "member_id"):
            self._areas[member].append(area)
        self._amendments: dict[str, list[Amendment]] = defaultdict(list)
        approved = Amendment.objects.filter(
            status=Amendment.Status.APPROVED,
            pack_id__in={season.pack_id for season in self._seasons.values()},
            effective_on__lte=on,
        )
        for amendment in approved.order_by("effective_on", "id").prefetch_related("leaves"):
            self._amendments[amendment.region_id].append(amendment)
        self._packs: dict[tuple[str, tuple[int, ...]], packs.Pack] = {}

    def season(self, region_code: str) -> Season:
        """The season that governs the place. Raises NoNotice."""
        for code in self._lineage(region_code):
            if code in self._seasons:
                return self._seasons[code]
        raise NoNotice(region_code, self.coverage_year)

    def pack(self, region_code: str) -> packs.Pack:
        """The notice of the place as it reads on the day. Raises NoNotice, and `policy.pack.PackError`."""
        season = self.season(region_code)
        amendments = [
            amendment
            for code in self._lineage(region_code)
            for amendment in self._amendments.get(code, ())
            if amendment.pack_id == season.pack_id
        ]
        amendments.sort(key=lambda amendment: (amendment.effective_on, amendment.pk))
        key = season.pack_id, tuple(amendment.pk for amendment in amendments)
        if key not in self._packs:
            self._packs[key] = as_amended(season.pack_id, amendments)
        return self._packs[key]

    def _lineage(self, region_code: str) -> Iterable[str]:
        """The place and what is above it, deepest first."""
        for digits in (12, 9, 6, 4, 2):
            code = region_code[:digits].ljust(12, "0")
            if digits < 12 and code == region_code:
                continue
            yield code
            yield from self._areas.get(code, ())


def as_amended(pack_id: str, amendments: Sequence[Amendment]) -> packs.Pack:
    """The notice with the amendments applied, in the order given. Raises `policy.pack.PackError`."""
    pack = packs.load(pack_id)
    leaves = [each for amendment in amendments for each in _as_policy(amendment)]
    return packs.apply_amendments(pack, leaves) if leaves else pack


def _as_policy(amendment: Amendment) -> list[packs.Amendment]:
    return [
        packs.Amendment(leaf.path, leaf.value, amendment.document_number, amendment.reason, amendment.effective_on)
        for leaf in amendment.leaves.all()
    ]


def governing(region_code: str, coverage_year: int) -> Season:
    """The season that governs a place: that of the deepest region at or above it. Raises NoNotice."""
    return NoticeFinder(coverage_year, on=date.max).season(region_code)


def pack_for(region_code: str, coverage_year: int, *, on: date) -> packs.Pack:
    """The notice that governs a place, with the amendments approved and effective by `on`. Raises NoNotice."""
    return NoticeFinder(coverage_year, on=on).pack(region_code)


def coverage_years_for(user: Staff) -> list[int]:
    """The coverage years that a notice governs in the user's part of the tree or above it, latest first."""
    codes = [code for low, _high in user.code_ranges for code in (low[:n].ljust(12, "0") for n in (2, 4, 6, 9, 12))]
    seasons = Season.objects.filter(Q(region__in=codes) | within("region", user.code_ranges))
    return list(seasons.order_by("-coverage_year").values_list("coverage_year", flat=True).distinct())


def current_coverage_year(user: Staff, *, on: date) -> int:
    """The coverage year that work is about: the latest one that a notice governs, else the coming one."""
    return next(iter(coverage_years_for(user)), on.year + 1)


def pack_of(version: PackVersion) -> packs.Pack:
    """The notice as it was kept, for replay. Raises `policy.pack.PackError`."""
    return _kept(version.version, version.content, version.pack_id)


@lru_cache(maxsize=64)
def _kept(version: str, content: str, pack_id: str) -> packs.Pack:
    return packs.load_text(content, name=f"{pack_id} {version[:12]}")
