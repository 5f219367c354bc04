"""What templates of every room write with: the sidebar, the heading, icons, and figures in one spelling."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template.context import RequestContext
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from accounts.navigation import Entry
from privacy.masks import mask_number

register = template.Library()

SECTIONS = {
    "Work": pgettext_lazy("sidebar", "Work"),
    "People": pgettext_lazy("sidebar", "People"),
    "Tasks": pgettext_lazy("sidebar", "Tasks"),
    "Exchange": pgettext_lazy("sidebar", "Exchange"),
    "Policy": pgettext_lazy("sidebar", "Policy"),
    "Administration": pgettext_lazy("sidebar", "Administration"),
}


class Line(NamedTuple):
    """One line of the sidebar, ready to be written."""

    entry: Entry
    url: str
    current: bool


@register.simple_tag
def sidebar(navigation: list[Entry], request: HttpRequest) -> list[tuple[str, list[Line]]]:
    """The entries by section, in the order of SECTIONS; the one that leads to the present page is marked.

    A page below an entry (a person's page below the list of people) marks the entry with the longest address that the
    page's own address begins with.
    """
    urls = {entry: reverse(entry.url_name) for entry in navigation}
    here = [url for url in urls.values() if request.path == url or (url != "/" and request.path.startswith(url))]
    current = max(here, key=len, default=None)
    return [
        (title, lines)
        for section, title in SECTIONS.items()
        if (lines := [Line(e, urls[e], urls[e] == current) for e in navigation if e.section == section])
    ]


@register.simple_tag(takes_context=True)
def heading(context: RequestContext) -> str:
    """The text of block `title` once more: a template may fill a block only once, and the heading is the title."""
    return context.render_context[BLOCK_CONTEXT_KEY].get_block("title").render(context).strip()


@register.simple_tag
def areas(user: Any) -> str:
    """The parts of the tree that the user works for: "平利县", or "平利县、朱集镇"."""
    return "、".join(user.regions.order_by("code").values_list("name", flat=True))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of static/icons/icons.svg; docs/look.md shows the names. Without a name, a dot."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("icons/icons.svg"),
        name or "dot",
    )


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """A form's field with label, help and errors, as `{{ form }}` writes it: `{% field form.name %}`."""
    return bound.as_field_group()


@register.filter
def yuan(fen: int | None) -> str:
    """Integer fen as yuan with separators: 123450 → "1,234.50". Nothing for None."""
    if fen is None or fen == "":
        return ""
    whole, rest = divmod(abs(int(fen)), 100)
    return f"{'-' if int(fen) < 0 else ''}{whole:,}.{rest:02}"


@register.filter
def percent(ratio: Decimal | int | None) -> str:
    """A ratio as a percentage with two decimals, half up: Decimal("0.95125") → "95.13%". Nothing for None."""
    if ratio is None or ratio == "":
        return ""
    return f"{(Decimal(str(ratio)) * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


@register.filter
def day(value: date | None) -> str:
    """A date as staff write it in ledgers, in both languages: 2021-12-03. Nothing for None."""
    return f"{value:%Y-%m-%d}" if value else ""


@register.filter
def masked(number: str | None) -> str:
    """An id number with its middle hidden: 610926********0015. Nothing for None."""
    return mask_number(number) if number else ""
