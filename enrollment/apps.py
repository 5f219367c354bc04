from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrollmentConfig(AppConfig):
    name = "enrollment"
    verbose_name = _("Enrolment")

    def ready(self) -> None:
        from enrollment.kinds import PAYMENTS, POPULATION
        from enrollment.ledgers import LEDGERS
        from exchanges import ledgers
        from exchanges.kinds import register

        for kind in (POPULATION, PAYMENTS):
            register(kind)
        for ledger in LEDGERS:
            ledgers.register(ledger)
