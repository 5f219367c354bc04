from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_receivers(apps, schema_editor):
    bureaus = apps.get_model("accounts", "Bureau").objects.filter(pk=OuterRef("receiver"))
    apps.get_model("exchanges", "Delivery").objects.update(receiver_name=Subquery(bureaus.values("name")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('exchanges', '0007_manifests_and_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='repeated_on',
            field=models.DateField(blank=True, null=True, verbose_name='sent once more on'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='receiver_name',
            field=models.CharField(default='', help_text='As it was called then; it stands in file and manifest', max_length=80, verbose_name='name of the receiver'),
            preserve_default=False,
        ),
        migrations.RunPython(name_receivers, migrations.RunPython.noop),
    ]
