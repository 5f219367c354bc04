"""`decide`: rows → distinct facts → `policy.quote` → decisions, joined back set-based, chunk by chunk."""

from collections.abc import Callable
from datetime import date

from django.db import connection, transaction
from django.db.models import BooleanField, DateField, Exists, F, OuterRef, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Staff
from enrollment.queries import standing_payments
from enrollment.services import record_entitlements
from notices.models import Season
from notices.queries import NoNotice, NoticeFinder
from policy.money import yuan
from policy.pack import PackError
from regions.models import Region
from regions.queries import code_ranges
from subsidies.models import Decision, DecisionRun
from subsidies.queries.sums import current_decisions, sums_by_fund
from subsidies.services import staging
from subsidies.services.alike import Question
from subsidies.services.answers import AnswerBook
from subsidies.services.facts import people_registered, people_unregistered, people_with_payment, read_facts
from subsidies.services.runs import (
    DecisionInProgress,
    DecisionRefused,
    Stopped,
    ask,
    attempt,
    claim,
    claimable,
    hold,
    set_aside,
    work_off,
)

CHUNK = 50_000
REFUSALS = (NoNotice, PackError, DecisionRefused)
Progress = Callable[[int, int], None]


def decide(*, region: Region, coverage_year: int, on: date, by: Staff, progress: Progress | None = None) -> DecisionRun:
    """Decides for everyone in the area, and returns the run with its counts. A second run changes nothing.

    Decided for are the people whose place of enrolment lies in the area: that of their earliest standing payment of the
    year, of their registration, or their hukou place. Whoever has not paid is decided for as if paying `on`; the dead
    and those who moved out without a payment are left out. `people` = `decided` + `undetermined`; undetermined are also
    those whose facts contradict themselves (`unreadable`). `changed` counts the people whose decision is new, other
    than before, or withdrawn.

    `progress` is called with people done and people in all. Raises DecisionInProgress while another worker holds a run
    over the same area, DecisionRefused for an area outside `by`'s part, `notices.queries.NoNotice` where no notice
    governs a place, and `policy.pack.PackError`.
    """
    run = ask(region=region, coverage_year=coverage_year, on=on, by=by)
    if run.on != on and claim(run):
        set_aside(run, _("Replaced by a run for %(day)s.") % {"day": on.isoformat()})
        run = ask(region=region, coverage_year=coverage_year, on=on, by=by)
    if not claim(run):
        raise DecisionInProgress(run)
    carry_out(run, progress=progress)
    return run


def run_decisions(run: DecisionRun, *, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Works a run off for a worker; False where another one has it. What goes wrong is told by the run itself."""

    def progress(done: int, people: int) -> None:
        if stopping():
            raise Stopped

    return work_off(run, lambda: _carry_out(run, progress), refusals=REFUSALS)


def run_next(stopping: Callable[[], bool]) -> bool:
    """Works off the oldest run that nobody holds; whether there was one (`exchanges.work`)."""
    run = DecisionRun.objects.filter(claimable()).order_by("pk").first()
    return run is not None and run_decisions(run, stopping=stopping)


def carry_out(run: DecisionRun, *, progress: Progress | None = None) -> None:
    """Carries out a claimed run from where it stands. Raises LeaseLost when another worker took it over.

    A refusal of the rules ends the run; anything else gives it back to be tried again, three times in all.
    """
    attempt(run, lambda: _carry_out(run, progress or (lambda done, people: None)), refusals=REFUSALS)


def _carry_out(run: DecisionRun, progress: Progress) -> None:
    ranges = code_ranges(run.region)
    people = _gather(run, ranges)
    books = _Books(run)
    hold(run, people=run.done + people)
    progress(run.done, run.done + people)
    after, done = run.last_person, run.done
    while (last := staging.end_of_chunk(after, CHUNK)) is not None:
        with transaction.atomic():
            done += _decide_chunk(run, books, after + 1, last)
        after = last
        progress(done, run.done + people)
    with transaction.atomic():
        _finish(run, ranges)
    staging.close_tables()


def _gather(run: DecisionRun, ranges: list[tuple[str, str]]) -> int:
    """Fills `deciding`; returns how many people the run has still to decide for."""
    staging.open_tables()
    area = {"coverage_year": run.coverage_year, "on": run.on, "ranges": ranges}
    with transaction.atomic():
        for people in (people_with_payment, people_registered, people_unregistered):
            staging.add_people(people(**area))
    return staging.count_people(run.last_person)


class _Books:
    """The notices of the area, each with its book of answers. Raises NoNotice for a place that none governs."""

    def __init__(self, run: DecisionRun) -> None:
        finder = NoticeFinder(run.coverage_year, on=run.on)
        books: dict[str, AnswerBook] = {}
        self.by_place: dict[str, AnswerBook] = {}
        seasons = set()
        for place in staging.places():
            seasons.add(finder.season(place).pk)
            pack = finder.pack(place)
            self.by_place[place] = books.setdefault(pack.version, AnswerBook(pack, run.on))
        self._seasons = sorted(seasons)
        self._books = list(books.values())

    def answer_all(self) -> None:
        for book in self._books:
            book.answer_all()
            book.questions.forget_some()

    def lock(self) -> None:
        """Lets runs over overlapping areas take turns, chunk by chunk."""
        list(Season.objects.select_for_update().filter(pk__in=self._seasons).order_by("pk"))


def _decide_chunk(run: DecisionRun, books: _Books, first: int, last: int) -> int:
    books.lock()
    people: list[int] = []
    asked: list[Question | None] = []
    for known in read_facts(coverage_year=run.coverage_year, first=first, last=last):
        people.append(known.person_id)
        asked.append(None if known.contradicts_itself else books.by_place[known.region_id].questions.question(known))
    books.answer_all()
    answers = [question and question.answer_id for question in asked]
    unreadable = asked.count(None)
    staging.put_answers(people, answers)
    changed = _join_back(run, first, last, withdraw=bool(unreadable))
    record_entitlements(
        source="entitling",
        coverage_year=run.coverage_year,
        by=run.by,
        on=run.on,
        subject=run,
        region=run.region,
        between=(first, last),
    )
    hold(
        run,
        last_person=last,
        done=F("done") + len(people),
        undetermined=F("undetermined") + unreadable + sum(question.undetermined for question in asked if question),
        unreadable=F("unreadable") + unreadable,
        changed=F("changed") + changed,
    )
    return len(people)


# Another answer that says the same is no change: the decision stands, explained by the version it was made by.
_SUPERSEDE = """
UPDATE subsidies_decision SET superseded_by_id = %s
FROM decided
JOIN deciding ON deciding.person_id = decided.person_id
JOIN subsidies_answer AS new ON new.id = decided.answer_id, subsidies_answer AS old
WHERE subsidies_decision.person_id = decided.person_id AND subsidies_decision.person_id BETWEEN %s AND %s
  AND subsidies_decision.coverage_year = %s AND subsidies_decision.superseded_by_id IS NULL
  AND old.id = subsidies_decision.answer_id
  AND (old.quote_key <> new.quote_key OR subsidies_decision.region_id <> deciding.region_id
    OR COALESCE(subsidies_decision.payment_id, 0) <> COALESCE(deciding.payment_id, 0))"""

_WITHDRAW = """
UPDATE subsidies_decision SET superseded_by_id = %s
WHERE coverage_year = %s AND superseded_by_id IS NULL
  AND person_id IN (SELECT person_id FROM decided WHERE answer_id IS NULL)"""

_INSERT = """
INSERT INTO subsidies_decision (person_id, coverage_year, region_id, answer_id, payment_id, run_id, decided_on)
SELECT deciding.person_id, %s, deciding.region_id, decided.answer_id, deciding.payment_id, %s, %s
FROM decided JOIN deciding ON deciding.person_id = decided.person_id
WHERE decided.answer_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM subsidies_decision AS standing WHERE standing.person_id = decided.person_id
    AND standing.person_id BETWEEN %s AND %s
    AND standing.coverage_year = %s AND standing.superseded_by_id IS NULL)
