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


def keep_version(pack: packs.Pack) -> PackVersion:
    """The kept copy of a notice as it reads; made when it is first decided by. Idempotent, also between processes."""
    version, _made = PackVersion.objects.get_or_create(
        version=pack.version, defaults={"pack_id": pack.id, "content": json.dumps(pack.data, ensure_ascii=False)}
    )
    return version
