import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import CommandParser, call_command

from accounts.cli import CommandRefused, JsonCommand
from demo.accounts import table
from demo.services import SEED, Filled, NotEmpty, fill, filled, real_size


class Command(JsonCommand):
    help = "Fills an empty database with the season of the two annexes, at real size or with fewer people."
    takes = ()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--people", type=int, metavar="N", help="this many people instead of the real size")
        parser.add_argument("--seed", type=int, default=SEED, metavar="S", help="the same seed gives the same season")
        parser.add_argument("--serve", action="store_true", help="then start the site and its worker")
        parser.add_argument("--port", type=int, default=8000, help="port of the site, with --serve")

    def handle_json(self, **options: Any) -> tuple[dict[str, Any], int]:
        if settings.PRODUCTION:
            raise CommandRefused("demo 不在正式环境中运行：它会写入虚构人员和公开密码的账号")
        people = options["people"]
        if people is not None and people < 200:
            raise CommandRefused(f"--people {people} 太少，至少200人")
        season = filled()
        if season:
            self.say(f"示例数据已在库中（{season.people:,}人），未作改动；要重新生成请先 make clean")
        else:
            season = self._fill(people, options["seed"])
        return {"people": season.people, "batches": season.batches, "weeks": season.weeks}, 0

    def _fill(self, people: int | None, seed: int) -> Filled:
        whole = sum(real_size().values())
        if people is not None and people < whole:
            self.say(f"只编制 {people:,} 人（实际规模 {whole:,} 人），任务数仍按附件，因此参保率偏低")
        try:
            return fill(people=people, seed=seed, say=self._step)
        except NotEmpty as error:
            raise CommandRefused("库中已有其他人员数据，demo 只填充空库；请换一个数据库或先 make clean") from error
        finally:
            self.stderr.write("", ending="\n" if sys.stderr.isatty() else "")

    def _step(self, text: str) -> None:
        line = f"[{time.monotonic() - self._started:5.1f}s] {text}"
        # On a terminal the line is written over, in a log file every step keeps its own.
        if sys.stderr.isatty():
            self.stderr.write(f"\r\033[K{line}", lambda shown: shown, ending="")
            self.stderr.flush()
        else:
            self.say(line)

    def handle(self, *args: Any, **options: Any) -> None:
        self._started = time.monotonic()
        # Before anything else: even the staff member in whose name the command works is a row.
        call_command("migrate", verbosity=0)
        super().handle(*args, **options)
        if options["serve"]:
            self.say("\n账号（仅供演示）：\n" + table())
            call_command("serve", port=options["port"])

    def summary(self, result: dict[str, Any]) -> str:
        return f"{result['people']:,} 人，{result['batches']} 个批次，{result['weeks']} 份周快照"
