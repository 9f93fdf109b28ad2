"""Names that nobody else of the team has. Who is called like somebody else, or like the program, gets the e-mail or a
number beside the name; who was there first keeps theirs. Nobody's deeds change: the audit has the names of then."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from numberadmin.accounts import names


def name_everybody(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    Membership = apps.get_model("accounts", "Membership")
    NameKey = apps.get_model("accounts", "NameKey")
    taken: dict[int, set[str]] = {}
    teams: dict[int, list[int]] = {}
    people = {}
    for row in Membership.objects.order_by("id").select_related("person"):
        people.setdefault(row.person_id, row.person)
        teams.setdefault(row.person_id, []).append(row.account_id)
    for person in people.values():
        for name in names.candidates(person.name, person.login or person.email, person.pk):
            looks = names.keys(name)
            if not any(looks & taken.get(account, set()) for account in teams[person.pk]):
                break
        for account in teams[person.pk]:
            taken.setdefault(account, set()).update(looks)
            NameKey.objects.bulk_create(
                NameKey(account_id=account, person_id=person.pk, key=key) for key in sorted(looks)
            )
        if person.name != name:
            type(person).objects.filter(pk=person.pk).update(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_after_restore")]
    operations = [
        migrations.CreateModel(
            name="NameKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="accounts.account")),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "key"), name="nobody_called_alike"),
                ],
            },
        ),
        migrations.RunPython(name_everybody, migrations.RunPython.noop),
    ]
