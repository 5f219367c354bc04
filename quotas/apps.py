from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuotasConfig(AppConfig):
    name = "quotas"
    verbose_name = _("Tasks and rankings")

    def ready(self) -> None:
        from accounts import audit_words
        from exchanges import kinds as file_kinds
        from exchanges import ledgers
        from quotas import kinds, trail
        from quotas.ledgers import TASKS
        from quotas.reconciliation import ENROLLED_AS_RANKED
        from subsidies.reconciliation import add_check

        audit_words.name_verbs(trail.VERBS)
        audit_words.name_facts(trail.FACTS)
        ledgers.register(TASKS)
        ledgers.name_export("ranking", _("Weekly ranking"))
        file_kinds.register(kinds.TASKS)
        add_check(ENROLLED_AS_RANKED)
        self._fill_sidebar()
        self._fill_workbench()

    def _fill_sidebar(self) -> None:
        from accounts.navigation import Entry, Landing, add_entry, add_landing

        add_landing(Landing("quotas:ranking", "quotas.own_place"))
        lines = (
            (_("Weekly ranking"), "quotas:ranking", "quotas.view_snapshot", "ranking"),
            (_("Tasks"), "quotas:tasks", "quotas.view_task", "target"),
            (_("Due for an interview"), "quotas:interviews", "quotas.view_circular", "bell"),
            (_("Weekly snapshots"), "quotas:snapshots", "quotas.view_snapshot", "calendar"),
        )
        for order, (title, url_name, permission, icon) in enumerate(lines, start=30):
            add_entry(Entry(title, url_name, "Tasks", order, (permission,), icon))

    def _fill_workbench(self) -> None:
        from accounts.navigation import Waiting, add_waiting
        from quotas.queries import interviews, people_missing

        add_waiting(
            Waiting(
                _("People my place still lacks"),
                "quotas:ranking",
                people_missing,
                ("quotas.own_place",),
                5,
                empty=_("The milestone is reached, or no week has been frozen yet."),
            )
        )
        add_waiting(
            Waiting(
                _("Regions due for an interview"),
                "quotas:interviews",
                lambda user: len(interviews(user)),
                ("quotas.view_circular",),
                40,
                empty=_("No region is due for an interview."),
            )
        )
