from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from exchanges.kinds import kinds
from exchanges.models import Batch


class BatchFilter(django_filters.FilterSet):
    """Narrows the lists received by kind, state and file name."""

    kind = django_filters.ChoiceFilter(
        label=_("Kind of list"), choices=lambda: [(kind.name, kind.label) for kind in kinds()]
    )
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Batch.Status.choices)
    name = django_filters.CharFilter(field_name="file_name", lookup_expr="icontains", label=_("File name"))

    class Meta:
        model = Batch
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "status"):
            self.filters[name].extra["empty_label"] = _("All")
