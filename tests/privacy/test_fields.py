import pytest
from django.core import serializers
from django.db import connection, models
from django.test.utils import isolate_apps

from enrollment.models import Person
from privacy.checks import encrypted_fields_have_their_own_purpose
from privacy.fields import EncryptedTextField
from tests.factories import make_id_number


def raw(column, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM enrollment_person WHERE id = %s", [pk])
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def test_the_column_holds_no_plain_text(person):
    number = make_id_number()
    made = person(region="610926102201", number=number, phone="13812345678")
    assert number.encode() not in raw("id_number", made.pk)
    assert b"13812345678" not in raw("phone", made.pk)
    found = Person.objects.get(pk=made.pk)
    assert (found.id_number, found.phone) == (number, "13812345678")


def test_null_stays_null(person):
    made = person(region="610926102201")
    assert raw("phone", made.pk) is None
    assert Person.objects.get(pk=made.pk).phone is None


def test_update_and_bulk_writes_encrypt_too(person):
    made = person(region="610926102201")
    Person.objects.filter(pk=made.pk).update(phone="13900000000")
    assert b"13900000000" not in raw("phone", made.pk)
    made.phone = "13911111111"
    Person.objects.bulk_update([made], ["phone"])
    assert b"13911111111" not in raw("phone", made.pk)
    assert Person.objects.get(pk=made.pk).phone == "13911111111"


def test_an_encrypted_column_cannot_be_searched(person):
    person(region="610926102201")
    with pytest.raises(TypeError, match="blind index"):
        Person.objects.filter(id_number="610926198001010011").exists()
    assert Person.objects.filter(phone__isnull=True).count() == 1


def test_a_fixture_carries_no_plain_text(person):
    number = make_id_number()
    made = person(region="610926102201", number=number)
    assert number not in serializers.serialize("json", [made])


@isolate_apps("privacy")
def test_a_column_without_purpose_fails_the_checks():
    class Nameless(models.Model):
        secret = EncryptedTextField()

        class Meta:
            app_label = "privacy"

    assert "privacy.E001" in [problem.id for problem in Nameless.check()]


def test_no_two_columns_share_a_purpose(monkeypatch):
    assert encrypted_fields_have_their_own_purpose(None) == []
    monkeypatch.setattr(Person._meta.get_field("phone"), "purpose", Person._meta.get_field("id_number").purpose)
    assert [problem.id for problem in encrypted_fields_have_their_own_purpose(None)] == ["privacy.E002"]
