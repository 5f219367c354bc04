"""What an amendment of a notice would change for the people of its area: counted before anyone approves it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import Staff
from enrollment.models import Person
from enrollment.queries import Ranges
from notices.impact import Example, Impact
from notices.models import Amendment
from notices.queries import NoticeFinder
from policy.facts import parse
from policy.pack import Pack, load
from policy.quote import Quote, quote
from privacy.masks import mask_name, mask_number
from subsidies.services import staging
from subsidies.services.alike import Questions
from subsidies.services.answers import facts_as_json
from subsidies.services.facts import Known, people_registered, people_unregistered, people_with_payment, read_facts

CHUNK = 50_000
EXAMPLES = 5
_MONEY = ("standard", "charged", "reimbursed", "net_cost")
# Called with people done and people in all, between chunks.
Step = Callable[[int, int], None]


class _Kind(NamedTuple):
    """One way in which answers change, and a person to show it with."""

    before: Quote
    after: Quote
    people: int
    someone: Known


def reckon_impact(
    amendment: Amendment,
    before: Pack,
    after: Pack,
    on: date,
    *,
    ranges: Ranges,
    step: Step = lambda done, people: None,
) -> dict[str, Any]:
    """Answers everybody in the ranges both ways, as `decide` would on the day, and adds up what differs: an `Impact` as
    JSON, its examples by the keys of people and their facts. Amounts in fen.

    Whoever has not paid is asked about as if paying on the day. People who ask the same are answered once.
    """
    old, new = Questions(before, on), Questions(after, on)
    people: Counter = Counter()
    someone: dict = {}
    for known in _people(amendment, on, ranges, step):
        if known.contradicts_itself:
            continue
        asked = old.question(known), new.question(known)
        people[asked] += 1
        someone.setdefault(asked, known)
    changed = []
    for (one, two), count in people.items():
        said, would_say = quote(one.facts, before), quote(two.facts, after)
        if _content(said) != _content(would_say):
            changed.append(_Kind(said, would_say, count, someone[one, two]))
    changed.sort(key=lambda kind: -kind.people)
    return {
        "people": sum(people.values()),
        "changed": sum(kind.people for kind in changed),
        "benefits": sum(kind.people for kind in changed if kind.before.benefit != kind.after.benefit),
        "outcomes": [[one, two, count] for (one, two), count in _outcomes(changed).items()],
        "money": {name: _sums(changed, name) for name in _MONEY},
        "assistance": _funds(changed, "assistance"),
        "fiscal_subsidy": _funds(changed, "fiscal_subsidy"),
        "examples": [
            {"person": kind.someone.person_id, "facts": facts_as_json(kind.someone.facts(before, on))}
            for kind in changed[:EXAMPLES]
        ],
    }


def read_impact(result: Mapping[str, Any], on: date, user: Staff) -> Impact:
    """The kept result of `reckon_impact`, its examples with the people whom the user may see."""
    shown = Person.objects.visible_to(user).select_related("region")
    people = shown.in_bulk([example["person"] for example in result["examples"]])
    return Impact(
        on=on,
        people=result["people"],
        changed=result["changed"],
        outcomes={(one, two): count for one, two, count in result["outcomes"]},
        benefits=result["benefits"],
        money={name: tuple(sums) for name, sums in result["money"].items()},
        assistance={fund: tuple(sums) for fund, sums in result["assistance"].items()},
        fiscal_subsidy={fund: tuple(sums) for fund, sums in result["fiscal_subsidy"].items()},
        examples=tuple(
            Example(
                name=mask_name(person.name),
                number=mask_number(person.id_number),
                place=person.region.full_name,
                facts=parse(example["facts"]),
            )
            for example in result["examples"]
            if (person := people.get(example["person"]))
        ),
    )


def _people(amendment: Amendment, on: date, ranges: Ranges, step: Step) -> Iterator[Known]:
    """What is known of everyone whom the notice governs in the ranges."""
    year = load(amendment.pack_id).coverage_year
    finder = NoticeFinder(year, on=on)
    governed: dict[str, bool] = {}
    staging.open_tables()
    with transaction.atomic():
        for gather in (people_with_payment, people_registered, people_unregistered):
            staging.add_people(gather(coverage_year=year, on=on, ranges=ranges))
    in_all = staging.count_people(0)
    step(0, in_all)
    after = done = 0
    while (last := staging.end_of_chunk(after, CHUNK)) is not None:
        for known in read_facts(coverage_year=year, first=after + 1, last=last):
            done += 1
            if known.region_id not in governed:
                governed[known.region_id] = _governs(finder, known.region_id, amendment.pack_id)
            if governed[known.region_id]:
                yield known
        after = last
        step(done, in_all)
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
