"""Amendments: the list, the proposal, what it changes, and its approval."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import requires
from accounts.business_day import today_for, today_in
from accounts.lists import ListConfig
from accounts.models import Staff
from notices import amendments, calculator, impact, reading
from notices.forms import AmendmentForm, SettleForm
from notices.leaves import amendable
from notices.models import Amendment, Season
from notices.problems import in_words
from notices.tables import AmendmentTable
from notices.views.showing import named_pack, shown_difference
from notices.words import SECTIONS
from policy import pack as packs
from policy.categories import FUND_NAMES
from policy.explain import diff
from policy.pack import Pack
from policy.quote import OUTCOMES

ROWS_A_PAGE = 50
MONEY = {
    "standard": gettext_lazy("Individual contribution"),
    "charged": gettext_lazy("Collected by tax"),
    "reimbursed": gettext_lazy("Paid back afterwards"),
    "net_cost": gettext_lazy("Borne by the person"),
}


@requires("notices.propose_amendment", "notices.approve_amendment")
@require_GET
def amendment_list(request: HttpRequest) -> HttpResponse:
    """The amendments of the user's area; with ?waiting=1 those that wait for an approval by this user."""
    rows = Amendment.objects.visible_to(request.user)
    waiting = amendments.waiting_for(request.user)
    only_waiting = bool(request.GET.get("waiting"))
    chosen = waiting if only_waiting else rows
    table = AmendmentTable(chosen.select_related("region", "proposed_by", "settled_by").prefetch_related("leaves"))
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    context = {
        "table": table,
        "only_waiting": only_waiting,
        "waiting_count": waiting.count(),
        "notices": reading.listed(),
    }
    return render(request, "notices/amendments.html", context)


@requires("notices.propose_amendment")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, name: str) -> HttpResponse:
    """The form of an amendment; ?leaf=… names the leaves, one or several."""
    on = today_for(request.user)
    pack = named_pack(name, request.user, on)
    known = {leaf.path: leaf for leaf in amendable(pack)}
    paths = list(dict.fromkeys(path for path in request.GET.getlist("leaf") if path in known))
    chosen = [known[path] for path in _with_funds(paths, known)]
    region = Season.objects.filter(pack_id=pack.id).values_list("region_id", flat=True).first()
    form = AmendmentForm(
        request.POST or None,
        leaves=chosen,
        by=request.user,
        initial={"effective_on": on.isoformat(), "region": region},
    )
    if chosen and form.is_valid():
        head = {name: form.cleaned_data[name] for name in ("region", "document_number", "reason", "effective_on")}
        try:
            made = amendments.propose(pack_id=pack.id, changes=form.new_values(), by=request.user, on=on, **head)
        except amendments.AmendmentRefused as error:
            for problem in error.problems:
                form.add_error(None, problem)
        else:
            messages.success(request, _("Proposed. Another person approves it; until then it changes nothing."))
            _ask(request, made)
            return redirect("notices:amendment", pk=made.pk)
    context = {
        "pack": pack,
        "form": form,
        "chosen": chosen,
        "others": [leaf for leaf in known.values() if leaf not in chosen],
        "elsewhere": [leaf for leaf in known.values() if leaf.elsewhere],
        "sections": SECTIONS,
    }
    return render(request, "notices/propose.html", context)


def _with_funds(paths: list[str], known: dict[str, Any]) -> list[str]:
    """An amount set elsewhere, or split by funds, is amended together with its funds, and the other way round."""
    together = []
    for path in paths:
        rule, _dot, last = path.rpartition(".")
        partners = {"amount": ("amount", "funds"), "total": ("total", "funds"), "funds": ("amount", "total", "funds")}
        for each in partners.get(last, (last,)):
            partner = f"{rule}.{each}"
            if partner in known and (partner == path or known[partner].kind in ("amount", "funds")):
                together.append(partner)
    return list(dict.fromkeys(together))


