from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """The sign-in form; the answer is the same for a wrong password, an unknown name and a closed account."""

    error_messages = {
        "invalid_login": _("User name or password is wrong, or the account is closed."),
        "inactive": _("User name or password is wrong, or the account is closed."),
    }


class OwnPasswordForm(PasswordChangeForm):
    """A password of one's own: another one than the one before, which an administrator may have seen."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = cleaned.get("new_password1")
        if chosen and self.user.check_password(chosen):
            self.add_error("new_password1", ValidationError(_("Choose another password than the one before.")))
        return cleaned
