"""A batch from its file to the register: read, check, merge chunk by chunk, tell the result.

What a crash leaves is a batch whose lease runs out (exchanges/services/holding.py) and whose merged chunks stand in
BatchChunk: the next attempt reads the file again and goes on with the first chunk that is missing.
"""

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from exchanges import bulk, queries
from exchanges.columns import Context
from exchanges.comparing import Comparison, preview_of, why_second_person
from exchanges.error_file import write_error_file
from exchanges.kinds import by_name
from exchanges.models import Batch, BatchChunk
from exchanges.oddities import what_is_odd
from exchanges.periods import period_of
from exchanges.reading import FileRefused, Layout, open_source
from exchanges.services.holding import Held, LostLease, NotTaken, Stopped, claim, end, give_back
from exchanges.staging import Staging

logger = logging.getLogger(__name__)
ROWS_A_CHUNK = 100_000


def run_batch(*, batch_id: int, stopping: Callable[[], bool] = lambda: False) -> Batch:
    """Works a batch off to its end and returns it. `stopping` is asked between steps.

    Raises NotTaken. Whatever goes wrong inside is told by the batch itself: `refused` with the reason for a file that
    cannot be taken; back to the queue after an error, `failed` after three of them.
    """
    fence = claim(batch_id)
    batch = Batch.objects.select_related("region", "sender", "uploaded_by").get(pk=batch_id)
    held = Held(batch, fence, stopping)
    error_files = {batch.errors_file.name}
    try:
        with override("zh-hans"):
            _work(held)
    except (FileRefused, Stopped, LostLease) as ending:
        end(held, ending)
    except Exception as error:
        logger.exception("batch %s", batch_id)
        give_back(held, error)
    finally:
        bulk.drop_staging_table()
    error_files.add(batch.errors_file.name)
    batch.refresh_from_db()
    # Those of an earlier attempt, and of one that could not be told of any more.
    for name in error_files - {batch.errors_file.name, "", None}:
        batch.errors_file.storage.delete(name)
    return batch


def run_line(*, batch_id: int, stopping: Callable[[], bool] = lambda: False) -> None:
    """Works off the line that the batch stands in, the oldest first, until the line is empty, waits for staff, or is in
    another worker's hands: a message for a later list finds its turn, and one that came too early is made up for."""
    batch = Batch.objects.get(pk=batch_id)
    while not stopping():
        first = queries.line_of(batch).filter(pk__in=queries.first_in_line().values("pk")).order_by("id").first()
        if first is None:
            return
        try:
            run_batch(batch_id=first.pk, stopping=stopping)
        except NotTaken:
            logger.info("batch %s was taken by another worker", first.pk)


def run_next(stopping: Callable[[], bool] = lambda: False) -> bool:
    """Works off the batch whose turn it is, if there is one; says whether there was."""
    batch = queries.next_batch()
    if batch is None:
        return False
    try:
        run_batch(batch_id=batch.pk, stopping=stopping)
    except NotTaken:
        logger.info("batch %s was taken by another worker", batch.pk)
    return True


