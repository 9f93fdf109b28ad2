"""Saved views come with the membership whose they are."""

from collections import defaultdict
from typing import Any

from django.db import migrations


def carry_over(apps: Any, editor: Any) -> None:
    kept = defaultdict(list)
    for row in apps.get_model("services", "SavedView").objects.order_by("id"):
        kept[row.account_id, row.person_id].append([row.name, row.query])
    for (account, person), views in kept.items():
        memberships = apps.get_model("accounts", "Membership").objects
        memberships.filter(account=account, person=person).update(views=views)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_views"),
        ("services", "0008_search"),
    ]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop, elidable=True),
        migrations.DeleteModel(name="SavedView"),
    ]
