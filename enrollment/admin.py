"""Registers of people for reading and looking up; what is written goes through the pages and their services."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ScopedModelAdmin
from accounts.templatetags.frame import yuan
from enrollment.models import Entitlement, NotEnrolledReason, NumberReveal, Payment, Person, Registration
from enrollment.queries import named
from notices.models import Season
from privacy.masks import mask_phone


class CoverageYearFilter(admin.SimpleListFilter):
    """The years that a notice governs: asking two million rows which years occur in them would take longer than
    everything else on the page."""

    title = _("coverage year")
    parameter_name = "coverage_year"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        years = Season.objects.order_by("-coverage_year").values_list("coverage_year", flat=True).distinct()
        return [(str(year), str(year)) for year in years]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(coverage_year=int(self.value())) if (self.value() or "").isdecimal() else queryset


class ReadingAdmin(ScopedModelAdmin):
    """Rows to read: nothing is added, changed or deleted here."""

    list_max_show_all = 0

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OfPersonAdmin(ReadingAdmin):
    """Rows about a person, searched by the beginning of the name."""

    search_fields = ("person__name",)
    search_help_text = _("Beginning of the name")
    list_select_related = ("person", "region")
    ordering = ("-pk",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        beginning = term.strip()
        if not beginning:
            return queryset, False
        return queryset.filter(person__in=named(Person.objects.all(), beginning).values("pk")), False

    @admin.display(description=_("id number"))
    def number(self, row: Any) -> str:
        return row.person.masked_number


@admin.register(Person)
class PersonAdmin(ReadingAdmin):
    list_display = ("name", "masked", "birth_date", "region", "household", "status")
    list_filter = ("status", "document_kind")
    list_select_related = ("region",)
    search_fields = ("name",)
    search_help_text = _("Beginning of the name; a whole id number is looked up on the page People")
    ordering = ("pk",)
    fields = (
        "name",
        "document_kind",
        "masked",
        "birth_date",
        "region",
        "residence",
        "household",
        "masked_phone",
        "status",
        "status_on",
        "batch",
    )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        beginning = term.strip()
        return (named(queryset, beginning) if beginning else queryset), False

    @admin.display(description=_("id number"))
    def masked(self, person: Person) -> str:
        return person.masked_number

    @admin.display(description=_("phone"))
    def masked_phone(self, person: Person) -> str:
        return mask_phone(person.phone) if person.phone else ""


@admin.register(Registration)
class RegistrationAdmin(OfPersonAdmin):
    list_display = ("person", "number", "coverage_year", "region", "situation", "registered_on", "ended_on")
    list_filter = (CoverageYearFilter, "situation")


@admin.register(Payment)
class PaymentAdmin(OfPersonAdmin):
    list_display = ("receipt_no", "person", "number", "coverage_year", "region", "yuan", "paid_on", "reversed_on")
    list_filter = (CoverageYearFilter, "by_roster")
    search_fields = ("person__name", "receipt_no")
    search_help_text = _("Beginning of the name, or the whole receipt number")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        if receipts := list(queryset.filter(receipt_no=term.strip()).values_list("pk", flat=True)):
            return queryset.filter(pk__in=receipts), False
        return super().get_search_results(request, queryset, term)

    @admin.display(description=_("amount (yuan)"))
    def yuan(self, payment: Payment) -> str:
        return yuan(payment.amount_fen)


@admin.register(Entitlement)
class EntitlementAdmin(OfPersonAdmin):
    list_display = ("person", "number", "coverage_year", "region", "starts_on", "ends_on", "clauses", "superseded_on")
    list_filter = (CoverageYearFilter,)


@admin.register(NotEnrolledReason)
class NotEnrolledReasonAdmin(OfPersonAdmin):
    list_display = ("person", "number", "coverage_year", "region", "reason", "waiver_signed_on", "withdrawn_on")
    list_filter = (CoverageYearFilter, "reason")


@admin.register(NumberReveal)
class NumberRevealAdmin(OfPersonAdmin):
    list_display = ("at", "person", "region", "by", "why")
    list_select_related = ("person", "region", "by")
