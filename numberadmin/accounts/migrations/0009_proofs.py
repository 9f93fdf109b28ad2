"""Each row that pages show who, what and when from gets its proof, over what it holds now.

By plain statements: no table is made anew.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from numberadmin import proven
from numberadmin.accounts import models as now

MODELS = ("Person", "Account", "Membership", "Connection", "Invitation", "SecondFactor", "Session")


def seal(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for name in MODELS:
        proven.seal_all(apps.get_model("accounts", name), getattr(now, name).PROVEN)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_organisation_fields")]
    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE accounts_{name.lower()} ADD COLUMN proof varchar(32) NOT NULL DEFAULT ''",
                state_operations=[
                    migrations.AddField(
                        model_name=name.lower(),
                        name="proof",
                        field=models.CharField(db_default="", default="", editable=False, max_length=32),
                    )
                ],
            )
            for name in MODELS
        ),
        *(
            migrations.AlterField(
                model_name="session",
                name=name,
                field=models.ForeignKey(
                    null=True, on_delete=models.CASCADE, related_name="+", to=f"accounts.{name}"
                ),
            )
            for name in ("person", "account")
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
