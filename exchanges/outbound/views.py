"""Pages of the deliveries: what is due, make the next one, hand it over, take its receipt."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.business_day import today_for, today_in
from accounts.lists import ListConfig
from exchanges.channels.base import ChannelError
from exchanges.channels.services import boxes_for, send_delivery
from exchanges.forms import areas_for
from exchanges.outbound import queries, services
from exchanges.outbound.forms import CHANGES, FULL, MakeForm, ReceiptForm
from exchanges.outbound.kinds import DeliveryKind, UnknownDelivery, by_name, kinds, title_of
from exchanges.outbound.manifest import ENDING, manifest_bytes, manifest_of
from exchanges.outbound.models import Delivery
from exchanges.outbound.receipt_file import ReceiptUnreadable
from exchanges.outbound.services.receipts import differences
from exchanges.outbound.tables import DeliveryTable, badge
from exchanges.writers import CONTENT_TYPES
from notices.queries import current_coverage_year

ROWS_A_PAGE = 50
_SHOWN = {"missing": queries.missing_receipts, "objected": queries.objected}


def _deliveries(request: HttpRequest) -> QuerySet[Delivery]:
    return Delivery.objects.visible_to(request.user).select_related("region", "receiver", "made_by")


@requires("exchanges.view_delivery")
@require_GET
def delivery_list(request: HttpRequest) -> HttpResponse:
    """Every kind with its last delivery and what is due; below, all deliveries. ?show=missing or objected narrows them
    to those of the workbench's card, ?kind= to one kind."""
    user, show = request.user, request.GET.get("show", "")
    on = today_for(user)
    rows = _deliveries(request)
    if show in _SHOWN:
        rows = rows.filter(pk__in=_SHOWN[show](user).values("pk"))
    asked = request.GET.get("kind", "")
    if asked in {kind.name for kind in kinds()}:
        rows = rows.filter(kind=asked)
    table = DeliveryTable(rows, on=on)
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    areas = areas_for(user)
    may_make = user.has_perm("exchanges.make_delivery")
    year = current_coverage_year(user, on=on)
    context = {
        "table": table,
        "show": show,
        "may_make": may_make,
        "year": year,
        "area": areas[0] if areas else None,
        "standings": [
            (each, badge(each.last, on) if each.last else "")
            for each in (queries.standings(areas[0], year, user, on=on) if may_make and areas else [])
        ],
    }
    return render(request, "exchanges/outbound/deliveries.html", context)


def _kind(name: str) -> DeliveryKind:
    try:
        return by_name(name)
    except UnknownDelivery as error:
        raise Http404 from error


@requires("exchanges.make_delivery")
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, kind: str) -> HttpResponse:
    """The form, then what would go out, then the delivery itself."""
    delivery_kind, user = _kind(kind), request.user
    initial = {"coverage_year": current_coverage_year(user, on=today_for(user)), "scope": CHANGES}
    form = MakeForm(request.POST if request.method == "POST" else None, user=user, kind=delivery_kind, initial=initial)
    context: dict[str, Any] = {"kind": delivery_kind, "form": form}
    if form.is_valid():
        asked = form.cleaned_data
        line = {
            "kind": delivery_kind,
            "region": asked["region"],
            "coverage_year": asked["coverage_year"],
            "receiver": asked["receiver"],
            "by": user,
            "on": today_in(asked["region"].pk),
        }
        try:
            if "confirmed" in request.POST:
                delivery = services.make_delivery(**line, format=asked["format"], full=asked["scope"] == FULL)
                messages.success(request, _("No. %(number)s is made.") % {"number": delivery.sequence})
                return redirect("exchanges:delivery", number=delivery.pk)
            context["preview"] = found = services.preview(**line)
            context["full"] = asked["scope"] == FULL or found.changes is None
            context["counts"] = found.full if context["full"] else found.changes
            context["sums"] = delivery_kind.sum_place is not None
        except services.DeliveryRefused as error:
            form.add_error(None, str(error))
            context.pop("preview", None)
        except PermissionDenied:
            form.add_error("region", _("This area is not yours as a whole; a delivery holds all of it."))
    return render(request, "exchanges/outbound/make.html", context, status=422 if form.errors else 200)


