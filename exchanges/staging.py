"""From the blocks of a file to rows in the staging table, every cell read, every fault of a row told."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from exchanges import bulk
from exchanges.beside_data import beside_the_data
from exchanges.columns import Context, Faults
from exchanges.columns.cells import trim_all
from exchanges.kinds import FileKind
from exchanges.models import Batch, RowError
from exchanges.reading import Block, FileRefused, Layout
from privacy.masks import mask_text

_NUMBER = r"([0-9]{6})[0-9]{7,8}([0-9]{3}[0-9Xx])"
_LEFT_OUT_KEPT = 50
# A sheet of which somebody has touched the last row is exported with every row above it.
_MOST_EMPTY = 1_048_576
# Where none of so many rows can be taken, the others are not worth waiting for.
_MOST_OF_FAULTY_ALONE = 65_536


@dataclass
class Chunk:
    """Some accepted rows to be merged: those of one phase within one span, of one batch. `first` and `last` are their
    places in the order in which the rows are merged.

    SQL for it names the staging table `{staged}` (alias `s`) and its rows `{rows}`; parameters that every statement
    may use are `%(batch)s`, `%(year)s`, `%(on)s`, `%(by)s`.
    """

    batch: Batch
    number: int
    first: int
    last: int
    phase: str
    span: str
    _news: bool = False

    def _named(self, sql: str) -> str:
        if self._news:
            return sql.format(staged=bulk.NEWS, rows="TRUE")
        return sql.format(staged=bulk.STAGED, rows=f"({self.span} AND ({self.phase}))" if self.phase else self.span)

    def execute(self, sql: str, **params: Any) -> int:
        """Runs one statement; returns how many rows it touched."""
        return _execute(self._named(sql), self.batch, params)

    def fetch(self, sql: str, **params: Any) -> list[tuple]:
        """The rows of a query."""
        return _fetch(self._named(sql), self.batch, params)

    def keep_news(self, where: str, *, order: str, found: str = "", by: str = "") -> int:
        """Leaves only the rows for which SQL holds, in that order: from here on the chunk is these, so that the
        register is compared with the list once, and everything after that is about what changes. Returns how many.

        `found` are further columns of the rows that are left, from the tables that the joins in `by` bring.
        """
        bulk.allow_for_many_rows()
        columns = f"s.*, {found}" if found else "s.*"
        query = self._named(f"SELECT {columns} FROM {{staged}} s {by} WHERE {{rows}} AND ({where}) ORDER BY {order}")
        count = bulk.keep_news(query, _known(self.batch))
        self._news = True
        return count

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
    _faulty: int = 0
    _first_fault: dict[str, Any] = field(default_factory=dict)
    _empty: int = 0
    _spans: list[str] = field(default_factory=list)
    _rows_a_chunk: int = 0
    _last_row: int = 0
    # The first eight bytes of each index of an id number, as a number: block by block, then sorted.
    _heads: Any = field(default_factory=list)
    # Of what the rows say, and of the cells of those that cannot be read.
    _digest: Any = field(default_factory=hashlib.sha256)
    _unread: Any = field(default_factory=hashlib.sha256)
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
        self._last_row = block.numbers[-1]
        frame: dict[str, pl.Series] = {"row_number": block.numbers}
        errors = [_errors(block.numbers, "", Faults(block.ragged, "too_many_cells"))]
        hashed, raw = [], []
        for column in self.kind.columns:
            place = self.layout.columns.get(column.field)
            cells = block.cells[f"c{place}"] if place is not None else pl.repeat("", count, eager=True, dtype=pl.String)
            raw.append(cells.alias(column.field))
            if column.required:
                errors.append(_errors(block.numbers, column.field, Faults(cells == "", "missing")))
            parsed = self._readers[column.field](cells)
            frame.update(parsed.columns)
            said = parsed.columns[column.field]
            # What is sealed differs each time.
            hashed.append((cells if said.dtype == pl.Binary else said).alias(column.field))
            errors += [_errors(block.numbers, column.field, faults) for faults in parsed.faults]
        if "id_index" in frame:
            heads = frame["id_index"].drop_nulls().bin.slice(0, 8)
            self._heads.append(heads.bin.reinterpret(dtype=pl.UInt64, endianness="big"))
        found = pl.concat([part for part in errors if len(part)] or errors[:1])
        rows = pl.DataFrame(frame).with_columns(bad=pl.col("row_number").is_in(found["row_number"].implode()))
        if not self._faulty and len(found):
            self._first_fault = found.row(0, named=True)
        self._faulty += int(rows["bad"].sum())
        if self.rows == self._faulty >= _MOST_OF_FAULTY_ALONE:
            raise self._none_is_right()
        self._digest.update(_as_bytes(pl.DataFrame(hashed)))
        if rows["bad"].any():
            self._unread.update(_as_bytes(pl.DataFrame(raw).filter(rows["bad"])))
        self._keep(found)
        bulk.load(bulk.STAGED, rows)

    def _none_is_right(self) -> FileRefused:
        first = self._first_fault
        return FileRefused(
            _(
                "None of the first %(rows)s rows can be taken. Row %(row)s, for example: %(reason)s. Please mend the "
                "list and send it again."
            )
            % {
                "rows": self.rows,
                "row": first["row_number"],
                "reason": mask_text(self.kind.reason(first["field"], first["code"], first["detail"])),
            }
        )

    def ends_with_footer(self) -> bool:
        """Whether the last row that was read is no data."""
        return bool(self.layout.left_out) and self.layout.left_out[-1][0] > self._last_row

    def settle(self, rows_a_chunk: int) -> None:
        """After the last block."""
        key = "id_index" if any(column.name == "id_index" for column in self.kind.staged_columns()) else "row_number"
        bulk.settle_staging_table(key)
        if key == "row_number":
            starts = [str(first) for first in range(1, self._last_row + 1, rows_a_chunk)]
        else:
            self._heads = pl.concat([pl.Series([], dtype=pl.UInt64), *self._heads]).sort()
            starts = [self._literal(head) for head in self._heads.gather_every(rows_a_chunk)]
        # The first span reaches down to the rows without a number, the last one up to the end.
        below = [f"s.{key} < {start}" for start in starts[1:]]
        above = [f"s.{key} >= {start}" for start in starts[1:]]
        firsts = [f"({below[0]} OR s.{key} IS NULL)" if below else "TRUE"]
        self._spans = firsts + [
            f"({low} AND {high})" if high else low for low, high in zip(above, [*below[1:], ""], strict=False)
        ]
        self._rows_a_chunk = rows_a_chunk

    def _literal(self, head: int) -> str:
        return f"'\\x{head:016x}'::bytea" if self.vendor == "postgresql" else f"x'{head:016x}'"

    def chunks(self) -> Iterator[Chunk]:
        """The chunks of a file, numbered the same at every attempt, phase by phase. They are spans of the index of
        the id number where the list has one, else of row numbers: rows that enter a table in the order of its index
        go in faster, and rows of one person are in one chunk."""
        number = 0
        for phase in self.kind.phases:
            for place, span in enumerate(self._spans):
                number += 1
                first = place * self._rows_a_chunk + 1
                yield Chunk(self.batch, number, first, first + self._rows_a_chunk - 1, phase, span)

    def repeats_numbers(self) -> bool:
        """Whether two rows may be about one person: false only if none are."""
        return bool(self._heads.is_duplicated().any())

    def repeats(self, column: str, *, where: str) -> bool:
        """Whether any two readable rows for which SQL holds have the same in the column."""
        query = f"SELECT 1 FROM {{staged}} WHERE NOT bad AND {where} GROUP BY {column} HAVING count(*) > 1 LIMIT 1"
        return bool(self.fetch(query))

    @property
    def vendor(self) -> str:
        """ "postgresql" or "sqlite"."""
        return connection.vendor

    def hex(self, expression: str) -> str:
        """SQL for the bytes of an expression as text."""
        return f"encode({expression}, 'hex')" if self.vendor == "postgresql" else f"hex({expression})"

    @property
    def content_hash(self) -> str:
        """Hash of what the rows say: the same for the same rows in another format, encoding, spelling or order of
        columns."""
        return hashlib.sha256(self._digest.digest() + self._unread.digest()).hexdigest()

    def _data_rows(self, block: Block) -> Block:
        """Without empty rows, totals and what stands below them; its cells trimmed."""
        cells = block.cells.with_columns(trim_all(column) for column in block.cells.iter_columns())
        filled = cells.select(pl.any_horizontal(pl.all() != "")).to_series()
        self._empty += len(filled) - int(filled.sum())
        if self._empty > _MOST_EMPTY:
            raise FileRefused(_("The file has more than a million empty rows. Please delete them and send it again."))
        aside = beside_the_data(cells, filled, self.layout, self.kind)
        if aside is not None:
            self._leave_out(block.numbers.filter(aside), cells.filter(aside))
            filled = filled & ~aside
        return Block(block.numbers.filter(filled), cells.filter(filled), block.ragged.filter(filled))

    def _leave_out(self, numbers: pl.Series, cells: pl.DataFrame) -> None:
        for number, row in zip(numbers, cells.iter_rows(), strict=True):
            if len(self.layout.left_out) < _LEFT_OUT_KEPT:
                self.layout.left_out.append([number, mask_text(re.sub(r"\s+", " ", " ".join(filter(None, row))))[:80]])

    def _keep(self, found: pl.DataFrame) -> None:
        if len(found):
            bulk.load(
                RowError._meta.db_table,
                found.unique(["row_number", "field", "code"], maintain_order=True).with_columns(
                    pl.lit(self.batch.pk).alias("batch_id"),
                    # Where columns have slipped, a number stands in a cell that is quoted.
                    pl.col("detail").str.replace_all(_NUMBER, "${1}********${2}").str.slice(0, 300),
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

    def refuse_older(self, field: str, found: str, batch: str, where: str) -> int:
        """Refuses the rows by which this list would undo what a newer one of its kind has brought. `found` joins what
        stands to the staged rows, `batch` is its column of the list it came by, `where` tells what differs."""
        return self.refuse(
            field,
            "newer_stands",
            f"""{found} JOIN {Batch._meta.db_table} newer ON newer.id = {batch} AND newer.kind = %(kind)s
            AND newer.business_on > %(on)s WHERE NOT s.bad AND ({where})""",
            detail="CAST(newer.business_on AS text)",
            kind=self.kind.name,
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
        if not RowError.objects.filter(batch=self.batch).exists():
            return 0
        self.execute(
            f"DELETE FROM {{staged}} WHERE row_number IN (SELECT row_number FROM {errors} WHERE batch_id = %(batch)s)"
        )
        return RowError.objects.filter(batch=self.batch).values("row_number").distinct().count()


def _as_bytes(frame: pl.DataFrame) -> bytes:
    return frame.write_csv(include_header=False).encode()


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
