from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangesConfig(AppConfig):
    name = "exchanges"
    verbose_name = _("Exchanges")

    def ready(self) -> None:
        from accounts.navigation import Entry, add_entry
        from exchanges import work
        from exchanges.services import run_next

        work.register("batches", run_next)
        add_entry(Entry(_("Ledgers"), "exchanges:ledgers", "Exchange", 45, ("exchanges.export_ledger",), "ledger"))
