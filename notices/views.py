"""Pages of the notices: the calculator, the packs as pages, what differs, readings, amendments."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from django_tables2 import RequestConfig

from accounts.access import requires
from accounts.business_day import today_for, today_in
from accounts.models import Staff
from notices import amendments, calculator, impact, reading
from notices.forms import AmendmentForm, SettleForm
from notices.leaves import amendable, label_of
from notices.models import Amendment, PackVersion, Season
from notices.question import QuestionForm
from notices.tables import AmendmentTable
from notices.words import SECTIONS, field_title, shown
from policy import pack as packs
from policy.categories import FUND_NAMES
from policy.explain import clauses_of, diff, leaves
from policy.pack import Pack
from policy.quote import OUTCOMES

ROWS_A_PAGE = 50
MONEY = {
    "standard": gettext_lazy("Individual contribution"),
    "charged": gettext_lazy("Collected by tax"),
    "reimbursed": gettext_lazy("Paid back afterwards"),
    "net_cost": gettext_lazy("Borne by the person"),
}


# Calculator -----------------------------------------------------------------------------------------------------------


@requires("notices.use_calculator")
@require_GET
def calculate(request: HttpRequest) -> HttpResponse:
    """政策试算. The whole question stands in the address, so that a link asks it again; it names nobody."""
    today = today_for(request.user)
    given = {name: value.strip() for name, value in request.GET.items()}
    chosen = given.get("policy") or reading.own_notice(request.user)
    pack = _pack(chosen, request.user, today)
    asked = bool(given.get("ask"))
    form = QuestionForm(pack, given if asked else None, given=given, initial={"paid_on": today.isoformat(), **given})
    answers = []
    if asked and form.is_valid():
        answers.append(calculator.answer(form.facts, pack))
        if other := form.other_facts:
            answers.append(calculator.answer(other, _pack(other.policy, request.user, today)))
    context = {
        "form": form,
        "pack": pack,
        "notices": reading.listed(),
        "answers": answers,
        "compared": calculator.compare(answers) if len(answers) > 1 else [],
        "address": form.address() if answers else "",
    }
    printed = "print" in given and answers
    return render(request, "notices/answer_print.html" if printed else "notices/calculator.html", context)


def _pack(name: str, user: Staff, on: date) -> Pack:
    pack = reading.by_name(name, user, on=on)
    if pack is None:
        raise Http404
    return pack


# Notices as pages -----------------------------------------------------------------------------------------------------


@requires("notices.view_pack")
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """Every notice with its document number, dates and areas, and two of them to compare."""
    return render(request, "notices/list.html", {"notices": reading.listed(), "own": reading.own_notice(request.user)})


@requires("notices.view_pack")
@require_GET
def notice_page(request: HttpRequest, name: str) -> HttpResponse:
    """A notice as it reads today, or a kept version of it: every figure with its clause."""
    on = today_for(request.user)
    pack = _pack(name, request.user, on)
    version = PackVersion.objects.filter(version=pack.version).first()
    context = {
        "pack": pack,
        "version": version,
        "kept": len(name) == 64,
        "sections": _sections(pack),
        "versions": PackVersion.objects.filter(pack_id=pack.id).order_by("-created_at"),
        "may_amend": request.user.has_perm(amendments.PROPOSE) and len(name) != 64,
        "amendable": {leaf.path for leaf in amendable(pack)},
        "seasons": Season.objects.filter(pack_id=pack.id).select_related("region"),
    }
    return render(request, "notices/notice.html", context)


@requires("notices.view_pack")
@require_GET
def difference(request: HttpRequest) -> HttpResponse:
    """What differs between two notices, or two versions of one."""
    on = today_for(request.user)
    names = [request.GET.get(name, "") for name in ("a", "b")]
    context: dict[str, Any] = {"notices": reading.listed(), "a": names[0], "b": names[1]}
    if all(names):
        one, two = (_pack(name, request.user, on) for name in names)
        context |= {"one": one, "two": two, "rows": [_difference(each, one, two) for each in diff(one, two)]}
    return render(request, "notices/diff.html", context)


@requires("notices.view_pack")
@require_GET
def readings(request: HttpRequest) -> HttpResponse:
    """The readings of all notices with what was chosen in each."""
    on = today_for(request.user)
    found: dict[str, list[dict[str, Any]]] = {}
    for each in reading.listed():
        pack = reading.as_it_reads(each.pack.id, request.user, on=on)
        for reading_id, rule in pack.readings.items():
            entry = {"pack": pack, "reading": rule, "clauses": clauses_of(pack, rule.clause)}
            entry["options"] = [(name, text, name == rule.choice) for name, text in rule.options.items()]
            found.setdefault(reading_id, []).append(entry)
    ordered = sorted(found.items(), key=lambda item: (len(item[0]), item[0]))
    return render(request, "notices/readings.html", {"readings": ordered})


def _sections(pack: Pack) -> list[dict[str, Any]]:
    """The leaves by section and rule, values in the words of the field."""
    sections: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for leaf in leaves(pack):
        section = sections.setdefault(leaf.path.split(".")[0], {})
        section.setdefault(label_of(pack, leaf), []).append(
            {
                "path": leaf.path,
                "amend": leaf.path.partition(".funds.")[0] + ".funds" if ".funds." in leaf.path else leaf.path,
                "title": field_title(leaf.path),
                "value": shown(leaf.value, leaf.path, pack),
                "clauses": clauses_of(pack, leaf.clause),
            }
        )
    return [
        {"id": name, "title": SECTIONS.get(name, name), "rules": list(rules.items())}
        for name, rules in sections.items()
    ]


def _difference(each: Any, one: Pack, two: Pack) -> dict[str, Any]:
    section = each.path.split(".")[0]
    known = two if each.b is not None else one
    return {
        "section": SECTIONS.get(section, section),
        "label": each.label,
        "title": field_title(each.path),
        "path": each.path,
        "a": None if each.a is None else shown(each.a, each.path, one),
        "b": None if each.b is None else shown(each.b, each.path, two),
        "clauses": clauses_of(known, each.clause),
    }


# Amendments -----------------------------------------------------------------------------------------------------------


@requires("notices.propose_amendment", "notices.approve_amendment")
@require_GET
def amendment_list(request: HttpRequest) -> HttpResponse:
    """The amendments of the user's area; with ?waiting=1 those that wait for an approval by this user."""
    rows = Amendment.objects.visible_to(request.user)
    waiting = amendments.waiting_for(request.user)
    only_waiting = bool(request.GET.get("waiting"))
    chosen = waiting if only_waiting else rows
    table = AmendmentTable(chosen.select_related("region", "proposed_by", "settled_by").prefetch_related("leaves"))
    RequestConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
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
    pack = _pack(name, request.user, on)
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
@require_GET
def amendment_impact(request: HttpRequest, pk: int) -> HttpResponse:
    """How many people and how much money the amendment moves, with examples; here it is approved."""
    return _amendment_page(request, _amendment(request, pk), SettleForm(), with_impact=True)


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
        context["problems"] = [str(each) for each in error.problems]
    else:
        context["rows"] = [_difference(each, before, after) for each in diff(before, after)]
        if with_impact:
            context |= _impact(amendment, before, after, user)
    return render(request, "notices/amendment.html", context)


def _impact(amendment: Amendment, before: Pack, after: Pack, user: Staff) -> dict[str, Any]:
    on = max(today_in(amendment.region_id), amendment.effective_on)
    found = impact.impact_of(amendment, before, after, on, user)
    if found is None:
        return {"impact": None}
    examples = [
        (each, calculator.compare([calculator.answer(each.facts, before), calculator.answer(each.facts, after)]))
        for each in found.examples
    ]
    money = [(MONEY[name], *sums) for name, sums in found.money.items()]
    for title, funds in ((_("Assistance"), found.assistance), (_("Fiscal subsidy"), found.fiscal_subsidy)):
        money += [(f"{title} · {FUND_NAMES[fund]}", *sums) for fund, sums in funds.items()]
    outcomes = [(OUTCOMES[one], OUTCOMES[two], count) for (one, two), count in found.outcomes.items()]
    return {"impact": found, "examples": examples, "money": money, "outcomes": outcomes}
