"""Small registers as files, in the admin: the system administrator exports them, mends them and sends them back.

Lists of people never come this way; those are exchanges (room `exchanges`).
"""

import base64
import binascii
import zipfile
import zlib
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.resources import Diff, ModelResource
from import_export.results import RowResult
from import_export.tmp_storages import BaseStorage
from import_export.widgets import CharWidget, ForeignKeyWidget, Widget

from accounts import audit
from accounts.admin_base import codes_within, plain
from accounts.business_day import today_for
from accounts.models import Staff
from accounts.scope import visible
from regions.models import Region

MOST_BYTES = 1024 * 1024
_MOST_UNPACKED_BYTES = 20 * 1024 * 1024
_PREVIEW_HOLDS_SECONDS = 60 * 60
_FORMULA = frozenset("=+-@＝＋－＠\t\r\n")


def neutral(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text[:1] in _FORMULA or text.lstrip()[:1] in _FORMULA else text


def as_meant(text: str) -> str:
    """The text without the apostrophe that `neutral` put in front."""
    return text[1:] if text.startswith("'") and neutral(text[1:]) != text[1:] else text


class SignedUpload(BaseStorage):
    """The file between preview and confirmation travels in the form, signed: nothing is left behind on the server."""

    _signer = signing.TimestampSigner(salt="accounts.registers")

    def save(self, data: bytes) -> None:
        self.name = self._signer.sign(base64.urlsafe_b64encode(zlib.compress(data)).decode())

    def read(self) -> bytes:
        """Raises signing.BadSignature for what was changed or is older than an hour."""
        packed = self._signer.unsign(self.name, max_age=_PREVIEW_HOLDS_SECONDS)
        try:
            return zlib.decompress(base64.urlsafe_b64decode(packed))
        except (binascii.Error, zlib.error) as error:
            raise signing.BadSignature from error

    def remove(self) -> None:
        """There is nothing to remove."""


class RegisterImportForm(ImportForm):
    def clean_import_file(self) -> Any:
        """Raises ValidationError for a file that is too large, packed or unpacked."""
        file = self.cleaned_data["import_file"]
        unpacked = 0
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                unpacked = sum(part.file_size for part in archive.infolist())
        file.seek(0)
        if file.size > MOST_BYTES or unpacked > _MOST_UNPACKED_BYTES:
            raise ValidationError(_("The file is too large: send it in parts of at most 1 MB."))
        return file


class RegisterConfirmForm(ConfirmImportForm):
    format = forms.TypedChoiceField(choices=[("0", "csv"), ("1", "xlsx")], widget=forms.HiddenInput())
    resource = forms.ChoiceField(choices=[("0", "0")], required=False, widget=forms.HiddenInput())

    def clean_import_file_name(self) -> str:
        signed = self.cleaned_data["import_file_name"]
        try:
            SignedUpload(name=signed).read()
        except signing.BadSignature as error:
            raise ValidationError(_("The preview is out of date: choose the file once more.")) from error
        return signed


class TextWidget(CharWidget):
    """A text; an empty cell is an empty text, and a number that a spreadsheet made of it becomes text again."""

    def __init__(self) -> None:
        super().__init__(coerce_to_string=True, allow_blank=True)


class RegionWidget(ForeignKeyWidget):
    """A region by its 12-digit code; with `ranges`, one of these half-open code ranges."""

    def __init__(self, ranges: list[tuple[str, str]] | None = None) -> None:
        super().__init__(Region)
        self._ranges = ranges

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Region | None:
        """Raises ValueError for a code that the register, or the user's area, does not hold."""
        code = str(value or "").strip()
        if not code:
            return None
        rows = Region.objects.filter(pk=code)
        if self._ranges is not None:
            rows = rows.filter(codes_within(self._ranges))
        region = rows.first()
        if region is None:
            raise ValueError(_("%(code)s is no division code of your area.") % {"code": code})
        return region


class ChoiceWidget(Widget):
    """A choice by its label in either language, or by its value."""

    def __init__(self, choices: type[models.TextChoices]) -> None:
        super().__init__()
        self._choices = choices

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Raises ValueError for what is no choice."""
        text = str(value or "").strip()
        for choice in self._choices:
            if text in (choice.value, str(choice.label)):
                return choice.value
        offered = "、".join(str(choice.label) for choice in self._choices)
        raise ValueError(_("“%(text)s” is none of: %(choices)s.") % {"text": text, "choices": offered})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(self._choices(value).label) if value else ""


class RegisterDiff(Diff):
    """What a row changes, as the preview shows it; the library's own carries inline styles, which the site allows
    nowhere."""

    def as_html(self) -> list[SafeString]:
        pairs = zip_longest(self.left, self.right, fillvalue="")
        return [_difference(str(before), str(after)) for before, after in pairs]


def _difference(before: str, after: str) -> SafeString:
    if before == after:
        return format_html("{}", after)
    if not before:
        return format_html("<ins>{}</ins>", after)
    return format_html("<del>{}</del> <ins>{}</ins>", before, after)


class RegisterResource(ModelResource):
    """Rows of a register within the user's area; every change leaves its audit row in the same transaction."""

    class Meta:
        use_transactions = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    def __init__(self, *, user: Staff, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return RegisterDiff

    def reach(self) -> models.Q:
        """Which rows lie in the user's area."""
        return models.Q(region__in=Region.objects.filter(codes_within(self.user.code_ranges)))

    def get_queryset(self) -> models.QuerySet:
        return visible(super().get_queryset(), self.user).filter(self.reach())

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Raises ValueError for a file without the columns of the register."""
        missing = [field.column_name for field in self.get_import_fields() if field.column_name not in dataset.headers]
        if missing:
            raise ValueError(_("Columns are missing: %(columns)s.") % {"columns": "、".join(missing)})

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        for column, value in row.items():
            row[column] = as_meant(value).strip() if isinstance(value, str) else value

    def after_import_row(self, row: Mapping[str, Any], row_result: RowResult, **kwargs: Any) -> None:
        verb = {RowResult.IMPORT_TYPE_NEW: "add", RowResult.IMPORT_TYPE_UPDATE: "change"}.get(row_result.import_type)
        if verb is None or kwargs.get("dry_run"):
            return
        opts, fresh = self._meta.model._meta, row_result.instance
        old = row_result.original if verb == "change" else None
        names = [field.attribute for field in self.get_import_fields()]
        changed = [name for name in names if old is None or getattr(old, name) != getattr(fresh, name)]
        audit.record(
            by=self.user,
            on=today_for(self.user),
            verb=f"{opts.app_label}.{verb}_{opts.model_name}",
            subject=fresh,
            before={name: plain(getattr(old, name)) for name in changed} if old is not None else None,
            after={name: plain(getattr(fresh, name)) for name in changed},
            why=_("Import of %(file)s") % {"file": kwargs.get("file_name", "")},
        )

    def export_field(self, field: Any, instance: models.Model, **kwargs: Any) -> str:
        return neutral(str(super().export_field(field, instance, **kwargs) or ""))


class RegisterFilesMixin(ImportExportMixin):
    """Import and export of an admin's register: `class XAdmin(RegisterFilesMixin, ScopedModelAdmin)`."""

    formats = (CSV, XLSX)
    tmp_storage_class = SignedUpload
    import_form_class = RegisterImportForm
    confirm_form_class = RegisterConfirmForm
    # All columns, always: what goes out can come back.
    export_form_class = ExportForm
    to_encoding = "utf-8-sig"

    def get_urls(self) -> list[URLPattern]:
        urls = super().get_urls()
        for url in urls:
            # The library's own views do not say whose they are, and `accounts.access` asks for that.
            if not hasattr(url.callback, "model_admin"):
                url.callback.model_admin = self
        return urls

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_import_permission(request)

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"user": request.user}

    def process_dataset(self, dataset: Any, form: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # All rows or none: between preview and confirmation somebody may have changed what they stand on.
        return super().process_dataset(dataset, form, request, rollback_on_validation_errors=True, **kwargs)

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            self.message_user(request, _("Nothing was imported: the register has changed since the preview."), "ERROR")
            return self.response_post_save_change(request, None)
        return super().process_result(result, request)

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: models.QuerySet, **kwargs: Any) -> Any:
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        with transaction.atomic():
            audit.record_many(
                by=request.user,
                on=today_for(request.user),
                verb=f"{self.opts.app_label}.export_{self.opts.model_name}",
                model=self.model,
                counts={"rows": queryset.count()},
            )
        return data
