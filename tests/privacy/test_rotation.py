import json
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.cli import CommandRefused
from accounts.models import AuditEntry
from enrollment.models import Person
from privacy import keyring, rotation
from privacy.keyring import blind_index
from tests.factories import make_id_number
from tests.privacy.test_keyring import key

ID_NUMBER = "enrollment.Person.id_number"


def rotate(*args):
    out, err = StringIO(), StringIO()
    call_command("rotate_keys", "--json", *args, stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


@pytest.fixture
def people(person, settings):
    settings.FIELD_KEYS = f"1:{key(1)}"
    made = [person(region="610926102201", number=make_id_number(sequence=n), phone="13812345678") for n in range(1, 8)]
    settings.FIELD_KEYS = f"2:{key(2)},1:{key(1)}"
    return made


def test_every_encrypted_column_is_found():
    names = {str(column) for column in rotation.encrypted_columns()}
    assert {ID_NUMBER, "enrollment.Person.phone"} <= names


def test_after_the_rotation_the_old_key_can_go(people, settings):
    result, progress = rotate("--batch", "3")
    assert (result["key"], result[ID_NUMBER]) == (2, 7)
    assert "6 / 7" in progress
    settings.FIELD_KEYS = f"2:{key(2)}"
    assert {p.id_number for p in Person.objects.all()} == {p.id_number for p in people}
    assert AuditEntry.objects.get(verb="privacy.rotate_keys").after[ID_NUMBER] == 7


def test_a_second_run_finds_nothing(people):
    rotate()
    result, _ = rotate()
    assert result[ID_NUMBER] == 0
    assert AuditEntry.objects.filter(verb="privacy.rotate_keys").count() == 1


def test_an_interrupted_run_is_taken_up(people):
    column = next(column for column in rotation.encrypted_columns() if str(column) == ID_NUMBER)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate_column(column, batch=3, progress=stop)
    assert rotation.stale_values(column) == 4
    result, _ = rotate()
    assert result[ID_NUMBER] == 4


def test_a_dry_run_changes_nothing(people):
    result, _ = rotate("--dry-run")
    assert result[ID_NUMBER] == 7
    assert rotate("--dry-run")[0][ID_NUMBER] == 7


def test_a_key_that_is_gone_is_one_clear_line(people, settings):
    settings.FIELD_KEYS = f"2:{key(2)}"
    with pytest.raises(CommandRefused, match="no key 1"):
        rotate()


def test_indexes_after_a_new_index_key(people, settings):
    settings.INDEX_KEY = key(9)
    index = blind_index(people[0].id_number, purpose="id_number")
    assert not Person.objects.filter(id_number_index=index).exists()
    assert rotate("--index", "--dry-run")[0]["enrollment.Person.id_number_index"] == 7
    assert not Person.objects.filter(id_number_index=index).exists()
    assert rotate("--index", "--batch", "2")[0]["enrollment.Person.id_number_index"] == 7
    assert Person.objects.get(id_number_index=index).pk == people[0].pk
    assert rotate("--index")[0]["enrollment.Person.id_number_index"] == 0


def test_stored_files_follow(tree, staff, settings, tmp_path):
    from datetime import date

    from django.core.files.base import ContentFile

    from accounts.roles import Role
    from exchanges.models import Batch

    settings.MEDIA_ROOT = tmp_path
    settings.FIELD_KEYS = f"1:{key(1)}"
    batch = Batch(
        kind="population",
        region_id="610926000000",
        coverage_year=2022,
        business_on=date(2021, 12, 3),
        file_name="list.csv",
        size=3,
        sha256="0" * 64,
        uploaded_by=staff(Role.COUNTY_AGENT, "610926000000"),
    )
    batch.file.save("list.csv", ContentFile(b"abc"))
    settings.FIELD_KEYS = f"2:{key(2)},1:{key(1)}"
    assert rotate("--dry-run")[0]["files"] == 1
    assert rotate()[0]["files"] == 1
    settings.FIELD_KEYS = f"2:{key(2)}"
    with Batch.objects.get(pk=batch.pk).file.open() as stream:
        assert stream.read() == b"abc"
    assert keyring.current_key_id() == 2
