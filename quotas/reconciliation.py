"""The ranking's count against the ledger of people enrolled."""

from django.utils.translation import gettext_lazy as _

from enrollment.queries import enrolled_people
from quotas.queries import counts, tree
from subsidies.reconciliation import Asked, Check, Comparison


def _enrolled_as_ranked(asked: Asked) -> Comparison:
    """Everyone on the ledger stands in the total that a snapshot of the day would freeze, whatever became of the
    region where they enrolled. Frozen snapshots are not compared: they keep what was known on their day."""
    found = counts(
        tree(asked.area, asked.on), coverage_year=asked.coverage_year, assessment_day=None, ranges=asked.ranges
    )
    ledger = enrolled_people(coverage_year=asked.coverage_year, on=asked.on, ranges=asked.ranges).count()
    ranked = found[asked.area.code].enrolled_all
    return Comparison(ranked, ledger, abs(ranked - ledger))


ENROLLED_AS_RANKED = Check(
    "enrolments_ranking",
    _("People enrolled as the ranking counts them"),
    _("People on the ledger of enrolled"),
    _enrolled_as_ranked,
    _("A region of the register has lost its place in the tree: see what it belongs to."),
)
