from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Staff and audit")

    def ready(self) -> None:
        from accounts import audit
        from regions import trail

        trail.register(audit.record_many)
