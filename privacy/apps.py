from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from privacy.checks import encrypted_fields_have_their_own_purpose

        register(encrypted_fields_have_their_own_purpose, Tags.models)
