"""Whether what a calculation was made from is still what stands."""

import json
from datetime import date
from hashlib import sha256

from django.db.models import Max, Q, Sum

from accounts.models import AuditEntry
from accounts.scope import within
from exchanges.models import Batch, BatchChunk
from notices.queries import NoNotice, NoticeFinder
from policy.pack import PackError
from regions.models import Region
from regions.queries import ancestors, code_ranges
from subsidies.models import DecisionRun

# Rooms whose steps a calculation depends on. Lists leave a row for each chunk besides.
_ROOMS = ("enrollment.", "subsidies.", "notices.", "regions.", "exchanges.merge")
_CHANGES_NOTHING = (
    "enrollment.reveal_number",
    "enrollment.post_list",
    "enrollment.record_reason",
    "enrollment.withdraw_reason",
    "notices.propose_amendment",
    "notices.see_impact",
    "notices.amendment_rejected",
    "notices.amendment_withdrawn",
    "subsidies.ask_for_decisions",
    "subsidies.ask_for_calculation",
    "subsidies.calculate",
)


def mark_of_inputs(*, region: Region, coverage_year: int, on: date) -> str:
    """SHA-256 of the day, the version of the notice and the last write to the area: other rows, another mark.

    Every write leaves a row in the trail, a list one for each of its chunks, in the transaction of the write; so the
    keys of the last of them say in a few look-ups what reading every row would. Writes above the area count too (a
    county's list brings a village's people), those of neighbours do not.
    """
    here = within("region", code_ranges(region)) | Q(region__in=[above.pk for above in ancestors(region)])
    mattering = Q(*[("verb__startswith", room) for room in _ROOMS], _connector=Q.OR)
    trail = AuditEntry.objects.filter(here | Q(region=None), mattering).exclude(verb__in=_CHANGES_NOTHING)
    chunks = BatchChunk.objects.filter(batch__in=Batch.objects.filter(here, coverage_year=coverage_year))
    open_runs = DecisionRun.objects.filter(here, coverage_year=coverage_year, status__in=DecisionRun.OPEN)
    state = [
        on.isoformat(),
        coverage_year,
        _version(region, coverage_year, on),
        trail.aggregate(last=Max("pk"))["last"],
        chunks.aggregate(last=Max("pk"))["last"],
        open_runs.aggregate(done=Sum("done"))["done"],
    ]
    return sha256(json.dumps(state).encode()).hexdigest()


def _version(region: Region, coverage_year: int, on: date) -> str:
    try:
        return NoticeFinder(coverage_year, on=on).pack(region.pk).version
    except (NoNotice, PackError):
        return ""
