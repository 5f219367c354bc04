from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from accounts.cli import CommandRefused, JsonCommand
from accounts.models import Staff
from exchanges.ledgers import UnknownLedger, by_name, ledgers
from exchanges.ledgers.export import ENCODINGS, export_ledger
from exchanges.writers import FORMATS
from regions.models import Region


class Command(JsonCommand):
    """`ledger NAME --area CODE --year YYYY --out FILE`: writes a ledger; the ending of FILE says xlsx or csv."""

    help = "Writes a ledger of an area and coverage year as xlsx or csv"
    permission = "exchanges.export_ledger"
    refusals = (UnknownLedger,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ledger", metavar="NAME", help=", ".join(ledger.name for ledger in ledgers()))
        parser.add_argument("--out", metavar="FILE", required=True, help="ends in .xlsx or .csv")
        parser.add_argument("--encoding", choices=ENCODINGS, default=ENCODINGS[0], help="of a csv file")
        parser.add_argument("--full-numbers", action="store_true", help="id numbers in full; needs --why")
        parser.add_argument("--why", default="", help="why full numbers are needed; kept in the audit trail")
        super().add_arguments(parser)

    def handle_json(
        self, *, ledger: str, area: Region, year: int, on: date, out: str, by: Staff, **options: Any
    ) -> tuple[dict[str, Any], int]:
        asked = by_name(ledger)
        target = Path(out)
        format = target.suffix.lower().removeprefix(".")
        if format not in FORMATS:
            raise CommandRefused(f"文件“{target.name}”的扩展名应为 {' 或 '.join('.' + name for name in FORMATS)}")
        if not target.parent.is_dir():
            raise CommandRefused(f"目录 {target.parent} 不存在")
        self.say(f"正在写出 {asked.title}：{area.full_name}，{year}年度，{on}")
        draft: Path | None = None
        try:
            # Written beside the target and moved into place, so that a broken run leaves no half ledger under its name.
            # What is still in memory may find no room as late as when the file is closed.
            with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as sink:
                draft = Path(sink.name)
                export = export_ledger(
                    ledger=asked,
                    area=area,
                    coverage_year=year,
                    on=on,
                    format=format,
                    sink=sink,
                    by=by,
                    full_numbers=options["full_numbers"],
                    why=options["why"],
                    encoding=options["encoding"],
                )
            draft.replace(target)
        except PermissionDenied as error:
            raise CommandRefused(f"账号“{by.username}”没有导出此台账的权限") from error
        except ValidationError as error:
            raise CommandRefused(f"--why：{'；'.join(error.messages)}") from error
        except OSError as error:
            raise CommandRefused(f"无法写入 {target}：{error.strerror}") from error
        finally:
            if draft:
                draft.unlink(missing_ok=True)
        return {"ledger": asked.name, "rows": export.rows, "file": str(target), "sha256": export.sha256}, 0

    def summary(self, result: dict[str, Any]) -> str:
        return f"{result['file']}：{result['rows']} 行，SHA-256 {result['sha256']}"
