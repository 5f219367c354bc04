"""Writes of the notices room: which notice governs, and versions kept for replay."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from accounts import audit
from accounts.models import Staff
from notices.models import PackVersion, Season
from regions.models import Region

if TYPE_CHECKING:
    from policy.pack import Pack


@transaction.atomic
def set_season(*, region: Region, coverage_year: int, pack_id: str, by: Staff, on: date) -> Season:
    """Lets a notice govern an area in a coverage year; the same again changes nothing.

    Raises `policy.pack.PackError` for a notice that there is not.
    """
    from policy import pack as packs

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


def keep_version(pack: "Pack") -> PackVersion:
    """The kept copy of a notice as it reads; made when it is first decided by. Idempotent, also between processes."""
    version, _made = PackVersion.objects.get_or_create(
        version=pack.version, defaults={"pack_id": pack.id, "content": pack.content}
    )
    return version
