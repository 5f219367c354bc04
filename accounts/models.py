import uuid

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import PERMISSIONS, Role
from accounts.scope import (
    AllOf,
    AnyOf,
    ByRegion,
    Everyone,
    ForPermission,
    OfNoRegion,
    Own,
    ScopedModel,
    ScopedQuerySet,
    Through,
)
from regions.models import Region
from regions.queries import code_ranges


class BureauKind(models.TextChoices):
    """The departments that take part; each hands in lists of its own (exchange-formats, PL-8.2c)."""

    AGENCY = "agency", _("Medical insurance agency")
    TAX = "tax", _("Tax bureau")
    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs bureau")
    RURAL = "rural_revitalization", _("Rural revitalization bureau")
    DISABLED = "disabled_federation", _("Disabled persons' federation")
    POLICE = "police", _("Public security bureau")
    HEALTH = "health", _("Health commission")
    VETERANS = "veterans", _("Veterans affairs bureau")
    EDUCATION = "education", _("Education bureau")
    EMPLOYEE_INSURANCE = "employee_insurance", _("Employee insurance desk")
    FINANCE = "finance", _("Finance bureau")
    GOVERNMENT = "government", _("Government office")


class Bureau(ScopedModel):
    """A department of a county or town that hands in or receives lists."""

    scope = ByRegion("region")

    name = models.CharField(_("name of the bureau"), max_length=80)
    kind = models.CharField(_("kind"), max_length=24, choices=BureauKind.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))

    class Meta:
        verbose_name = _("bureau")
        verbose_name_plural = _("bureaus")
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="bureau_name_once"),
            models.CheckConstraint(
                name="bureau_kind_known", condition=Q(kind__in=[str(value) for value in BureauKind.values])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StaffManager(UserManager.from_queryset(ScopedQuerySet)):
    pass


class Staff(AbstractUser):
    """A person who signs in: one role, one bureau, one or more parts of the tree.

    Permissions come from the role alone (`accounts.roles`); groups and single permissions are not used. An account with
    `changed_by` is closed until another administrator confirms it (`accounts.services.confirm`).
    """

    scope = AnyOf(
        Own("pk"), AllOf(ForPermission("accounts.view_staff"), Through("accounts.Posting", "staff", ByRegion("region")))
    )

    first_name = last_name = None
    groups = user_permissions = None
    full_name = models.CharField(_("name"), max_length=40)
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, verbose_name=_("bureau"))
    regions = models.ManyToManyField(Region, through="Posting", verbose_name=_("regions"))
    must_change_password = models.BooleanField(
        _("must choose a password of their own"), default=False, help_text=_("Asked for at the next sign-in")
    )
    changed_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("waits for a second administrator, changed by"),
    )

    objects = StaffManager()
    REQUIRED_FIELDS = ["full_name", "role"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            models.CheckConstraint(
                name="staff_role_known", condition=Q(role__in=[str(value) for value in Role.values])
            ),
            models.CheckConstraint(name="staff_no_superuser", condition=Q(is_superuser=False)),
            models.CheckConstraint(
                name="staff_waiting_is_closed", condition=Q(changed_by__isnull=True) | Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    @property
    def sees_everything(self) -> bool:
        """True for the system itself: commands and workers are not limited to a part of the tree."""
        return self.role == Role.SYSTEM

    @cached_property
    def code_ranges(self) -> list[tuple[str, str]]:
        """Half-open ranges of division codes that this person may see; the system itself sees all of them."""
        if self.sees_everything:
            return [("0", "~")]
        return [span for region in self.regions.all() for span in code_ranges(region)]

    @cached_property
    def first_posting(self) -> str | None:
        """Code of the first of the person's regions: by its business date the person works."""
        return self.postings.order_by("region_id").values_list("region_id", flat=True).first()

    @cached_property
    def permissions(self) -> frozenset[str]:
        """What the role may do (`accounts.roles`)."""
        return PERMISSIONS.get(Role(self.role), frozenset()) if self.role else frozenset()


class Posting(ScopedModel):
    """A part of the tree that a member of staff works for."""

    scope = AnyOf(Own("staff"), AllOf(ForPermission("accounts.view_staff"), ByRegion("region")))

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="postings", verbose_name=_("member of staff"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [models.UniqueConstraint(fields=["staff", "region"], name="posting_once")]

    def __str__(self) -> str:
        return str(self.region)


class BusinessDay(ScopedModel):
    """The day on which an area works, where it is not the calendar's (a demonstration season, a training site)."""

    scope = Everyone()

    region = models.OneToOneField(Region, models.CASCADE, verbose_name=_("region"))
    today = models.DateField(_("business date"))

    class Meta:
        verbose_name = _("business date")
        verbose_name_plural = _("business dates")

    def __str__(self) -> str:
        return f"{self.region} {self.today}"


class AuditEntry(ScopedModel):
    """One write: who, from where, what, before and after (personal data masked), why.

    Append-only: the database refuses to change or delete a row (migration 0002). Rows are written by
    `accounts.audit.record` in the transaction of the write itself.
    """

    scope = AnyOf(
        AllOf(ForPermission("accounts.view_auditentry"), AnyOf(ByRegion("region"), OfNoRegion("region"))), Own("by")
    )

    at = models.DateTimeField(_("at"), auto_now_add=True)
    on = models.DateField(_("business date"))
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", verbose_name=_("by"))
    origin = models.CharField(_("from"), max_length=80, help_text=_("Network address, or the command"))
    request = models.UUIDField(_("request"), default=uuid.uuid4, editable=False)
    verb = models.CharField(_("what"), max_length=60)
    model = models.CharField(_("kind of record"), max_length=60)
    object_id = models.CharField(_("record"), max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, verbose_name=_("region"))
    before = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder)
    why = models.CharField(_("why"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["model", "object_id", "id"], name="audit_of_record"),
            models.Index(fields=["region", "id"], name="audit_of_region"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by} {self.verb}"
