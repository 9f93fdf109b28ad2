"""From now on an entry holds by what its actor signed in, and its hash covers its place. Entries of before keep theirs.

By plain statements: on SQLite Django would make the table anew, and lose the triggers that guard it.
"""

from django.db import migrations, models

ADD = """
ALTER TABLE audit_entry ADD COLUMN actor_login varchar(254) NOT NULL DEFAULT '';
ALTER TABLE audit_entry ADD COLUMN form smallint NOT NULL DEFAULT 1;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_steps")]
    operations = [
        migrations.RunSQL(
            ADD,
            state_operations=[
                migrations.AddField(
                    model_name="entry",
                    name="actor_login",
                    field=models.CharField(blank=True, db_default="", default="", max_length=254),
                ),
                migrations.AddField(
                    model_name="entry",
                    name="form",
                    field=models.SmallIntegerField(db_default=1, default=2),
                ),
            ],
        ),
    ]
