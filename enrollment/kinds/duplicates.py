"""People who paid more than once for the year: which payment stays, which goes to refund, put to a person.

The order is the notice's (SL-5.3, PL-7.3a) and stands in `policy.duplicates`; here are the facts that it asks about.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q

from enrollment.kinds.person_columns import PERSON
from enrollment.models import Payment, Proposal, Registration, Schooling
from enrollment.services.proposals import lapse
from exchanges.staging import Chunk
from notices.queries import NoNotice, NoticeFinder
from policy.duplicates import Enrolment, duplicate_clauses, precedence
from policy.pack import Pack
from regions.models import Region
from regions.queries import code_ranges, within_ranges

PAYMENT = Payment._meta.db_table
PROPOSAL = Proposal._meta.db_table
_PEOPLE_AT_ONCE = 500


def follow_duplicates(chunk: Chunk) -> int:
    """Proposals for the people of the chunk who have two or more standing payments for the year; those that its
    reversals have overtaken lapse. Returns how many are new or have lapsed."""
    found = chunk.fetch(
        f"""
        SELECT DISTINCT p.id FROM {{staged}} s JOIN {PERSON} p ON p.id_number_index = s.id_index
        WHERE {{rows}} AND (
            (SELECT count(*) FROM {PAYMENT} o WHERE o.person_id = p.id AND o.coverage_year = %(year)s
                AND o.reversed_on IS NULL AND o.refunded_on IS NULL) > 1
            OR EXISTS (SELECT 1 FROM {PROPOSAL} d WHERE d.person_id = p.id AND d.kind = 'duplicate')
        )
        """
    )
    people = sorted(person for (person,) in found)
    if not people:
        return 0
    facts = _Facts(chunk)
    parts = (people[at : at + _PEOPLE_AT_ONCE] for at in range(0, len(people), _PEOPLE_AT_ONCE))
    return sum(_follow(chunk, part, facts) for part in parts)


def _follow(chunk: Chunk, people: Iterable[int], facts: "_Facts") -> int:
    batch = chunk.batch
    of_year = {"person__in": people, "coverage_year": batch.coverage_year}
    registered = {each.person_id: each for each in Registration.objects.filter(**of_year, ended_on=None)}
    payments = defaultdict(list)
    standing = Payment.objects.filter(**of_year, reversed_on=None, refunded_on=None).select_related("person")
    for payment in standing.order_by("paid_on", "pk"):
        payments[payment.person_id].append(payment)
    colleges = dict(
        Schooling.objects.filter(person__in=people, stage=Schooling.Stage.COLLEGE).values_list(
            "person_id", "school__region_id"
        )
    )
    wanted = {}
    for person, paid in payments.items():
        if len(paid) > 1 and person in registered:
            wanted |= facts.proposals(registered[person], paid, colleges.get(person))
    return _enter(chunk, people, wanted)


def _enter(chunk: Chunk, people: Iterable[int], wanted: dict[int, Proposal]) -> int:
    batch = chunk.batch
    mine = Proposal.objects.filter(
        person__in=people, kind=Proposal.Kind.DUPLICATE, registration__coverage_year=batch.coverage_year
    )
    live = mine.filter(Q(status=Proposal.Status.OPEN) | Q(status=Proposal.Status.ACCEPTED, payment__refunded_on=None))
    overtaken = [old.pk for old in live if (new := wanted.get(old.payment_id)) is None or new.stays_id != old.stays_id]
    lapsed = lapse(mine.filter(pk__in=overtaken), by=batch.uploaded_by, on=batch.business_on)
    changed = 0
    for old in mine.filter(status=Proposal.Status.LAPSED, payment__in=wanted):
        new = wanted.pop(old.payment_id)
        mine.filter(pk=old.pk).update(
            status=Proposal.Status.OPEN,
            decided_by=None,
            decided_on=None,
            stays=new.stays_id,
            stays_by=new.stays_by,
            batch=batch,
        )
        changed += 1
    known = set(mine.filter(payment__in=wanted).values_list("payment_id", flat=True))
    fresh = [proposal for payment, proposal in wanted.items() if payment not in known]
    Proposal.objects.bulk_create(fresh, ignore_conflicts=True)
    return lapsed + changed + len(fresh)


class _Facts:
    """What the order of the notice asks about payments."""

    def __init__(self, chunk: Chunk) -> None:
        self._batch = chunk.batch
        self._finder = NoticeFinder(chunk.batch.coverage_year, on=chunk.batch.business_on)
        self._ranges = lru_cache(maxsize=None)(lambda code: code_ranges(Region.objects.get(pk=code)))

    def proposals(self, registration: Registration, paid: list[Payment], college: str | None) -> dict[int, Proposal]:
        """Payment that goes to refund → its proposal. `college` is the area of the college that the person goes to."""
        pack = self._pack(registration.region_id)
        first = precedence(pack, [self._enrolment(payment, college) for payment in paid])
        return {
            payment.pk: Proposal(
                kind=Proposal.Kind.DUPLICATE,
                registration=registration,
                person_id=payment.person_id,
                region_id=payment.region_id,
                event_on=payment.paid_on,
                clauses=" ".join(duplicate_clauses(pack)),
                payment=payment,
                stays_id=first.stays.key,
                stays_by=first.by,
                batch=self._batch,
            )
            for payment in paid
            # A receipt of nothing, where tax charges net of full assistance, has nothing to give back.
            if payment.pk != first.stays.key and payment.amount_fen
        }

    def _enrolment(self, payment: Payment, college: str | None) -> Enrolment:
        usual = payment.person.residence_id or payment.person.region_id
        return Enrolment(
            key=payment.pk,
            paid_on=payment.paid_on,
            college_student=college is not None and within_ranges(payment.region_id, self._ranges(college)),
            usual_residence=within_ranges(usual, self._ranges(payment.region_id)),
        )

    def _pack(self, region: str) -> Pack | None:
        try:
            return self._finder.pack(region)
        except NoNotice:
            return None
