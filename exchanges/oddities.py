"""What makes it doubtful that a list is meant for the area, or comes from the department, that it was entered for."""

from django.utils.translation import gettext as _

from accounts.models import BureauKind
from exchanges.comparing import brake_of
from exchanges.kinds import FileKind
from exchanges.models import Batch, RowError
from exchanges.reading import Layout
from exchanges.senders import departments_in
from regions.models import Level, Region
from regions.queries import ancestors, code_ranges, within_ranges

# A row whose place is unknown in the area of the batch (exchanges/columns/regions.py).
_OUTSIDE = "region"
# Names of two characters (城区) are parts of too many others.
_SHORTEST_NAME = 3


def what_is_odd(batch: Batch, kind: FileKind, layout: Layout, *, rows: int) -> list[str]:
    """Reasons why a second person should look before the list is applied: its sender, its titles, its rows."""
    titles = " ".join(cell for row in layout.titles for cell in row if cell)
    return [*_sender(batch), *_departments(batch, kind, titles), *_areas(batch, titles), *_rows(batch, kind, rows)]


def _sender(batch: Batch) -> list[str]:
    sender = batch.sender
    if sender is None or within_ranges(batch.region_id, code_ranges(sender.region)):
        return []
    return [
        _("%(sender)s is a department of %(own)s; the list was entered for %(area)s.")
        % {"sender": sender.name, "own": sender.region.full_name, "area": batch.region.full_name}
    ]


def _departments(batch: Batch, kind: FileKind, titles: str) -> list[str]:
    named = departments_in(titles)
    # What the agency enters or passes on is the list of one of the departments that send the kind.
    passed_on = batch.sender is None or batch.sender.kind == BureauKind.AGENCY
    expected = kind.senders if passed_on else {batch.sender.kind}
    if not named or named & expected:
        return []
    words = {
        "named": "、".join(str(BureauKind(each).label) for each in sorted(named)),
        "sender": batch.sender.name if batch.sender else _("The agency itself"),
    }
    return [_("Its title names another department (%(named)s) than the one it was entered for (%(sender)s).") % words]


def _areas(batch: Batch, titles: str) -> list[str]:
    """Counties and cities alone: towns of one name are many."""
    if not titles:
        return []
    own = {above.code for above in (batch.region, *ancestors(batch.region))}
    ranges = code_ranges(batch.region)
    counties = Region.objects.filter(level__in=[Level.CITY, Level.COUNTY]).values_list("code", "name")
    named = [(code, name) for code, name in counties if len(name) >= _SHORTEST_NAME and name in titles]
    if not named or any(code in own or within_ranges(code, ranges) for code, _name in named):
        return []
    return [
        _("Its title names %(named)s; the list was entered for %(area)s.")
        % {"named": "、".join(dict.fromkeys(name for _code, name in named)), "area": batch.region.full_name}
    ]


def _rows(batch: Batch, kind: FileKind, rows: int) -> list[str]:
    brake = brake_of(batch)
    errors = RowError.objects.filter(batch=batch)
    outside = errors.filter(field="region", code=_OUTSIDE).count()
    of_others = errors.filter(code__in=kind.codes_of_others).values("row_number").distinct().count()

    def too_many(count: int) -> bool:
        many = batch.is_full or count >= brake.from_marks
        return many and count * 100 > rows * brake.most_outside_percent

    reasons = []
    if too_many(outside):
        reasons.append(
            _("%(count)s of %(rows)s rows name places that are not known in %(area)s.")
            % {"count": outside, "rows": rows, "area": batch.region.full_name}
        )
    if too_many(of_others):
        reasons.append(
            _("%(count)s of %(rows)s rows are about what another department determines.")
            % {"count": of_others, "rows": rows}
        )
    return reasons
