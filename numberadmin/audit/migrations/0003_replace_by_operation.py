"""SQLite: REPLACE also deletes the row that has the same operation and phase, and not only the one with the same id.

The connections of numberadmin have recursive_triggers on, which refuses it; other connections may not.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TRIGGER = """
CREATE TRIGGER audit_entry_replace_phase BEFORE INSERT ON audit_entry
WHEN EXISTS (SELECT 1 FROM audit_entry WHERE operation = NEW.operation AND phase = NEW.phase)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute(TRIGGER)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [migrations.RunPython(guard)]
