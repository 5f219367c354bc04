"""Drop boxes, kept by the system administrator. Passwords are written here and shown nowhere."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ScopedModelAdmin
from exchanges.channels.base import ChannelError
from exchanges.channels.ftp import parse_certificates
from exchanges.channels.models import DropBox
from exchanges.channels.services import try_box
from exchanges.channels.sftp import parse_host_keys

_FILES_SHOWN = 20
# Each may take as long as a connection that nobody answers.
_TESTED_AT_ONCE = 5


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
        channel, key = cleaned.get("channel"), (cleaned.get("host_key") or "").strip()
        try:
            if channel == DropBox.Channel.SFTP and key:
                parse_host_keys(key)
            elif channel == DropBox.Channel.FTPS and key:
                parse_certificates(key)
        except ValueError:
            words = {
                DropBox.Channel.SFTP: _("A public key was expected, as “ssh-keyscan” shows it: ssh-ed25519 AAAA…"),
                DropBox.Channel.FTPS: _("A certificate was expected: “-----BEGIN CERTIFICATE-----…”"),
            }
            self.add_error("host_key", words[channel])
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
    readonly_fields = ("looked_at", "trouble", "files_lately")
    actions = ("test_connection",)
    change_form_template = "admin/exchanges/dropbox/change_form.html"
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
        "files_lately",
    )

    @admin.display(description=_("files lately"))
    def files_lately(self, box: DropBox) -> SafeString | str:
        """The last files with what came of them."""
        files = box.files.select_related("batch").order_by("-pk")[:_FILES_SHOWN]
        lines = (
            (
                file.name,
                file.get_status_display(),
                file.reason or (file.batch and file.batch.get_status_display()) or "",
            )
            for file in files
        )
        rows = format_html_join("", "<li>{} · {} {}</li>", lines)
        return format_html("<ul>{}</ul>", rows) if rows else gettext("No file has come by this box yet.")

    @admin.action(description=_("Test the connection"), permissions=["change"])
    def test_connection(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        """Says for each box whether it can be reached, and what to do if not."""
        boxes = list(queryset[: _TESTED_AT_ONCE + 1])
        if len(boxes) > _TESTED_AT_ONCE:
            messages.error(request, gettext("Please test %(most)s boxes at a time.") % {"most": _TESTED_AT_ONCE})
            return
        for box in boxes:
            self._test(request, box)

    def _test(self, request: HttpRequest, box: DropBox) -> None:
        try:
            count = try_box(box=box)
        except ChannelError as error:
            messages.error(request, f"{box}：{error}")
        else:
            said = gettext("The connection works; %(count)s files lie there.") % {"count": count}
            messages.success(request, f"{box}：{said}")

    def response_change(self, request: HttpRequest, obj: DropBox) -> HttpResponse:
        if "_test" not in request.POST:
            return super().response_change(request, obj)
        self._test(request, obj)
        return redirect(request.get_full_path())

    def region_of(self, obj: models.Model) -> str | None:
        return obj.bureau.region_id

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A box that is no longer used is set out of use: its files' history stays."""
        return False
