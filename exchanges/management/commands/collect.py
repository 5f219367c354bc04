"""`manage.py collect [--once]`: looks into the drop boxes of the bureaus and takes what is complete."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from accounts.cli import JsonCommand
from accounts.models import Staff
from exchanges.channels.models import DropBox
from exchanges.channels.services import BoxHeld, Look, look_into


class Command(JsonCommand):
    help = (
        "Takes complete files out of every drop box in use and leaves the answers; the worker does it every 5 minutes"
    )
    takes = ()
    permission = "exchanges.collect"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--once", action="store_true", help="one look into each box; else until SIGTERM")
        parser.add_argument("--pause", type=float, default=60.0, help="seconds between two rounds")

    def handle_json(self, *, by: Staff, once: bool, pause: float, **options: Any) -> tuple[dict[str, Any], int]:
        ending = threading.Event()
        if not once:

            def stop(number: int, frame: FrameType | None) -> None:
                ending.set()

            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, stop)
        while True:
            boxes = [self._look(box, by, ending) for box in _boxes()]
            if once or ending.wait(pause):
                break
        trouble = [each["box"] for each in boxes if each["trouble"]]
        return {"boxes": boxes, "ok": not trouble}, 1 if trouble else 0

    def _look(self, box: DropBox, by: Staff, ending: threading.Event) -> dict[str, Any]:
        try:
            look = look_into(box=box, by=by, stopping=ending.is_set)
        except BoxHeld:
            look = Look(trouble="另一进程正在查看")
        for line in (look.trouble, *look.left):
            if line:
                self.say(f"{box}：{line}")
        return {"box": box.pk, "name": str(box), **vars(look)}

    def summary(self, result: dict[str, Any]) -> str:
        lines = [
            f"{each['name']}：收取 {len(each['taken'])}，已回执 {len(each['answered'])}" for each in result["boxes"]
        ]
        return "\n".join(lines) or "没有启用的收件箱"


def _boxes() -> list[DropBox]:
    active = DropBox.objects.filter(is_active=True, direction=DropBox.Direction.IN)
    return list(active.select_related("bureau__region").order_by("pk"))
