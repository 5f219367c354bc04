from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.cli import JsonCommand
from regions.register import load_register
from regions.services import BUNDLED_REGISTER, RegisterRefused


class Command(JsonCommand):
    help = "Load a register of divisions (CSV code12,name,level,parent_code12); without FILE the one that is shipped."
    takes = ("on",)
    permission = "regions.change_region"
    refusals = (RegisterRefused,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", metavar="FILE", type=Path, default=BUNDLED_REGISTER)
        parser.add_argument(
            "--successors", type=Path, metavar="FILE", help="CSV code,successor,ended_on: divisions that have ended"
        )

    def handle_json(self, *, by: Any, on: Any, file: Path, successors: Path | None, **options: Any) -> tuple[dict, int]:
        self.say(f"读取 {file}")
        return load_register(file, successors=successors, by=by, on=on), 0

    def summary(self, result: dict[str, Any]) -> str:
        return (
            f"区划 {result['rows']} 行：新增 {result['created']}，变更 {result['changed']}，"
            f"未变 {result['unchanged']}；文件未列出而保留 {result['kept']}；撤并 {result['ended']}；"
            f"特殊辖区 {result['areas']}；新增别名 {result['aliases']}；新增参保季 {result['seasons']}"
        )
