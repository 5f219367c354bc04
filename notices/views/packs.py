"""The notices as pages: the list, a notice with its figures and clauses, differences, readings."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.business_day import today_for
from notices import amendments, reading
from notices.leaves import amendable, label_of
from notices.models import PackVersion, Season
from notices.views.showing import named_pack, shown_difference
from notices.words import SECTIONS, field_title, shown
from policy.explain import clauses_of, diff, leaves
from policy.pack import Pack


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
    pack = named_pack(name, request.user, on)
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
        one, two = (named_pack(name, request.user, on) for name in names)
        context |= {"one": one, "two": two, "rows": [shown_difference(each, one, two) for each in diff(one, two)]}
    return render(request, "notices/diff.html", context)


@requires("notices.view_pack")
@require_GET
def readings(request: HttpRequest) -> HttpResponse:
    """The readings of all notices with what was chosen in each."""
    on = today_for(request.user)
    found: dict[str, list[dict[str, Any]]] = {}
    for pack in reading.as_they_read(request.user, on=on):
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
        if leaf.path.endswith(".governs"):
            continue
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
