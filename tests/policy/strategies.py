"""Questions for property tests: facts near the days at which answers change, for every pack, and JSON of any kind."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st

from policy.canonical import boundaries
from policy.categories import CATEGORIES, REFUND_REASONS, SITUATIONS, STUDENTS
from policy.facts import Facts, Identity, RefundRequest, Stay
from policy.pack import Amendment, apply_amendments, available, load, load_file

PACKS = tuple(load(pack_id) for pack_id in available())
OWN = Path(__file__).parent / "packs"


def _options():
    """Every reading of every pack chosen otherwise."""
    for pack in PACKS:
        for key, reading in pack.readings.items():
            for option in reading.options:
                if option != reading.choice:
                    amendment = Amendment(f"readings.{key}.choice", option, "测试〔2024〕1号", "另一种理解")
                    yield pytest.param(pack, key, option, amendment, id=f"{pack.id}-{key}-{option}")


OTHER_READINGS = tuple(_options())
VARIANTS = tuple(apply_amendments(each.values[0], [each.values[3]]) for each in OTHER_READINGS)
OWN_PACKS = tuple(load_file(path) for path in sorted(OWN.glob("*.yaml")))
DAY = timedelta(days=1)

packs = st.sampled_from(PACKS) | st.sampled_from(VARIANTS + OWN_PACKS)


@st.composite
def days_near(draw, cuts, first: date, last: date):
    """A day between two, as likely as not on one side of a cut or at the distance of a rule from it."""
    near = [day for day in cuts if first <= day <= last]
    if near and draw(st.booleans()):
        shift = draw(st.sampled_from((-93, -92, -91, -90, -89, -2, -1, 0, 1, 2, 89, 90, 91, 92)))
        return min(max(draw(st.sampled_from(near)) + shift * DAY, first), last)
    return draw(st.dates(first, last))


@st.composite
def identities(draw, pack, paid_on: date):
    cuts = (*boundaries(pack).determined_on, paid_on)
    first, last = date(pack.coverage_year - 3, 1, 1), date(pack.coverage_year + 1, 3, 1)
    determined_on = draw(days_near(cuts, first, last))
    ended_on = draw(st.none() | days_near((paid_on, determined_on), first, last + 400 * DAY))
    marked_on = draw(st.none() | days_near((paid_on,), first, last))
    return Identity(draw(st.sampled_from(tuple(CATEGORIES))), determined_on, ended_on, marked_on)


@st.composite
def facts(draw, pack):
    """Facts for a pack, odd ones among them."""
    known = boundaries(pack)
    first, last = date(pack.coverage_year - 1, 7, 1), date(pack.coverage_year + 1, 4, 10)
    paid_on = draw(days_near(known.paid_on, first, last))
    oldest = date(1930, 1, 1) if draw(st.booleans()) else paid_on - 130 * DAY
    birth_date = draw(days_near((*known.birth_date, paid_on - 90 * DAY), oldest, paid_on))
    ended_on = draw(st.none() | days_near((paid_on - 92 * DAY,), date(pack.coverage_year - 2, 1, 1), last))
    refund = draw(
        st.none()
        | st.builds(
            RefundRequest,
            st.sampled_from(tuple(REFUND_REASONS)),
            days_near(known.applied_on, paid_on - 100 * DAY, paid_on + 500 * DAY),
        )
    )
    admitted_on = draw(st.dates(first, last))
    stay = draw(
        st.none()
        | st.builds(Stay, st.just(admitted_on), st.dates(admitted_on - 60 * DAY, admitted_on + 60 * DAY), st.booleans())
    )
    return Facts(
        policy=pack.id,
        birth_date=birth_date,
        paid_on=paid_on,
        situation=draw(st.sampled_from(tuple(SITUATIONS))),
        student=draw(st.sampled_from(tuple(STUDENTS))),
        tier=draw(st.sampled_from((1, 2))),
        ltc_pilot=draw(st.booleans()),
        identities=tuple(draw(st.lists(identities(pack, paid_on), max_size=4))),
        employee_cover_ended_on=ended_on,
        employee_cover_years=draw(st.integers(0, 4)),
        missed_years=draw(st.integers(0, 3)),
        refund=refund,
        stay=stay,
        case=draw(st.none() | st.text(max_size=4)),
    )


questions = packs.flatmap(lambda pack: st.tuples(facts(pack), st.just(pack)))
"""Facts with the pack they are for."""

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(("2023-10-10", "2023-02-30", "general", "dibao", "shangluo-2024", "20231010", "2023-W01-1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
