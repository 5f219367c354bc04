from django.contrib.auth import logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.access import public, signed_in
from accounts.navigation import waiting_for


@signed_in
def workbench(request: HttpRequest) -> HttpResponse:
    """What waits for me, with counts; the first page after signing in."""
    return render(request, "accounts/workbench.html", {"waiting": waiting_for(request.user)})


@method_decorator(public, name="dispatch")
class SignIn(LoginView):
    access = "public"
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
