"""Each row that pages show who, what and when from gets its proof, over what it holds now. Who put a number where it
is, and who rented it, is read from the audit, so no other place has it any more.

By plain statements: on SQLite Django would make tables anew, and lose the triggers that keep the indexes of the search.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from numberadmin import proven
from numberadmin.services import models as now

MODELS = ("Application", "Number", "Label", "Plan", "PlanItem", "Reservation", "Request", "Open")
IN_THE_AUDIT = ("assigned_by", "assigned_at", "rented_by", "rented_at")


def seal(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for name in MODELS:
        proven.seal_all(apps.get_model("services", name), getattr(now, name).PROVEN)


class Migration(migrations.Migration):
    dependencies = [("services", "0012_uploads"), ("audit", "0010_login_and_place"), ("accounts", "0009_proofs")]
    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE services_{name.lower()} ADD COLUMN proof varchar(32) NOT NULL DEFAULT ''",
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
            migrations.RunSQL(
                f"ALTER TABLE services_number DROP COLUMN {name}",
                state_operations=[migrations.RemoveField(model_name="number", name=name)],
            )
            for name in IN_THE_AUDIT
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE services_plan ADD COLUMN lines integer NOT NULL DEFAULT 0",
                "UPDATE services_plan SET lines ="
                " (SELECT COUNT(*) FROM services_planitem WHERE plan_id = services_plan.id)",
            ],
            state_operations=[
                migrations.AddField(
                    model_name="plan",
                    name="lines",
                    field=models.IntegerField(db_default=0, default=0),
                )
            ],
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
