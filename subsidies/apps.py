from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = _("Assistance")

    def ready(self) -> None:
        from accounts import audit_words
        from enrollment.panels import Panel, add_badges, add_panel, set_amounts_due
        from exchanges import ledgers, work
        from exchanges.kinds import register
        from exchanges.outbound import kinds as outbound
        from notices import impact
        from subsidies import trail
        from subsidies.amendments import RECKONING
        from subsidies.deliveries import DELIVERIES
        from subsidies.kinds import IDENTITIES
        from subsidies.ledgers import LEDGERS
        from subsidies.panels import identity_badges, person_panel
        from subsidies.queries.decisions import amounts_due
        from subsidies.services import run_next
        from subsidies.services.calculating import run_next_calculation

        audit_words.name_verbs(trail.VERBS)
        register(IDENTITIES)
        impact.register(RECKONING)
        work.register("decisions", run_next)
        work.register("calculations", run_next_calculation)
        for ledger in LEDGERS:
            ledgers.register(ledger)
        for delivery in DELIVERIES:
            outbound.register(delivery)
        add_panel(
            Panel(_("Assistance"), "subsidies/person_panel.html", person_panel, "subsidies.view_decision", order=20)
        )
        add_badges(identity_badges)
        set_amounts_due(amounts_due)
        self._fill_sidebar()
        self._fill_workbench()

    def _fill_sidebar(self) -> None:
        from accounts.navigation import Entry, add_entry

        lines = (
            (_("Decisions"), "subsidies:decisions", "Work", 40, "subsidies.view_decision", "check"),
            (_("Reconciliation"), "subsidies:reconciliation", "Work", 45, "subsidies.reconcile", "ledger"),
            (_("Identity marks"), "subsidies:marks", "People", 30, "subsidies.view_identitymark", "shield"),
            (_("Assisted people"), "subsidies:assisted", "People", 31, "subsidies.view_decision", "hand"),
        )
        for title, url_name, section, order, permission, icon in lines:
            add_entry(Entry(title, url_name, section, order, (permission,), icon))

    def _fill_workbench(self) -> None:
        from accounts.navigation import Waiting, add_waiting
        from enrollment.queries import COUNTED_AT_MOST
        from subsidies import waiting

        cards = (
            (
                _("Changes not decided yet"),
                "subsidies:decisions",
                waiting.changes_to_decide,
                "subsidies.decide",
                _("Decisions are up to date."),
                None,
            ),
            (
                _("Payments that differ from the amount due"),
                "enrollment:amounts",
                waiting.differing_amounts,
                "subsidies.decide",
                _("Every payment is what was due."),
                COUNTED_AT_MOST,
            ),
            (
                _("People with an undetermined figure"),
                "subsidies:undetermined",
                waiting.undetermined_people,
                "subsidies.decide",
                _("Every figure is known."),
                COUNTED_AT_MOST,
            ),
        )
        for order, (title, url_name, count, permission, empty, at_most) in enumerate(cards, start=40):
            add_waiting(Waiting(title, url_name, count, (permission,), order, empty=empty, at_most=at_most))
