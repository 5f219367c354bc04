"""The same population list by our own way and by django-import-export, 20,000 rows into a register of 100,000 people.

    make bench ARGS="peer --rows 20000"                  PostgreSQL where it answers, see DATABASE_URL

The resource does the work that a list of people needs and no more: each row's number is checked (GB 11643), encrypted
and indexed by the keyed hash, its place must be one of the area, its state one of the words; the person is found by the
index. "As its admin runs it" is a dry run and a confirmed import, each in a transaction, on the data that the admin
reads from the upload twice; pages, their rendering and the admin's log entries are left out, in the peer's favour.
"use_bulk" is one import with `force_init_instance`, which looks nobody up: such a resource can bring new people only;
`skip_diff` leaves out what the preview would show. Our way is all of it: the file kept encrypted, hashes, staging,
checks across rows, merge, audit.
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from common import clock, database, lists

STANDING = 100_000
STATES = {"正常": "normal", "死亡": "dead", "迁出": "moved_out", "参军": "enlisted", "服刑": "in_prison"}
OURS, ADMIN = "our own way", "import-export as its admin runs it"
BULK, BARE = "import-export, use_bulk, force_init_instance", "the same, and skip_diff"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default=database.DEFAULT)
    options = parser.parse_args()
    with database.opened(options.database, "bench_peer"):
        lists.make_areas()
        standing, _ = lists.people(STANDING, first=options.rows)
        lists.work_off(lists.receive("population", lists.as_csv("population", standing)))
        rows, _ = lists.people(options.rows)
        _measure(lists.as_csv("population", rows), options.rows, options.rounds)
    return 0


def _measure(content: bytes, count: int, rounds: int) -> None:
    ways: dict[str, Callable[[], object]] = {
        OURS: lambda: lists.work_off(lists.receive("population", content)),
        ADMIN: lambda: [_imported(content, dry_run=dry_run) for dry_run in (True, False)],
        BULK: lambda: _imported(content, use_bulk=True, force_init_instance=True),
        BARE: lambda: _imported(content, use_bulk=True, force_init_instance=True, skip_diff=True),
    }
    taken: dict[str, list[clock.Taken]] = {way: [] for way in ways}
    print(f"population, {count:,} rows into a register of {STANDING:,}, {clock.load()}")
    for _ in range(rounds):
        for way, run in ways.items():
            _take_back()
            taken[way].append(clock.timed(run))
            _check(count)
    for way, times in taken.items():
        wall, cpu = (statistics.median(getattr(each, what) for each in times) for what in ("wall", "cpu"))
        slower = statistics.median(each.wall / mine.wall for each, mine in zip(times, taken[OURS], strict=True))
        print(
            f"    {way:48}{count / wall:9,.0f} rows/s {wall:7.1f} s {cpu:7.1f} s of the processors"
            f"   ours goes {slower:6.1f} times as fast"
        )
    print(f"    {clock.load()}")


def _take_back() -> None:
    """The people of the list leave the register; the list is forgotten."""
    from django.db import connection

    from enrollment.models import Person
    from exchanges.models import Batch

    Batch.objects.update(sha256="", content_hash="")
    added = Person.objects.order_by("-id").values_list("id", flat=True)[: max(Person.objects.count() - STANDING, 0)]
    Person.objects.filter(pk__in=list(added)).delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE enrollment_person" if connection.vendor == "postgresql" else "ANALYZE")


def _check(count: int) -> None:
    from enrollment.models import Person

    if Person.objects.count() != STANDING + count:
        raise SystemExit(f"{Person.objects.count()} people stand in the register instead of {STANDING + count}")


def _imported(content: bytes, *, dry_run: bool = False, **options: bool) -> None:
    from import_export.formats.base_formats import CSV

    dataset = CSV().create_dataset(content.decode("gb18030"))
    result = _resource(options)().import_data(dataset, dry_run=dry_run, raise_errors=False, use_transactions=True)
    if result.has_errors() or result.has_validation_errors():
        first = next(iter(result.row_errors()), ("", []))
        raise SystemExit(f"import-export refused rows: {dict(result.totals)}, {[each.error for each in first[1]]}")


def _resource(options: dict[str, bool]) -> type:
    from import_export import fields, resources, widgets

    from enrollment import documents
    from enrollment.models import Person
    from privacy.keyring import blind_index
    from regions.models import Region

    class Index(widgets.Widget):
        def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
            return value.hex() if value else ""

    class People(resources.ModelResource):
        name = fields.Field("name", "姓名")
        id_number = fields.Field("id_number", "身份证号")
        id_number_index = fields.Field("id_number_index", "index", Index())
        document_kind = fields.Field("document_kind", "document_kind")
        birth_date = fields.Field("birth_date", "birth_date")
        region_id = fields.Field("region_id", "户籍地区划")
        household = fields.Field("household", "户号")
        residence_id = fields.Field("residence_id", "居住地区划")
        status = fields.Field("status", "状态")
        status_on = fields.Field("status_on", "状态日期")

        class Meta:
            model = Person
            import_id_fields = ("id_number_index",)
            fields = (
                "name",
                "id_number",
                "id_number_index",
                "document_kind",
                "birth_date",
                "region_id",
                "household",
                "residence_id",
                "status",
                "status_on",
            )
            use_bulk = options.get("use_bulk", False)
            force_init_instance = options.get("force_init_instance", False)
            skip_diff = options.get("skip_diff", False)

        def before_import(self, dataset: Any, **kwargs: Any) -> None:
            # What the rows compute, for the library finds people by columns of the file.
            for added in ("index", "document_kind", "birth_date"):
                dataset.append_col([""] * len(dataset), header=added)
            self.places = set(Region.objects.values_list("code", flat=True))

        def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
            document = documents.parse(row["身份证号"], on=lists.ON)
            row["身份证号"] = document.number
            row["index"] = blind_index(document.number, purpose=documents.INDEX_PURPOSE)
            row["document_kind"], row["birth_date"] = document.kind.value, document.birth_date
            for place in ("户籍地区划", "居住地区划"):
                if row[place] and row[place] not in self.places:
                    raise ValueError(f"{row[place]} is no place")
                row[place] = row[place] or None
            row["状态"] = STATES[row["状态"]]
            row["状态日期"] = date.fromisoformat(row["状态日期"]) if row["状态日期"] else None

    return People


if __name__ == "__main__":
    sys.exit(main())
