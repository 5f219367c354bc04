"""A delivery is made: compared with the last one, written, sealed, numbered."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import Bureau, Staff
from accounts.scope import intersect, visible_ranges
from exchanges.outbound.comparison import (
    CHANGE,
    HELD_BACK,
    WITHDRAWN,
    Compared,
    Counts,
    StandingWriter,
    Told,
    compare,
    everything,
    lines_now,
    standing_lines,
)
from exchanges.outbound.kinds import DeliveryKind
from exchanges.outbound.models import Delivery
from exchanges.outbound.queries import last_of_line, receivers, waiting_rows
from exchanges.outbound.services.receipts import settle_refused
from exchanges.writers import HashedSink, Heading, SealedSpool, opened
from regions.models import Region
from regions.queries import code_ranges

_EVERYWHERE = [("0", "~")]
_BLOCK = 1000


class DeliveryRefused(Exception):
    """The delivery cannot be made or handed over; the message says why and what to do."""


@dataclass(frozen=True)
class Preview:
    """What a delivery would hold: all of it, and the changes since the last one of the line (None before the first, and
    where the columns have changed since, so that only a full one can follow)."""

    last: Delivery | None
    full: Counts
    changes: Counts | None


def preview(
    *, kind: DeliveryKind, region: Region, coverage_year: int, receiver: Bureau, by: Staff, on: date
) -> Preview:
    """Counts without making anything. Raises PermissionDenied and DeliveryRefused as `make_delivery`."""
    _may_leave(kind, region, receiver, by)
    last = last_of_line(kind, region, coverage_year, receiver)
    full, changes = Counts(), Counts()
    with_changes = comparable(kind, last)
    with closing(_rows(kind, region, coverage_year, on, last if with_changes else None)) as rows:
        for compared in rows:
            changes.count(compared)
    full.added = full.standing_rows = changes.standing_rows + changes.held
    full.sum_fen = full.standing_fen = changes.standing_fen + changes.held_fen
    return Preview(last, full, changes if with_changes else None)


def make_delivery(
    *,
    kind: DeliveryKind,
    region: Region,
    coverage_year: int,
    receiver: Bureau,
    format: str,
    full: bool,
    by: Staff,
    on: date,
    occurrence: str = "",
) -> Delivery:
    """Writes and numbers the next delivery of the line, a full one where there is none to compare with.

    Its rows are those of the whole area, so it takes a person who may see all of it. `occurrence` is what of the
    notice's calendar it is made for: it is made once, whoever asks for it, also where nothing has changed. Raises
    PermissionDenied, and DeliveryRefused where the receiver is none for the area, nothing is to be delivered, or the
    day lies before the last delivery's.
    """
    _may_leave(kind, region, receiver, by)
    last = last_of_line(kind, region, coverage_year, receiver)
    if last is not None and on < last.on:
        raise DeliveryRefused(
            _("No. %(number)s was made as of %(day)s; a later delivery cannot be as of an earlier day.")
            % {"number": last.sequence, "day": last.on}
        )
    if last is not None and not full and not comparable(kind, last):
        raise DeliveryRefused(
            _("The columns have changed since No. %(number)s: please make a full delivery.") % {"number": last.sequence}
        )
    base = None if full else last
    delivery = Delivery(
        kind=kind.name,
        region=region,
        coverage_year=coverage_year,
        receiver=receiver,
        receiver_name=receiver.name,
        sequence=last.sequence + 1 if last else 1,
        base_sequence=base.sequence if base else 0,
        occurrence=occurrence,
        on=on,
        format=format,
        columns_version=kind.columns_version,
        made_by=by,
        made_at=timezone.now(),
    )
    with closing(SealedSpool()) as file, closing(SealedSpool()) as standing:
        counts, delivery.sha256, held = _write(delivery, kind, base, file, standing)
        if not counts.rows and not occurrence:
            raise DeliveryRefused(_nothing(base))
        _count(delivery, kind, counts, file.size)
        try:
            delivery.file.save(delivery.file_name, _Plain(file), save=False)
            delivery.standing.save(f"{delivery.file_name}.rows", _Plain(standing), save=False)
            _enter(delivery, last, held, by=by, on=on)
        except BaseException as error:
            for kept in (delivery.file, delivery.standing):
                if kept:
                    kept.storage.delete(kept.name)
            if isinstance(error, IntegrityError):
                raise DeliveryRefused(
                    _("Someone else has made No. %(number)s in the meantime. Please look at it first.")
                    % {"number": delivery.sequence}
                ) from error
            raise
    return delivery


def _may_leave(kind: DeliveryKind, region: Region, receiver: Bureau, by: Staff) -> None:
    if not by.has_perm("exchanges.make_delivery"):
        raise PermissionDenied
    if visible_ranges(by, region) != intersect(code_ranges(region), _EVERYWHERE):
        raise PermissionDenied
    if not receivers(kind, region).filter(pk=receiver.pk).exists():
        raise DeliveryRefused(
            _("“%(title)s” of %(area)s does not go to %(receiver)s. Please choose the bureau of the area or above it.")
            % {"title": kind.title, "area": region.name, "receiver": receiver.name}
        )


def comparable(kind: DeliveryKind, last: Delivery | None) -> bool:
    """Whether the changes since the last delivery of a line can be found: its rows are kept, of the same columns."""
    return last is not None and bool(last.standing) and last.columns_version == kind.columns_version


def _rows(
    kind: DeliveryKind, region: Region, coverage_year: int, on: date, base: Delivery | None
) -> Iterator[Compared]:
    now = lines_now(kind, region, coverage_year, on)
    if base is None:
        yield from everything(now)
        return
    with base.standing.storage.open(base.standing.name) as source:
        yield from compare(standing_lines(source), now, waiting_rows(base))


def _nothing(base: Delivery | None) -> str:
    if base is None:
        return _("There is nothing to deliver: the list is empty.")
    return _("Nothing has changed since No. %(number)s.") % {"number": base.sequence}


class _Plain(File):
    """The plain bytes of a spool, read once from the beginning, as storage reads a file."""

    def __init__(self, spool: SealedSpool) -> None:
        self._chunks, self._rest, self.name = spool.chunks(), bytearray(), None
        self.size = spool.size

    def seek(self, position: int) -> int:
        """Only to the beginning, before anything was read."""
        return position

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._rest += chunk
        taken = bytes(self._rest if size < 0 else self._rest[:size])
        del self._rest[: len(taken)]
        return taken


def _write(
    delivery: Delivery, kind: DeliveryKind, base: Delivery | None, file: SealedSpool, standing: SealedSpool
) -> tuple[Counts, str, set[tuple[int, int]]]:
    """Writes the file and the rows that stand; returns what was written, the hash of the file, and which rows of
    earlier files were refused and are still as they were."""
    hashed, counts = HashedSink(file), Counts()
    # What leaves the house is Chinese in whatever language the page is read.
    with override("zh-hans"):
        heading = _heading(delivery, kind)
    kept = StandingWriter(standing)
    refused = waiting_rows(base) if base is not None else set()
    waiting: list[list[str]] = []
    held: set[tuple[int, int]] = set()
    with (
        opened(delivery.format, hashed, heading, (CHANGE, *kind.columns)) as writer,
        closing(_rows(kind, delivery.region, delivery.coverage_year, delivery.on, base)) as rows,
    ):
        for compared in rows:
            counts.count(compared)
            change, line = compared
            if change is None or change == HELD_BACK:
                if line.told.place in refused:
                    held.add(line.told.place)
                kept.write(line)
                continue
            kept.write(line._replace(told=Told(delivery.sequence, counts.rows, change)))
            cells = kind.withdrawn_cells(line.cells) if change == WITHDRAWN else line.cells
            waiting.append([change, *cells])
            if len(waiting) == _BLOCK:
                writer.write_rows(waiting)
                waiting.clear()
        writer.write_rows(waiting)
    kept.close()
    return counts, hashed.sha256, held


def _heading(delivery: Delivery, kind: DeliveryKind) -> Heading:
    what = "全量" if delivery.is_full else f"第{delivery.base_sequence}号以来的变动"
    facts = (
        ("地区", delivery.region.full_name),
        ("参保年度", str(delivery.coverage_year)),
        ("接收单位", delivery.receiver_name),
        ("编号", f"第{delivery.sequence}号"),
        ("内容", what),
        ("业务日期", delivery.on.isoformat()),
        ("制表时间", f"{timezone.localtime(delivery.made_at):%Y-%m-%d %H:%M}"),
    )
    return Heading(title=f"{delivery.coverage_year}年度{kind.title}", facts=facts)


def _count(delivery: Delivery, kind: DeliveryKind, counts: Counts, size: int) -> None:
    delivery.rows, delivery.size = counts.rows, size
    delivery.added, delivery.changed, delivery.withdrawn = counts.added, counts.changed, counts.withdrawn
    delivery.standing_rows = counts.standing_rows
    if kind.sum_place is not None:
        delivery.sum_fen, delivery.standing_fen = counts.sum_fen, counts.standing_fen


def _enter(delivery: Delivery, last: Delivery | None, held: set[tuple[int, int]], *, by: Staff, on: date) -> None:
    with transaction.atomic():
        delivery.save(force_insert=True)
        settle_refused(delivery, held)
        if last is not None and last.standing:
            # Only the latest of a line is compared with; what it held then is in its own file.
            transaction.on_commit(_forgetting(last))
            Delivery.objects.filter(pk=last.pk).update(standing="")
        audit.record(
            by=by,
            on=on,
            verb="exchanges.make_delivery",
            subject=delivery,
            after={
                "kind": delivery.kind,
                "year": delivery.coverage_year,
                "receiver": delivery.receiver.name,
                "sequence": delivery.sequence,
                "base_sequence": delivery.base_sequence,
                "occurrence": delivery.occurrence,
                "rows": delivery.rows,
                "sum_fen": delivery.sum_fen,
                "sha256": delivery.sha256,
            },
        )


def _forgetting(delivery: Delivery) -> Callable[[], None]:
    return partial(delivery.standing.storage.delete, delivery.standing.name)
