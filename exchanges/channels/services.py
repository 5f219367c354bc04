"""Files come out of the drop boxes and answers go back; deliveries go into them.

A file is taken once: it is claimed by a row, moved to `taken/` under the number of that row, fetched, and entered
together with its batch in one transaction. When the batch is final, its receipt is written and the file moved to
`done/` or `failed/`. Each look goes on where an earlier one broke off.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.business_day import today_in
from accounts.models import Staff
from accounts.queries import system_staff
from exchanges.channels.base import PART, Channel, ChannelError, Entry, is_plain
from exchanges.channels.connect import opened
from exchanges.channels.models import BoxFile, DropBox
from exchanges.channels.naming import MANIFEST, MOST_BYTES, RECEIPTS, Meant, NotUnderstood, meaning, read_manifest
from exchanges.forms import MOST_BYTES as MOST_BYTES_A_LIST
from exchanges.leases import unheld
from exchanges.models import Batch
from exchanges.outbound.manifest import ENDING, manifest_bytes
from exchanges.outbound.models import Delivery
from exchanges.outbound.receipt_file import MOST_BYTES as MOST_BYTES_A_RECEIPT
from exchanges.outbound.receipt_file import ReceiptUnreadable, read_receipt
from exchanges.outbound.services import answered_by, hand_over, read_out, take_receipt
from exchanges.services import receive_file, remove_unless_entered

logger = logging.getLogger(__name__)
TAKEN, DONE, FAILED = "taken", "done", "failed"
# How long one look may hold a box without a word, and how far apart two looks are.
LEASE = timedelta(minutes=15)
EVERY = timedelta(minutes=5)
# A file without a manifest is complete when its size has not changed for so long.
STABLE = timedelta(seconds=30)


class BoxHeld(Exception):
    """Somebody else is looking into the box right now."""


@dataclass
class Look:
    """What one look into a box found: names of files, and of those left alone with the reason."""

    taken: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    trouble: str = ""


def _unheld(now: datetime) -> Q:
    return unheld("held_until", lease=LEASE, now=now)


def boxes_due(now: datetime) -> QuerySet[DropBox]:
    """Boxes in use that bureaus leave files in, not held and not looked into for a while, or at a time to come, before
    the clock was set back."""
    late = Q(looked_at__isnull=True) | Q(looked_at__lte=now - EVERY) | Q(looked_at__gt=now)
    return DropBox.objects.filter(_unheld(now), late, is_active=True, direction=DropBox.Direction.IN).order_by(
        "looked_at", "pk"
    )


def look_into_next(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Looks into the box whose turn it is, if there is one; says whether there was."""
    box = boxes_due(timezone.now()).first()
    if box is None:
        return False
    try:
        look_into(box=box, by=system_staff(), stopping=stopping)
    except BoxHeld:
        logger.info("drop box %s is being looked into by another worker", box.pk)
    return True


def look_into(
    *, box: DropBox, by: Staff, stable: timedelta = STABLE, stopping: Callable[[], bool] = lambda: False
) -> Look:
    """Takes what is complete, answers what is final. A box that cannot be reached says so in its `trouble`.

    Raises BoxHeld.
    """
    now = timezone.now()
    if not DropBox.objects.filter(_unheld(now), pk=box.pk).update(held_until=now + LEASE):
        raise BoxHeld(box.pk)
    look = Look()
    try:
        with override("zh-hans"), opened(box) as channel:
            _Looking(box, channel, by, stable, stopping, look).run()
    except ChannelError as error:
        look.trouble = str(error)
        logger.warning("drop box %s: %s", box.pk, error)
    except Exception as error:
        # One box in disorder keeps neither the others nor the worker from going on.
        look.trouble = type(error).__name__
        logger.exception("drop box %s", box.pk)
    finally:
        said = look.trouble or "；".join(look.left)
        DropBox.objects.filter(pk=box.pk).update(held_until=None, looked_at=timezone.now(), trouble=said[:400])
    return look


