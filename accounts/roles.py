"""What each role may do, one readable page. `accounts.backends.RoleBackend` answers `has_perm` from it alone.

Django's own names (`view_`, `add_`, `change_`, `delete_` and the model) open the admin; the other verbs are the
field's own steps. What part of the country a permission reaches is not said here but by `accounts.scope`.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    COUNTY_AGENT = "county_agent", _("Agency clerk")
    AGENCY_APPROVER = "agency_approver", _("Agency reviewer")
    AGENCY_CASHIER = "agency_cashier", _("Agency cashier")
    TOWNSHIP_OFFICER = "township_officer", _("Township officer")
    VILLAGE_OFFICER = "village_officer", _("Village officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    TAX_CLERK = "tax_clerk", _("Tax clerk")
    BUREAU_CLERK = "bureau_clerk", _("Bureau clerk")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")
    SYSTEM = "system", _("The system itself")


def _rights(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVERYBODY = _rights("notices.use_calculator notices.view_pack")
_WATCHES = _rights("quotas.view_snapshot quotas.view_task quotas.export_ranking")
# Lists that the agency delivers to one's own bureau.
_ANSWERS = _rights("exchanges.view_delivery exchanges.download_delivery exchanges.take_receipt")
_SEES_PEOPLE = _rights(
    "enrollment.view_person enrollment.view_registration enrollment.view_payment enrollment.view_entitlement "
    "enrollment.view_notenrolledreason enrollment.view_schooling subsidies.view_identitymark subsidies.view_decision "
    "exchanges.export_ledger exchanges.view_ledgerexport"
)
_AGENCY = (
    _EVERYBODY
    | _WATCHES
    | _SEES_PEOPLE
    | _rights(
        "exchanges.view_batch exchanges.view_every_sender exchanges.upload enrollment.reveal_number "
        "enrollment.change_person enrollment.view_employeecover "
        "quotas.view_circular refunds.view_application accounts.view_bureau subsidies.reconcile "
        "exchanges.view_delivery exchanges.download_delivery"
    )
)

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.COUNTY_AGENT: _AGENCY
    | _rights(
        "exchanges.cancel_batch exchanges.make_delivery exchanges.take_receipt enrollment.register enrollment.correct "
        "enrollment.record_reason subsidies.decide "
        "subsidies.mark quotas.freeze quotas.set_task refunds.apply notices.propose_amendment"
    ),
    Role.AGENCY_APPROVER: _AGENCY
    | _rights(
        "exchanges.approve_batch exchanges.view_brake exchanges.view_deliveryschedule exchanges.add_deliveryschedule "
        "exchanges.change_deliveryschedule exchanges.delete_deliveryschedule refunds.final_approval "
        "notices.approve_amendment enrollment.approve"
    ),
    Role.AGENCY_CASHIER: _AGENCY | _rights("refunds.payout exchanges.make_delivery exchanges.take_receipt"),
    Role.TOWNSHIP_OFFICER: _EVERYBODY
    | _WATCHES
    | _SEES_PEOPLE
    | _rights(
        "quotas.own_place enrollment.reveal_number enrollment.register enrollment.record_reason refunds.apply "
        "refunds.view_application"
    ),
    Role.VILLAGE_OFFICER: _EVERYBODY | _WATCHES | _SEES_PEOPLE | _rights("quotas.own_place enrollment.record_reason"),
    Role.SUPERVISOR: _EVERYBODY
    | _WATCHES
    | _rights(
        "exchanges.export_ledger exchanges.view_ledgerexport exchanges.view_batch exchanges.view_every_sender "
        "enrollment.view_person enrollment.view_schooling enrollment.view_employeecover "
        "enrollment.view_registration enrollment.view_payment enrollment.view_entitlement subsidies.view_identitymark "
        "subsidies.view_decision subsidies.reconcile refunds.view_application quotas.view_circular"
    ),
    Role.TAX_CLERK: _EVERYBODY
    | _ANSWERS
    | _rights("exchanges.view_batch exchanges.upload refunds.apply refunds.view_application refunds.tax_intake"),
    Role.BUREAU_CLERK: _EVERYBODY | _ANSWERS | _rights("exchanges.view_batch exchanges.upload"),
    Role.SYSTEM_ADMIN: _EVERYBODY
    | _rights(
        "regions.view_region regions.add_region regions.change_region regions.view_regionalias "
        "regions.add_regionalias regions.change_regionalias regions.delete_regionalias regions.view_areamember "
        "regions.add_areamember regions.change_areamember regions.delete_areamember accounts.view_bureau "
        "accounts.add_bureau accounts.change_bureau notices.view_season notices.add_season notices.change_season "
        "accounts.view_businessday accounts.add_businessday accounts.change_businessday "
        "accounts.delete_businessday accounts.view_staff accounts.view_posting accounts.confirm_staff "
        "exchanges.view_brake exchanges.add_brake exchanges.change_brake exchanges.delete_brake "
        "exchanges.view_dropbox exchanges.add_dropbox exchanges.change_dropbox "
        "exchanges.collect"
    ),
    Role.SECURITY_ADMIN: _EVERYBODY
    | _rights(
        "accounts.view_staff accounts.add_staff accounts.change_staff accounts.view_posting accounts.add_posting "
        "accounts.change_posting accounts.delete_posting accounts.view_bureau regions.view_region "
        "axes.view_accessattempt axes.delete_accessattempt"
    ),
    Role.AUDIT_ADMIN: _EVERYBODY
    | _rights(
        "enrollment.view_numberreveal accounts.view_auditentry accounts.view_staff accounts.view_posting "
        "axes.view_accesslog"
    ),
}
# Commands and workers may do what any role may, but never stand in for the second person of a four-eyes step.
_SECOND_PERSON = _rights(
    "exchanges.approve_batch refunds.final_approval refunds.payout notices.approve_amendment enrollment.approve"
)
# 三员: their accounts are kept on the server (`create_staff`, `keep_staff`), none of them by another one on a page.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# Who can sign in as one of these can be the other hand of a step that needs two: what one administrator changes of such
# an account counts once a second one has confirmed it.
GUARDED = frozenset(
    role for role, rights in PERMISSIONS.items() if rights & (_SECOND_PERSON | _rights("refunds.tax_intake"))
)
PERMISSIONS[Role.SYSTEM] = frozenset().union(*PERMISSIONS.values()) - _SECOND_PERSON
