"""Nothing of another area on any page: every URL as every role, with a canary of every model elsewhere."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import models
from django.forms import BaseForm, BaseFormSet
from django.forms.models import ModelChoiceField
from django.test import Client

from accounts.access import PUBLIC
from accounts.admin_base import ScopedModelAdmin
from accounts.roles import Role
from accounts.scope import EVERYTHING, Everyone, scope_of
from tests.accounts.addresses import Address, addresses
from tests.accounts.canaries import TOKEN, Place
from tests.factories import PINGLI

# Asked for by a part of the token, so that the question repeated on the page is not taken for an answer.
PART = TOKEN[:2]
MINE = "610926102201"
# role → where it is posted, and where the canaries are: the next county, the next town, the next village
SEATS = {role: (PINGLI, "341323117205") for role in Role if role != Role.SYSTEM} | {
    Role.TOWNSHIP_OFFICER: ("610926102000", "610926100001"),
    Role.VILLAGE_OFFICER: (MINE, "610926102200"),
}
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


class Visit:
    """A role's view of the site: its own place with one row of every model, and the canaries' place."""

    def __init__(self, role: Role, staff, tree) -> None:
        seat, elsewhere = SEATS[role]
        self.own, self.other = Place(tree[MINE], "自己人"), Place(tree[elsewhere], TOKEN)
        self.own.fill()
        self.other.fill()
        self.user = staff(role, seat, bureau="agency")
        self.client = Client(raise_request_exception=True)
        self.client.force_login(self.user)

    def shows_nothing(self, response, asked: str) -> None:
        assert response.status_code != 500, asked
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert TOKEN not in body.decode(errors="ignore"), f"{asked} shows a row of another area"
        assert TOKEN not in str(response.headers), f"{asked} names a row of another area in its headers"
        for field in _choices(response):
            seen = scope_of(field.queryset.model).q(self.user) == EVERYTHING
            canary = self.other.rows.get(field.queryset.model._meta.label)
            if canary is not None and not seen:
                offered = field.queryset.filter(pk=canary.pk).exists()
                assert not offered, f"{asked} offers {canary._meta.label} of another area"


def _choices(response) -> Iterator[ModelChoiceField]:
    """The fields of every form of the page's context that choose rows."""
    for layer in response.context or ():
        for value in layer.flatten().values() if hasattr(layer, "flatten") else dict(layer).values():
            for form in _forms(value):
                yield from (field for field in form.fields.values() if isinstance(field, ModelChoiceField))


def _forms(value) -> Iterator[BaseForm]:
    value = getattr(value, "form", value)
    if isinstance(value, BaseForm):
        yield value
    elif isinstance(value, BaseFormSet):
        yield from (*value.forms, value.empty_form)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _forms(getattr(item, "formset", item))


@pytest.fixture
def visit(request, staff, tree):
    return Visit(request.param, staff, tree)


roles = pytest.mark.parametrize("visit", list(SEATS), ids=str, indirect=True)


def _named() -> list[Address]:
    """Addresses that can be asked for; those whose arguments are not known fail a test of their own."""
    return [address for address in addresses() if address.name and not address.name.endswith(":") and address.known]


def test_the_arguments_of_every_url_are_known():
    for address in addresses():
        if address.name and not address.name.endswith(":"):
            for argument in address.arguments:
                address.stands_for(argument)


def test_every_url_declares_its_access():
    without = [f"“{address.route}” ({address.name})" for address in addresses() if address.access is None]
    assert not without, (
        f"{', '.join(without)}: decorate the view with accounts.access.requires(…), signed_in or public; "
        "an admin extends accounts.admin_base.ScopedModelAdmin"
    )


def test_only_the_door_is_public():
    assert {address.name for address in addresses() if address.access == PUBLIC} == {"login", "logout", "set_language"}


def test_every_admin_filters_by_scope():
    assert all(isinstance(registered, ScopedModelAdmin) for registered in admin.site._registry.values())


def test_without_signing_in_every_page_asks_for_it(tree, client):
    place = Place(tree[MINE], TOKEN)
    for address in _named():
        if address.access != PUBLIC:
            for method in (client.get, client.post):
                response = method(address.of(place))
                assert response.status_code == 302, address.name
                assert response.url.startswith("/login/?next="), address.name


