from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = _("Assistance")

    def ready(self) -> None:
        from exchanges.kinds import register
        from subsidies.kinds import IDENTITIES

        register(IDENTITIES)
