"""What an amendment of a notice would change for the people of its area: counted before anyone approves it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.db import transaction

from accounts.models import Staff
from accounts.scope import visible_ranges
from enrollment.models import Person
from notices.impact import Example, Impact
from notices.models import Amendment
from notices.queries import NoticeFinder
from policy.pack import Pack, load
from policy.quote import Quote, quote
from privacy.masks import mask_name, mask_number
from subsidies.services import staging
from subsidies.services.alike import Questions
from subsidies.services.facts import Known, people_registered, people_unregistered, people_with_payment, read_facts

CHUNK = 50_000
EXAMPLES = 5
_MONEY = ("standard", "charged", "reimbursed", "net_cost")


class _Kind(NamedTuple):
    """One way in which answers change, and a person to show it with."""

    before: Quote
    after: Quote
    people: int
    person_id: int


def impact_of_amendment(amendment: Amendment, before: Pack, after: Pack, on: date, user: Staff) -> Impact:
    """Answers everybody in the area both ways, as `decide` would on the day, and adds up what differs.

    Whoever has not paid is asked about as if paying on the day. People who ask the same are answered once.
    """
    old, new = Questions(before, on), Questions(after, on)
    people: Counter = Counter()
    someone: dict = {}
    for known in _people(amendment, on, user):
        if known.contradicts_itself:
            continue
        asked = old.question(known), new.question(known)
        people[asked] += 1
        someone.setdefault(asked, known)
    kinds = []
    for (one, two), count in people.items():
        said, would_say = quote(one.facts, before), quote(two.facts, after)
        if _content(said) != _content(would_say):
            kinds.append((_Kind(said, would_say, count, someone[one, two].person_id), someone[one, two]))
    kinds.sort(key=lambda kind: -kind[0].people)
    changed = [kind for kind, _known in kinds]
    return Impact(
        on=on,
        people=sum(people.values()),
        changed=sum(kind.people for kind in changed),
        outcomes=_outcomes(changed),
        benefits=sum(kind.people for kind in changed if kind.before.benefit != kind.after.benefit),
        money={name: _sums(changed, name) for name in _MONEY},
        assistance=_funds(changed, "assistance"),
        fiscal_subsidy=_funds(changed, "fiscal_subsidy"),
        examples=_examples([known for _kind, known in kinds[:EXAMPLES]], before.id, on),
    )


def _people(amendment: Amendment, on: date, user: Staff) -> Iterator[Known]:
    """What is known of everyone whom the notice governs in the area and whom the user may see."""
    year = load(amendment.pack_id).coverage_year
    finder = NoticeFinder(year, on=on)
    ranges = visible_ranges(user, amendment.region)
    governed: dict[str, bool] = {}
    with transaction.atomic():
        staging.open_tables()
        for gather in (people_with_payment, people_registered, people_unregistered):
            staging.add_people(gather(coverage_year=year, on=on, ranges=ranges))
        staging.count_people(0)
        after = 0
        while (last := staging.end_of_chunk(after, CHUNK)) is not None:
            for known in read_facts(coverage_year=year, first=after + 1, last=last):
                if known.region_id not in governed:
                    governed[known.region_id] = _governs(finder, known.region_id, amendment.pack_id)
                if governed[known.region_id]:
                    yield known
            after = last
        staging.close_tables()


def _governs(finder: NoticeFinder, region_code: str, pack_id: str) -> bool:
    try:
        return finder.season(region_code).pack_id == pack_id
    except LookupError:
        return False


def _content(answer: Quote) -> tuple:
    """What of an answer touches the person; the clauses behind it do not."""
    given = answer.as_json()
    return tuple(str(value) for name, value in given.items() if name not in ("case", "citations", "assumptions"))


def _outcomes(changed: list[_Kind]) -> dict[tuple[str, str], int]:
    moved: Counter = Counter()
    for kind in changed:
        if kind.before.outcome != kind.after.outcome:
            moved[kind.before.outcome, kind.after.outcome] += kind.people
    return dict(moved)


def _sums(changed: list[_Kind], name: str) -> tuple[int, int]:
    return (
        sum((getattr(kind.before, name) or 0) * kind.people for kind in changed),
        sum((getattr(kind.after, name) or 0) * kind.people for kind in changed),
    )


def _funds(changed: list[_Kind], name: str) -> dict[str, tuple[int, int]]:
    sums: tuple[Counter, Counter] = (Counter(), Counter())
    for kind in changed:
        for total, answer in zip(sums, (kind.before, kind.after), strict=True):
            part = getattr(answer, name)
            for fund, fen in (part.funds if part else None) or ():
                total[fund] += fen * kind.people
    return {fund: (sums[0][fund], sums[1][fund]) for fund in {**sums[0], **sums[1]}}


def _examples(chosen: list, policy: str, on: date) -> tuple[Example, ...]:
    people = Person.objects.select_related("region").in_bulk([known.person_id for known in chosen])
    return tuple(
        Example(
            name=mask_name(people[known.person_id].name),
            number=mask_number(people[known.person_id].id_number),
            place=people[known.person_id].region.full_name,
            facts=known.facts(policy, on),
        )
        for known in chosen
    )
