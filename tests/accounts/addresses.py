"""Every URL of the resolver, and what its arguments stand for in a test.

A new URL with arguments joins ARGUMENTS: the name of the URL and of the argument, and a model label (its row of the
place is used) or a text that is good for every place. Arguments called alike everywhere stand under the name alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from accounts.access import access_of
from accounts.scope import Everyone, scope_of
from tests.accounts.canaries import Place

# "url name argument", or "argument" alone → model label, or ("text",) for what is no row
ARGUMENTS: dict[str, str | tuple[str]] = {
    "app_label": ("accounts",),
    "region": "regions.Region",
    "code": "regions.Region",
    "area": "regions.Region",
    "person_id": "enrollment.Person",
    "batch_id": "exchanges.Batch",
    "payment_id": "enrollment.Payment",
    "application_id": "refunds.Application",
    "year": ("2022",),
    "coverage_year": ("2022",),
    "kind": ("population",),
    "file_format": ("xlsx",),
    "payment": "enrollment.Payment",
    "number": "exchanges.Batch",
    "exchanges:ledger name": ("enrolled",),
    "exchanges:make_delivery kind": ("registrations",),
    "exchanges:make_due kind": ("employee_changes",),
    "exchanges:delivery number": "exchanges.Delivery",
    "exchanges:delivery_file number": "exchanges.Delivery",
    "exchanges:delivery_manifest number": "exchanges.Delivery",
    "exchanges:delivery_sent number": "exchanges.Delivery",
    "exchanges:send_delivery number": "exchanges.Delivery",
    "exchanges:delivery_receipt number": "exchanges.Delivery",
    "notices:notice name": ("pingli-2022",),
    "notices:propose name": ("pingli-2022",),
    "notices:amendment pk": "notices.Amendment",
    "notices:impact pk": "notices.Amendment",
    "notices:impact_progress pk": "notices.Amendment",
    "notices:settle pk": "notices.Amendment",
    "notices:settle verb": ("approve",),
    "enrollment:person pk": "enrollment.Person",
    "enrollment:reveal pk": "enrollment.Person",
    "enrollment:record_reason pk": "enrollment.Person",
    "enrollment:correct pk": "enrollment.Person",
    "enrollment:register_known pk": "enrollment.Person",
    "enrollment:school pk": "enrollment.School",
    "enrollment:end pk": "enrollment.Registration",
    "enrollment:reopen pk": "enrollment.Registration",
    "enrollment:undo_proposal pk": "enrollment.Proposal",
    "enrollment:withdraw_reason pk": "enrollment.NotEnrolledReason",
    "subsidies:run pk": "subsidies.DecisionRun",
    "subsidies:run_progress pk": "subsidies.DecisionRun",
    "subsidies:reconciliation_progress pk": "subsidies.Calculation",
    "subsidies:add_mark person": "enrollment.Person",
    "subsidies:end_mark pk": "subsidies.IdentityMark",
    "subsidies:take_back pk": "subsidies.IdentityMark",
    "refunds:application pk": "refunds.Application",
    "refunds:account pk": "refunds.Application",
    "refunds:step pk": "refunds.Application",
    "refunds:step verb": ("tax_intake",),
}


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver."""

    route: str
    name: str
    view: Callable
    arguments: tuple[str, ...]

    @property
    def access(self) -> str | None:
        return access_of(self.view)

    @property
    def known(self) -> bool:
        """Whether every argument stands in ARGUMENTS."""
        try:
            return all(map(self.stands_for, self.arguments)) or not self.arguments
        except AssertionError:
            return False

    def stands_for(self, argument: str) -> str | tuple[str]:
        admin = getattr(self.view, "model_admin", None)
        if admin is not None and argument == "object_id":
            return admin.model._meta.label
        for key in (f"{self.name} {argument}", argument):
            if key in ARGUMENTS:
                return ARGUMENTS[key]
        raise AssertionError(
            f"The URL “{self.route}” ({self.name}) has the argument “{argument}”, and the tests do not know what to "
            f'put there. Add to ARGUMENTS in tests/accounts/addresses.py: "{self.name} {argument}": "room.Model" for '
            'the key of a row, or ("text",) for what is no row.'
        )

    def of(self, place: Place) -> str:
        """The address of the place's row."""
        return self._reverse(lambda label: place.region.pk if label == "regions.Region" else place.row(label).pk)

    def of_nothing(self) -> str:
        """The address of a row that does not exist."""
        return self._reverse(lambda label: "999999999999" if label == "regions.Region" else 999999999)

    def _reverse(self, key: Callable[[str], Any]) -> str:
        values = {name: self.stands_for(name) for name in self.arguments}
        return reverse(
            self.name,
            kwargs={name: value[0] if isinstance(value, tuple) else key(value) for name, value in values.items()},
        )

    @property
    def names_a_scoped_row(self) -> bool:
        """Whether an argument is the key of a row that not everyone sees (the register of divisions is open)."""
        labels = {self.stands_for(name) for name in self.arguments}
        return any(
            isinstance(label, str) and not isinstance(scope_of(apps.get_model(label)), Everyone) for label in labels
        )


def addresses() -> list[Address]:
    """All patterns, nested ones too."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, route: str, space: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, here, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif isinstance(pattern, URLPattern):
            yield Address(here, space + (pattern.name or ""), pattern.callback, _arguments(pattern))


def _arguments(pattern: URLPattern) -> tuple[str, ...]:
    if isinstance(pattern.pattern, RegexPattern):
        return tuple(pattern.pattern.regex.groupindex)
    return tuple(pattern.pattern.converters)