def _work(held: Held) -> None:
    batch = held.batch
    kind = by_name(batch.kind)
    if batch.sender is not None and batch.sender.kind not in kind.senders:
        raise FileRefused(
            _("%(sender)s does not send the list “%(kind)s”; please check the kind of list.")
            % {"sender": batch.sender.name, "kind": kind.label}
        )
    if batch.is_full and kind.compare is None:
        raise FileRefused(_("The list “%(kind)s” is sent as changes, never as a complete list.") % {"kind": kind.label})
    earlier = queries.last_of_kind(batch)
    merged_before = batch.chunks.exists()
    if earlier and not merged_before and _says_the_same(earlier, batch, "sha256"):
        return _unchanged(held, earlier)
    source = open_source(lambda: batch.file.storage.open(batch.file.name), kind)
    _refuse_older(held, source.layout)
    context = Context(
        batch.region,
        batch.coverage_year,
        batch.business_on,
        batch.sender,
        days_from_1904=source.layout.days_from_1904,
    )
    staging = Staging(batch, kind, context, source.layout)
    # Each transaction ends with the batch's own row, where another worker's hold on it shows. None begins with it, for
    # whoever stops the batch would wait for the end.
    with transaction.atomic():
        staging.begin()
        held.write(status=Batch.Status.STAGING)
    for block in source.blocks():
        with transaction.atomic():
            staging.add(block)
            held.write(done=staging.rows, total=_expected(staging.rows, source.passed.share))
    if source.passed.is_cut_off and not staging.ends_with_footer():
        raise FileRefused(_("The file ends in the middle of its last row, so it was cut off. Please send it again."))
    if not staging.rows and not batch.is_full:
        raise FileRefused(_("There are no rows below the header. Please send the list with its rows."))
    _refuse_incomplete(held, staging.rows)
    batch.content_hash = staging.content_hash
    faultless = not batch.row_errors.exists()
    if earlier and not merged_before and faultless and _says_the_same(earlier, batch, "content_hash"):
        return _unchanged(held, earlier)
    held.write(status=Batch.Status.CHECKING, done=0, total=0, rows=staging.rows, layout=source.layout.as_json())
    with transaction.atomic():
        staging.settle(_rows_a_chunk(batch))
        for check in kind.checks:
            check(staging)
        compared = kind.compare(staging) if kind.compare else None
        refused = staging.drop_refused()
        accepted = staging.rows - refused
        held.write(refused=refused, accepted=accepted)
    if not merged_before and _hold(held, staging, compared, refused):
        return None
    held.write(status=Batch.Status.MERGING, total=accepted)
    _merge(held, staging)
    if batch.is_full:
        _end_missing(held, staging, compared)
    return _finish(held, staging, refused)


def _expected(rows: int, share: float) -> int:
    """Rows of the whole file, by those in the share of it that was read."""
    return round(rows / share) if share else 0


def _says_the_same(earlier: Batch, batch: Batch, hash_field: str) -> bool:
    """Whether the last list of the kind that was taken is this one, without a row that it refused: then there is no
    news in it. A list that another one followed is taken once more, so that the last one delivered stands."""
    return (
        earlier.refused == 0
        and earlier.is_full == batch.is_full
        and earlier.region_id == batch.region_id
        and earlier.coverage_year == batch.coverage_year
        and earlier.rows >= (batch.rows_of_manifest or 0)
        and getattr(earlier, hash_field) == getattr(batch, hash_field)
    )


def _unchanged(held: Held, earlier: Batch) -> None:
    batch = held.batch
    with transaction.atomic():
        held.write(
            status=Batch.Status.UNCHANGED,
            reason=_("The same rows were taken as batch #%(number)s.") % {"number": earlier.pk},
            content_hash=earlier.content_hash,
            rows=earlier.rows,
            done=earlier.rows,
            accepted=earlier.accepted,
            layout=earlier.layout,
            finished_at=timezone.now(),
        )
        held.release()
        audit.record(
            by=batch.uploaded_by,
            on=batch.business_on,
            verb="exchanges.merge",
            subject=batch,
            after={"status": "unchanged", "same_as": earlier.pk},
        )


def _refuse_incomplete(held: Held, rows: int) -> None:
    """A manifest that counts more rows shows that the end of the list, or part of it, is missing."""
    declared = held.batch.rows_of_manifest
    if declared is not None and rows < declared:
        held.write(rows=rows)
        raise FileRefused(
            _(
                "The list is incomplete: by its manifest it has %(declared)s rows, the file has %(rows)s. "
                "Please send both again."
            )
            % {"declared": declared, "rows": rows}
        )


def _refuse_older(held: Held, layout: Layout) -> None:
    """The period of the list is what the sender gave, or the one month that its titles name."""
    batch = held.batch
    if not batch.period:
        batch.period = period_of(layout.titles)
        if batch.period:
            held.write(period=batch.period)
    if newer := queries.newer_list(batch):
        raise FileRefused(
            _(
                "List #%(number)s of %(newer)s has been taken; this one is of %(period)s, and an older list never "
                "undoes a newer one. If it is to count, send it again under the period it is to stand for."
            )
            % {"number": newer.pk, "newer": queries.period_words(newer), "period": queries.period_words(batch)}
        )


