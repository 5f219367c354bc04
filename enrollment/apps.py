from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = _("Enrolment")

    def ready(self) -> None:
        from accounts import audit_words
        from enrollment import trail
        from enrollment.deliveries import DELIVERIES
        from enrollment.kinds import EMPLOYEE_COVER, PAYMENTS, POPULATION, STUDENTS
        from enrollment.known import PANELS, cover_badges
        from enrollment.ledgers import LEDGERS
        from enrollment.panels import add_badges, add_panel
        from exchanges import ledgers
        from exchanges.kinds import register
        from exchanges.outbound import kinds as outbound

        audit_words.name_verbs(trail.VERBS)
        audit_words.name_facts(trail.FACTS)
        audit_words.name_records(trail.RECORDS)
        audit_words.name_values(trail.VALUES)
        for kind in (POPULATION, PAYMENTS, EMPLOYEE_COVER, STUDENTS):
            register(kind)
        for ledger in LEDGERS:
            ledgers.register(ledger)
        for delivery in DELIVERIES:
            outbound.register(delivery)
        for panel in PANELS:
            add_panel(panel)
        add_badges(cover_badges)
        self._fill_sidebar()
        self._fill_workbench()

    def _fill_sidebar(self) -> None:
        from accounts.navigation import Entry, add_entry

        lines = (
            (_("People"), "enrollment:people", "enrollment.view_person", "people"),
            (_("Not paid"), "enrollment:not_paid", "enrollment.view_person", "list"),
            (_("Paid twice"), "enrollment:duplicates", "enrollment.view_payment", "flag"),
            (_("Differing amounts"), "enrollment:amounts", "enrollment.view_payment", "money"),
            (_("Proposals"), "enrollment:proposals", "enrollment.correct", "flag"),
            (_("Registration desk"), "enrollment:register", "enrollment.register", "person"),
            (_("Public lists"), "enrollment:posting", "exchanges.export_ledger", "print"),
            (_("Schools"), "enrollment:schools", "enrollment.view_schooling", "book"),
            (_("Employee insurance"), "enrollment:employee_cover", "enrollment.view_employeecover", "exchange"),
        )
        for order, (title, url_name, permission, icon) in enumerate(lines, start=20):
            add_entry(Entry(title, url_name, "People", order, (permission,), icon))

    def _fill_workbench(self) -> None:
        from accounts.navigation import Waiting, add_waiting
        from enrollment.queries import (
            COUNTED_AT_MOST,
            open_proposals,
            people_lapsed,
            people_paid_twice,
            people_without_reason,
        )

        add_waiting(
            Waiting(
                _("Proposals about enrolments"),
                "enrollment:proposals",
                open_proposals,
                ("enrollment.correct", "enrollment.approve"),
                24,
                empty=_("No list suggests anything about an enrolment that is not decided."),
            )
        )
        add_waiting(
            Waiting(
                _("Not paid, reason not verified"),
                "enrollment:not_paid",
                people_without_reason,
                ("enrollment.record_reason",),
                20,
                empty=_("Everyone has paid, or the reason is known."),
                at_most=COUNTED_AT_MOST,
            )
        )
        add_waiting(
            Waiting(
                _("Left employee insurance, not enrolled"),
                "enrollment:not_paid",
                people_lapsed,
                ("enrollment.register",),
                21,
                query="only=lapsed",
                empty=_("Nobody who left employee insurance waits to be enrolled."),
                at_most=COUNTED_AT_MOST,
            )
        )
        add_waiting(
            Waiting(
                _("People who paid twice"),
                "enrollment:duplicates",
                people_paid_twice,
                ("enrollment.correct",),
                25,
                empty=_("Nobody has paid twice."),
            )
        )