ORDER BY deciding.person_id"""


def _join_back(run: DecisionRun, first: int, last: int, *, withdraw: bool) -> int:
    """Decisions that say the same stay, others are superseded and new ones written; returns how many people changed."""
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE, [run.pk, first, last, run.coverage_year])
        withdrawn = 0
        if withdraw:
            cursor.execute(_WITHDRAW, [run.pk, run.coverage_year])
            withdrawn = cursor.rowcount
        cursor.execute(_INSERT, [run.coverage_year, run.pk, run.on, first, last, run.coverage_year])
        return withdrawn + cursor.rowcount


def _finish(run: DecisionRun, ranges: list[tuple[str, str]]) -> None:
    """Withdraws what stands for people the area no longer decides for, and closes the run with its sums."""
    not_decided_for = RawSQL(
        "NOT EXISTS (SELECT 1 FROM deciding WHERE deciding.person_id = subsidies_decision.person_id)",
        [],
        output_field=BooleanField(),
    )
    standing = current_decisions(coverage_year=run.coverage_year, ranges=ranges)
    withdrawn = standing.filter(not_decided_for).update(superseded_by=run)
    if withdrawn:
        _end_entitlements(run)
    hold(run, changed=F("changed") + withdrawn)
    run.refresh_from_db()
    sums = sums_by_fund(coverage_year=run.coverage_year, ranges=ranges)
    hold(
        run,
        status=DecisionRun.Status.DONE,
        finished_at=timezone.now(),
        people=run.done,
        decided=run.done - run.undetermined,
        result={purpose: {fund: yuan(fen) for fund, fen in funds.items()} for purpose, funds in sums.items()},
    )
    run.refresh_from_db()
    audit.record(
        by=run.by,
        on=run.on,
        verb="subsidies.decide",
        subject=run,
        after={
            "coverage_year": run.coverage_year,
            "people": run.people,
            "undetermined": run.undetermined,
            "changed": run.changed,
        },
    )


def _end_entitlements(run: DecisionRun) -> None:
    """Of the people whose decision the run withdrew, those who have no payment left have no entitlement either."""
    of_person = {"coverage_year": run.coverage_year, "person": OuterRef("person")}
    paid = standing_payments(coverage_year=run.coverage_year, on=run.on).filter(person=OuterRef("person"))
    decided = Decision.objects.filter(**of_person, superseded_by__isnull=True)
    nothing = Cast(Value(None), DateField())
    gone = Decision.objects.filter(~Exists(paid), ~Exists(decided), superseded_by=run).values(
        "person_id", "region_id", "payment_id", starts_on=nothing, ends_on=nothing, clauses=Value("")
    )
    record_entitlements(
        source=gone, coverage_year=run.coverage_year, by=run.by, on=run.on, subject=run, region=run.region
    )
