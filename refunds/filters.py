import django_filters
from django.utils.translation import gettext_lazy as _

from refunds.models import Application


class ApplicationFilter(django_filters.FilterSet):
    """Narrows the list by state, reason and coverage year."""

    status = django_filters.ChoiceFilter(
        label=_("status"), choices=Application.Status.choices, empty_label=_("All states")
    )
    reason = django_filters.ChoiceFilter(
        label=_("reason"), choices=Application.Reason.choices, empty_label=_("All reasons")
    )
    year = django_filters.NumberFilter(label=_("coverage year"), field_name="payment__coverage_year")

    class Meta:
        model = Application
        fields: list[str] = []