@requires("notices.propose_amendment", "notices.approve_amendment")
@require_GET
def amendment_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An amendment: what it changes, by which document, and who settled it."""
    return _amendment_page(request, _amendment(request, pk), SettleForm())


@requires("notices.propose_amendment", "notices.approve_amendment")
@never_cache
@require_http_methods(["GET", "POST"])
def amendment_impact(request: HttpRequest, pk: int) -> HttpResponse:
    """How many people and how much money the amendment moves, with examples; here it is approved. A POST lets a worker
    reckon it, anew where data have changed."""
    amendment = _amendment(request, pk)
    if request.method == "POST":
        if amendment.status == Amendment.Status.PROPOSED:
            _ask(request, amendment)
        return redirect("notices:impact", pk=amendment.pk)
    return _amendment_page(request, amendment, SettleForm(), with_impact=True)


@requires("notices.propose_amendment", "notices.approve_amendment")
@never_cache
@require_GET
def impact_progress(request: HttpRequest, pk: int) -> JsonResponse:
    """How far the impact is reckoned, for static/js/progress.js."""
    amendment = _amendment(request, pk)
    kept = impact.latest(amendment, request.user, today_in(amendment.region_id))
    if kept is None:
        raise Http404
    return JsonResponse(kept.progress)


def _ask(request: HttpRequest, amendment: Amendment) -> None:
    try:
        impact.ask(amendment=amendment, by=request.user, on=today_in(amendment.region_id))
    except impact.ImpactRefused as error:
        messages.error(request, str(error))


@requires("notices.propose_amendment", "notices.approve_amendment")
@require_http_methods(["POST"])
def settle_amendment(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approves, rejects or withdraws."""
    amendment = _amendment(request, pk)
    verbs = {"approve": amendments.approve, "reject": amendments.reject, "withdraw": amendments.withdraw}
    form = SettleForm(request.POST)
    if verb not in verbs:
        raise Http404
    if form.is_valid():
        on = today_in(amendment.region_id)
        try:
            verbs[verb](amendment=amendment, by=request.user, on=on, why=form.cleaned_data["why"])
        except amendments.AmendmentRefused as error:
            for problem in error.problems:
                form.add_error(None, problem)
        else:
            messages.success(request, _("Done: %(status)s.") % {"status": amendment.get_status_display()})
            return redirect("notices:amendment", pk=amendment.pk)
    return _amendment_page(request, amendment, form, with_impact=verb == "approve")


def _amendment(request: HttpRequest, pk: int) -> Amendment:
    rows = Amendment.objects.visible_to(request.user).select_related("region", "proposed_by", "settled_by", "version")
    return get_object_or_404(rows.prefetch_related("leaves"), pk=pk)


def _amendment_page(
    request: HttpRequest, amendment: Amendment, form: SettleForm, *, with_impact: bool = False
) -> HttpResponse:
    user = request.user
    open_now = amendment.status == Amendment.Status.PROPOSED
    context: dict[str, Any] = {
        "amendment": amendment,
        "pack": packs.load(amendment.pack_id),
        "form": form,
        "may_settle": open_now and user.has_perm(amendments.APPROVE) and amendment.proposed_by_id != user.pk,
        "may_withdraw": open_now and amendment.proposed_by_id == user.pk,
        "with_impact": with_impact,
    }
    try:
        before, after = amendments.reading_before_and_after(amendment)
    except packs.PackError as error:
        context["problems"] = in_words(error, context["pack"])
    else:
        context["rows"] = [shown_difference(each, before, after) for each in diff(before, after)]
        if with_impact:
            context |= _impact(amendment, before, after, user, to_settle=context["may_settle"])
    return render(request, "notices/amendment.html", context)


def _impact(amendment: Amendment, before: Pack, after: Pack, user: Staff, *, to_settle: bool) -> dict[str, Any]:
    """Who may settle the amendment has hereby seen what it changes."""
    today = today_in(amendment.region_id)
    if to_settle:
        kept = impact.see(amendment=amendment, before=before, after=after, by=user, on=today)
    else:
        kept = impact.latest(amendment, user, today)
    context: dict[str, Any] = {"kept": kept, "impact": kept.impact if kept else None}
    if kept is None or kept.impact is None:
        return context
    return {
        **context,
        "of_these_readings": (kept.before, kept.after) == (before.version, after.version),
        **_in_words(kept.impact, before, after),
    }


def _in_words(found: impact.Impact, before: Pack, after: Pack) -> dict[str, Any]:
    examples = [
        (each, calculator.compare([calculator.answer(each.facts, before), calculator.answer(each.facts, after)]))
        for each in found.examples
    ]
    money = [(MONEY[name], *sums) for name, sums in found.money.items()]
    for title, funds in ((_("Assistance"), found.assistance), (_("Fiscal subsidy"), found.fiscal_subsidy)):
        money += [(f"{title} · {FUND_NAMES[fund]}", *sums) for fund, sums in funds.items()]
    outcomes = [(OUTCOMES[one], OUTCOMES[two], count) for (one, two), count in found.outcomes.items()]
    return {"examples": examples, "money": money, "outcomes": outcomes}
