"""Pages of the lists that departments send: hand in, watch, mend."""

from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.access import requires
from accounts.business_day import today_in
from accounts.lists import ListConfig
from exchanges import queries, services
from exchanges.filters import BatchFilter
from exchanges.forms import RejectionForm, UploadForm, kinds_for
from exchanges.kinds import UnknownKind, by_name, label_of
from exchanges.list_template import empty_list
from exchanges.models import Batch
from exchanges.tables import BatchTable, badge

ROWS_A_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = {"mend": queries.to_mend, "failed": queries.failed, "running": queries.running, "held": queries.held}


def _batches(request: HttpRequest) -> Any:
    return Batch.objects.visible_to(request.user).select_related("region", "sender", "uploaded_by")


@requires("exchanges.view_batch")
@require_GET
def batch_list(request: HttpRequest) -> HttpResponse:
    """Lists received; with ?show=mend, failed, running or held those of the workbench's card."""
    show = request.GET.get("show", "")
    rows = _batches(request)
    if show in _SHOWN:
        rows = rows.filter(pk__in=_SHOWN[show](request.user).values("pk"))
    narrowed = BatchFilter(request.GET, rows)
    table = BatchTable(narrowed.qs)
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    return render(request, "exchanges/batches.html", {"table": table, "filter": narrowed, "show": show})


@requires("exchanges.upload")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Hands a list in."""
    offered = kinds_for(request.user)
    initial = {"kind": request.GET.get("kind", "")}
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user, initial=initial)
    if form.is_valid():
        region = form.cleaned_data["region"]
        batch = services.receive_file(
            kind=form.cleaned_data["kind"],
            file=form.cleaned_data["file"],
            region=region,
            coverage_year=form.cleaned_data["coverage_year"],
            sender=form.sending_bureau,
            by=request.user,
            on=today_in(region.code),
            is_full=form.cleaned_data.get("is_full", False),
            period=form.cleaned_data["period"],
        )
        return redirect("exchanges:batch", number=batch.pk)
    return render(request, "exchanges/upload.html", {"form": form, "kinds": offered})


@requires("exchanges.upload")
@require_GET
def template_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty workbook of a kind."""
    try:
        file_kind = by_name(kind)
    except UnknownKind as error:
        raise Http404 from error
    response = HttpResponse(empty_list(file_kind), content_type=_XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_kind.name}.xlsx"'
    return response


def _before(batch: Batch) -> tuple[Batch | None, str]:
    """The list that a waiting one stands behind, and what its page says of that."""
    before = queries.standing_before(batch).first() if batch.status == Batch.Status.RECEIVED else None
    return before, queries.waiting_words(before) if before else ""


@requires("exchanges.view_batch")
@require_GET
@never_cache
def batch_page(request: HttpRequest, number: int) -> HttpResponse:
    """A list: where it stands, what came of it, why rows were refused."""
    batch = get_object_or_404(_batches(request), pk=number)
    mine = batch.uploaded_by_id == request.user.pk
    may_change = mine or request.user.has_perm("exchanges.cancel_batch")
    moving = batch.status in Batch.OPEN
    before, waits_for = _before(batch)
    held = batch.status == Batch.Status.HELD
    braked = held and bool((batch.preview or {}).get("brake"))
    second = request.user.has_perm("exchanges.approve_batch") and not mine
    may_approve = second or (may_change and not braked)
    context = {
        "batch": batch,
        "waits_for": waits_for,
        "before": _batches(request).filter(pk=before.pk).first() if before else None,
        "badge": badge(batch),
        "kind": label_of(batch.kind),
        "open": moving,
        "progress": queries.progress(batch) if moving else None,
        "reasons": queries.reasons_of(batch) if batch.refused else [],
        "left_out": (batch.layout or {}).get("left_out", []),
        "preview": batch.preview if held or batch.approved_by_id else None,
        "may_approve": held and may_approve,
        "rejection": RejectionForm() if held and request.user.has_perm("exchanges.approve_batch") else None,
        "may_cancel": may_change and batch.status in Batch.UNFINISHED,
        "may_retry": may_change and batch.status in {Batch.Status.FAILED, Batch.Status.CANCELLED},
        "may_mend": bool(batch.errors_file) and request.user.has_perm("exchanges.upload"),
    }
    return render(request, "exchanges/batch.html", context)


