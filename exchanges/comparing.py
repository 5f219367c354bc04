"""A list beside what stands: what it would add, change and end; when that is to be seen by staff first."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from exchanges.models import Batch, Brake
from regions.queries import ancestors


@dataclass(frozen=True)
class Comparison:
    """`standing` are the marks that the list could end, `ended` those that it would, `missing` the keys of those of
    them that a complete list does not name. Examples are texts with masked personal data; `notes` say what the counts
    leave open."""

    standing: int
    added: int = 0
    changed: int = 0
    ended: int = 0
    missing: Sequence[int] = ()
    examples: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What an approval holds for: the same marks ended."""
        return hashlib.sha256(repr((self.ended, sorted(self.missing))).encode()).hexdigest()


def brake_of(batch: Batch) -> Brake:
    """The brake of the deepest area at or above that of the batch."""
    areas = [batch.region, *ancestors(batch.region)]
    return Brake.objects.filter(region__in=areas).order_by("-region_id").first() or Brake(region=batch.region)


def why_second_person(batch: Batch, compared: Comparison, *, rows: int, accepted: int) -> list[str]:
    """Why a second person must agree to the list, by what it would do; empty where nobody must."""
    brake = brake_of(batch)
    reasons = []
    if not rows and batch.is_full:
        reasons.append(_("It is a complete list without a row."))
    share = compared.ended * 100 > compared.standing * brake.most_ended_percent
    if compared.ended and share and (batch.is_full or compared.ended >= brake.from_marks):
        reasons.append(
            _("It would end %(ended)s of %(standing)s marks, more than %(most)s %%.")
            % {"ended": compared.ended, "standing": compared.standing, "most": brake.most_ended_percent}
        )
    if batch.is_full and rows and not accepted:
        reasons.append(_("Not one of its rows was accepted."))
    return reasons


def preview_of(compared: Comparison, brake: list[str], *, counted: bool) -> dict[str, Any]:
    """What the page shows, and what an approval is compared with; `counted`: the kind is compared with what stands."""
    return {
        "counted": counted,
        "standing": compared.standing,
        "added": compared.added,
        "changed": compared.changed,
        "ended": compared.ended,
        "examples": compared.examples,
        "notes": list(compared.notes),
        "brake": brake,
        "digest": compared.digest,
    }
