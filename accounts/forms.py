from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """The sign-in form; the answer is the same for a wrong password, an unknown name and a closed account."""

    error_messages = {
        "invalid_login": _("User name or password is wrong, or the account is closed."),
        "inactive": _("User name or password is wrong, or the account is closed."),
    }
