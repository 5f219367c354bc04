"""政策试算 on the web."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.business_day import today_for
from notices import calculator, reading
from notices.question import QuestionForm
from notices.views.showing import named_pack


@requires("notices.use_calculator")
@require_GET
def calculate(request: HttpRequest) -> HttpResponse:
    """政策试算. The whole question stands in the address, so that a link asks it again; it names nobody."""
    today = today_for(request.user)
    given = {name: value.strip() for name, value in request.GET.items()}
    chosen = given.get("policy") or reading.own_notice(request.user)
    pack = named_pack(chosen, request.user, today)
    asked = bool(given.get("ask"))
    form = QuestionForm(pack, given if asked else None, given=given, initial={"paid_on": today.isoformat(), **given})
    answers = []
    if asked and form.is_valid():
        answers.append(calculator.answer(form.facts, pack))
        if other := form.other_facts:
            answers.append(calculator.answer(other, named_pack(other.policy, request.user, today)))
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
