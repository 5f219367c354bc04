from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Staff and audit")

    def ready(self) -> None:
        from django.apps import apps

        from accounts import audit, audit_words, trail
        from regions import trail as trail_of_regions

        trail_of_regions.register(audit.record_many)
        audit_words.name_verbs(trail.VERBS)
        audit_words.name_facts(trail.FACTS)
        # The library names itself, in English, on the index of the admin.
        apps.get_app_config("axes").verbose_name = _("Sign-in and locks")
        self._declare_scopes()
        self._fill_sidebar()

    def _declare_scopes(self) -> None:
        """Scopes of the models of libraries and of the rooms to the right, which cannot carry them themselves."""
        from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog
        from django.contrib.admin.models import LogEntry
        from django.contrib.auth.models import Group, Permission
        from django.contrib.contenttypes.models import ContentType
        from django.contrib.sessions.models import Session

        from accounts.scope import AllOf, Everyone, ForPermission, Nobody, OfUsername, declare
        from regions.models import AreaMember, Region, RegionAlias

        for register in (Region, RegionAlias, AreaMember):
            declare(register, Everyone())
        for machinery in (LogEntry, Group, Permission, ContentType, Session, AccessAttemptExpiration):
            declare(machinery, Nobody())
        declare(AccessAttempt, AllOf(ForPermission("axes.view_accessattempt"), OfUsername("username")))
        declare(AccessFailureLog, AllOf(ForPermission("axes.view_accesslog"), OfUsername("username")))
        declare(AccessLog, AllOf(ForPermission("axes.view_accesslog"), OfUsername("username")))

    def _fill_sidebar(self) -> None:
        from accounts.navigation import Entry, Waiting, add_entry, add_waiting
        from accounts.queries import waiting_for_confirmation

        lines = (
            (_("Staff"), "admin:accounts_staff_changelist", "accounts.view_staff", "people"),
            (_("Bureaus"), "admin:accounts_bureau_changelist", "accounts.view_bureau", "building"),
            (_("Regions"), "admin:regions_region_changelist", "regions.view_region", "map"),
            (_("Aliases of regions"), "admin:regions_regionalias_changelist", "regions.view_regionalias", "map"),
            (_("Business dates"), "admin:accounts_businessday_changelist", "accounts.view_businessday", "calendar"),
            (_("Locked sign-ins"), "admin:axes_accessattempt_changelist", "axes.view_accessattempt", "lock"),
            (_("Sign-ins"), "admin:axes_accesslog_changelist", "axes.view_accesslog", "lock"),
            (_("Audit trail"), "admin:accounts_auditentry_changelist", "accounts.view_auditentry", "audit"),
        )
        add_waiting(
            Waiting(
                _("Accounts to confirm"),
                "admin:accounts_staff_changelist",
                lambda user: waiting_for_confirmation(user).count(),
                ("accounts.confirm_staff",),
                order=600,
                query="changed_by__isempty=0",
                empty=_("No account waits for a second administrator."),
            )
        )
        add_entry(Entry(_("Workbench"), "workbench", "Work", 0, (), "home"))
        for order, (title, url_name, permission, icon) in enumerate(lines, start=600):
            add_entry(Entry(title, url_name, "Administration", order, (permission,), icon))
