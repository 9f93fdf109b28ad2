"""The texts of searches as they are folded now: without strokes too, so that "lukasz" finds "Łukasz"."""

from django.db import migrations

from numberadmin.text import folded


def fold(apps, schema_editor):
    labels = apps.get_model("services", "Label").objects
    for key, text in list(labels.values_list("pk", "searched")):
        if folded(text) != text:
            labels.filter(pk=key).update(searched=folded(text))
    for name in ("Number", "NumberGroup"):
        rows = apps.get_model("services", name).objects
        for text in list(rows.values_list("searched", flat=True).distinct()):
            if folded(text) != text:
                rows.filter(searched=text).update(searched=folded(text))
    _fold_counts(apps.get_model("services", "PlaceTally").objects)


def _fold_counts(counts):
    """Places that are told apart no longer are counted as one."""
    for place in list(counts.all()):
        text = folded(place.searched)
        if text == place.searched:
            continue
        same = counts.filter(account=place.account_id, searched=text).first()
        if same:
            counts.filter(pk=same.pk).update(count=same.count + place.count)
            place.delete()
        else:
            counts.filter(pk=place.pk).update(searched=text)


class Migration(migrations.Migration):
    dependencies = [("services", "0010_plan_steps")]
    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
