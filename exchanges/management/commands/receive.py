"""`manage.py receive KIND FILE --area CODE --year YYYY [--sender NAME] [--on DATE]`"""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import CommandParser

from accounts.cli import REFUSED, CommandRefused, JsonCommand
from accounts.models import Staff
from exchanges.kinds import UnknownKind, by_name, kinds
from exchanges.models import Batch
from exchanges.periods import read_period
from exchanges.queries import standing_before, waiting_words
from exchanges.reading import FileRefused
from exchanges.senders import UnknownSender, sender_named
from exchanges.services import receive_file, run_line
from regions.models import Region


class Command(JsonCommand):
    help = "Takes one file of a department through to the end; refused rows stand in the error file."
    permission = "exchanges.upload"
    refusals = (UnknownKind, UnknownSender, FileRefused)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("kind", help="kind of list: " + ", ".join(kind.name for kind in kinds()))
        parser.add_argument("file", help="xlsx, xls or csv")
        parser.add_argument("--sender", help="the department that sent it")
        parser.add_argument("--full", action="store_true", help="the list is complete: what it does not name has ended")
        parser.add_argument("--period", default="", help="the month the list stands for, e.g. 2021-10")
        parser.add_argument("--sequence", type=int, help="its number within the period")
        parser.add_argument("--errors-dir", help="where the error file is written; beside FILE when left out")

    def handle_json(
        self,
        *,
        kind: str,
        file: str,
        area: Region,
        year: int,
        on: date,
        by: Staff,
        sender: str | None,
        errors_dir: str | None,
        full: bool,
        period: str,
        sequence: int | None,
        **options: Any,
    ) -> tuple[dict[str, Any], int]:
        by_name(kind)
        try:
            read_period(period)
        except ValueError:
            raise CommandRefused(f"期别“{period}”应写成 2021-10 的形式") from None
        if sequence is not None and sequence < 0:
            raise CommandRefused("序号不能为负数")
        path = Path(file)
        if not path.is_file():
            raise CommandRefused(f"找不到文件 {file}")
        with path.open("rb") as stream:
            batch = receive_file(
                kind=kind,
                file=File(stream, path.name),
                region=area,
                coverage_year=year,
                sender=sender_named(sender, kind=kind, region=area) if sender else None,
                by=by,
                on=on,
                is_full=full,
                period=period,
                sequence=sequence,
            )
        batch = self._run(batch)
        waits_for = standing_before(batch).first() if batch.status == Batch.Status.RECEIVED else None
        reason = waiting_words(waits_for) if waits_for else batch.reason
        if batch.status not in {Batch.Status.MERGED, Batch.Status.UNCHANGED}:
            self.say(reason)
        result = {
            "batch": batch.pk,
            "status": batch.status,
            "rows": batch.rows,
            "accepted": batch.accepted,
            "refused": batch.refused,
            "changed": batch.changed,
            "reason": reason or None,
            "errors_file": _written(batch, path, errors_dir),
        }
        well = {Batch.Status.MERGED, Batch.Status.UNCHANGED, Batch.Status.HELD}
        return result, 0 if batch.status in well else REFUSED

    def _run(self, batch: Batch) -> Batch:
        """As a worker would; older lists of the line come first. After an error it waits in the queue for a worker."""
        run_line(batch_id=batch.pk)
        batch.refresh_from_db()
        waits = batch.status == Batch.Status.RECEIVED and (batch.lease_until or standing_before(batch).exists())
        if batch.status in Batch.OPEN and not waits:
            raise CommandRefused(f"名单 #{batch.pk} 已由其他进程处理，请在名单页面查看结果")
        return batch


def _written(batch: Batch, source: Path, errors_dir: str | None) -> str | None:
    """The error file in plain form: NAME.errors.xlsx or .csv beside the source, else in the current directory."""
    if not batch.errors_file:
        return None
    name = f"{source.stem}.errors{Path(batch.errors_file.name).suffix}"
    folders = [Path(errors_dir)] if errors_dir else [source.parent, Path.cwd()]
    refused: OSError | None = None
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with batch.errors_file.open("rb") as stored, (folder / name).open("wb") as plain:
                shutil.copyfileobj(stored, plain)
        except OSError as error:
            refused = error
            continue
        return str((folder / name).resolve())
    raise CommandRefused(f"错误文件无法写入：{refused}")
