from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangesConfig(AppConfig):
    name = "exchanges"
    verbose_name = _("Exchanges")

    def ready(self) -> None:
        from accounts import audit_words
        from exchanges import trail, work
        from exchanges.calendar.services import make_next_due
        from exchanges.calendar.waiting import fill_frame as fill_calendar_frame
        from exchanges.channels.services import look_into_next
        from exchanges.outbound import trail as outbound_trail
        from exchanges.outbound.waiting import fill_frame
        from exchanges.services import run_next

        for words in (trail, outbound_trail):
            audit_words.name_verbs(words.VERBS)
            audit_words.name_facts(words.FACTS)
            audit_words.name_values(words.VALUES)
        work.register("batches", run_next)
        import_module("exchanges.brake_admin")
        import_module("exchanges.calendar.admin")
        work.register("schedules", make_next_due)
        work.register("drop boxes", look_into_next)
        self._fill_sidebar()
        self._fill_workbench()
        fill_frame()
        fill_calendar_frame()

    def _fill_sidebar(self) -> None:
        from accounts.navigation import Entry, add_entry

        lines = (
            (_("Send a list"), "exchanges:upload", "exchanges.upload", "upload"),
            (_("Lists received"), "exchanges:batches", "exchanges.view_batch", "exchange"),
            (_("Ledgers"), "exchanges:ledgers", "exchanges.export_ledger", "ledger"),
        )
        for order, (title, url_name, permission, icon) in enumerate(lines, start=40):
            add_entry(Entry(title, url_name, "Exchange", order, (permission,), icon))
        lines = (
            (_("Drop boxes"), "admin:exchanges_dropbox_changelist", "exchanges.view_dropbox", "exchange"),
            (_("Brakes on lists"), "admin:exchanges_brake_changelist", "exchanges.view_brake", "hand"),
        )
        for order, (title, url_name, permission, icon) in enumerate(lines, start=610):
            add_entry(Entry(title, url_name, "Administration", order, (permission,), icon))

    def _fill_workbench(self) -> None:
        from accounts.navigation import Waiting, add_waiting
        from exchanges.queries import failed, held, running, to_mend

        uploads, sees = ("exchanges.upload",), ("exchanges.view_batch",)
        releases = ("exchanges.approve_batch",)
        cards = (
            (_("Lists held for a second person"), held, "held", releases, _("No list waits for a second person.")),
            (_("My lists with refused rows"), to_mend, "mend", uploads, _("No refused rows to mend.")),
            (_("Lists that broke off"), failed, "failed", sees, _("No list has broken off.")),
            (_("Lists being worked off"), running, "running", sees, _("No list is being worked off.")),
        )
        for order, (title, rows, show, permissions, empty) in enumerate(cards, start=19):
            add_waiting(
                Waiting(
                    title,
                    "exchanges:batches",
                    lambda user, rows=rows: rows(user).count(),
                    permissions,
                    order,
                    query=f"show={show}",
                    empty=empty,
                )
            )
