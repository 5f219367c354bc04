"""What lists mean for enrolments that stand: facts that the rules ask about, ends by rule, and proposals.

Each function is a consequence of a kind (`FileKind.consequences`): it gets a chunk after its rows are merged and runs
in the same transaction. The people of the chunk are found by the index of the number.
"""

from datetime import date
from functools import lru_cache

from enrollment.kinds.person_columns import PERSON
from enrollment.models import EmployeeCover, Payment, Person, Proposal, Registration, Schooling
from enrollment.services.proposals import end_by_rule, lapse, propose
from exchanges.staging import Chunk
from notices.queries import NoNotice, NoticeFinder
from policy.ending import employee_first_clauses, ending_clause
from policy.pack import Pack

REGISTRATION = Registration._meta.db_table
PAYMENT = Payment._meta.db_table
COVER = EmployeeCover._meta.db_table
SCHOOLING = Schooling._meta.db_table
PROPOSAL = Proposal._meta.db_table
_KINDS = {
    Person.Status.DEAD: Proposal.Kind.DEATH,
    Person.Status.ENLISTED: Proposal.Kind.ENLISTED,
    Person.Status.IN_PRISON: Proposal.Kind.IN_PRISON,
    Person.Status.MOVED_OUT: Proposal.Kind.MOVED_OUT,
}


def tell_facts(chunk: Chunk) -> int:
    """What the lists of employee insurance and of schools know of the people of the chunk comes into their
    registrations for the year: the last employee insurance that had ended by the registration, and the school."""
    told = 0
    if EmployeeCover.objects.exists():
        told += chunk.execute(
            f"""
            UPDATE {REGISTRATION} AS r SET employee_cover_ended_on = c.ended_on,
                employee_cover_years = coalesce(c.years, 0),
                situation = CASE WHEN r.situation = 'general' THEN 'employee_lapsed' ELSE r.situation END
            FROM {{staged}} s
            JOIN {PERSON} p ON p.id_number_index = s.id_index
            JOIN {COVER} c ON c.id_number_index = s.id_index
            WHERE {{rows}} AND r.person_id = p.id AND r.coverage_year = %(year)s AND r.ended_on IS NULL
                AND c.ended_on <= r.registered_on
                AND NOT EXISTS (
                    SELECT 1 FROM {COVER} later WHERE later.id_number_index = c.id_number_index
                    AND (later.ended_on IS NULL OR later.ended_on > c.ended_on)
                )
                AND (r.employee_cover_ended_on IS NULL OR r.employee_cover_ended_on <> c.ended_on
                    OR r.employee_cover_years <> coalesce(c.years, 0))
            """
        )
    if Schooling.objects.exists():
        told += chunk.execute(
            f"""
            UPDATE {REGISTRATION} AS r SET
                student = CASE WHEN g.stage = 'college' THEN 'college' ELSE 'school' END,
                situation = CASE WHEN g.stage = 'college' AND r.situation = 'general' THEN 'college_student'
                    ELSE r.situation END
            FROM {{staged}} s
            JOIN {PERSON} p ON p.id_number_index = s.id_index
            JOIN {SCHOOLING} g ON g.person_id = p.id
            WHERE {{rows}} AND r.person_id = p.id AND r.coverage_year = %(year)s AND r.ended_on IS NULL
                AND (g.graduates_on IS NULL OR g.graduates_on >= r.registered_on)
                AND r.student <> CASE WHEN g.stage = 'college' THEN 'college' ELSE 'school' END
            """
        )
    return told


def follow_employee_cover(chunk: Chunk) -> int:
    """People of the chunk who have employee insurance and an enrolment: benefits come from the first (PL-7.3a, SL-5.3),
    who joins it leaves (PL-2.5). The refund hangs on it, so a person decides."""
    lapsed = _lapse_ended(chunk)
    if not EmployeeCover.objects.filter(ended_on=None).exists():
        return lapsed
    found = chunk.fetch(
        f"""
        SELECT DISTINCT r.id, c.started_on FROM {{staged}} s
        JOIN {COVER} c ON c.id_number_index = s.id_index AND c.ended_on IS NULL
        JOIN {PERSON} p ON p.id_number_index = s.id_index
        JOIN {REGISTRATION} r ON r.person_id = p.id AND r.ended_on IS NULL
        WHERE {{rows}}
        """
    )
    started = {registration: _day(day) for registration, day in found}
    rules = _Rules(chunk)
    proposed = 0
    for registration in _registrations(started):
        event_on = started[registration.pk]
        if registration.coverage_year < event_on.year:
            continue
        proposed += propose(
            registration=registration,
            kind=Proposal.Kind.EMPLOYEE_COVER,
            event_on=event_on,
            clauses=rules.employee_first(registration),
            batch=chunk.batch,
        )
    return lapsed + proposed


def _lapse_ended(chunk: Chunk) -> int:
    """Open proposals of people of the chunk whose employee insurance, as a list that came later tells, had ended before
    they registered."""
    if not Proposal.objects.filter(kind=Proposal.Kind.EMPLOYEE_COVER, status=Proposal.Status.OPEN).exists():
        return 0
    found = chunk.fetch(
        f"""
        SELECT DISTINCT d.id FROM {{staged}} s
        JOIN {PERSON} p ON p.id_number_index = s.id_index
        JOIN {PROPOSAL} d ON d.person_id = p.id AND d.kind = 'employee_cover' AND d.status = 'open'
        JOIN {REGISTRATION} r ON r.id = d.registration_id
        WHERE {{rows}} AND NOT EXISTS (
            SELECT 1 FROM {COVER} c WHERE c.id_number_index = s.id_index
            AND (c.ended_on IS NULL OR c.ended_on > r.registered_on)
        )
        """
    )
    overtaken = Proposal.objects.filter(pk__in=[proposal for (proposal,) in found])
    return lapse(overtaken, by=chunk.batch.uploaded_by, on=chunk.batch.business_on)


