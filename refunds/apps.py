from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RefundsConfig(AppConfig):
    name = "refunds"
    verbose_name = _("Refunds")

    def ready(self) -> None:
        from accounts import audit_words
        from accounts.navigation import Entry, Waiting, add_entry, add_waiting
        from enrollment.panels import add_panel
        from exchanges import ledgers
        from exchanges.outbound import kinds as outbound
        from refunds import trail
        from refunds.deliveries import REFUND_ORDERS
        from refunds.ledger import REFUNDS
        from refunds.panels import PANEL
        from refunds.queries import waiting_for

        audit_words.name_verbs(trail.VERBS)
        add_entry(
            Entry(
                _("Refunds"), "refunds:list", "Work", order=60, permissions=("refunds.view_application",), icon="refund"
            )
        )
        add_waiting(
            Waiting(
                _("Refunds waiting for you"),
                "refunds:list",
                lambda user: waiting_for(user).count(),
                ("refunds.tax_intake", "refunds.final_approval", "refunds.payout"),
                order=60,
                query="waiting=1",
                empty=_("No refund waits."),
            )
        )
        ledgers.register(REFUNDS)
        outbound.register(REFUND_ORDERS)
        add_panel(PANEL)
