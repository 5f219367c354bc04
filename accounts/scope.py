"""Who sees which rows: the one mechanism for pages, admin, exports, choices, filters and tasks.

Every model declares its scope: `scope = ByRegion("region")` in the class, or `declare(Model, …)` for a model of a
library or of a room to the right. `Model.objects.visible_to(user)`, or `visible(queryset, user)`, applies it.
tests/accounts/test_scope.py fails for a model without one.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from regions.queries import code_ranges

EVERYTHING = Q()
NOTHING = Q(pk__in=())


class Scope:
    """Says which rows of a model a member of staff may see."""

    def q(self, user: Any) -> Q:
        raise TypeError(f"{type(self).__name__} does not say what may be seen")


class Everyone(Scope):
    """Rows that any signed-in member of staff may see, e.g. the register of divisions."""

    def q(self, user: Any) -> Q:
        return EVERYTHING


class Nobody(Scope):
    """Rows of the machinery, seen by no one on a page."""

    def q(self, user: Any) -> Q:
        return NOTHING


class ForPermission(Scope):
    """Rows seen only with a permission, e.g. sign-in attempts by the security administrator."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    def q(self, user: Any) -> Q:
        return EVERYTHING if user.has_perm(self.permission) else NOTHING


class ByRegion(Scope):
    """Rows whose region lies in the user's part of the tree; with several paths, one of them is enough.

    A path ends in a foreign key to Region (`"region"`, `"person__region"`).
    """

    def __init__(self, *paths: str) -> None:
        self.paths = paths

    def q(self, user: Any) -> Q:
        allowed = NOTHING
        for low, high in user.code_ranges:
            for path in self.paths:
                allowed |= Q(**{f"{path}_id__gte": low, f"{path}_id__lt": high})
        return allowed


class OfNoRegion(Scope):
    """Rows that belong to no area, e.g. the audit row of a register that was loaded."""

    def __init__(self, path: str) -> None:
        self.path = path

    def q(self, user: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True})


class ByBureau(Scope):
    """Rows of the user's own bureau; path ends in a foreign key to Bureau."""

    def __init__(self, path: str) -> None:
        self.path = path

    def q(self, user: Any) -> Q:
        return Q(**{f"{self.path}_id": user.bureau_id}) if user.bureau_id else NOTHING


class Through(Scope):
    """Rows with a related row that is seen: `Through("accounts.Posting", "staff", ByRegion("region"))` are the staff
    with a posting in the user's part of the tree. A subquery, so that several of them do not repeat the row."""

    def __init__(self, model: str, back: str, scope: Scope) -> None:
        self.model, self.back, self.scope = model, back, scope

    def q(self, user: Any) -> Q:
        related = apps.get_model(self.model)._base_manager.filter(self.scope.q(user))
        return Q(pk__in=related.order_by().values(f"{self.back}_id"))


class OfUsername(Scope):
    """Rows that name an account as text: those of staff that the user sees, and names that no account has."""

    def __init__(self, field: str) -> None:
        self.field = field

    def q(self, user: Any) -> Q:
        staff = apps.get_model("accounts.Staff")._base_manager.all()
        seen = visible(staff, user)
        return Q(**{f"{self.field}__in": seen.values("username")}) | ~Q(
            **{f"{self.field}__in": staff.values("username")}
        )


class Own(Scope):
    """Rows that belong to the user; path is a foreign key to Staff, or "pk" for Staff itself."""

    def __init__(self, path: str) -> None:
        self.path = path

    def q(self, user: Any) -> Q:
        return Q(**{self.path: user.pk})


class AnyOf(Scope):
    """Rows seen through one scope or another."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes

    def q(self, user: Any) -> Q:
        allowed = NOTHING
        for scope in self.scopes:
            part = scope.q(user)
            if part == EVERYTHING:
                return EVERYTHING
            allowed |= part
        return allowed


class AllOf(Scope):
    """Rows seen only through every one of the scopes."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes

    def q(self, user: Any) -> Q:
        allowed = EVERYTHING
        for scope in self.scopes:
            allowed &= scope.q(user)
        return allowed


_declared: dict[type[models.Model], Scope] = {}


def declare(model: type[models.Model], scope: Scope) -> None:
    """Scope of a model that cannot carry it itself."""
    _declared[model] = scope


def scope_of(model: type[models.Model]) -> Scope | None:
    """The declared scope, or None where there is none (a failing test, and nothing is shown)."""
    return _declared.get(model) or getattr(model, "scope", None)


def visible(queryset: models.QuerySet, user: Any) -> models.QuerySet:
    """The rows of `queryset` that `user` may see; nothing for a model that declares no scope, nothing for a person
    who may not sign in. The system itself (`accounts.queries.system_staff`) sees every row."""
    if not getattr(user, "is_active", False):
        return queryset.none()
    scope = scope_of(queryset.model)
    if scope is None:
        return queryset.none()
    return queryset if user.sees_everything else queryset.filter(scope.q(user))


class ScopedQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ScopedQuerySet":
        """The rows that `user` may see."""
        return visible(self, user)


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


class ScopedModel(models.Model):
    """Base of the project's models: subclasses set `scope`."""

    scope: Scope
    objects = ScopedManager()

    class Meta:
        abstract = True


def within(path: str, ranges: Iterable[tuple[str, str]]) -> Q:
    """Rows whose region (a path to a foreign key to Region) lies in one of the half-open code ranges."""
    wanted = NOTHING
    for low, high in ranges:
        wanted |= Q(**{f"{path}_id__gte": low, f"{path}_id__lt": high})
    return wanted


def intersect(ranges: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The codes that lie in both: half-open ranges, in order and without overlap."""
    others = list(others)
    shared = sorted((max(a, c), min(b, d)) for a, b in ranges for c, d in others if max(a, c) < min(b, d))
    merged: list[tuple[str, str]] = []
    for low, high in shared:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def visible_ranges(user: Any, region: Any) -> list[tuple[str, str]]:
    """The part of a region (with all below it) that the user may see, as half-open code ranges; empty if none."""
    return intersect(code_ranges(region), user.code_ranges)


def sees_all_of(user: Any, region: Any) -> bool:
    """Whether nothing of the region (with all below it) is hidden from the user."""
    seen = visible_ranges(user, region)
    return all(any(low <= first and last <= high for low, high in seen) for first, last in code_ranges(region))
