"""The references of a mark are found by the indexes that begin with them; only their own go (enrollment, 0006)."""

import django.db.models.deletion
from django.db import migrations, models


def without_index(field, to, index, **more):
    """The reference without its index, on PostgreSQL also without that for LIKE."""
    reference = models.ForeignKey(to, django.db.models.deletion.PROTECT, db_index=False, **more)
    return migrations.SeparateDatabaseAndState(
        [
            migrations.RunSQL(f"DROP INDEX {index}", f"CREATE INDEX {index} ON subsidies_identitymark ({field}_id)"),
            migrations.RunSQL(f"DROP INDEX IF EXISTS {index}_like", migrations.RunSQL.noop),
        ],
        [migrations.AlterField("identitymark", field, reference)],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("subsidies", "0004_decisions_closed"),
        ("enrollment", "0006_fewer_indexes"),
        ("regions", "0001_initial"),
    ]

    operations = [
        without_index(
            "person",
            "enrollment.person",
            "subsidies_identitymark_person_id_7097f946",
            related_name="marks",
            verbose_name="person",
        ),
        without_index(
            "region",
            "regions.region",
            "subsidies_identitymark_region_id_51b4a149",
            related_name="+",
            verbose_name="hukou place",
        ),
    ]
