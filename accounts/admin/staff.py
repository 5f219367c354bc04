from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ScopedInline, ScopedModelAdmin
from accounts.business_day import today_for
from accounts.models import AuditEntry, Posting, Staff
from accounts.roles import ADMINISTRATORS, Role
from accounts.services import (
    AccountRefused,
    confirm,
    first_region,
    hold,
    last_change,
    reset_password,
    set_active,
    temporary_password,
)
from regions.queries import within_ranges

_CHANGES_SHOWN = 10


class StaffForm(forms.ModelForm):
    class Meta:
        model = Staff
        fields = ["username", "full_name", "role", "bureau", "is_active"]
        labels = {"is_active": _("may sign in")}
        help_texts = {"is_active": _("Take the tick away when a person leaves; accounts are never deleted.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            self.fields["role"].choices = [
                choice for choice in self.fields["role"].choices if choice[0] not in {Role.SYSTEM, *ADMINISTRATORS}
            ]

    def clean_is_active(self) -> bool:
        if self.cleaned_data["is_active"] and self.instance.changed_by_id:
            raise ValidationError(_("This account waits for a second administrator, who opens it by confirming it."))
        return self.cleaned_data["is_active"]


class PostingInline(ScopedInline):
    model = Posting
    autocomplete_fields = ["region"]
    min_num = 1
    verbose_name_plural = _("Works for these parts of the country")

    def get_formset(self, request: HttpRequest, obj: Staff | None = None, **kwargs: Any) -> type[forms.BaseFormSet]:
        # Without a posting an account would see nothing and be seen by nobody.
        return super().get_formset(request, obj, validate_min=True, **kwargs)


@admin.register(Staff)
class StaffAdmin(ScopedModelAdmin):
    """Accounts, kept by the security administrator of an area: made, changed, closed, given new passwords.

    Nobody changes their own account here, nobody one that reaches beyond their own area, and nobody an
    administrator's: who could set its password could sign in with it. For the same reason what is changed of an account
    of a guarded role (`accounts.roles`) counts once the system administrator has confirmed it.
    """

    form = StaffForm
    inlines = [PostingInline]
    list_display = ["username", "full_name", "role", "bureau", "places", "is_active", "last_login"]
    list_filter = ["role", "is_active", ("changed_by", admin.EmptyFieldListFilter), "bureau"]
    search_fields = ["username", "full_name"]
    ordering = ["username"]
    list_select_related = ["bureau"]
    actions = ["close_accounts", "open_accounts"]
    readonly_fields = ["last_login", "must_change_password"]
    change_form_template = "accounts/staff_change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Staff]:
        return super().get_queryset(request).exclude(role=Role.SYSTEM).prefetch_related("postings__region")

    def get_fields(self, request: HttpRequest, obj: Staff | None = None) -> list[str]:
        fields = ["username", "full_name", "role", "bureau", "is_active"]
        return [*fields, "must_change_password", "last_login"] if obj else fields[:-1]

    @admin.display(description=_("regions"))
    def places(self, staff: Staff) -> str:
        return "、".join(str(posting.region) for posting in staff.postings.all())

    # Rights

    def has_change_permission(self, request: HttpRequest, obj: Staff | None = None) -> bool:
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return True
        return obj.role not in ADMINISTRATORS and obj.pk != request.user.pk and self._wholly_in_reach(request, obj)

    def _may_confirm(self, request: HttpRequest, obj: Staff) -> bool:
        return (
            obj.changed_by_id is not None
            and request.user.has_perm("accounts.confirm_staff")
            and request.user.pk not in {obj.pk, obj.changed_by_id}
            and self._wholly_in_reach(request, obj)
        )

    def _wholly_in_reach(self, request: HttpRequest, obj: Staff) -> bool:
        codes = obj.postings.values_list("region_id", flat=True)
        return all(within_ranges(code, request.user.code_ranges) for code in codes)

    def has_delete_permission(self, request: HttpRequest, obj: Staff | None = None) -> bool:
        return False

    # Writes

    def region_of(self, obj: Staff) -> str | None:
        return first_region(obj)

    def save_model(self, request: HttpRequest, obj: Staff, form: forms.ModelForm, change: bool) -> None:
        if not change:
            request.temporary_password = temporary_password()
            obj.set_password(request.temporary_password)
            obj.must_change_password = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if {"username", "role", "bureau"} & set(form.changed_data) or any(each.has_changed() for each in formsets):
            hold(staff=form.instance, by=request.user)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        staff = self.get_object(request, object_id)
        extra = {"may_confirm": staff is not None and self._may_confirm(request, staff)}
        kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), **extra}
        return super().change_view(request, object_id, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Staff, post_url_continue: str | None = None) -> HttpResponse:
        return self._show_password(request, obj, request.temporary_password)

    def get_urls(self) -> list[URLPattern]:
        reset = path(
            "<path:object_id>/reset-password/",
            self._as_admin_view(self.reset_password_view),
            name="accounts_staff_reset_password",
        )
        second = path(
            "<path:object_id>/confirm/", self._as_admin_view(self.confirm_view), name="accounts_staff_confirm"
        )
        return [reset, second, *super().get_urls()]

    def _as_admin_view(self, view: Any) -> Any:
        guarded = self.admin_site.admin_view(view)
        guarded.model_admin = self
        return guarded

    def reset_password_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks, then sets a temporary password and shows it once."""
        staff = self.get_object(request, object_id)
        if staff is None:
            raise Http404
        if not self.has_change_permission(request, staff):
            raise PermissionDenied
        if request.method == "POST":
            password = reset_password(staff=staff, by=request.user, on=today_for(request.user))
            return self._show_password(request, staff, password)
        return TemplateResponse(request, "accounts/reset_password.html", self._context(request, staff))

    def confirm_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows what another administrator made of an account, and opens it."""
        staff = self.get_object(request, object_id)
        if staff is None:
            raise Http404
        if not self._may_confirm(request, staff):
            raise PermissionDenied
        if request.method == "POST":
            seen = request.POST.get("seen", "")
            try:
                confirm(
                    staff=staff,
                    seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0,
                    by=request.user,
                    on=today_for(request.user),
                )
            except AccountRefused as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, gettext("The account is open."))
                return redirect("admin:accounts_staff_changelist")
        entries = AuditEntry.objects.filter(model=self.opts.label_lower, object_id=str(staff.pk)).select_related("by")
        context = {"seen": last_change(staff), "entries": entries[:_CHANGES_SHOWN], "places": self.places(staff)}
        return TemplateResponse(request, "accounts/confirm_staff.html", self._context(request, staff) | context)

    def _show_password(self, request: HttpRequest, staff: Staff, password: str) -> HttpResponse:
        context = self._context(request, staff) | {"password": password}
        return TemplateResponse(request, "accounts/temporary_password.html", context)

    def _context(self, request: HttpRequest, staff: Staff) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "staff": staff}

    @admin.action(description=_("Close the chosen accounts"), permissions=["change"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[Staff]) -> None:
        self._set_active(request, queryset, active=False)

    @admin.action(description=_("Open the chosen accounts again"), permissions=["change"])
    def open_accounts(self, request: HttpRequest, queryset: QuerySet[Staff]) -> None:
        self._set_active(request, queryset, active=True)

    def _set_active(self, request: HttpRequest, queryset: QuerySet[Staff], *, active: bool) -> None:
        chosen = list(queryset)
        allowed = [
            staff
            for staff in chosen
            if self.has_change_permission(request, staff) and not (active and staff.changed_by_id)
        ]
        for staff in allowed:
            set_active(staff=staff, active=active, by=request.user, on=today_for(request.user))
        self.message_user(
            request,
            ngettext("%(count)s account changed.", "%(count)s accounts changed.", len(allowed))
            % {"count": len(allowed)},
        )
        if len(allowed) < len(chosen):
            left = gettext(
                "Your own account, accounts of administrators, accounts that reach beyond your area and accounts that "
                "wait for a second administrator were left as they are."
            )
            self.message_user(request, left, messages.WARNING)
