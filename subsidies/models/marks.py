from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import AnyOf, ByRegion, ScopedModel
from enrollment.models import Person
from exchanges.models import Batch
from regions.models import Region


class Category(models.TextChoices):
    """The identities of the notices, with the identifiers of quote.md."""

    TEKUN = "tekun", "特困人员"
    ORPHAN = "orphan", "孤儿"
    UNSUPPORTED_CHILD = "unsupported_child", "事实无人抚养儿童"
    DIBAO = "dibao", "低保对象"
    DIBAO_MARGIN = "dibao_margin", "低保边缘"
    POVERTY_RETURN = "poverty_return", "返贫致贫人口"
    UNSTABLE_EXIT = "unstable_exit", "脱贫不稳定户"
    AT_RISK = "at_risk", "边缘易致贫户"
    SUDDEN_HARDSHIP = "sudden_hardship", "突发严重困难户"
    POVERTY_EXIT = "poverty_exit", "未纳入监测的稳定脱贫人口"
    SEVERE_DISABILITY = "severe_disability", "重度残疾人"
    FAMILY_PLANNING = "family_planning", "计划生育家庭"
    ENTITLED_GROUP = "entitled_group", "重点优抚对象"


class IdentityMark(ScopedModel):
    """An identity of a person in time: determined by a department, marked by the agency, ended some day.

    Never deleted, but for one added by hand that is taken back the same day (migration 0004).
    """

    scope = AnyOf(ByRegion("region", "person__region"))

    # Found by `mark_once` and `mark_by_place`, which begin with them.
    person = models.ForeignKey(Person, models.PROTECT, related_name="marks", db_index=False, verbose_name=_("person"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("hukou place"))
    category = models.CharField(_("identity"), max_length=20, choices=Category.choices)
    determined_on = models.DateField(_("determined on"))
    marked_on = models.DateField(_("marked on"), help_text=_("Day on which the mark stood in the system"))
    ended_on = models.DateField(
        _("ended on"), null=True, blank=True, help_text=_("First day on which it no longer counts")
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", null=True, verbose_name=_("from batch"))

    class Meta:
        verbose_name = _("identity mark")
        verbose_name_plural = _("identity marks")
        indexes = [models.Index(fields=["region", "category"], name="mark_by_place")]
        constraints = [
            models.UniqueConstraint(fields=["person", "category", "determined_on"], name="mark_once"),
            models.UniqueConstraint(
                fields=["person", "category"], condition=Q(ended_on__isnull=True), name="mark_one_open_a_category"
            ),
            models.CheckConstraint(
                name="mark_ends_after_start", condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("determined_on"))
            ),
            models.CheckConstraint(
                name="mark_category_known", condition=Q(category__in=[str(value) for value in Category.values])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_category_display()}"
