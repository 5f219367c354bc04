from datetime import date

import pytest

from subsidies.services import decide
from tests.factories import PINGLI
from tests.subsidies.conftest import LAST_WEEK


@pytest.fixture
def run(seasons, system):
    def run(area=PINGLI, year=2022, on=LAST_WEEK):
        return decide(region=seasons[area], coverage_year=year, on=on, by=system)

    return run


def test_smoke(resident, run):
    resident(paid=date(2021, 11, 1))
    resident(paid=date(2021, 11, 2), dibao=date(2020, 1, 1))
    resident(tekun=date(2020, 1, 1))
    first = run()
    assert (first.people, first.decided, first.changed) == (3, 3, 3)
    again = run()
    assert again.changed == 0
