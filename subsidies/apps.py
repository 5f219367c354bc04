from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubsidiesConfig(AppConfig):
    name = "subsidies"
    verbose_name = _("Assistance")

    def ready(self) -> None:
        from exchanges.kinds import register
        from notices import impact
        from subsidies.impact import impact_of_amendment
        from subsidies.kinds import IDENTITIES

        register(IDENTITIES)
        impact.register(impact_of_amendment)
