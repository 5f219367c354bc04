from django.contrib.admin.apps import AdminConfig


class BackOfficeAdminConfig(AdminConfig):
    default_site = "config.admin_site.BackOfficeSite"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers itself

        super().ready()
