"""Pages of the ledgers: which there are, the form of one, and what was exported before."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import requires
from accounts.business_day import today_for, today_in
from accounts.models import Staff
from accounts.scope import visible_ranges
from exchanges.ledgers import Ledger, UnknownLedger, by_name, export_title, ledgers_for
from exchanges.ledgers.export import ENCODINGS, FULL_NUMBERS, export_ledger
from exchanges.models import LedgerExport
from exchanges.writers import CONTENT_TYPES, FORMATS, SealedSpool
from notices.queries import coverage_years_for, current_coverage_year
from regions.models import Region
from regions.queries import AmbiguousRegion, RegionNotFound, lookup

_EXPORTS_SHOWN = 30


class LedgerForm(forms.Form):
    """What is exported: of which place, for which year and day, as what."""

    area = forms.CharField(label=gettext_lazy("Area"), help_text=gettext_lazy("Name or 12-digit code, within your own"))
    year = forms.TypedChoiceField(label=gettext_lazy("Coverage year"), coerce=int)
    on = forms.DateField(
        label=gettext_lazy("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Who was enrolled by then. Left out: the business date of the area."),
    )
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=[(name, name) for name in FORMATS])
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of csv"),
        choices=[(ENCODINGS[0], "UTF-8"), (ENCODINGS[1], "GB18030")],
        required=False,
    )

    def __init__(self, *args: Any, user: Staff, ledger: Ledger, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        years = coverage_years_for(user) or [self.initial["year"]]
        self.fields["year"].choices = [(year, year) for year in sorted({*years, self.initial["year"]}, reverse=True)]
        if ledger.has_numbers and user.has_perm(FULL_NUMBERS):
            self.fields["full_numbers"] = forms.BooleanField(
                label=_("With full id numbers"),
                required=False,
                help_text=_("As xlsx: a csv that is opened in a spreadsheet loses the last digits of long numbers."),
            )
            self.fields["why"] = forms.CharField(
                label=_("Why are they needed?"),
                max_length=400,
                required=False,
                help_text=_("Kept with your name in the audit trail."),
            )

    def clean_area(self) -> Region:
        """Raises ValidationError for a place that is not to be found in the user's part of the tree; one that is
        hidden answers as one that does not exist."""
        text = self.cleaned_data["area"]
        try:
            area = lookup(text)
        except AmbiguousRegion as error:
            seen = [each for each in error.candidates if visible_ranges(self._user, each)]
            if len(seen) != 1:
                raise ValidationError(
                    str(AmbiguousRegion(text, seen)) if seen else _("No such place in your area.")
                ) from error
            area = seen[0]
        except RegionNotFound as error:
            raise ValidationError(_("No such place in your area.")) from error
        if not visible_ranges(self._user, area):
            raise ValidationError(_("No such place in your area."))
        return area

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("full_numbers") and not cleaned.get("why", "").strip():
            self.add_error("why", _("Say why the full numbers are needed: the reason is kept."))
        return cleaned


@requires("exchanges.export_ledger")
@require_GET
def ledger_list(request: HttpRequest) -> HttpResponse:
    """The ledgers that the user's role may export, and the last exports that the user may see."""
    exports = LedgerExport.objects.visible_to(request.user).select_related("region", "by")[:_EXPORTS_SHOWN]
    context = {
        "ledgers": ledgers_for(request.user),
        "exports": [(export_title(export.ledger), export) for export in exports],
    }
    return render(request, "exchanges/ledgers.html", context)


@requires("exchanges.export_ledger")
@require_http_methods(["GET", "POST"])
def ledger_page(request: HttpRequest, name: str) -> HttpResponse:
    """The form of a ledger; POST answers with the file."""
    user = request.user
    try:
        ledger = by_name(name)
    except UnknownLedger as error:
        raise Http404 from error
    if not user.has_perm(ledger.permission):
        raise PermissionDenied
    own = user.regions.order_by("code").first()
    initial = {
        "area": request.GET.get("area") or (own.full_name if own else ""),
        "year": _asked_year(request) or current_coverage_year(user, on=today_for(user)),
    }
    form = LedgerForm(request.POST or None, user=user, ledger=ledger, initial=initial)
    if form.is_valid():
        return _file(ledger, by=user, **form.cleaned_data)
    return render(
        request, "exchanges/ledger.html", {"ledger": ledger, "form": form}, status=422 if form.errors else 200
    )


def _asked_year(request: HttpRequest) -> int | None:
    asked = request.GET.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None


def _file(
    ledger: Ledger,
    *,
    by: Staff,
    area: Region,
    year: int,
    on: Any,
    format: str,
    encoding: str,
    full_numbers: bool = False,
    why: str = "",
) -> StreamingHttpResponse:
    """Written to a sealed spool first: its hash stands in the audit trail before the first byte leaves."""
    on = on or today_in(area.pk)
    encoding = encoding or ENCODINGS[0]
    spool = SealedSpool()
    try:
        export_ledger(
            ledger=ledger,
            area=area,
            coverage_year=year,
            on=on,
            format=format,
            encoding=encoding,
            sink=spool,
            by=by,
            full_numbers=full_numbers,
            why=why,
        )
    except BaseException:
        spool.close()
        raise
    response = StreamingHttpResponse(
        spool.chunks(),
        content_type=CONTENT_TYPES[format].format(encoding=encoding),
        headers={"Content-Length": spool.size, "Cache-Control": "no-store"},
    )
    name = f"{ledger.title}_{area.name}_{year}_{on:%Y%m%d}.{format}"
    response["Content-Disposition"] = (
        f"attachment; filename=\"{ledger.name}-{area.pk}-{on:%Y%m%d}.{format}\"; filename*=UTF-8''{quote(name)}"
    )
    return response
