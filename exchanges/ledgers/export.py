"""A ledger leaves the house: written to a sink, counted, hashed and put down in the audit trail."""

from datetime import date
from typing import IO

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import Staff
from accounts.scope import intersect, visible_ranges
from exchanges.ledgers.registry import Ledger
from exchanges.ledgers.rows import blocks
from exchanges.models import LedgerExport
from exchanges.writers import Formatter, HashedSink, Heading, opened
from regions.models import Region
from regions.queries import code_ranges

ENCODINGS = ("utf-8", "gb18030")
FULL_NUMBERS = "enrollment.reveal_number"
EVERYWHERE = ("0", "~")


def export_ledger(
    *,
    ledger: Ledger,
    area: Region,
    coverage_year: int,
    on: date,
    format: str,
    sink: IO[bytes],
    by: Staff,
    full_numbers: bool = False,
    why: str = "",
    encoding: str = "utf-8",
) -> LedgerExport:
    """Writes the part of the ledger that `by` may see to `sink`, then its row and audit entry.

    The caller gives the sink's content away only after this returns, so nothing leaves that was not recorded. `format`
    is a key of `exchanges.writers.FORMATS`, `encoding` one of ENCODINGS (csv only). Raises PermissionDenied for a
    ledger or for full numbers that the role has no right to, ValidationError for full numbers without a reason.
    """
    if not by.has_perm(ledger.permission):
        raise PermissionDenied
    full_numbers = full_numbers and ledger.has_numbers
    if full_numbers:
        if not by.has_perm(FULL_NUMBERS):
            raise PermissionDenied
        if not why.strip():
            raise ValidationError({"why": _("Say why the full numbers are needed: the reason is kept.")})
    hashed = HashedSink(sink)
    rows = 0
    # A ledger is an official paper: it is Chinese in whatever language the page is read.
    with override("zh-hans"):
        heading = _heading(ledger, area, coverage_year, on, by, full_numbers)
        formatter = Formatter(ledger.columns, full_numbers=full_numbers)
        with opened(format, hashed, heading, ledger.columns, encoding=encoding) as writer:
            for block in blocks(ledger.rows(by, area, coverage_year, on), ledger.columns):
                rows += len(block)
                writer.write_rows(formatter(block))
    with transaction.atomic():
        export = LedgerExport.objects.create(
            ledger=ledger.name,
            region=area,
            coverage_year=coverage_year,
            on=on,
            format=format,
            rows=rows,
            sha256=hashed.sha256,
            full_numbers=full_numbers,
            why=why.strip(),
            by=by,
        )
        audit.record(
            by=by,
            on=on,
            verb="exchanges.export_ledger",
            subject=export,
            region=area,
            after={
                "ledger": ledger.name,
                "coverage_year": coverage_year,
                "format": format,
                "rows": rows,
                "sha256": hashed.sha256,
                "full_numbers": full_numbers,
            },
            why=why.strip(),
        )
    return export


def _heading(ledger: Ledger, area: Region, coverage_year: int, on: date, by: Staff, full_numbers: bool) -> Heading:
    facts = [
        ("地区", area.full_name),
        ("参保年度", str(coverage_year)),
        ("业务日期", on.isoformat()),
        ("导出人", str(by)),
        ("导出时间", f"{timezone.localtime():%Y-%m-%d %H:%M}"),
    ]
    if ledger.has_numbers:
        facts.append(("证件号码", "完整" if full_numbers else "已脱敏"))
    if visible_ranges(by, area) != intersect(code_ranges(area), [EVERYWHERE]):
        facts.append(("范围", "仅含导出人管辖的部分"))
    return Heading(title=f"{coverage_year}年度{ledger.title}", facts=tuple(facts))
