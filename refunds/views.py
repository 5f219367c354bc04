"""Pages of the refunds: the list, an application with its chain, and a page for every step."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.business_day import today_in
from accounts.lists import ListConfig
from enrollment.models import Payment
from notices.queries import pack_of
from refunds import services
from refunds.chain import PAY_OUT, TRANSITIONS, Transition
from refunds.errors import RefundRefused
from refunds.filters import ApplicationFilter
from refunds.forms import AccountForm, ApplicationForm, PayoutForm, ReceiptForm, StepForm
from refunds.models import Application, Step
from refunds.queries import chain_of, is_place_of, steps_open_to, waiting_for
from refunds.tables import ApplicationTable

ROWS_A_PAGE = 50
SEES = ("refunds.view_application",)

STEP_TITLES = {
    ("take_in", Step.Kind.TAX_INTAKE): gettext_lazy("Take the application in"),
    ("approve_finally", Step.Kind.AGENCY_FINAL): gettext_lazy("Approve finally"),
    ("pay_out", Step.Kind.AGENCY_PAYOUT): gettext_lazy("Pay out"),
    ("reject", Step.Kind.TAX_INTAKE): gettext_lazy("Reject the application"),
    ("reject", Step.Kind.AGENCY_FINAL): gettext_lazy("Reject the application"),
    ("withdraw", Step.Kind.WITHDRAWAL): gettext_lazy("Withdraw the application"),
}
STEP_EXPLAINED = {
    "take_in": gettext_lazy("The application goes on to the agency for final approval. You take no later step of it."),
    "approve_finally": gettext_lazy("The application goes on to the cashier. You take no later step of it."),
    "pay_out": gettext_lazy(
        "The payment is marked as refunded and the enrolment ends with today. This cannot be undone."
    ),
    "reject": gettext_lazy("The application ends here. The payer may apply again. This cannot be undone."),
    "withdraw": gettext_lazy("The application ends here and the payment stays as it is. This cannot be undone."),
}


@requires(*SEES)
@require_GET
def application_list(request: HttpRequest) -> HttpResponse:
    """Applications of the user's area; with ?waiting=1 those that wait for this user."""
    mine = waiting_for(request.user)
    waiting = bool(request.GET.get("waiting"))
    rows: QuerySet[Application] = mine if waiting else Application.objects.visible_to(request.user)
    narrowed = ApplicationFilter(request.GET, rows.select_related("payment__person", "region"))
    table = ApplicationTable(narrowed.qs)
    if waiting:
        table.empty_text = _("Nothing waits for you.")
    ListConfig(request, paginate={"per_page": ROWS_A_PAGE}).configure(table)
    context = {"table": table, "filter": narrowed, "waiting": waiting, "waiting_count": mine.count()}
    return render(request, "refunds/list.html", context)


@requires("refunds.apply")
@require_http_methods(["GET", "POST"])
def find_payment(request: HttpRequest) -> HttpResponse:
    """The receipt of the payment that is to be paid back, by POST."""
    form = ReceiptForm(request.POST or None)
    if form.is_valid():
        payment = _payments(request).filter(receipt_no=form.cleaned_data["receipt_no"]).first()
        if payment:
            return redirect("refunds:new", payment=payment.pk)
        form.add_error("receipt_no", _("There is no payment with this receipt in your area. Check the number."))
    return render(request, "refunds/find.html", {"form": form})


@requires("refunds.apply")
@require_http_methods(["GET", "POST"])
def new_application(request: HttpRequest, payment: int) -> HttpResponse:
    """The form of an application for one payment."""
    paid = get_object_or_404(_payments(request), pk=payment)
    today = today_in(paid.region_id)
    form = ApplicationForm(request.POST or None, initial={"applied_on": today, "account_holder": paid.person.name})
    if form.is_valid():
        try:
            application = services.apply(payment=paid, by=request.user, on=today, **form.cleaned_data)
        except RefundRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The application is entered and waits for the tax bureau's intake."))
            return redirect("refunds:application", pk=application.pk)
    return render(
        request, "refunds/new.html", {"form": form, "payment": paid, "here": is_place_of(request.user, paid.region_id)}
    )


@requires(*SEES)
@require_GET
def application_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: what is asked, what the notice says, the chain with who, when and why."""
    return _page(request, _application(request, pk))


@requires(*SEES)
@require_http_methods(["GET", "POST"])
def take_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Asks before a step and takes it. Who may not take it sees the same as for a step that does not exist."""
    application = _application(request, pk)
    if verb not in {each.verb for each in TRANSITIONS}:
        raise Http404
    transition = next((each for each in steps_open_to(request.user, application) if each.verb == verb), None)
    if transition is None:
        if not any(request.user.has_perm(each.permission) for each in TRANSITIONS if each.verb == verb):
            raise Http404
        messages.warning(request, _("This step is not open to you now; the chain below shows what was done."))
        return redirect("refunds:application", pk=application.pk)
    form = _step_form(request, application, transition)
    if form.is_valid():
        try:
            _take(transition, application, form.cleaned_data, request)
        except RefundRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Done: %(step)s.") % {"step": _title(transition)})
            return redirect("refunds:application", pk=application.pk)
    context = {
        "application": application,
        "form": form,
        "transition": transition,
        "title": _title(transition),
        "explained": STEP_EXPLAINED[transition.verb],
        "final": transition.verb in ("pay_out", "reject", "withdraw"),
    }
    return render(request, "refunds/step.html", context)


@requires(PAY_OUT.permission)
@require_POST
@never_cache
def show_account(request: HttpRequest, pk: int) -> HttpResponse:
    """The full bank account once, for the person who pays out; the reason is kept."""
    application = _application(request, pk)
    form = AccountForm(request.POST)
    account = ""
    if form.is_valid():
        try:
            account = services.show_account(
                application=application,
                by=request.user,
                on=today_in(application.region_id),
                why=form.cleaned_data["why"],
            )
        except RefundRefused as error:
            form.add_error(None, str(error))
    return _page(request, application, account=account, account_form=form)


def _payments(request: HttpRequest) -> QuerySet[Payment]:
    return Payment.objects.visible_to(request.user).select_related("person", "region")


def _application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(request.user).select_related(
        "payment__person", "payment__region", "region", "applied_by", "pack_version"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, application: Application, **more: Any) -> HttpResponse:
    pack = pack_of(application.pack_version)
    context = {
        "application": application,
        "chain": chain_of(application),
        "open_steps": [(each, _title(each)) for each in steps_open_to(request.user, application)],
        "pack": pack,
        "clauses": [pack.register[clause] for clause in application.clauses],
        "may_see_account": request.user.has_perm(PAY_OUT.permission)
        and application.status == Application.Status.APPROVED
        and is_place_of(request.user, application.region_id),
        "account_form": AccountForm(),
        "payout": getattr(application, "payout", None),
        **more,
    }
    return render(request, "refunds/application.html", context)


def _title(transition: Transition) -> str:
    return str(STEP_TITLES[transition.verb, transition.kind])


def _step_form(request: HttpRequest, application: Application, transition: Transition) -> StepForm:
    if transition is PAY_OUT:
        return PayoutForm(request.POST or None)
    people_decide = transition.verb == "approve_finally" and application.allowed is None
    return StepForm(request.POST or None, reason_needed=people_decide or transition.verb in ("reject", "withdraw"))


def _take(transition: Transition, application: Application, given: dict[str, Any], request: HttpRequest) -> None:
    verb = getattr(services, transition.verb)
    verb(application=application, by=request.user, on=today_in(application.region_id), **given)
