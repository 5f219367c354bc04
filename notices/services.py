"""Writes of the notices room: which notice governs, and versions kept for replay."""

import json
from datetime import date

from django.db import transaction

from accounts import audit
from accounts.models import Staff
from notices.models import PackVersion, Season
from policy import pack as packs
from regions.models import Region


@transaction.atomic
def set_season(*, region: Region, coverage_year: int, pack_id: str, by: Staff, on: date) -> Season:
    """Lets a notice govern an area in a coverage year; the same again changes nothing.

    Raises `policy.pack.PackError` for a notice that there is not.
    """
    packs.load(pack_id)
    season = Season.objects.select_for_update().filter(region=region, coverage_year=coverage_year).first()
    if season and season.pack_id == pack_id:
        return season
    before = {"pack_id": season.pack_id} if season else None
    season = season or Season(region=region, coverage_year=coverage_year)
    season.pack_id = pack_id
    season.save()
    audit.record(by=by, on=on, verb="notices.set_season", subject=season, before=before, after={"pack_id": pack_id})
    return season


@transaction.atomic
def set_shipped_seasons(by: Staff, on: date) -> int:
    """Lets each shipped notice govern the area and year that it was issued for, unless a season stands there already.

    Notices of areas that the register does not hold are left out. Returns how many seasons were set.
    """
    made = 0
    for pack in map(packs.load, packs.available()):
        region = Region.objects.filter(pk=pack.jurisdiction).first()
        if region and not Season.objects.filter(region=region, coverage_year=pack.coverage_year).exists():
            set_season(region=region, coverage_year=pack.coverage_year, pack_id=pack.id, by=by, on=on)
            made += 1
    return made


def keep_version(pack: packs.Pack) -> PackVersion:
    """The kept copy of a notice as it reads; made when it is first decided by. Idempotent, also between processes."""
    version, _made = PackVersion.objects.get_or_create(
        version=pack.version, defaults={"pack_id": pack.id, "content": json.dumps(pack.data, ensure_ascii=False)}
    )
    return version
