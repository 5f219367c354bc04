from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.cli import JsonCommand
from regions.services import (
    BUNDLED_ALIASES,
    BUNDLED_AREAS,
    BUNDLED_REGISTER,
    RegisterRefused,
    load_aliases,
    load_areas,
    load_divisions,
    load_successors,
)


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
        result = asdict(load_divisions(file, by, on))
        result["ended"] = load_successors(successors, by, on) if successors else 0
        # Areas and other spellings belong to the shipped data whichever register they are attached to.
        result["areas"] = load_areas(BUNDLED_AREAS, by, on)
        result["aliases"] = load_aliases(BUNDLED_ALIASES, by, on)
        return result, 0

    def summary(self, result: dict[str, Any]) -> str:
        return (
            f"区划 {result['rows']} 行：新增 {result['created']}，变更 {result['changed']}，"
            f"未变 {result['unchanged']}；文件未列出而保留 {result['kept']}；撤并 {result['ended']}；"
            f"特殊辖区 {result['areas']}；新增别名 {result['aliases']}"
        )
