"""What a list fills has no index that another one makes idle: each costs a write for every row."""

import pytest
from django.apps import apps

from exchanges.kinds import kinds


@pytest.mark.parametrize("table", sorted({table for kind in kinds() for table in kind.tables}))
def test_no_reference_has_an_index_that_begins_another(table):
    (meta,) = (model._meta for model in apps.get_models() if model._meta.db_table == table)
    unique = [each for each in meta.constraints if getattr(each, "fields", ()) and not each.condition]
    begun = {each.fields[0].lstrip("-") for each in (*meta.indexes, *unique) if not each.condition}
    assert begun
    assert not {field.name for field in meta.fields if field.db_index and not field.unique} & begun