class _Looking:
    """One look into one box."""

    def __init__(
        self,
        box: DropBox,
        channel: Channel,
        by: Staff,
        stable: timedelta,
        stopping: Callable[[], bool],
        look: Look,
    ) -> None:
        self.box, self.channel, self.by = box, channel, by
        self.stable, self.stopping, self.look = stable, stopping, look

    def run(self) -> None:
        for folder in (TAKEN, DONE, FAILED):
            self.channel.make_folder(folder)
        for row in self.box.files.filter(status=BoxFile.Status.CLAIMED).order_by("pk"):
            self._take(row)
        found = self._listed()
        self._forget_gone(found)
        for name in sorted(found):
            if self.stopping():
                return
            if not name.endswith(MANIFEST) and self._complete(found[name], found):
                self._take(self._claimed(found[name]))
        for row in self.box.files.filter(status=BoxFile.Status.ENTERED).select_related("batch").order_by("pk"):
            if row.batch.status in Batch.FINAL and not self.stopping():
                self._answer(row)

    def _listed(self) -> dict[str, Entry]:
        """The files with a plain name; any other is left where it lies and named."""
        found = {}
        for entry in self.channel.entries():
            if is_plain(entry.name):
                if not entry.name.endswith((PART, ".tmp", ".filepart")):
                    found[entry.name] = entry
            elif not entry.name.startswith("."):
                shown = entry.name.encode("unicode_escape").decode()[:60]
                self.look.left.append(_("“%(name)s” is no name for a file; it was left alone.") % {"name": shown})
        return found

    def _forget_gone(self, found: dict[str, Entry]) -> None:
        self.box.files.filter(status=BoxFile.Status.SEEN).exclude(name__in=list(found)).delete()

    def _complete(self, entry: Entry, found: dict[str, Entry]) -> bool:
        """By its manifest, where the size is the one it says; else by two looks that saw the same size."""
        if f"{entry.name}{MANIFEST}" in found:
            try:
                size = self._manifest(f"{entry.name}{MANIFEST}").get("size")
            except NotUnderstood:
                return True
            if size is None or size == entry.size:
                return True
            self.look.waiting.append(entry.name)
            return False
        now = timezone.now()
        row, new = BoxFile.objects.get_or_create(
            box=self.box, name=entry.name, status=BoxFile.Status.SEEN, defaults={"size": entry.size, "seen_at": now}
        )
        if not new and row.size == entry.size and now - row.seen_at >= self.stable:
            return True
        if row.size != entry.size or row.seen_at > now:
            row.size, row.seen_at = entry.size, now
            row.save(update_fields=["size", "seen_at"])
        self.look.waiting.append(entry.name)
        return False

    def _manifest(self, name: str) -> dict[str, Any]:
        sink = _Limited(MOST_BYTES)
        self.channel.read(name, sink)
        return read_manifest(sink.data)

    def _claimed(self, entry: Entry) -> BoxFile:
        row, _new = BoxFile.objects.update_or_create(
            box=self.box,
            name=entry.name,
            status=BoxFile.Status.SEEN,
            defaults={"size": entry.size, "status": BoxFile.Status.CLAIMED},
            create_defaults={"size": entry.size, "status": BoxFile.Status.CLAIMED, "seen_at": timezone.now()},
        )
        return row

    def _take(self, row: BoxFile) -> None:
        """Moves a claimed file out of the sender's way, fetches it and enters it."""
        DropBox.objects.filter(pk=self.box.pk).update(held_until=timezone.now() + LEASE)
        here = f"{TAKEN}/{row.own_name}"
        for name, new in ((f"{row.name}{MANIFEST}", f"{here}{MANIFEST}"), (row.name, here)):
            try:
                self.channel.rename(name, new)
            except FileNotFoundError:
                continue  # it has no manifest, or an earlier look has moved it
        try:
            if not row.reason:
                self._enter(row, here)
                return
        except FileNotFoundError:
            row.reason = _("The file was gone before it could be fetched.")
        except (NotUnderstood, ReceiptUnreadable) as error:
            row.reason = str(error)
        row.reason = row.reason[:400]
        row.save(update_fields=["reason"])
        self._settle(row, FAILED, {"status": "refused", "reason": row.reason})

    def _enter(self, row: BoxFile, here: str) -> None:
        manifest: dict[str, Any] | None
        try:
            manifest = self._manifest(f"{here}{MANIFEST}")
        except FileNotFoundError:
            manifest = None
        if row.name.lower().endswith(RECEIPTS):
            self._enter_receipt(row, here)
            return
        with TemporaryFile() as copy:
            sink = _Hashing(copy, MOST_BYTES_A_LIST)
            self.channel.read(here, sink)
            said = (manifest or {}).get("sha256")
            if said and str(said).lower() != sink.hash.hexdigest():
                raise NotUnderstood(_("The file is not the one of its manifest: the SHA-256 differs. Send both again."))
            meant = meaning(self.box, row.name, manifest)
            self._enter_list(row, meant, File(copy, row.name))
        self.look.taken.append(row.name)

    def _enter_list(self, row: BoxFile, meant: Meant, file: File) -> None:
        batch = None
        try:
            with transaction.atomic():
                batch = receive_file(
                    kind=meant.kind,
                    file=file,
                    region=meant.region,
                    coverage_year=meant.coverage_year,
                    sender=self.box.bureau,
                    by=self.by,
                    on=today_in(meant.region.pk),
                    is_full=meant.is_full,
                    period=meant.period,
                    sequence=meant.sequence,
                )
                entered = BoxFile.objects.filter(pk=row.pk, status=BoxFile.Status.CLAIMED).update(
                    status=BoxFile.Status.ENTERED, batch=batch
                )
                if not entered:
                    raise BoxHeld(self.box.pk)
        except BaseException:
            if batch is not None:
                remove_unless_entered(batch)
            raise

    def _enter_receipt(self, row: BoxFile, here: str) -> None:
        sink = _Limited(MOST_BYTES_A_RECEIPT)
        self.channel.read(here, sink)
        said = read_receipt(sink.data)
        delivery = answered_by(said, by=self.by)
        if delivery.receiver_id != self.box.bureau_id:
            raise ReceiptUnreadable(_("The delivery that it answers did not go to this bureau."))
        receipt, _new = take_receipt(delivery=delivery, data=sink.data, by=self.by, on=today_in(delivery.region_id))
        self.look.taken.append(row.name)
        self._settle(row, DONE, {"status": receipt.delivery.status, "delivery": delivery.pk})

    def _answer(self, row: BoxFile) -> None:
        batch = row.batch
        taken = batch.status in (Batch.Status.MERGED, Batch.Status.UNCHANGED)
        said: dict[str, Any] = {
            "batch": batch.pk,
            "kind": batch.kind,
            "area": batch.region_id,
            "year": batch.coverage_year,
            "sha256": batch.sha256,
            "status": batch.status,
            "rows": batch.rows,
            "accepted": batch.accepted,
            "refused": batch.refused,
            "changed": batch.changed,
            "reason": batch.reason or None,
            "errors_file": None,
        }
        folder = DONE if taken else FAILED
        if batch.errors_file:
            ending = batch.errors_file.name.rpartition(".")[2]
            said["errors_file"] = f"{row.own_name}.errors.{ending}"
            with batch.errors_file.storage.open(batch.errors_file.name) as errors:
                self.channel.put(f"{folder}/{said['errors_file']}", errors)
        self._settle(row, folder, said)

    def _settle(self, row: BoxFile, folder: str, said: dict[str, Any]) -> None:
        """The receipt first, then the file: whoever finds the file finds its receipt."""
        own = row.own_name
        text = json.dumps({"file": row.name, **said}, ensure_ascii=False, indent=2).encode() + b"\n"
        self.channel.put(f"{folder}/{own}.receipt.json", _Source(text))
        for ending in (MANIFEST, ""):
            try:
                self.channel.rename(f"{TAKEN}/{own}{ending}", f"{folder}/{own}{ending}")
            except FileNotFoundError:
                continue  # it has no manifest, or an earlier look has moved it
        row.status = BoxFile.Status.DONE if folder == DONE else BoxFile.Status.FAILED
        row.save(update_fields=["status"])
        self.look.answered.append(row.name)


