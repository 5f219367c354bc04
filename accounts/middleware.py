import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.access import PUBLIC, access_of
from accounts.audit import coming_from
from accounts.client_address import client_address

_USED_AT = "used_at"
_OPEN_UNTIL_PASSWORD_IS_CHOSEN = frozenset({"choose_password", "logout", "set_language"})


class RequestOriginMiddleware:
    """Audit rows written while a request is answered carry its address and one request id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(client_address(request)):
            return self.get_response(request)


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Chinese until somebody switches: what the browser asks for says nothing about the staff of a Chinese office."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


class NoNullMiddleware:
    """An address with a NUL names nothing: PostgreSQL stores none, and every look-up with one would fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        """Raises Http404."""
        if "\0" in request.path_info or any(
            "\0" in text for pair in request.GET.lists() for text in (pair[0], *pair[1])
        ):
            raise Http404


class SignpostMiddleware:
    """An address that only takes what a button sends, opened by hand or from the history, leads to its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method not in {"GET", "HEAD"}:
            return response
        messages.info(request, _("Nothing was done: that address only takes what a button sends."))
        return redirect(_page_above(request.path_info))


def _page_above(path: str) -> str:
    """The nearest page above a path: "/refunds/3/account/" → "/refunds/3/"."""
    while path := path.rstrip("/").rpartition("/")[0]:
        try:
            resolve(f"{path}/")
        except Resolver404:
            continue
        return f"{path}/"
    return reverse("workbench")


class IdleSessionMiddleware:
    """Signs out whoever did nothing for IDLE_MINUTES: an office's screen is left open, and somebody sits down at it.

    Pages that ask for progress by themselves keep no session awake. The time is written once a minute at most.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.IDLE_MINUTES and request.user.is_authenticated:
            now = int(time.time())
            used = request.session.get(_USED_AT, now)
            if now - used >= settings.IDLE_MINUTES * 60:
                logout(request)
                messages.info(request, _("You were signed out because nothing was done for a while."))
            elif not request.path_info.endswith("/progress/") and now - request.session.get(_USED_AT, 0) >= 60:
                request.session[_USED_AT] = now
        return self.get_response(request)


class SignedInMiddleware:
    """Every page but those declared public asks for a sign-in, and a view that declares no access is closed: a
    forgotten declaration hides a page, it never shows one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            # A page about people stays in no cache, neither a proxy's nor the browser's after signing out.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        access = access_of(view)
        if access == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if access is None:
            raise PermissionDenied
        if request.user.must_change_password and request.resolver_match.view_name not in _OPEN_UNTIL_PASSWORD_IS_CHOSEN:
            return redirect(reverse("choose_password"))
        return None