@pytest.mark.parametrize("role", [Role.COUNTY_AGENT, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_nothing_is_written_without_the_token_of_a_form(staff, tree, role):
    place = Place(tree[MINE], "自己人")
    place.fill()
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff(role, PINGLI, bureau="agency"))
    for address in _named():
        assert client.post(address.of(place), {"x": "1"}).status_code in {403, 404}, address.name


@roles
def test_lists_and_pages_without_a_row(visit):
    for address in _named():
        if not address.arguments and address.name != "logout":
            visit.shows_nothing(visit.client.get(address.of(visit.own)), address.name)


@roles
def test_pages_of_own_rows_show_nothing_of_others(visit):
    for address in _named():
        if address.arguments:
            visit.shows_nothing(visit.client.get(address.of(visit.own)), address.name)


def _same(response, path: str) -> tuple[int, str]:
    body = _CSRF.sub("", response.content.decode(errors="ignore"))
    # What an earlier page left to be said is shown on whichever page comes next.
    body = re.sub(r'<ul class="messages">.*?</ul>', "", body, flags=re.DOTALL)
    return response.status_code, " ".join(body.replace(path, "").split())


def _leads(response, path: str) -> str | int:
    """Where a redirect leads: how many steps up from its own path, or the address without that path."""
    return (
        path.removeprefix(response.url).count("/") if path.startswith(response.url) else response.url.replace(path, "")
    )


@roles
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_hidden_answers_as_what_does_not_exist(visit, method):
    for address in _named():
        if not address.arguments:
            continue
        hidden, missing = address.of(visit.other), address.of_nothing()
        answer = getattr(visit.client, method)(hidden)
        visit.shows_nothing(answer, f"{method} {hidden}")
        if not address.names_a_scoped_row:
            continue
        assert answer.status_code in {302, 403, 404, 405}, f"{method} {hidden}: {answer.status_code}"
        nothing = getattr(visit.client, method)(missing)
        assert _same(answer, hidden) == _same(nothing, missing), f"{method} {hidden} differs from {missing}"
        if answer.status_code == 302:
            assert _leads(answer, hidden) == _leads(nothing, missing), hidden


@roles
def test_lists_of_the_admin_whatever_is_asked(visit):
    for model, registered in admin.site._registry.items():
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for question in _questions(model, registered, visit.other):
            asked = f"{path}?{urlencode(question)}"
            visit.shows_nothing(visit.client.get(asked), asked)


def _questions(model, registered, other: Place) -> Iterator[dict[str, str]]:
    yield from ({}, {"q": PART}, {"o": "1"}, {"o": "-2"}, {"all": ""}, {"_popup": "1"}, {"p": "2"}, {"e": "1"})
    yield {"_to_field": "id", "_popup": "1"}
    yield {"_to_field": "password", "_popup": "1"}
    yield {"password__startswith": "!"}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            key = other.rows.get(field.remote_field.model._meta.label)
            yield {f"{field.name}__{field.target_field.name}__exact": str(key.pk if key else other.region.pk)}
        elif isinstance(field, models.CharField) and not field.choices:
            yield {f"{field.name}__startswith": PART}


@roles
def test_autocompletes(visit):
    for model in admin.site._registry:
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            if field.is_relation:
                question = {
                    "term": PART,
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                }
                asked = f"/admin/autocomplete/?{urlencode(question)}"
                visit.shows_nothing(visit.client.get(asked), asked)


@roles
def test_actions_on_rows_of_another_area_do_nothing(visit):
    for model, registered in admin.site._registry.items():
        canary = visit.other.rows.get(model._meta.label)
        if canary is None or isinstance(scope_of(model), Everyone):
            continue
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for action in (*(getattr(item, "__name__", item) for item in registered.actions or ()), "delete_selected"):
            answer = visit.client.post(path, {"action": action, "_selected_action": [canary.pk], "post": "yes"})
            visit.shows_nothing(answer, f"{path} {action}")
            before = {f.attname: getattr(canary, f.attname) for f in model._meta.concrete_fields}
            now = model._base_manager.get(pk=canary.pk)
            changed = [name for name, value in before.items() if str(getattr(now, name)) != str(value)]
            assert not changed, f"{path} {action} changed {changed}"
