"""Fixtures that every room uses: a small tree of real divisions, staff by role, synthetic people."""

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests import factories, flushing
from tests.clause_table import pytest_itemcollected, pytest_terminal_summary  # noqa: F401  hooks
from tests.deliveries import Door

# An example may take as long as a busy machine makes it.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")


def pytest_collection_modifyitems(config, items):
    """Tests of what only PostgreSQL does are left to the run on PostgreSQL (tests/suite.py runs both)."""
    if connection.vendor != "postgresql":
        left = [item for item in items if item.get_closest_marker("postgresql")]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)


@pytest.fixture(autouse=True)
def _chinese(settings):
    """Every test begins in the site's language, whatever the one before it switched to."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_let_go():
    """Tests with real transactions empty every table afterwards, also those that refuse DELETE and TRUNCATE."""
    flushing.lift_guards(type(connection.ops))


@pytest.fixture
def tree(db):
    """Two counties with two towns and a few villages each; code → Region. See factories.TREE."""
    return factories.make_tree()


@pytest.fixture
def staff(tree):
    """Makes staff: staff(Role.TOWNSHIP_OFFICER, "610926102000", bureau="tax")."""
    return factories.make_staff


@pytest.fixture
def person(tree):
    """Makes a synthetic person: person(region="610926102001", name=…, born=…)."""
    return factories.make_person


@pytest.fixture
def deliver(tree, settings, tmp_path):
    """Hands in a file of a department: deliver("payments", rows). See deliveries.Door."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return Door(tmp_path)
