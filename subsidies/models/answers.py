from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Everyone, ScopedModel
from notices.models import PackVersion


class Answer(ScopedModel):
    """What the policy says of one distinct set of facts; many decisions share an answer. Never changed.

    Amounts in fen. `facts` and `quote` are the engine's own JSON (quote.md), so that it can be replayed.
    """

    scope = Everyone()

    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", verbose_name=_("by version"))
    facts_key = models.CharField(_("key of the facts"), max_length=64, help_text=_("SHA-256 of the facts"))
    quote_key = models.CharField(_("key of the answer"), max_length=64, help_text=_("SHA-256 of the answer"))
    facts = models.JSONField(_("facts"), encoder=DjangoJSONEncoder)
    quote = models.JSONField(_("answer"), encoder=DjangoJSONEncoder)
    outcome = models.CharField(_("outcome"), max_length=12)
    window = models.CharField(_("window"), max_length=12, blank=True)
    category = models.CharField(_("assisted as"), max_length=20, blank=True)
    standard_fen = models.BigIntegerField(_("standard"), null=True)
    assistance_fen = models.BigIntegerField(_("assistance"), null=True)
    charged_fen = models.BigIntegerField(_("charged"), null=True)
    reimbursed_fen = models.BigIntegerField(_("paid afterwards"), null=True)
    net_fen = models.BigIntegerField(_("net cost"), null=True)
    subsidy_fen = models.BigIntegerField(_("fiscal subsidy"), null=True)
    benefit_start = models.DateField(_("benefits from"), null=True)
    benefit_end = models.DateField(_("benefits to"), null=True)
    clauses = models.CharField(_("clauses"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("answer of the policy")
        verbose_name_plural = _("answers of the policy")
        constraints = [
            models.UniqueConstraint(fields=["pack_version", "facts_key"], name="answer_once"),
            models.CheckConstraint(
                name="answer_within_standard",
                condition=Q(assistance_fen__isnull=True)
                | Q(standard_fen__isnull=True)
                | Q(assistance_fen__gte=0, assistance_fen__lte=F("standard_fen")),
            ),
        ]


class AnswerFund(ScopedModel):
    """The part of an answer's assistance or fiscal subsidy that one fund bears, in fen.

    Where a notice gives a sum and no split (Zhuji's fiscal subsidy), the whole of it stands under `UNSPLIT`.
    """

    UNSPLIT = "unsplit"

    class Purpose(models.TextChoices):
        ASSISTANCE = "assistance", _("Assistance")
        FISCAL_SUBSIDY = "fiscal_subsidy", _("Fiscal subsidy")

    scope = Everyone()

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="funds")
    purpose = models.CharField(_("purpose"), max_length=14, choices=Purpose.choices)
    fund = models.CharField(_("fund"), max_length=20)
    amount_fen = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("fund of an answer")
        verbose_name_plural = _("funds of an answer")
        constraints = [models.UniqueConstraint(fields=["answer", "purpose", "fund"], name="answer_fund_once")]
