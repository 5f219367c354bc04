"""What every command of docs/commands.md shares: `--json`, whose name it works in, area, year and business date."""

import json
import sys
from abc import ABC, abstractmethod
from datetime import date
from typing import Any, ClassVar

from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import override

from accounts import trouble
from accounts.audit import coming_from
from accounts.business_day import today_in
from accounts.models import Staff
from accounts.queries import active_staff, system_staff
from regions.models import Region
from regions.queries import RegionNotFound, by_code, code_ranges
from regions.register import load_register

REFUSED = 2


class CommandRefused(CommandError):
    """The command cannot do what was asked; the message is the one line that staff read. Exit status 2."""

    def __init__(self, message: object) -> None:
        super().__init__(" ".join(str(message).split()), returncode=REFUSED)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandRefused(f"日期“{text}”不是 YYYY-MM-DD 的形式") from error


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and text[0] != "0"):
        raise CommandRefused(f"参保年度“{text}”不是四位数字")
    return int(text)


def _unusable_database() -> str | None:
    """Why no command can work with the database as it is; None where it answers and is up to date."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"无法使用数据库：{error}"
    return "数据库还没有建好或不是最新版本，请先运行 manage.py migrate" if pending else None


def _what_is_around_it(error: Exception) -> str:
    """Why no command can work as the machine is; an empty text where it is the command's own error."""
    if isinstance(error, DatabaseError) and (unusable := _unusable_database()):
        return unusable
    with override("zh-hans"):
        return trouble.words_for(error)


class JsonCommand(BaseCommand, ABC):
    """Base of the commands: a subclass says what it `takes` and writes `handle_json`.

    `handle_json(**options)` gets `by` (Staff), and of what it takes `area` (Region), `year` (int) and `on` (date; the
    business date of the area where it was not given), and its own arguments. It returns the object to print and the
    exit status. `CommandRefused`, and the exceptions listed in `refusals`, become one line on standard error and exit
    status 2.
    """

    takes: ClassVar[tuple[str, ...]] = ("area", "year", "on")
    optional: ClassVar[tuple[str, ...]] = ("on",)
    permission: ClassVar[str] = ""
    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        self._name = f"{prog_name} {subcommand}"
        if self._called_from_command_line:
            parser.error = lambda message: parser.exit(REFUSED, f"{subcommand}: {message}\n")
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        parser.add_argument("--as", dest="acting_as", metavar="USERNAME", help="work in this person's name and scope")
        if "area" in self.takes:
            parser.add_argument(
                "--area", metavar="CODE", required="area" not in self.optional, help="12-digit division code"
            )
        if "year" in self.takes:
            parser.add_argument("--year", metavar="YYYY", required="year" not in self.optional, help="coverage year")
        if "on" in self.takes:
            parser.add_argument(
                "--on",
                metavar="DATE",
                required="on" not in self.optional,
                help="business date, ISO; the area's own when left out",
            )

    def say(self, message: object) -> None:
        """One line of progress or advice, on standard error."""
        self.stderr.write(str(message), lambda line: line)

    def execute(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute(*args, **options)
        except self.refusals as error:
            refused = CommandRefused(error)
            if not self._called_from_command_line:
                raise refused from error
        except CommandRefused as error:
            refused = error
            if not self._called_from_command_line:
                raise
        except (DatabaseError, OSError) as error:
            why = _what_is_around_it(error)
            if not why:
                raise
            refused = CommandRefused(why)
            if not self._called_from_command_line:
                raise refused from error
        self.say(refused)
        sys.exit(REFUSED)

    def handle(self, *args: Any, **options: Any) -> None:
        name = type(self).__module__.rpartition(".")[2]
        with override("zh-hans"), coming_from(f"manage.py {name}"):
            result, status = self.handle_json(**self._resolved(options))
            self.stdout.write(
                json.dumps(result, ensure_ascii=False, cls=DjangoJSONEncoder)
                if options["json"]
                else self.summary(result)
            )
        if status:
            sys.exit(status)

    @abstractmethod
    def handle_json(self, **options: Any) -> tuple[dict[str, Any], int]:
        """Does the work; returns the JSON object and the exit status."""

    def summary(self, result: dict[str, Any]) -> str:
        """The result as plain Chinese text, where `--json` is not given."""
        return "\n".join(f"{key}：{value}" for key, value in result.items())

    def _resolved(self, options: dict[str, Any]) -> dict[str, Any]:
        by = self._staff(options.pop("acting_as", None))
        given = {**options, "by": by}
        if options.get("area") is not None:
            given["area"] = self._area(options["area"], by)
        if options.get("year") is not None:
            given["year"] = _year(str(options["year"]))
        if "on" in self.takes:
            given["on"] = self._day(options.get("on"), given.get("area"))
        return given

    def _staff(self, username: str | None) -> Staff:
        if not username:
            return system_staff()
        by = active_staff(username)
        if by is None:
            raise CommandRefused(f"没有用户名为“{username}”的在用账号")
        if self.permission and not by.has_perm(self.permission):
            raise CommandRefused(f"账号“{username}”（{by.get_role_display()}）没有执行此命令的权限")
        return by

    def _area(self, code: str, by: Staff) -> Region:
        if len(code) != 12:
            raise CommandRefused(f"区划代码“{code}”不是12位")
        if not Region.objects.exists():
            self.say("区划表是空的，先载入随附的区划表")
            load_register(by=system_staff(), on=today_in(code))
        try:
            area = by_code(code)
        except RegionNotFound as error:
            raise CommandRefused(error) from error
        theirs = by.code_ranges
        if not any(low < upper and lower < high for low, high in code_ranges(area) for lower, upper in theirs):
            raise CommandRefused(f"{area.full_name}（{code}）不在账号“{by.username}”的管辖范围内")
        return area

    def _day(self, on: str | date | None, area: Region | None) -> date:
        if on is not None:
            return on if isinstance(on, date) else _date(on)
        return today_in(area.pk if area else "")
