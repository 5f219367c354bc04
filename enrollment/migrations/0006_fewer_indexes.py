"""References that another index of their table begins with need none of their own: each costs an import a write a row.

Only the indexes go. An AlterField would rebuild the tables on SQLite, which takes their guards away (subsidies,
migration 0004).
"""

import django.db.models.deletion
from django.db import migrations, models


def without_index(model, field, to, index, **more):
    """The reference without its index, on PostgreSQL also without that for LIKE."""
    table, column = f"enrollment_{model}", f"{field}_id"
    reference = models.ForeignKey(to, django.db.models.deletion.PROTECT, db_index=False, **more)
    return migrations.SeparateDatabaseAndState(
        [
            migrations.RunSQL(f"DROP INDEX {index}", f"CREATE INDEX {index} ON {table} ({column})"),
            migrations.RunSQL(f"DROP INDEX IF EXISTS {index}_like", migrations.RunSQL.noop),
        ],
        [migrations.AlterField(model, field, reference)],
    )


PLACE, PERSON = "regions.region", "enrollment.person"


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0005_travel_permits"), ("regions", "0001_initial")]

    operations = [
        without_index(
            "employeecover",
            "region",
            PLACE,
            "enrollment_employeecover_region_id_fde65acc",
            related_name="+",
            verbose_name="area",
        ),
        without_index(
            "notenrolledreason",
            "region",
            PLACE,
            "enrollment_notenrolledreason_region_id_1e19ffec",
            related_name="+",
            verbose_name="hukou place",
        ),
        without_index(
            "payment",
            "person",
            PERSON,
            "enrollment_payment_person_id_c085b539",
            related_name="payments",
            verbose_name="person",
        ),
        without_index(
            "person",
            "region",
            PLACE,
            "enrollment_person_region_id_17dcad46",
            related_name="+",
            verbose_name="hukou place",
        ),
        without_index(
            "registration",
            "region",
            PLACE,
            "enrollment_registration_region_id_f3641e6f",
            related_name="+",
            verbose_name="place of enrolment",
        ),
        without_index(
            "school",
            "region",
            PLACE,
            "enrollment_school_region_id_8178800f",
            related_name="+",
            verbose_name="area",
        ),
        without_index(
            "schooling",
            "person",
            PERSON,
            "enrollment_schooling_person_id_fad7eb0a",
            related_name="schoolings",
            verbose_name="person",
        ),
    ]
