"""Who may open a page. Every view declares it; one that does not is closed (`accounts.middleware`)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied

PUBLIC = "public"
SIGNED_IN = "signed in"
BY_MODEL = "by the permissions of its model"


def _declared(view: Callable, access: str) -> Callable:
    view.access = access
    return view


def public(view: Callable) -> Callable:
    """Open to anyone, e.g. the sign-in page."""
    return _declared(view, PUBLIC)


def signed_in(view: Callable) -> Callable:
    """Open to every member of staff."""
    return _declared(view, SIGNED_IN)


def requires(*permissions: str) -> Callable[[Callable], Callable]:
    """Open to staff whose role has one of the permissions; others get 403. Works on functions and on `as_view()`."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _declared(guarded, " | ".join(permissions))

    return decorate


def access_of(view: Callable) -> str | None:
    """What a view of the resolver declares: by decorator, as `access` of its class, or through the admin it is part
    of (`ScopedModelAdmin`, `BackOfficeSite`). None where it declares nothing."""
    bearers = (view, *(getattr(view, name, None) for name in ("view_class", "model_admin", "admin_site")))
    return next((access for bearer in bearers if (access := getattr(bearer, "access", None))), None)
