import django_filters
from django.utils.translation import gettext_lazy as _

from subsidies.models import Category, Decision, IdentityMark


class MarkFilter(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label=_("identity"), choices=Category.choices, empty_label=_("all"))

    class Meta:
        model = IdentityMark
        fields = ["category"]


class AssistedFilter(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(
        label=_("assisted as"), field_name="answer__category", choices=Category.choices, empty_label=_("all")
    )

    class Meta:
        model = Decision
        fields = ["category"]
