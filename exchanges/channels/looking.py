"""One look into one box: what is complete is taken, what is final is answered. Each look goes on where an earlier one
broke off."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from tempfile import TemporaryFile
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.business_day import today_in
from accounts.models import Staff
from exchanges.channels.base import MOST_NAME_BYTES, PART, Channel, Entry, is_plain
from exchanges.channels.models import BoxFile, DropBox
from exchanges.channels.naming import MANIFEST, MOST_BYTES, RECEIPTS, Meant, NotUnderstood, meaning, read_manifest
from exchanges.channels.streams import Hashing, Limited, Source
from exchanges.forms import MOST_BYTES as MOST_BYTES_A_LIST
from exchanges.models import Batch
from exchanges.outbound.receipt_file import MOST_BYTES as MOST_BYTES_A_RECEIPT
from exchanges.outbound.receipt_file import ReceiptUnreadable, read_receipt
from exchanges.outbound.services import answered_by, take_receipt
from exchanges.services import receive_file, remove_unless_entered

TAKEN, DONE, FAILED = "taken", "done", "failed"
# How long one look may hold a box without a word.
LEASE = timedelta(minutes=15)
# How long a file and its manifest may not fit together before staff are told.
PATIENCE = timedelta(hours=1)


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


def make_folders(channel: Channel) -> None:
    for folder in (TAKEN, DONE, FAILED):
        channel.make_folder(folder)


class Looking:
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
        self._seen = {row.name: row for row in box.files.filter(status=BoxFile.Status.SEEN)}
        self._seen_first: list[BoxFile] = []

    def run(self) -> None:
        make_folders(self.channel)
        for row in self.box.files.filter(status=BoxFile.Status.CLAIMED).order_by("pk"):
            self._take(row)
        found = self._listed()
        self._forget_gone(found)
        try:
            self._take_complete(found)
        finally:
            BoxFile.objects.bulk_create(self._seen_first, batch_size=500, ignore_conflicts=True)
        for row in self.box.files.filter(status=BoxFile.Status.ENTERED).select_related("batch").order_by("pk"):
            if row.batch.status in Batch.FINAL and not self.stopping():
                self._answer(row)

    def _take_complete(self, found: dict[str, Entry]) -> None:
        for name in sorted(found):
            if self.stopping():
                return
            if name.endswith(MANIFEST):
                if name.removesuffix(MANIFEST) not in found:
                    self._late(found[name], _("“%(name)s” lies there without the file that it belongs to."))
            elif self._complete(found[name], found):
                self._take(self._claimed(found[name]))

    def _listed(self) -> dict[str, Entry]:
        """The files with a plain name that have come whole by their name; what cannot be taken is left where it lies
        and named."""
        found = {}
        for entry in self.channel.entries():
            name = entry.name
            if name.startswith(".") or name.endswith((PART, ".tmp", ".filepart")):
                continue
            if not is_plain(name):
                shown = name.encode("unicode_escape").decode()
                self._left(shown, _("“%(name)s” is no name for a file; it was left alone."))
            elif len(name.encode()) > MOST_NAME_BYTES:
                self._left(name, _("The name “%(name)s” is too long: at most 60 Chinese characters. Left alone."))
            elif entry.size is not None:
                found[name] = entry
            elif name not in (TAKEN, DONE, FAILED):
                self._left(name, _("“%(name)s” is a folder; only files of the drop box itself are taken."))
        return found

    def _left(self, name: str, words: str) -> None:
        self.look.left.append(words % {"name": name[:60]})

    def _forget_gone(self, found: dict[str, Entry]) -> None:
        gone = [self._seen.pop(name).pk for name in self._seen.keys() - found.keys()]
        BoxFile.objects.filter(pk__in=gone).delete()

    def _complete(self, entry: Entry, found: dict[str, Entry]) -> bool:
        """By its manifest, where the size is the one it says; else by two looks that saw the same size. A manifest that
        cannot be read may be on its way itself."""
        watched = entry
        if manifest := found.get(f"{entry.name}{MANIFEST}"):
            try:
                size = self._manifest(manifest.name).get("size")
            except NotUnderstood:
                size, watched = None, manifest
            if size == entry.size:
                return True
            if size is not None:
                self._late(
                    entry, _("“%(name)s” has not the size that its manifest says; both have to be left there anew.")
                )
                self.look.waiting.append(entry.name)
                return False
        age = self._unchanged_for(watched)
        if age is not None and age >= self.stable:
            return True
        self.look.waiting.append(entry.name)
        return False

    def _unchanged_for(self, entry: Entry) -> timedelta | None:
        """For how long the file has been of this size; None where it was not seen so before."""
        now = timezone.now()
        row = self._seen.get(entry.name)
        if row is None:
            self._seen_first.append(BoxFile(box=self.box, name=entry.name, size=entry.size, seen_at=now))
            return None
        if row.size != entry.size or row.seen_at > now:
            row.size, row.seen_at = entry.size, now
            row.save(update_fields=["size", "seen_at"])
            return None
        return now - row.seen_at

    def _late(self, entry: Entry, words: str) -> None:
        """Tells staff of what has lain there for long without being taken."""
        age = self._unchanged_for(entry)
        if age is not None and age > PATIENCE:
            self.look.left.append(words % {"name": entry.name})

    def _manifest(self, name: str) -> dict[str, Any]:
        sink = Limited(MOST_BYTES)
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
            sink = Hashing(copy, MOST_BYTES_A_LIST)
            self.channel.read(here, sink)
            _check_size(row, copy.tell())
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
                    rows_of_manifest=meant.rows,
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
        sink = Limited(MOST_BYTES_A_RECEIPT)
        self.channel.read(here, sink)
        _check_size(row, len(sink.data))
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
        declared = batch.rows_of_manifest
        if declared is not None and declared != batch.rows:
            said["rows_of_manifest"] = declared
            if taken:
                row.reason = _("The manifest says %(declared)s rows, the file has %(rows)s. Please ask the bureau.") % {
                    "declared": declared,
                    "rows": batch.rows,
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
        self.channel.put(f"{folder}/{own}.receipt.json", Source(text))
        for ending in (MANIFEST, ""):
            try:
                self.channel.rename(f"{TAKEN}/{own}{ending}", f"{folder}/{own}{ending}")
            except FileNotFoundError:
                continue  # it has no manifest, or an earlier look has moved it
        row.status = BoxFile.Status.DONE if folder == DONE else BoxFile.Status.FAILED
        row.save(update_fields=["status", "reason"])
        self.look.answered.append(row.name)


def _check_size(row: BoxFile, got: int) -> None:
    """A sender that has the file open goes on writing to it, wherever it was moved."""
    if got != row.size:
        raise NotUnderstood(
            _("The file changed while it was fetched: %(seen)s bytes lay there, %(got)s came. Please send it again.")
            % {"seen": row.size, "got": got}
        )
