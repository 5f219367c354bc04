"""Notices as pages read them: which there are, how each reads today, which one is a user's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.scope import within
from notices.models import PackVersion, Season
from notices.queries import NoticeFinder, pack_of
from policy import pack as packs
from policy.pack import Pack, PackError


@dataclass(frozen=True)
class Listed:
    """A notice with the areas and years it governs here."""

    pack: Pack
    seasons: tuple[Season, ...]


def as_it_reads(pack_id: str, user: Any, *, on: date) -> Pack:
    """The notice with the amendments that count on the day for the user's area, else for the first area it governs.

    Raises `policy.pack.PackError` for a notice there is none of.
    """
    plain = packs.load(pack_id)
    seasons = Season.objects.filter(pack_id=pack_id).order_by("region_id")[:1]
    return _as_it_reads(plain, NoticeFinder(plain.coverage_year, on=on), _places(user), seasons)


def as_they_read(user: Any, *, on: date) -> list[Pack]:
    """Every notice as `as_it_reads`, in the order of `listed`; what notices of a coverage year share is read once."""
    places, notices = _places(user), listed()
    finders = {year: NoticeFinder(year, on=on) for year in {each.pack.coverage_year for each in notices}}
    return [_as_it_reads(each.pack, finders[each.pack.coverage_year], places, each.seasons) for each in notices]


def _as_it_reads(plain: Pack, finder: NoticeFinder, places: list[str], seasons: Iterable[Season]) -> Pack:
    for code in places:
        try:
            if finder.season(code).pack_id == plain.id:
                return finder.pack(code)
        except LookupError:
            continue
    season = next(iter(seasons), None)
    return finder.pack(season.region_id) if season else plain


def own_notice(user: Any) -> str:
    """The id of the notice that governs the user's area or a part of it, the latest year first; else any."""
    years = Season.objects.order_by("-coverage_year").values_list("coverage_year", flat=True).distinct()
    for year in years:
        finder = NoticeFinder(year, on=date.max)
        for code in _places(user):
            try:
                return finder.season(code).pack_id
            except LookupError:
                continue
    below = Season.objects.filter(within("region", user.code_ranges)).order_by("-coverage_year", "region_id").first()
    return below.pack_id if below else packs.available()[0]


def listed() -> list[Listed]:
    """Every notice there is, with the seasons it governs; the latest coverage year first."""
    seasons: dict[str, list[Season]] = {}
    for season in Season.objects.select_related("region").order_by("region_id"):
        seasons.setdefault(season.pack_id, []).append(season)
    found = [Listed(packs.load(pack_id), tuple(seasons.get(pack_id, ()))) for pack_id in packs.available()]
    return sorted(found, key=lambda each: (-each.pack.coverage_year, each.pack.jurisdiction))


def by_name(name: str, user: Any, *, on: date) -> Pack | None:
    """A notice by id as it reads today, or a kept version by its SHA-256; None where there is none."""
    if len(name) == 64:
        version = PackVersion.objects.filter(version=name).first()
        return pack_of(version) if version else None
    try:
        return as_it_reads(name, user, on=on)
    except PackError:
        return None


def _places(user: Any) -> list[str]:
    return list(user.postings.order_by("region_id").values_list("region_id", flat=True))