@requires("exchanges.view_delivery")
@require_GET
@never_cache
def delivery_page(request: HttpRequest, number: int) -> HttpResponse:
    """A delivery: its manifest, where it stands, what the receiver said."""
    delivery = get_object_or_404(_deliveries(request), pk=number)
    user = request.user
    receipts = delivery.receipts.select_related("by", "delivery")
    context = {
        "delivery": delivery,
        "title": title_of(delivery.kind),
        "badge": badge(delivery, today_in(delivery.region_id)),
        "manifest": manifest_of(delivery),
        "receipts": [(receipt, differences(receipt)) for receipt in receipts],
        "may_download": user.has_perm("exchanges.download_delivery"),
        "may_send": user.has_perm("exchanges.make_delivery"),
        "has_box": boxes_for(delivery).exists(),
        "may_answer": user.has_perm("exchanges.take_receipt"),
    }
    return render(request, "exchanges/outbound/delivery.html", context)


@requires("exchanges.download_delivery")
@require_GET
@never_cache
def delivery_file(request: HttpRequest, number: int) -> HttpResponse:
    """The file as it was made, to the byte. It holds full numbers, so that each download is kept in the trail."""
    delivery = get_object_or_404(_deliveries(request), pk=number)
    try:
        blocks = services.read_out(delivery=delivery, by=request.user, on=today_in(delivery.region_id))
    except services.DeliveryRefused as error:
        messages.error(request, str(error))
        return redirect("exchanges:delivery", number=delivery.pk)
    name = f"{delivery.coverage_year}年度{title_of(delivery.kind)}_{delivery.region.name}_第{delivery.sequence}号"
    response = StreamingHttpResponse(
        blocks,
        content_type=CONTENT_TYPES[delivery.format].format(encoding="utf-8"),
        headers={"Content-Length": delivery.size},
    )
    response["Content-Disposition"] = (
        f"attachment; filename=\"{delivery.file_name}\"; filename*=UTF-8''{quote(f'{name}.{delivery.format}')}"
    )
    return response


@requires("exchanges.view_delivery")
@require_GET
def delivery_manifest(request: HttpRequest, number: int) -> HttpResponse:
    """The manifest, for beside the file."""
    delivery = get_object_or_404(_deliveries(request), pk=number)
    response = HttpResponse(manifest_bytes(delivery), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{delivery.file_name}{ENDING}"'
    return response


@requires("exchanges.make_delivery")
@require_POST
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """Says that the file went to the receiver; the same again once it is repeated."""
    delivery = get_object_or_404(_deliveries(request), pk=number)
    on = today_in(delivery.region_id)
    try:
        services.hand_over(delivery=delivery, via=_("brought by hand"), by=request.user, on=on)
    except services.DeliveryRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Noted: the file went to %(receiver)s.") % {"receiver": delivery.receiver.name})
    return redirect("exchanges:delivery", number=delivery.pk)


@requires("exchanges.make_delivery")
@require_POST
def send(request: HttpRequest, number: int) -> HttpResponse:
    """Leaves file and manifest in the receiver's drop box."""
    delivery = get_object_or_404(_deliveries(request), pk=number)
    box = boxes_for(delivery).first()
    try:
        if box is None:
            raise ChannelError(_("No drop box is entered for %(receiver)s.") % {"receiver": delivery.receiver.name})
        send_delivery(delivery=delivery, box=box, by=request.user, on=today_in(delivery.region_id))
    except (ChannelError, services.DeliveryRefused) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The file lies in the drop box of %(receiver)s.") % {"receiver": delivery.receiver})
    return redirect("exchanges:delivery", number=delivery.pk)


@requires("exchanges.take_receipt")
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    """The receiver's answer, as a file or typed in."""
    delivery = get_object_or_404(_deliveries(request), pk=number)
    form = ReceiptForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        given = form.cleaned_data
        file = given["file"]
        try:
            _receipt, new = services.take_receipt(
                delivery=delivery,
                data=file.read() if file else None,
                said=None if file else form.said,
                remark=given["remark"],
                by=request.user,
                on=today_in(delivery.region_id),
            )
        except ReceiptUnreadable as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("The receipt is entered.") if new else _("This receipt was entered before."))
            return redirect("exchanges:delivery", number=delivery.pk)
    context = {"delivery": delivery, "title": title_of(delivery.kind), "form": form}
    return render(request, "exchanges/outbound/receipt.html", context, status=422 if form.errors else 200)
