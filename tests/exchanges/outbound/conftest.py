"""A tax bureau in Pingli, registrations, and the lists of them that go to it."""

import csv
import io
from datetime import date

import pytest

from accounts.models import Bureau, BureauKind
from accounts.queries import system_staff
from enrollment.models import Registration
from exchanges.outbound.kinds import by_name
from exchanges.outbound.services import make_delivery, read_out
from tests.factories import PINGLI

ON = date(2021, 12, 3)
TOWN, VILLAGE = "610926102000", "610926102201"


@pytest.fixture
def tax(tree):
    return Bureau.objects.create(name="国家税务总局平利县税务局", kind=BureauKind.TAX, region_id=PINGLI)


@pytest.fixture
def line(tree, tax, settings, tmp_path):
    """Makes deliveries of registrations in Pingli: line(full=True, on=…)."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def make(kind="registrations", *, full=False, on=ON, format="csv", by=None, region=PINGLI, receiver=tax):
        return make_delivery(
            kind=by_name(kind),
            region=tree[region],
            coverage_year=2022,
            receiver=receiver,
            format=format,
            full=full,
            by=by or system_staff(),
            on=on,
        )

    return make


@pytest.fixture
def registered(person):
    """Registers a synthetic person: registered(name="李四", region=…)."""

    def register(name="张三", region=VILLAGE, **more):
        given = {"coverage_year": 2022, "registered_on": date(2021, 10, 8), **more}
        return Registration.objects.create(person=person(region, name=name), region_id=region, **given)

    return register


def content(delivery):
    return b"".join(read_out(delivery=delivery, by=system_staff(), on=ON))


def rows(delivery):
    """Header and rows of a csv delivery, as dictionaries."""
    lines = list(csv.reader(io.StringIO(content(delivery).decode("utf-8-sig"))))
    return [dict(zip(lines[2], cells, strict=True)) for cells in lines[3:-1]]
