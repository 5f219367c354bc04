from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from accounts.access import SIGNED_IN
from accounts.admin_base import ScopedModelAdmin

# The site has one sign-in and one password page; "view on site" would tell which hidden rows exist.
_NOT_OFFERED = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site"})


def _is_ours(admin_class: type[ModelAdmin]) -> bool:
    app = apps.get_containing_app_config(admin_class.__module__)
    return app is not None and Path(app.path).parent == settings.BASE_DIR


class BackOfficeSite(AdminSite):
    """The Django admin as one part of the site: the same frame, the same sign-in, rows within the user's scope."""

    access = SIGNED_IN
    site_header = _("Resident medical insurance enrolment")
    site_title = _("Resident medical insurance enrolment")
    index_title = _("Registers and settings")
    enable_nav_sidebar = False
    empty_value_display = "—"

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any) -> None:
        """Only admins that filter their rows by scope. Those that libraries bring along are left out; one of the
        project raises ImproperlyConfigured: it would show every area to everyone."""
        if admin_class is not None and issubclass(admin_class, ScopedModelAdmin):
            super().register(model_or_iterable, admin_class, **options)
        elif admin_class is None or _is_ours(admin_class):
            raise ImproperlyConfigured(
                f"{model_or_iterable}: its admin must extend accounts.admin_base.ScopedModelAdmin"
            )

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in _NOT_OFFERED]

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_authenticated

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("login")