def _hold(held: Held, staging: Staging, found: Comparison | None, refused: int) -> bool:
    """Whether staff must see first what the list would do: complete lists always, others by the brake. An approval
    holds as long as the list would end what it would have ended then."""
    batch = held.batch
    accepted = staging.rows - refused
    compared = found or Comparison(standing=0)
    brake = [
        *what_is_odd(batch, staging.kind, staging.layout, rows=staging.rows),
        *why_second_person(batch, compared, rows=staging.rows, accepted=accepted),
    ]
    if not (batch.is_full or brake):
        return False
    stale = batch.approved_by_id is not None and (batch.preview or {}).get("digest") != compared.digest
    if batch.approved_by_id is not None and not stale:
        return False
    reasons = [_("What stands has changed since the list was approved.")] if stale else []
    reasons += brake or [_("A complete list is applied once somebody has seen what it changes.")]
    if refused:
        write_error_file(batch, staging.kind, staging.layout)
    with transaction.atomic():
        held.write(
            status=Batch.Status.HELD,
            reason=" ".join(reasons),
            preview=preview_of(compared, brake, counted=found is not None),
            approved_by=None,
            rows=staging.rows,
            done=staging.rows,
            accepted=accepted,
            refused=refused,
            layout=staging.layout.as_json(),
            errors_file=batch.errors_file.name,
        )
        held.release()
    return True


def _end_missing(held: Held, staging: Staging, compared: Comparison) -> None:
    """The last step of a complete list, once: chunk 0 in the ledger of the merge."""
    batch = held.batch
    if batch.chunks.filter(number=0).exists():
        return
    with transaction.atomic():
        changed = staging.kind.end_missing(staging, compared)
        BatchChunk.objects.create(batch=batch, number=0, first_row=0, last_row=0, changed=changed)
        held.write(done=staging.rows)


def _rows_a_chunk(batch: Batch) -> int:
    """That of an earlier attempt where there was one, so that a chunk that stands in the ledger is the same chunk."""
    before = batch.chunks.filter(number__gt=0).order_by("number").first()
    return before.last_row - before.first_row + 1 if before else ROWS_A_CHUNK


def _merge(held: Held, staging: Staging) -> None:
    batch = held.batch
    merged = set(batch.chunks.values_list("number", flat=True))
    done, done_before, grown = 0, 0, 0
    for chunk in staging.chunks():
        rows = len(chunk)
        done += rows
        if chunk.number in merged:
            done_before += rows
        if not rows or chunk.number in merged:
            continue
        with transaction.atomic():
            changed = staging.kind.merge(chunk)
            for follow in staging.kind.consequences:
                follow(chunk)
            BatchChunk.objects.create(
                batch=batch, number=chunk.number, first_row=chunk.first, last_row=chunk.last, changed=changed
            )
            held.write(done=done, done_before=done_before)
        grown += changed
        bulk.refresh_statistics(staging.kind.tables, grown)


def _finish(held: Held, staging: Staging, refused: int) -> None:
    batch = held.batch
    changed = batch.chunks.aggregate(changed=Coalesce(Sum("changed"), 0))["changed"]
    again = queries.same_delivery(batch).filter(content_hash=batch.content_hash).order_by("-id").first()
    status = Batch.Status.UNCHANGED if again and not changed else Batch.Status.MERGED
    if refused:
        write_error_file(batch, staging.kind, staging.layout)
    counts = {"rows": staging.rows, "accepted": staging.rows - refused, "refused": refused, "changed": changed}
    with transaction.atomic():
        held.write(
            status=status,
            content_hash=batch.content_hash,
            errors_file=batch.errors_file.name,
            layout=staging.layout.as_json(),
            done=staging.rows,
            finished_at=timezone.now(),
            reason=_("The same rows were taken as batch #%(number)s.") % {"number": again.pk}
            if status == Batch.Status.UNCHANGED
            else "",
            **counts,
        )
        held.release()
        audit.record(
            by=batch.uploaded_by,
            on=batch.business_on,
            verb="exchanges.merge",
            subject=batch,
            after={"status": status, "kind": batch.kind, **counts},
        )