@requires("exchanges.view_batch")
@require_GET
@never_cache
def batch_progress(request: HttpRequest, number: int) -> JsonResponse:
    """Where the batch stands, for the page's script (static/js/progress.js)."""
    batch = get_object_or_404(_batches(request), pk=number)
    stands = queries.progress(batch)
    return JsonResponse(
        {
            "status": batch.status,
            "label": batch.get_status_display(),
            "done": stands.done,
            "total": stands.total,
            "rate": stands.rate,
            "left": stands.left,
            "note": _before(batch)[1] or batch.reason,
            # One that waits for a person does not move by itself: the page stops asking.
            "final": batch.status not in Batch.OPEN,
        }
    )


@requires("exchanges.upload")
@require_GET
@never_cache
def error_file(request: HttpRequest, number: int) -> FileResponse:
    """The refused rows with their reasons. They hold full numbers, so that each download is kept in the trail."""
    batch = get_object_or_404(_batches(request), pk=number)
    if not batch.errors_file:
        raise Http404
    with transaction.atomic():
        audit.record(
            by=request.user,
            on=today_in(batch.region_id),
            verb="exchanges.download_errors",
            subject=batch,
            after={"rows": batch.refused},
        )
    ending = PurePosixPath(batch.errors_file.name).suffix
    name = f"{PurePosixPath(batch.file_name).stem}.errors{ending}"
    return FileResponse(batch.errors_file.open("rb"), as_attachment=True, filename=name)


@requires("exchanges.upload", "exchanges.cancel_batch")
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Stops a list."""
    return _changed(request, number, services.cancel_batch, _("The list is stopped."))


@requires("exchanges.upload", "exchanges.cancel_batch")
@require_POST
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Has a list worked off once more."""
    return _changed(request, number, services.retry_batch, _("The list is in the queue again."))


@requires("exchanges.upload", "exchanges.approve_batch")
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Has a list applied that waited for somebody to see what it changes."""
    batch = get_object_or_404(_batches(request), pk=number)
    allowed = ("exchanges.approve_batch", "exchanges.cancel_batch")
    if batch.uploaded_by_id != request.user.pk and not any(map(request.user.has_perm, allowed)):
        raise Http404
    try:
        services.approve_batch(batch_id=batch.pk, by=request.user, on=today_in(batch.region_id))
    except (services.BatchIsFinal, services.NeedsSecondPerson) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The list is being applied."))
    return redirect("exchanges:batch", number=batch.pk)


@requires("exchanges.approve_batch")
@require_POST
def reject(request: HttpRequest, number: int) -> HttpResponse:
    """Sends a list back that waited for somebody to see what it changes."""
    batch = get_object_or_404(_batches(request), pk=number)
    form = RejectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the list goes back; its sender reads it."))
    else:
        try:
            services.reject_batch(
                batch_id=batch.pk, by=request.user, on=today_in(batch.region_id), why=form.cleaned_data["why"]
            )
        except services.BatchIsFinal as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The list is sent back; nothing of it was applied."))
    return redirect("exchanges:batch", number=batch.pk)


def _changed(request: HttpRequest, number: int, verb: Any, done: str) -> HttpResponse:
    batch = get_object_or_404(_batches(request), pk=number)
    if batch.uploaded_by_id != request.user.pk and not request.user.has_perm("exchanges.cancel_batch"):
        raise Http404
    try:
        verb(batch_id=batch.pk, by=request.user, on=today_in(batch.region_id))
    except services.BatchIsFinal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("exchanges:batch", number=batch.pk)
