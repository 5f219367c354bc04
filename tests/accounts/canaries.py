"""One row of every model in a given place, with a token in every text: what a page shows of it, it gave away.

A new model needs nothing here unless its constraints refuse the plain row: then say in FILLED what it wants.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models

from accounts.models import Posting, Staff
from accounts.roles import Role
from accounts.scope import Everyone, scope_of
from policy.pack import load
from privacy.fields import BlindIndexField, EncryptedTextField
from privacy.keyring import blind_index
from refunds.models import Step
from regions.models import Region
from tests.factories import make_id_number

TOKEN = "金丝雀"
# In rows that everyone may see, e.g. the aliases of the register.
PUBLIC_TEXT = "公开"
ON = date(2021, 12, 3)
# Models of the machinery that hold nothing of an area: no page is made of them.
LEFT_OUT = {
    "admin.LogEntry",
    "auth.Group",
    "auth.Permission",
    "axes.AccessAttemptExpiration",
    "contenttypes.ContentType",
    "sessions.Session",
    "regions.Region",
    "regions.AreaMember",
}
_numbers = count(1)


class Place:
    """The rows of one place, made once each: `place.row("enrollment.Person")`."""

    def __init__(self, region: Region, token: str) -> None:
        self.region, self.token = region, token
        self.rows: dict[str, models.Model] = {}
        self.staff = self._staff()
        self.rows["accounts.Staff"] = self.staff
        self.rows["accounts.Posting"] = self.staff.postings.get()

    def _staff(self) -> Staff:
        names = {name: _text(self.token, Staff, name) for name in ("username", "full_name")}
        staff = Staff(**names, role=Role.COUNTY_AGENT)
        staff.set_unusable_password()
        staff.save()
        Posting.objects.create(staff=staff, region=self.region)
        return staff

    def row(self, label: str) -> models.Model:
        if label not in self.rows:
            model = apps.get_model(label)
            token = PUBLIC_TEXT if isinstance(scope_of(model), Everyone) else self.token
            fields = [field for field in model._meta.concrete_fields if _asked(field)]
            made = model(**{field.attname: self._value(field, token) for field in fields})
            for name, value in FILLED.get(label, lambda place: {})(self).items():
                setattr(made, name, value)
            try:
                made.save(force_insert=True)
            except Exception as error:
                error.add_note(f"tests/accounts/canaries.py: add {label} to FILLED with values that its checks allow")
                raise
            self.rows[label] = made
        return self.rows[label]

    def fill(self) -> None:
        """One row of every model of every app."""
        for model in concrete_models():
            if model._meta.label not in LEFT_OUT:
                self.row(model._meta.label)

    def _value(self, field: models.Field, token: str) -> Any:
        if isinstance(field, models.ForeignKey):
            return self._related(field)
        if field.has_default():
            return field.get_default()
        if field.choices:
            return next(value for value, _ in field.flatchoices if value not in (None, ""))
        if isinstance(field, BlindIndexField):
            return blind_index(uuid4().hex, purpose="canary")
        if isinstance(field, EncryptedTextField):
            return token
        return _plain(field, token)

    def _related(self, field: models.ForeignKey) -> Any:
        target = field.remote_field.model
        if target is Region:
            return None if field.name in {"residence", "successor", "parent"} else self.region.pk
        if field.null:
            return None
        return self.staff.pk if target is Staff else self.row(target._meta.label).pk


def _asked(field: models.Field) -> bool:
    return not (field.primary_key and field.get_internal_type().endswith("AutoField"))


def _fitting(token: str, field: models.Field) -> str:
    """The token, as much of it as the column holds; with a number where no two rows may have the same."""
    number = str(next(_numbers)) if field.unique else ""
    return token[: field.max_length - len(number) if field.max_length else None] + number


def _text(token: str, model: type[models.Model], name: str) -> str:
    return _fitting(token, model._meta.get_field(name))


def _plain(field: models.Field, token: str) -> Any:
    if isinstance(field, models.GenericIPAddressField):
        return "203.0.113.7"
    if isinstance(field, models.JSONField):
        return {token: token}
    if isinstance(field, models.FileField) and field.blank:
        return ""
    if isinstance(field, models.CharField | models.TextField | models.FileField):
        return _fitting(token, field)
    if isinstance(field, models.DateTimeField):
        return datetime.combine(ON, time(), tzinfo=UTC)
    if isinstance(field, models.DateField):
        return None if field.null else ON
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.BinaryField):
        return None if field.null else uuid4().bytes
    if field.null:
        return None
    return 2022 if "year" in field.name else 1


def _person(place: Place) -> dict[str, Any]:
    number = make_id_number(place.region.pk)
    return {"id_number": number, "id_number_index": blind_index(number, purpose="id_number")}


def _payout(place: Place) -> dict[str, Any]:
    application = place.row("refunds.Application")
    for kind in ("tax_intake", "agency_final", "agency_payout"):
        names = {name: _text(place.token, Staff, name) for name in ("username", "full_name")}
        staff = Staff.objects.create(**names, role="tax_clerk")
        Posting.objects.create(staff=staff, region=place.region)
        Step.objects.update_or_create(
            application=application, kind=kind, defaults={"approved": True, "by": staff, "on": ON, "why": place.token}
        )
    return {"payment_id": application.payment_id, "amount_fen": application.amount_fen}


def _pack_version(place: Place) -> dict[str, Any]:
    pack = load("pingli-2022")
    return {"pack_id": pack.id, "version": place.region.pk, "content": json.dumps(pack.data, ensure_ascii=False)}


# label → the values that the model's constraints ask for
FILLED: dict[str, Callable[[Place], dict[str, Any]]] = {
    "enrollment.Person": _person,
    "enrollment.EmployeeCover": lambda place: {"started_on": ON},
    "notices.Amendment": lambda place: {"pack_id": "pingli-2022"},
    "notices.Season": lambda place: {"pack_id": "pingli-2022"},
    "notices.PackVersion": _pack_version,
    "quotas.SnapshotRow": lambda place: {"enrolled_all": 1},
    "subsidies.DecisionRun": lambda place: {"result": {"assistance": {}, "fiscal_subsidy": {}}},
    "subsidies.Calculation": lambda place: {
        "status": "done",
        "inputs": "x",
        "result": {"ok": True, "checks": []},
        "finished_at": datetime.combine(ON, time(), tzinfo=UTC),
    },
    "refunds.Payout": _payout,
    "exchanges.Batch": lambda place: {"kind": "population"},
    "exchanges.Delivery": lambda place: {"kind": "registrations", "format": "csv"},
    "exchanges.DropBox": lambda place: {"channel": "folder"},
    "axes.AccessAttempt": lambda place: {"username": place.staff.username},
    "axes.AccessFailureLog": lambda place: {"username": place.staff.username},
    "axes.AccessLog": lambda place: {"username": place.staff.username},
}


def concrete_models() -> list[type[models.Model]]:
    """Every model with a table of its own, of the project and of its libraries."""
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
