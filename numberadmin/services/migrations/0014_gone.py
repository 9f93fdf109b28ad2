from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0013_proofs")]
    operations = [
        migrations.AddField("application", "gone_at", models.DateTimeField(null=True)),
        migrations.AddField("numbergroup", "unreadable_since", models.DateTimeField(null=True)),
    ]
