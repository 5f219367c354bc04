"""What every admin page of the project rests on: rows, choices, filters and related objects within the user's scope,
and an audit row for every write in the transaction of the write."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.filters import FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.access import BY_MODEL
from accounts.business_day import today_for
from accounts.models import AuditEntry
from accounts.scope import NOTHING, visible
from regions.models import Region
from regions.queries import within_ranges

COUNTED_AT_MOST = 10_000
_CHOICES_OF_A_FILTER = 200
_HISTORY_ROWS = 200


def codes_within(ranges: Iterable[tuple[str, str]]) -> models.Q:
    """Regions whose code lies in one of the half-open ranges."""
    return reduce(or_, (models.Q(code__gte=low, code__lt=high) for low, high in ranges), NOTHING)


class CappedPaginator(Paginator):
    """Counts no further than COUNTED_AT_MOST rows: nobody turns that many pages, and a count of millions takes long."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNTED_AT_MOST].count()


class ScopedRelatedFilter(RelatedFieldListFilter):
    """Offers the related rows that occur in the list, and of them only those that the user may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, str]]:
        occurring = model_admin.get_queryset(request).order_by().values(self.field_path)
        related = visible(field.remote_field.model._default_manager.all(), request.user)
        return [(row.pk, str(row)) for row in related.filter(pk__in=occurring)[:_CHOICES_OF_A_FILTER]]


class _ScopedRows:
    """Rows and choices of an admin or an inline within the user's scope."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return visible(super().get_queryset(request), request.user)

    def _seen(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> models.QuerySet:
        queryset = kwargs.get("queryset")
        if queryset is None:
            queryset = self.get_field_queryset(kwargs.get("using"), db_field, request)
        if queryset is None:
            queryset = db_field.remote_field.model._default_manager.all()
        queryset = visible(queryset, request.user)
        if queryset.model is Region and self.model is not Region:
            # The register is open to everyone, but a row is put only where its writer sees it.
            queryset = queryset.filter(codes_within(request.user.code_ranges))
        return queryset

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._seen(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._seen(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class ScopedInline(_ScopedRows, admin.TabularInline):
    """Inline rows within the user's scope."""

    extra = 0
    show_change_link = False


class ScopedModelAdmin(_ScopedRows, admin.ModelAdmin):
    """Base of every admin of the project.

    What is hidden answers 404 as what does not exist. Lists can be asked by their own filters only (Django would take
    any column of the model in the address, a password too). Additions, changes and deletions leave an audit row each.
    """

    access = BY_MODEL
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    save_on_top = False
    object_history_template = "accounts/history.html"
    # Columns that links of the project put in the address of the list, besides the filters.
    lookups_by_link: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.raw_id_fields:
            raise ImproperlyConfigured(
                f"{cls.__name__}.raw_id_fields: the widget shows the name of any row; use autocomplete_fields"
            )

    # Lists

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            (item, ScopedRelatedFilter) if isinstance(item, str) and self._is_relation(item) else item
            for item in super().get_list_filter(request)
        ]

    def _is_relation(self, path: str) -> bool:
        model, field = self.model, None
        for part in path.split(LOOKUP_SEP):
            try:
                field = model._meta.get_field(part)
            except FieldDoesNotExist:
                return False
            model = field.related_model or model
        return field is not None and field.is_relation

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        asked = {*self.lookups_by_link, *((self.date_hierarchy,) if self.date_hierarchy else ())}
        for item in self.get_list_filter(request):
            if isinstance(item, tuple | list):
                asked.add(item[0])
            elif isinstance(item, str):
                asked.add(item)
            elif not issubclass(item, FieldListFilter):
                asked.add(item.parameter_name)
        return any(lookup == name or lookup.startswith(name + LOOKUP_SEP) for name in asked) and super().lookup_allowed(
            lookup, value, request
        )

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changes = super().get_changelist_instance(request)
        changes.title = self.opts.verbose_name_plural
        return changes

    # What is hidden is not there, and what lies outside one's own area is not written

    def _in_reach(self, request: HttpRequest, obj: models.Model | None) -> bool:
        code = obj.pk if isinstance(obj, Region) else getattr(obj, "region_id", None)
        return code is None or within_ranges(code, request.user.code_ranges)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._in_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._in_reach(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> models.Model | None:
        # Django takes an empty name of a key in the address for the name of a column.
        return super().get_object(request, object_id, from_field or None)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def get_deleted_objects(self, objs: Iterable[models.Model], request: HttpRequest) -> tuple:
        """As Django's, but rows that hang on these and are hidden from the user are counted, not named."""
        objs = list(objs)
        hidden = self._hidden_dependents(objs, request)
        to_delete, counts, missing, protected = super().get_deleted_objects(objs, request)
        if not hidden:
            return to_delete, counts, missing, protected
        word = ngettext("%(count)s record of another area", "%(count)s records of other areas", hidden) % {
            "count": hidden
        }
        return [str(obj) for obj in objs], counts, missing, [word]

    def _hidden_dependents(self, objs: list[models.Model], request: HttpRequest) -> int:
        hidden = 0
        for relation in self.opts.related_objects:
            if relation.many_to_many:
                continue
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": objs})
            seen = visible(relation.related_model._base_manager.all(), request.user)
            hidden += rows.exclude(pk__in=seen.values("pk")).count()
        return hidden

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The audit rows of one record, as far as the user may see them."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        entries = AuditEntry.objects.visible_to(request.user).filter(model=self.opts.label_lower, object_id=str(obj.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %s") % obj,
            "object": obj,
            "opts": self.opts,
            "entries": entries.select_related("by")[:_HISTORY_ROWS],
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    # Writes

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """As Django's; a form that was opened before somebody else's change is not saved over that change."""
        if object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            obj = self.get_object(request, unquote(object_id))
            if obj is None:
                raise Http404
            self.model._base_manager.select_for_update().filter(pk=obj.pk).first()
            last = self._entries_of(obj).first()
            state = str(last.pk) if last else "0"
            if request.method == "POST" and request.POST.get("_opened_at", state) != state:
                text = _("%(by)s changed this record at %(at)s, after you opened it. Enter your change once more.")
                when = f"{timezone.localtime(last.at):%Y-%m-%d %H:%M}" if last else ""
                self.message_user(request, text % {"by": last.by if last else "", "at": when}, messages.ERROR)
                return redirect(request.get_full_path())
            extra_context = {**(extra_context or {}), "opened_at": state}
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _entries_of(self, obj: models.Model) -> models.QuerySet[AuditEntry]:
        """Everything that was ever done to the record, the last first."""
        return AuditEntry.objects.filter(model=self.opts.label_lower, object_id=str(obj.pk)).select_related("by")

    def response_action(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        for key in request.POST.getlist(helpers.ACTION_CHECKBOX_NAME):
            try:
                self.opts.pk.get_prep_value(key)
            except ValueError as error:
                raise Http404 from error
        with transaction.atomic():
            return super().response_action(request, queryset)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> dict[str, dict[str, Any]]:
        """What changed, for the audit row: `{"before": {field: value}, "after": {field: value}}`."""
        names = [name for name in form.changed_data if "password" not in name]
        before = {} if add else {name: plain(form.initial.get(name)) for name in names}
        after = {name: plain(form.cleaned_data.get(name)) for name in names}
        for formset in formsets or ():
            name = formset.model._meta.model_name
            gone, changed = formset.deleted_objects, [row for row, _fields in formset.changed_objects]
            if gone:
                before[name] = [str(row) for row in gone]
            if formset.new_objects or changed:
                after[name] = [str(row) for row in (*formset.new_objects, *changed)]
        return {"before": before, "after": after}

    def _trace(self, request: HttpRequest, verb: str, obj: models.Model, message: Any) -> None:
        values = message if isinstance(message, dict) else {}
        audit.record(
            by=request.user,
            on=today_for(request.user),
            verb=f"{self.opts.app_label}.{verb}_{self.opts.model_name}",
            subject=obj,
            region=self.region_of(obj),
            before=values.get("before") or None,
            after=values.get("after") or None,
        )

    def region_of(self, obj: models.Model) -> str | None:
        """Code of the region by which the audit row is seen; None: that of the record itself."""
        return None

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        self._trace(request, "add", obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        if not isinstance(message, dict) or any(message.values()):
            self._trace(request, "change", obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[models.Model]) -> None:
        for obj in queryset:
            self._trace(request, "delete", obj, {"before": {"name": str(obj)}})


def plain(value: Any) -> Any:
    """A form's value as the audit trail keeps it: names of related rows instead of their keys' objects."""
    if isinstance(value, models.QuerySet | list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, models.Model):
        return f"{value} ({value.pk})"
    if value is None or isinstance(value, str | int | bool | Decimal | date | datetime):
        return value
    return str(value)


class ReadOnlyAdmin(ScopedModelAdmin):
    """A register that is read here and written elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
