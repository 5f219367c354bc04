"""From the blocks of a file to rows in the staging table, every cell read, every fault of a row told."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import connection

from exchanges import bulk
from exchanges.columns import Context, Faults
from exchanges.columns.cells import trim_all
from exchanges.kinds import FileKind
from exchanges.models import Batch, RowError
from exchanges.reading import Block, Layout

_TOTAL = r"^(?:[合总小共累]\s*计|本页[合小]计)[:：]?$"
# Who filled the list in and what it says about itself stands below it in many offices.
_FOOTER = r"^(?:填表|制表|制单|审核|复核|经办|负责人|单位负责|联系|电话|填报|报送|备注|注|说明|日期|盖章|（盖章|\(盖章)"
_LEFT_OUT_KEPT = 50
_SHORTEST_KEY = 10


@dataclass
class Chunk:
    """Some accepted rows to be merged: those of one phase with first <= row_number <= last, of one batch.

    SQL for it names the staging table `{staged}` (alias `s`) and its rows `{rows}`; parameters that every statement
    may use are `%(batch)s`, `%(year)s`, `%(on)s`, `%(by)s`.
    """

    batch: Batch
    number: int
    first: int
    last: int
    phase: str

    @property
    def _rows(self) -> str:
        span = f"s.row_number BETWEEN {self.first:d} AND {self.last:d}"
        return f"({span} AND ({self.phase}))" if self.phase else f"({span})"

    def execute(self, sql: str, **params: Any) -> int:
        """Runs one statement; returns how many rows it touched."""
        return _execute(sql.format(staged=bulk.STAGED, rows=self._rows), self.batch, params)

    def fetch(self, sql: str, **params: Any) -> list[tuple]:
        """The rows of a query."""
        return _fetch(sql.format(staged=bulk.STAGED, rows=self._rows), self.batch, params)

    def __len__(self) -> int:
        return self.fetch("SELECT count(*) FROM {staged} s WHERE {rows}")[0][0]


def _execute(sql: str, batch: Batch, params: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_known(batch), **params})
        return cursor.rowcount


def _fetch(sql: str, batch: Batch, params: Mapping[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_known(batch), **params})
        return cursor.fetchall()


def _known(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.pk,
        "year": batch.coverage_year,
        "on": batch.business_on if connection.vendor == "postgresql" else batch.business_on.isoformat(),
        "by": batch.uploaded_by_id,
    }


@dataclass
class Staging:
    """The rows of one batch in the staging table, while they are read and checked."""

    batch: Batch
    kind: FileKind
    context: Context
    layout: Layout
    rows: int = 0
    last_row: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)
    _readers: dict[str, Callable] = field(default_factory=dict)

    def begin(self) -> None:
        """Makes the table; forgets what an earlier attempt found wrong."""
        RowError.objects.filter(batch=self.batch).delete()
        bulk.make_staging_table(self.kind.staged_columns())
        self._readers = {column.field: column.parser.reader(column.field, self.context) for column in self.kind.columns}

    def add(self, block: Block) -> None:
        """Reads the cells of a block; the rows go to the staging table, what is wrong with them to RowError."""
        block = self._data_rows(block)
        count = len(block.numbers)
        if not count:
            return
        self.rows += count
        self.last_row = block.numbers[-1]
        frame: dict[str, pl.Series] = {"row_number": block.numbers}
        errors = [_errors(block.numbers, "", Faults(block.ragged, "too_many_cells"))]
        hashed = []
        for column in self.kind.columns:
            place = self.layout.columns.get(column.field)
            cells = block.cells[f"c{place}"] if place is not None else pl.repeat("", count, eager=True, dtype=pl.String)
            hashed.append(cells.alias(column.field))
            if column.required:
                errors.append(_errors(block.numbers, column.field, Faults(cells == "", "missing")))
            parsed = self._readers[column.field](cells)
            frame.update(parsed.columns)
            errors += [_errors(block.numbers, column.field, faults) for faults in parsed.faults]
        self._digest.update(pl.DataFrame(hashed).write_csv(include_header=False).encode())
        found = pl.concat([part for part in errors if len(part)] or errors[:1])
        rows = pl.DataFrame(frame).with_columns(bad=pl.col("row_number").is_in(found["row_number"].implode()))
        self._keep(found)
        bulk.load(bulk.STAGED, rows)

    def settle(self) -> None:
        """After the last block."""
        bulk.settle_staging_table()

    @property
    def vendor(self) -> str:
        """ "postgresql" or "sqlite"."""
        return connection.vendor

    def hex(self, expression: str) -> str:
        """SQL for the bytes of an expression as text."""
        return f"encode({expression}, 'hex')" if self.vendor == "postgresql" else f"hex({expression})"

    @property
    def content_hash(self) -> str:
        """Hash of what the rows say: the same for the same rows in another format, encoding or order of columns."""
        return self._digest.hexdigest()

    def _data_rows(self, block: Block) -> Block:
        """Without empty rows, totals and what stands below them; its cells trimmed."""
        cells = block.cells.with_columns(trim_all(column) for column in block.cells.iter_columns())
        filled = cells.select(pl.any_horizontal(pl.all() != "")).to_series()
        key = self.layout.columns[self.kind.key]
        # A total may stand in any column, that of the numbers included; no document number is that short.
        keyless = filled & (cells[f"c{key}"].str.len_chars() < _SHORTEST_KEY)
        wanted = [f"c{place}" for place in self.layout.columns.values()]
        if self.kind.key == "region":
            keyless = filled & cells[f"c{key}"].str.contains(f"{_TOTAL}|{_FOOTER}")
        if keyless.any():
            total = cells.select(pl.any_horizontal(pl.all().str.contains(_TOTAL))).to_series()
            footer = cells.select(
                pl.any_horizontal(pl.all().str.contains(_FOOTER))
                & (
                    pl.sum_horizontal((pl.col(name) != "").cast(pl.Int32) for name in wanted)
                    <= max(len(wanted) // 2, 1)
                )
            ).to_series()
            out = keyless & (total | footer)
            self._leave_out(block.numbers.filter(out), cells.filter(out))
            filled = filled & ~out
        return Block(block.numbers.filter(filled), cells.filter(filled), block.ragged.filter(filled))

    def _leave_out(self, numbers: pl.Series, cells: pl.DataFrame) -> None:
        for number, row in zip(numbers, cells.iter_rows(), strict=True):
            if len(self.layout.left_out) < _LEFT_OUT_KEPT:
                self.layout.left_out.append([number, re.sub(r"\s+", " ", " ".join(filter(None, row)))[:80]])

    def _keep(self, found: pl.DataFrame) -> None:
        if len(found):
            bulk.load(
                RowError._meta.db_table,
                found.unique(["row_number", "field", "code"], maintain_order=True).with_columns(
                    pl.lit(self.batch.pk).alias("batch_id"), pl.col("detail").str.slice(0, 300)
                ),
            )

    def execute(self, sql: str, **params: Any) -> int:
        """Runs one statement over the staged rows; see Chunk for what it may name."""
        return _execute(sql.format(staged=bulk.STAGED, rows="TRUE"), self.batch, params)

    def fetch(self, sql: str, **params: Any) -> list[tuple]:
        """The rows of a query over the staged rows."""
        return _fetch(sql.format(staged=bulk.STAGED, rows="TRUE"), self.batch, params)

    def annotate(self, frame: pl.DataFrame) -> None:
        """Fills columns of the staged rows that checks bring: the frame's columns beside `row_number`."""
        bulk.annotate_staging_table(frame)

    def refuse(self, field: str, code: str, where: str, *, detail: str = "''", **params: Any) -> int:
        """Refuses the staged rows for which SQL holds: `where` is what follows FROM {{staged}} s, `detail` an
        expression of text. Returns how many."""
        return self.execute(
            f"""
            INSERT INTO {RowError._meta.db_table} (batch_id, row_number, field, code, detail)
            SELECT %(batch)s, s.row_number, %(field)s, %(code)s, {detail}
            FROM {{staged}} s {where}
            ON CONFLICT DO NOTHING
            """,
            field=field,
            code=code,
            **params,
        )

    def refuse_rows(self, field: str, refusals: Iterable[tuple[int, str, str]]) -> None:
        """Refuses rows by number: (row_number, code, detail)."""
        rows = list(refusals)
        if rows:
            frame = pl.DataFrame(rows, {"row_number": pl.Int64, "code": pl.String, "detail": pl.String}, orient="row")
            self._keep(frame.with_columns(pl.lit(field).alias("field")))

    def drop_refused(self) -> int:
        """Takes the refused rows out of the table; returns how many rows of the file were refused."""
        errors = RowError._meta.db_table
        self.execute(
            f"DELETE FROM {{staged}} WHERE row_number IN (SELECT row_number FROM {errors} WHERE batch_id = %(batch)s)"
        )
        return RowError.objects.filter(batch=self.batch).values("row_number").distinct().count()


def _errors(numbers: pl.Series, field: str, faults: Faults) -> pl.DataFrame:
    where = faults.where.fill_null(False)
    schema = {"row_number": pl.Int64, "field": pl.String, "code": pl.String, "detail": pl.String}
    if not where.any():
        return pl.DataFrame(schema=schema)
    count = int(where.sum())

    def column(value: str | pl.Series) -> pl.Series:
        return value.filter(where) if isinstance(value, pl.Series) else pl.repeat(value, count, eager=True)

    return pl.DataFrame(
        {
            "row_number": numbers.filter(where).cast(pl.Int64),
            "field": pl.repeat(field, count, eager=True, dtype=pl.String),
            "code": column(faults.code),
            "detail": column(faults.detail).fill_null(""),
        },
        schema,
    )
