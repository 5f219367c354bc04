"""What a file in a drop box is: said by its manifest, else by its name, else by who owns the box."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exchanges.channels.models import DropBox
from exchanges.kinds import UnknownKind, by_name, kinds
from exchanges.periods import read_period
from notices.models import Season
from regions.models import Region
from regions.queries import ancestors, code_ranges, within_ranges

MANIFEST = ".manifest.json"
RECEIPTS = (".receipt.json", ".receipt.csv")
MOST_BYTES = 64 * 1024
# identities_610926000000_2022_anything.xlsx
_NAME = re.compile(r"(?P<kind>[a-z_]+)_(?P<area>\d{12})_(?P<year>\d{4})(?!\d)")


class NotUnderstood(Exception):
    """It cannot be told what the file is; the message says what is missing and how to say it."""


@dataclass(frozen=True)
class Meant:
    """A list as the file says of itself: also whether it is complete, for which month, its number within that, and how
    many rows it has."""

    kind: str
    region: Region
    coverage_year: int
    is_full: bool = False
    period: str = ""
    sequence: int | None = None
    rows: int | None = None


def read_manifest(data: bytes) -> dict[str, Any]:
    """Raises NotUnderstood."""
    try:
        said = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotUnderstood(_("The manifest is not valid JSON.")) from error
    if not isinstance(said, dict):
        raise NotUnderstood(_("The manifest is not a JSON object."))
    return said


def meaning(box: DropBox, name: str, manifest: dict[str, Any] | None) -> Meant:
    """Kind, area and year of a file; from the manifest alone `full`, `period` (2021-10), `sequence` and `rows`. Raises
    NotUnderstood."""
    said = dict(manifest or {})
    match = _NAME.match(name)
    if match:
        said = {**match.groupdict(), **{key: value for key, value in said.items() if value not in (None, "")}}
    region = _area(box, str(said.get("area") or box.bureau.region_id))
    return Meant(
        _kind(box, said.get("kind")),
        region,
        _year(region, said.get("year")),
        is_full=said.get("full") is True,
        period=_period(said.get("period")),
        sequence=_whole(said.get("sequence"), _("“%(number)s” is no sequence number."), least=1),
        rows=_whole(said.get("rows"), _("“%(number)s” is no number of rows."), least=0),
    )


def _kind(box: DropBox, name: Any) -> str:
    if name:
        try:
            return by_name(str(name)).name
        except UnknownKind as error:
            raise NotUnderstood(str(error)) from error
    own = [kind.name for kind in kinds() if box.bureau.kind in kind.senders]
    if len(own) != 1:
        raise NotUnderstood(
            _("It does not say which list it is. Name the file KIND_AREA_YEAR, e.g. %(example)s, or add a manifest.")
            % {"example": f"{own[0] if own else 'identities'}_{box.bureau.region_id}_2022.xlsx"}
        )
    return own[0]


def _area(box: DropBox, code: str) -> Region:
    region = Region.objects.filter(pk=code).first()
    if region is None or not within_ranges(code, code_ranges(box.bureau.region)):
        raise NotUnderstood(_("The area %(code)s is none of this bureau's.") % {"code": code[:20]})
    return region


def _period(said: Any) -> str:
    try:
        return read_period(str(said or ""))
    except ValueError as error:
        raise NotUnderstood(_("“%(period)s” is no month; write it as 2021-10.") % {"period": str(said)[:20]}) from error


def _whole(said: Any, words: str, *, least: int) -> int | None:
    if said is None:
        return None
    if type(said) is not int or not least <= said < 10**9:
        raise NotUnderstood(words % {"number": str(said)[:20]})
    return said


def _year(region: Region, said: Any) -> int:
    if said not in (None, ""):
        text = str(said)
        if not (text.isascii() and text.isdigit() and len(text) == 4):
            raise NotUnderstood(_("“%(year)s” is no coverage year.") % {"year": text[:20]})
        return int(text)
    above = [region.pk, *(each.pk for each in ancestors(region))]
    year = Season.objects.filter(region__in=above).order_by("-coverage_year").values_list("coverage_year", flat=True)
    if not year:
        raise NotUnderstood(_("It does not say for which coverage year it is, and no notice governs the area yet."))
    return year[0]
