"""`manage.py deliver KIND --area CODE --year YYYY [--full] [--receiver NAME] [--format csv] [--out DIR]`"""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.cli import CommandRefused, JsonCommand
from accounts.models import Bureau, BureauKind, Staff
from exchanges.channels.base import ChannelError
from exchanges.channels.services import boxes_for, send_delivery
from exchanges.outbound.kinds import DeliveryKind, UnknownDelivery, by_name, kinds
from exchanges.outbound.manifest import ENDING, manifest_bytes, manifest_of
from exchanges.outbound.models import Delivery
from exchanges.outbound.queries import receivers
from exchanges.outbound.services import DeliveryRefused, check_turn, hand_over, make_delivery, read_out
from exchanges.writers import FORMATS
from regions.models import Region


class Command(JsonCommand):
    help = "Makes the next delivery of a kind for another department; --repeat gives an earlier one out once more"
    permission = "exchanges.make_delivery"
    refusals = (UnknownDelivery, DeliveryRefused, ChannelError)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("kind", metavar="KIND", help=", ".join(kind.name for kind in kinds()))
        parser.add_argument("--full", action="store_true", help="everything, not only what has changed")
        parser.add_argument("--receiver", metavar="NAME", help="the bureau; the nearest one of its kind when left out")
        parser.add_argument("--format", choices=list(FORMATS), default="csv")
        parser.add_argument(
            "--repeat", metavar="NO", type=int, help="the delivery of this number as it was, to the byte"
        )
        parser.add_argument(
            "--out", metavar="DIR", help="file and manifest are written there, and the delivery counts as sent"
        )

        parser.add_argument("--send", action="store_true", help="left in the receiver's drop box, and counts as sent")

    def handle_json(
        self, *, kind: str, area: Region, year: int, on: date, by: Staff, out: str | None, **options: Any
    ) -> tuple[dict[str, Any], int]:
        asked = by_name(kind)
        folder = Path(out) if out else None
        if folder is not None and not folder.is_dir():
            raise CommandRefused(f"目录 {folder} 不存在")
        receiver = _receiver(asked, area, options["receiver"])
        try:
            if options["repeat"] is not None:
                delivery = _made(asked, area, year, receiver, options["repeat"], by)
            else:
                delivery = make_delivery(
                    kind=asked,
                    region=area,
                    coverage_year=year,
                    receiver=receiver,
                    format=options["format"],
                    full=options["full"],
                    by=by,
                    on=on,
                )
            if options["send"]:
                delivery = _sent(delivery, by, on)
            if folder is not None:
                delivery = _written(delivery, folder, by, on)
        except PermissionDenied as error:
            raise CommandRefused(f"账号“{by.username}”没有为{area.full_name}报送此名单的权限") from error
        path = str(folder / delivery.file_name) if folder else None
        return {**manifest_of(delivery), "delivery": delivery.pk, "status": delivery.status, "path": path}, 0

    def summary(self, result: dict[str, Any]) -> str:
        return f"第{result['sequence']}号，{result['rows']} 行，SHA-256 {result['sha256']}"


def _receiver(kind: DeliveryKind, area: Region, name: str | None) -> Bureau:
    found = receivers(kind, area)
    chosen = found.filter(name=name).first() if name else found.first()
    if chosen is None:
        known = "、".join(found.values_list("name", flat=True))
        raise CommandRefused(
            f"没有可接收“{kind.title}”的单位{f'“{name}”' if name else ''}；"
            + (
                f"可用：{known}"
                if known
                else f"请先在后台登记{area.full_name}的接收单位（{BureauKind(kind.receiver).label}）"
            )
        )
    return chosen


def _made(kind: DeliveryKind, area: Region, year: int, receiver: Bureau, number: int, by: Staff) -> Delivery:
    line = Delivery.objects.visible_to(by).filter(kind=kind.name, region=area, coverage_year=year, receiver=receiver)
    found = line.select_related("region", "receiver").filter(sequence=number).first()
    if found is None:
        raise CommandRefused(f"没有第{number}号；已有 {line.count()} 次报送")
    return found


def _sent(delivery: Delivery, by: Staff, on: date) -> Delivery:
    box = boxes_for(delivery).first()
    if box is None:
        raise CommandRefused(f"尚未登记{delivery.receiver.name}的投递箱；第{delivery.sequence}号已生成，未报送")
    return send_delivery(delivery=delivery, box=box, by=by, on=on)


def _written(delivery: Delivery, folder: Path, by: Staff, on: date) -> Delivery:
    """The file, then its manifest: whoever finds the manifest finds the file whole."""
    check_turn(delivery)
    try:
        _put(folder / delivery.file_name, read_out(delivery=delivery, by=by, on=on))
        _put(folder / f"{delivery.file_name}{ENDING}", [manifest_bytes(delivery)])
    except OSError as error:
        raise CommandRefused(f"无法写入 {folder}：{error.strerror}") from error
    return hand_over(delivery=delivery, via=folder.name, by=by, on=on)


def _put(target: Path, blocks: Any) -> None:
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as sink:
        draft = Path(sink.name)
        try:
            sink.writelines(blocks)
            sink.flush()
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