def follow_status(chunk: Chunk) -> int:
    """People of the chunk who died, moved away, serve or are in prison, and are enrolled. In the year of benefits the
    enrolment ends by itself where the notice says so (PL-7.5); before it, for a move, and under a notice that says
    nothing, a person decides. Who is normal again: `_follow_return`."""
    rules = _Rules(chunk)
    said = "s.status IS NOT NULL AND s.status <> 'normal'"
    return _follow_return(chunk, rules) + _follow_events(chunk, rules, said, since="r.registered_on")


def follow_known_status(chunk: Chunk) -> int:
    """As `follow_status`, for a payment that comes after the list which told of the death. Who paid after the event has
    perhaps come back, so that a person decides."""
    if not Person.objects.exclude(status=Person.Status.NORMAL).exists():
        return 0
    last = f"""(SELECT max(o.paid_on) FROM {PAYMENT} o WHERE o.person_id = p.id AND o.coverage_year = r.coverage_year
        AND o.reversed_on IS NULL AND o.refunded_on IS NULL)"""
    return _follow_events(chunk, _Rules(chunk), "TRUE", since=last)


def _follow_events(chunk: Chunk, rules: "_Rules", said: str, *, since: str) -> int:
    """`since` is the day up to which an event does not end the enrolment by itself."""
    found = chunk.fetch(
        f"""
        SELECT DISTINCT r.id, p.status, p.status_on, {since} FROM {{staged}} s
        JOIN {PERSON} p ON p.id_number_index = s.id_index
        JOIN {REGISTRATION} r ON r.person_id = p.id AND r.ended_on IS NULL
        WHERE {{rows}} AND {said} AND p.status <> 'normal'
        """
    )
    events = {each: (_KINDS[Person.Status(status)], _day(day), _day(since)) for each, status, day, since in found}
    followed = 0
    for registration in _registrations(events):
        kind, event_on, paid_on = events[registration.pk]
        if registration.coverage_year < event_on.year:
            continue
        clause = rules.ending(registration, Proposal.END_REASON[kind])
        what = {"registration": registration, "kind": kind, "event_on": event_on, "batch": chunk.batch}
        if clause and registration.coverage_year == event_on.year and paid_on is not None and event_on >= paid_on:
            followed += end_by_rule(clauses=clause, **what)
        else:
            followed += propose(clauses=clause, **what)
    return followed


def _follow_return(chunk: Chunk, rules: "_Rules") -> int:
    """People of the chunk whom the list has as normal again. Of what an earlier list brought: proposals that nobody
    decided lapse, and a registration that was ended is proposed to stand again. Never by rule: where the event itself
    ended the enrolment (PL-7.5), a return restores nothing, so that only a mistake in the list is a reason. And the
    other way round, such a proposal lapses when the next list has them away once more."""
    batch = chunk.batch
    if not Proposal.objects.filter(kind__in=[*Proposal.BY_STATUS, Proposal.Kind.BACK_TO_NORMAL]).exists():
        return 0
    found = chunk.fetch(
        f"""
        SELECT DISTINCT d.id, d.registration_id, d.status, d.kind, p.status FROM {{staged}} s
        JOIN {PERSON} p ON p.id_number_index = s.id_index
        JOIN {PROPOSAL} d ON d.person_id = p.id
        WHERE {{rows}} AND d.status IN ('open', 'by_rule', 'accepted')
        """
    )
    back = Proposal.Kind.BACK_TO_NORMAL
    overtaken, ended = [], {}
    for proposal, registration, state, kind, status in found:
        returned = status == Person.Status.NORMAL
        if kind in (Proposal.BY_STATUS if returned else (back,)):
            if state == Proposal.Status.OPEN:
                overtaken.append(proposal)
            elif returned:
                ended[registration] = proposal
    lapsed = lapse(Proposal.objects.filter(pk__in=overtaken), by=batch.uploaded_by, on=batch.business_on)
    proposed = 0
    for registration in _registrations(ended):
        if registration.ended_on is None or registration.coverage_year < batch.business_on.year:
            continue
        proposed += propose(
            registration=registration,
            kind=back,
            event_on=registration.ended_on,
            end_reason=registration.end_reason,
            clauses=rules.ending(registration, registration.end_reason),
            batch=batch,
        )
    return lapsed + proposed


def _registrations(wanted: dict[int, object]) -> list[Registration]:
    """In the order of the people, so that two workers lock them in one order."""
    rows = Registration.objects.filter(pk__in=wanted).select_related("person", "region")
    return list(rows.order_by("person_id", "coverage_year"))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


class _Rules:
    """The notices that govern the registrations of a chunk."""

    def __init__(self, chunk: Chunk) -> None:
        self._finder = lru_cache(maxsize=None)(lambda year: NoticeFinder(year, on=chunk.batch.business_on))

    def ending(self, registration: Registration, event: str) -> str:
        """The clause by which the event ends the enrolment by itself, or ""."""
        pack = self._pack(registration)
        return ending_clause(pack, event) if pack else ""

    def employee_first(self, registration: Registration) -> str:
        """The clauses by which employee insurance comes first, with spaces between."""
        pack = self._pack(registration)
        return " ".join(employee_first_clauses(pack)) if pack else ""

    def _pack(self, registration: Registration) -> Pack | None:
        try:
            return self._finder(registration.coverage_year).pack(registration.region_id)
        except NoNotice:
            return None
