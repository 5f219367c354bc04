"""Drop boxes, kept by the system administrator. Passwords are written here and shown nowhere."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ScopedModelAdmin
from exchanges.channels.models import DropBox
from exchanges.channels.sftp import parse_host_key


class DropBoxForm(forms.ModelForm):
    # The audit trail leaves out every field with "password" in its name.
    new_password = forms.CharField(
        label=_("New password or private key"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Stored encrypted and never shown. Left empty, the present one stays."),
    )

    class Meta:
        model = DropBox
        fields = ("bureau", "direction", "channel", "address", "port", "user", "host_key", "folder", "is_active")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("channel") == DropBox.Channel.SFTP and cleaned.get("host_key"):
            try:
                parse_host_key(cleaned["host_key"])
            except ValueError:
                self.add_error("host_key", _("A public key was expected, as “ssh-keyscan” shows it: ssh-ed25519 AAAA…"))
        return cleaned

    def save(self, commit: bool = True) -> DropBox:
        secret = self.cleaned_data["new_password"].strip("\r\n")
        if secret:
            self.instance.secret = secret
        return super().save(commit)


@admin.register(DropBox)
class DropBoxAdmin(ScopedModelAdmin):
    form = DropBoxForm
    list_display = ("bureau", "direction", "channel", "address", "folder", "is_active", "looked_at", "trouble")
    list_filter = ("direction", "channel", "is_active")
    list_select_related = ("bureau",)
    readonly_fields = ("looked_at", "trouble")
    fields = (
        "bureau",
        "direction",
        "channel",
        "address",
        "port",
        "user",
        "new_password",
        "host_key",
        "folder",
        "is_active",
        "looked_at",
        "trouble",
    )

    def region_of(self, obj: models.Model) -> str | None:
        return obj.bureau.region_id

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A box that is no longer used is set out of use: its files' history stays."""
        return False
