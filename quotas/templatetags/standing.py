"""How standings are written: flags in words, changes with a sign, small lines."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quotas.charts import SPARK_HEIGHT, SPARK_WIDTH
from quotas.charts import sparkline as points_of
from quotas.links import unpaid_url
from quotas.models import Flag
from quotas.queries import Line

register = template.Library()

LOOKS = {Flag.MILESTONE_MISSED: "warn", Flag.LAST: "bad", Flag.INTERVIEW: "bad", Flag.COMPLETE: "ok"}


@register.simple_tag
def flags(line: Line, clauses: dict[str, str]) -> SafeString:
    """The flags of a line as badges in words, each with its clause as title: 约谈, 末位, 节点未达标, 已完成."""
    return format_html_join(
        " ",
        '<span class="badge badge--{}" title="{}">{}</span>',
        ((LOOKS[Flag(flag)], clauses.get(flag, ""), _words(Flag(flag), line)) for flag in line.row.flags),
    )


def _words(flag: Flag, line: Line) -> str:
    if flag is Flag.INTERVIEW:
        return _("Interview: %(weeks)s weeks in a row") % {"weeks": line.row.weeks_behind}
    return str(flag.label)


@register.filter
def signed(number: int | None) -> str:
    """+12, −3, ±0; "–" for nothing to compare with."""
    if number is None:
        return "–"
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number < 0 else "±0"


@register.simple_tag
def rank_change(line: Line) -> SafeString | str:
    """Places gained or lost against the snapshot before, as an arrow with its words for those who do not see it."""
    change = line.rank_change
    if not change:
        return "–" if change is None else format_html('<span title="{0}">＝</span>', _("same place as before"))
    up = change > 0
    return format_html(
        '<span class="{}" title="{}">{}{}</span>',
        "ok" if up else "bad",
        (_("%(n)s places up") if up else _("%(n)s places down")) % {"n": abs(change)},
        "↑" if up else "↓",
        abs(change),
    )


@register.simple_tag
def sparkline(line: Line) -> SafeString | str:
    """The trend of a line as a small picture, with its figures as title."""
    points = points_of(line.trend)
    if not points:
        return "–"
    told = "，".join(f"{day:%m-%d} {count:,}" for day, count in line.trend)
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">'
        '<title>{2}</title><polyline points="{3}"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        told,
        points,
    )


@register.filter
def people(number: int | None) -> str:
    """12,345; "–" for none."""
    return "–" if number is None else f"{number:,}"


@register.filter
def unlocalised(number: float) -> str:
    """A coordinate as SVG wants it, with a point in every language."""
    return str(number)


@register.simple_tag
def unpaid_link(code: str, coverage_year: int, count: int) -> SafeString:
    """How many people of a place have not paid yet, leading to them."""
    return format_html('<a href="{}">{}</a>', unpaid_url(code, coverage_year), people(count))
