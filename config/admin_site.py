from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class BackOfficeSite(AdminSite):
    """The Django admin as one part of the site: the same frame, the same sign-in, no second index page."""

    site_header = _("Resident medical insurance enrolment")
    site_title = _("Resident medical insurance enrolment")
    index_title = _("Registers and settings")
    enable_nav_sidebar = False
    empty_value_display = "—"
