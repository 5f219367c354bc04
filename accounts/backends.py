from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import Staff
from accounts.roles import Role


class RoleBackend(ModelBackend):
    """Signs staff in; permissions are those of the role (`accounts.roles`). The system itself never signs in."""

    def user_can_authenticate(self, user: Staff) -> bool:
        return super().user_can_authenticate(user) and user.role != Role.SYSTEM

    def has_perm(self, user_obj: Staff, perm: str, obj: Any = None) -> bool:
        return user_obj.is_active and perm in user_obj.permissions

    def has_module_perms(self, user_obj: Staff, app_label: str) -> bool:
        return user_obj.is_active and any(name.startswith(f"{app_label}.") for name in user_obj.permissions)

    def get_all_permissions(self, user_obj: Staff, obj: Any = None) -> set[str]:
        return set(user_obj.permissions) if user_obj.is_active and obj is None else set()
