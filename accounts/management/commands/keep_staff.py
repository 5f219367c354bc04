from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts import services
from accounts.cli import CommandRefused, JsonCommand
from accounts.models import Staff
from accounts.roles import Role


class Command(JsonCommand):
    help = "Reset, close or open an account from the server; accounts of the three administrators are kept only here."
    takes = ()
    permission = "accounts.change_staff"
    refusals = (services.AccountRefused,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username", metavar="USERNAME")
        steps = parser.add_mutually_exclusive_group(required=True)
        steps.add_argument("--reset-password", action="store_true", help="print a temporary password once")
        steps.add_argument("--close", action="store_true", help="nobody signs in with the account any more")
        steps.add_argument("--open", action="store_true", help="the account is open again")

    def handle_json(
        self, *, by: Staff, username: str, reset_password: bool, close: bool, **rest: Any
    ) -> tuple[dict[str, Any], int]:
        staff = Staff.objects.visible_to(by).filter(username=username).exclude(role=Role.SYSTEM).first()
        if staff is None:
            raise CommandRefused(f"没有用户名为“{username}”的账号")
        on = timezone.localdate()
        if reset_password:
            return {"username": username, "temporary_password": services.reset_password(staff=staff, by=by, on=on)}, 0
        services.set_active(staff=staff, active=not close, by=by, on=on)
        return {"username": username, "is_active": staff.is_active}, 0

    def summary(self, result: dict[str, Any]) -> str:
        if "temporary_password" in result:
            return f"账号 {result['username']} 的临时口令：{result['temporary_password']}\n口令只显示这一次。"
        return f"账号 {result['username']} 已{'启用' if result['is_active'] else '停用'}。"
