import sys
from typing import Any, cast

from axes.models import AccessLog
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as keep_language

from accounts import trouble
from accounts.access import PUBLIC, SIGNED_IN, public, signed_in
from accounts.business_day import today_for
from accounts.forms import OwnPasswordForm, SignInForm
from accounts.models import AuditEntry, Staff
from accounts.navigation import landing_for, waiting_for
from accounts.queries import resets_of
from accounts.services import choose_password

_OWN_ENTRIES = 10
_RESETS = _SIGN_INS = 5


@signed_in
def workbench(request: HttpRequest) -> HttpResponse:
    """What waits for me, with counts; the first page after signing in."""
    return render(request, "accounts/workbench.html", {"waiting": waiting_for(request.user)})


class SignIn(LoginView):
    access = PUBLIC
    template_name = "accounts/login.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """What the person's role opens first; the workbench for most, and for who has no place yet."""
        user: Any = self.request.user
        landing = landing_for(user) if user.is_authenticated and user.postings.exists() else None
        return reverse(landing) if landing else super().get_default_redirect_url()


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language of the interface in a cookie; back to `next`, if it is of this site."""
    return keep_language(request)


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here: role, bureau, area, last sign-in, what I did last."""
    own = AuditEntry.objects.filter(by=request.user)[:_OWN_ENTRIES]
    context = {
        "postings": request.user.postings.select_related("region"),
        "entries": own,
        "resets": resets_of(request.user)[:_RESETS],
        "sign_ins": AccessLog.objects.filter(username=request.user.username).order_by("-attempt_time")[:_SIGN_INS],
    }
    return render(request, "accounts/account.html", context)


class ChoosePassword(PasswordChangeView):
    """The person's own password; asked for at the first sign-in with a temporary one."""

    access = SIGNED_IN
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("account")
    form_class = OwnPasswordForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"resets": resets_of(cast(Staff, self.request.user))[:_RESETS]}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        user: Any = self.request.user
        choose_password(staff=user, password=form.cleaned_data["new_password1"], on=today_for(user))
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("The password was changed."))
        return redirect(self.get_success_url())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request: its session and its user may be what failed. 503 where another try may succeed."""
    cause = trouble.words_for(sys.exception())
    return HttpResponse(render_to_string("errors/500.html", {"cause": cause}), status=503 if cause else 500)
