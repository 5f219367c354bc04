"""What lists suggest about enrolments: look at it, accept or reject one or many, take a decision back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import requires
from accounts.business_day import today_for
from accounts.scope import within
from enrollment import services
from enrollment.models import Proposal

ROWS_A_PAGE = 50


@requires("enrollment.correct", "enrollment.approve")
@require_GET
@never_cache
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Proposals of a status (?status=, by default those to be decided), of a kind (?kind=), the oldest first."""
    seen = Proposal.objects.visible_to(request.user)
    status = request.GET.get("status", Proposal.Status.OPEN)
    status = status if status in Proposal.Status.values else Proposal.Status.OPEN
    rows = seen.filter(status=status)
    kind = request.GET.get("kind", "")
    if kind in Proposal.Kind.values:
        rows = rows.filter(kind=kind)
    order = ("pk",) if status == Proposal.Status.OPEN else ("-decided_on", "-pk")
    related = ("person", "region", "registration", "payment__region", "stays__region", "batch", "decided_by")
    page = Paginator(rows.select_related(*related).order_by(*order), ROWS_A_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.own = services.in_reach(request.user, row.region_id)
    context = {
        "page": page,
        "status": status,
        "statuses": Proposal.Status.choices,
        "kind": kind,
        "kinds": Proposal.Kind.choices,
        "can_undo": status in (*Proposal.DONE, Proposal.Status.REJECTED),
    }
    return render(request, "enrollment/proposals.html", context)


@requires("enrollment.correct", "enrollment.approve")
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Accepts or rejects (`verb`) the proposals whose keys are sent as `proposal`; hidden ones do not exist, and those
    of other places are decided there."""
    chosen = [key for key in request.POST.getlist("proposal") if key.isascii() and key.isdigit() and len(key) < 12]
    seen = list(Proposal.objects.visible_to(request.user).filter(pk__in=chosen).values_list("pk", flat=True))
    on = today_for(request.user)
    verb = request.POST.get("verb")
    if not seen or verb not in {"accept", "reject"}:
        messages.error(request, _("Choose the proposals first."))
        return redirect("enrollment:proposals")
    try:
        if verb == "accept":
            done = services.accept_proposals(proposals=seen, by=request.user, on=on)
            text = ngettext("%(done)s proposal is accepted.", "%(done)s proposals are accepted.", done)
        else:
            done = services.reject_proposals(proposals=seen, by=request.user, on=on)
            text = ngettext("%(done)s proposal is rejected.", "%(done)s proposals are rejected.", done)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, text % {"done": done})
    return redirect("enrollment:proposals")


@requires("enrollment.correct", "enrollment.approve")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a decision back."""
    seen = Proposal.objects.visible_to(request.user).filter(within("region", request.user.code_ranges))
    proposal = get_object_or_404(seen, pk=pk)
    try:
        undone = services.undo_proposal(proposal=proposal, by=request.user, on=today_for(request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if undone:
            messages.success(request, _("Taken back: the enrolment is as it was before the decision."))
        else:
            messages.error(request, _("There is no decision to take back."))
    return redirect(f"{reverse('enrollment:proposals')}?status={proposal.status}")
