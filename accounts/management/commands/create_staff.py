from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from accounts.cli import CommandRefused, JsonCommand
from accounts.models import BureauKind
from accounts.roles import Role
from accounts.services import bureau_at, create_staff


class Command(JsonCommand):
    help = "Make an account, e.g. the first security administrator; its temporary password is printed once."
    takes = ("area", "on")
    permission = "accounts.add_staff"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role if role != Role.SYSTEM])
        parser.add_argument("--bureau-kind", choices=BureauKind.values, help="bureau at the area; made where missing")

    def handle_json(
        self, *, by: Any, on: Any, area: Any, username: str, name: str, role: str, bureau_kind: str | None, **rest: Any
    ) -> tuple[dict[str, Any], int]:
        try:
            with transaction.atomic():
                bureau = bureau_at(region=area, kind=BureauKind(bureau_kind), by=by, on=on) if bureau_kind else None
                staff, password = create_staff(
                    username=username, full_name=name, role=Role(role), regions=[area], bureau=bureau, by=by, on=on
                )
        except ValidationError as error:
            raise CommandRefused("；".join(error.messages)) from error
        return {"username": staff.username, "role": role, "area": area.pk, "temporary_password": password}, 0

    def summary(self, result: dict[str, Any]) -> str:
        return (
            f"已建立账号 {result['username']}，临时口令：{result['temporary_password']}\n"
            "口令只显示这一次；首次登录时须改为自己的口令。"
        )
