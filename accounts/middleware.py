from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from accounts.access import PUBLIC
from accounts.audit import coming_from


class RequestOriginMiddleware:
    """Audit rows written while a request is answered carry its address and one request id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(request.META.get("REMOTE_ADDR", "?")):
            return self.get_response(request)


class SignedInMiddleware:
    """Every page but those declared public asks for a sign-in, also one that forgot to declare its access."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        access = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
        if request.user.is_authenticated or access == PUBLIC:
            return None
        return redirect_to_login(request.get_full_path())
