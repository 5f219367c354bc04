from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = _("Notices")

    def ready(self) -> None:
        from accounts import audit_words
        from accounts.navigation import Entry, Waiting, add_entry, add_waiting
        from notices import trail
        from notices.amendments import waiting_for
        from notices.services import set_shipped_seasons
        from regions.register import after_loading

        audit_words.name_verbs(trail.VERBS)
        after_loading("seasons", set_shipped_seasons)
        amends = ("notices.propose_amendment", "notices.approve_amendment")
        add_entry(
            Entry(_("Calculator"), "notices:calculator", "Work", 70, ("notices.use_calculator",), icon="calculator")
        )
        add_entry(Entry(_("Notices"), "notices:list", "Policy", 10, ("notices.view_pack",), icon="notice"))
        add_entry(Entry(_("Readings"), "notices:readings", "Policy", 20, ("notices.view_pack",), icon="book"))
        add_entry(Entry(_("Amendments"), "notices:amendments", "Policy", 30, amends, icon="file"))
        add_entry(
            Entry(
                _("Governing notices"),
                "admin:notices_season_changelist",
                "Administration",
                609,
                ("notices.view_season",),
                "notice",
            )
        )
        add_waiting(
            Waiting(
                _("Amendments waiting for your approval"),
                "notices:amendments",
                lambda user: waiting_for(user).count(),
                ("notices.approve_amendment",),
                order=70,
                query="waiting=1",
                empty=_("No amendment waits."),
            )
        )
