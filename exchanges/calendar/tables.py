from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.models import BureauKind
from exchanges.calendar.board import STATES, Row, State, is_part
from exchanges.calendar.duties import Direction
from exchanges.models import Batch, Delivery
from exchanges.outbound.queries import is_missed

_LOOKS = {State.OVERDUE: "badge--bad", State.LATE: "badge--warn", State.DONE: "badge--ok", State.PENDING: "badge--info"}


def state_words(row: Row) -> str:
    """The state of a line in words: 逾期 3 天, 待交，还有 2 天."""
    days, out = row.days, row.duty.direction == Direction.OUT
    if row.told is not None:
        numbers = {"late": row.told.late, "rows": row.told.rows, "uncounted": row.told.uncounted}
        if row.told.uncounted:
            return (
                _("%(late)s of %(rows)s rows late; %(uncounted)s of years whose working days are not known") % numbers
            )
        if row.told.late:
            return _("%(late)s of %(rows)s rows late") % numbers
        return _("%(rows)s rows, all in time") % numbers
    if row.state == State.OVERDUE:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", days) % {"days": days}
    if row.state == State.LATE:
        return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    if row.state == State.PENDING:
        return ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": days}
    if row.state == State.DONE:
        return pgettext("list", "Sent") if out else pgettext("list", "Received")
    return str(STATES[row.state])


def occurrence_words(row: Row) -> str:
    """Which week or month, or from which to which: 10-25～10-31, 2022-11, 2022-11～2023-01 (3 times)."""
    occurrence, until = row.occurrence, row.until or row.occurrence
    if occurrence is None:
        return ""
    if not occurrence.month and "-W" not in occurrence.key:
        return _("once")
    if row.times == 1:
        return occurrence.month or f"{occurrence.first:%m-%d}～{occurrence.due_on:%m-%d}"
    first, last = (occurrence.month, until.month) if occurrence.month else (occurrence.first, until.due_on)
    return _("%(first)s～%(last)s (%(times)s times)") % {"first": first, "last": last, "times": row.times}


def document_words(document: Batch | Delivery) -> str:
    """The number of a list, as it is spoken of."""
    if isinstance(document, Delivery):
        return _("No. %(number)s") % {"number": document.sequence}
    return f"#{document.pk}"


def aside_words(row: Row) -> str:
    """Why a list that is there does not count."""
    aside = row.aside
    if aside is None:
        return ""
    why = aside.get_status_display()
    if isinstance(aside, Batch):
        if is_part(row.duty, aside):
            why = _("holds only a part of the area")
        elif aside.status == Batch.Status.MERGED:
            why = _("no row of it was taken")
    return _("%(number)s does not count: %(why)s") % {"number": document_words(aside), "why": why}


def misses_receipt(row: Row, on: date) -> bool:
    """Whether the receipt of the delivery should have come by the day."""
    delivery, kind = row.document, row.duty.delivery
    return isinstance(delivery, Delivery) and kind is not None and is_missed(delivery, kind, on)


class CalendarTable(tables.Table):
    """The duties in the order in which they want attention, as they stand `on` a day. `opens`: the pages of lists that
    the reader may open. `several`: whether areas and years are named, because there are more than one."""

    duty = tables.Column(verbose_name=gettext_lazy("List"))
    bureau = tables.Column(
        accessor="duty__bureau_name",
        verbose_name=gettext_lazy("From and to"),
        attrs={"td": {"class": "calendar__ends"}},
    )
    occurrence = tables.Column(verbose_name=gettext_lazy("For"), empty_values=())
    due_on = tables.Column(verbose_name=gettext_lazy("Due by"), empty_values=())
    state = tables.Column(verbose_name=gettext_lazy("Status"))
    document = tables.Column(verbose_name=gettext_lazy("List that came or left"), empty_values=())

    class Meta:
        orderable = False
        empty_text = gettext_lazy("Nothing here. Another tab, day or direction may show more.")

    def __init__(
        self, rows: list[Row], *, on: date, opens: tuple[type, ...], several: tuple[bool, bool], **more: Any
    ) -> None:
        super().__init__(rows, **more)
        self.on, self.opens, self.several = on, opens, several

    def render_duty(self, record: Row) -> SafeString:
        duty = record.duty
        named = zip(self.several, (duty.area.name, duty.coverage_year), strict=True)
        place = "".join(f" · {name}" for several, name in named if several)
        mark = format_html(' <span class="badge badge--info">{}</span>', _("made by itself"))
        return format_html(
            '{}{}<span class="calendar__rule">{} {}{}</span>',
            duty.title,
            mark if record.automatic else "",
            duty.deadline.label,
            " ".join(duty.deadline.clause),
            place,
        )

    def render_bureau(self, record: Row) -> SafeString:
        here, there = BureauKind.AGENCY.label, record.duty.bureau_name
        ends = (here, there) if record.duty.direction == Direction.OUT else (there, here)
        note = "" if record.duty.bureau else _("not entered yet")
        return format_html('{} → {} <span class="muted">{}</span>', *ends, note)

    def render_occurrence(self, record: Row) -> SafeString:
        return format_html('<span class="calendar__time">{}</span>', occurrence_words(record))

    def render_due_on(self, record: Row) -> SafeString | str:
        if record.occurrence is None:
            return ""
        return format_html('<span class="nowrap">{}</span>', record.occurrence.due_on.isoformat())

    def render_state(self, record: Row) -> SafeString:
        badge = format_html('<span class="badge {}">{}</span>', _LOOKS.get(record.state, ""), state_words(record))
        aside = aside_words(record)
        if not aside:
            return badge
        return format_html('{} <span class="calendar__rule">{}</span>', badge, self._opened(record.aside, aside))

    def render_document(self, record: Row) -> SafeString | str:
        if record.document is None:
            return ""
        shown = format_html(
            '{} · <span class="nowrap">{}</span>',
            self._opened(record.document, document_words(record.document)),
            record.on.isoformat(),
        )
        if not misses_receipt(record, self.on):
            return shown
        return format_html('{} <span class="badge badge--warn">{}</span>', shown, _("Receipt missing"))

    def _opened(self, document: Batch | Delivery, words: str) -> SafeString | str:
        if not isinstance(document, self.opens):
            return words
        name = "exchanges:delivery" if isinstance(document, Delivery) else "exchanges:batch"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[document.pk]), words)