def boxes_for(delivery: Delivery) -> QuerySet[DropBox]:
    """Boxes in use in which deliveries are left for the receiver."""
    return DropBox.objects.filter(
        bureau=delivery.receiver_id, direction=DropBox.Direction.OUT, is_active=True
    ).order_by("pk")


def send_delivery(*, delivery: Delivery, box: DropBox, by: Staff, on: date) -> Delivery:
    """Leaves the file in the box, then its manifest, and says that it was handed over. Once more changes nothing there:
    it is the same file under the same name. Raises ChannelError, and what `read_out` and `hand_over` raise."""
    blocks = read_out(delivery=delivery, by=by, on=on)
    with opened(box) as channel:
        channel.put(delivery.file_name, _Source(blocks))
        channel.put(f"{delivery.file_name}{ENDING}", _Source(manifest_bytes(delivery)))
    return hand_over(delivery=delivery, via=box.get_channel_display(), by=by, on=on)


class _Source:
    """Bytes, or blocks of them, read piece by piece."""

    def __init__(self, blocks: Any) -> None:
        self._blocks, self._rest = iter([blocks] if isinstance(blocks, bytes) else blocks), b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block
        taken = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(taken) :]
        return taken


class _Limited:
    """Keeps what is written, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.data, self._most = b"", most

    def write(self, block: bytes) -> int:
        if len(self.data) + len(block) > self._most:
            raise NotUnderstood(_("The file is larger than %(most)s KB.") % {"most": self._most >> 10})
        self.data += block
        return len(block)


class _Hashing:
    """Passes bytes on, hashes them, and takes no more than a list may have."""

    def __init__(self, sink: Any, most: int) -> None:
        self._sink, self._left, self._most, self.hash = sink, most, most, hashlib.sha256()

    def write(self, block: bytes) -> int:
        self._left -= len(block)
        if self._left < 0:
            raise NotUnderstood(
                _("The file is larger than %(most)s MB. Please send it in parts.") % {"most": self._most >> 20}
            )
        self.hash.update(block)
        return self._sink.write(block)
