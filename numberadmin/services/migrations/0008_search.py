"""Finding a number by any part of its digits, and a label by any part of it, without looking at each."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

SQLITE = """
CREATE VIRTUAL TABLE services_number_digits USING fts5(digits, content='', tokenize='trigram');
INSERT INTO services_number_digits(rowid, digits) SELECT id, CAST(number AS TEXT) FROM services_number;
CREATE TRIGGER services_number_digits_insert AFTER INSERT ON services_number BEGIN
    INSERT INTO services_number_digits(rowid, digits) VALUES (new.id, CAST(new.number AS TEXT));
END;
CREATE TRIGGER services_number_digits_delete AFTER DELETE ON services_number BEGIN
    INSERT INTO services_number_digits(services_number_digits, rowid, digits)
    VALUES ('delete', old.id, CAST(old.number AS TEXT));
END;
CREATE TRIGGER services_number_digits_update AFTER UPDATE OF number ON services_number BEGIN
    INSERT INTO services_number_digits(services_number_digits, rowid, digits)
    VALUES ('delete', old.id, CAST(old.number AS TEXT));
    INSERT INTO services_number_digits(rowid, digits) VALUES (new.id, CAST(new.number AS TEXT));
END;
CREATE VIRTUAL TABLE services_label_words USING fts5(words, content='', tokenize='trigram');
INSERT INTO services_label_words(rowid, words) SELECT id, searched FROM services_label;
CREATE TRIGGER services_label_words_insert AFTER INSERT ON services_label BEGIN
    INSERT INTO services_label_words(rowid, words) VALUES (new.id, new.searched);
END;
CREATE TRIGGER services_label_words_delete AFTER DELETE ON services_label BEGIN
    INSERT INTO services_label_words(services_label_words, rowid, words) VALUES ('delete', old.id, old.searched);
END;
CREATE TRIGGER services_label_words_update AFTER UPDATE OF searched ON services_label BEGIN
    INSERT INTO services_label_words(services_label_words, rowid, words) VALUES ('delete', old.id, old.searched);
    INSERT INTO services_label_words(rowid, words) VALUES (new.id, new.searched);
END;
"""
SQLITE_NAMES = ("services_number_digits", "services_label_words")

# Where the database's owner may not have the extension, a search looks at each number.
POSTGRESQL = """
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX services_number_digits ON services_number USING gin ((number::text) gin_trgm_ops);
    CREATE INDEX services_label_words ON services_label USING gin (searched gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'without pg_trgm (%), a search takes longer the more numbers there are', SQLERRM;
END $$
"""


def add(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL, params=None)
        return
    statement = ""
    for line in SQLITE.strip().splitlines():
        statement += line + "\n"
        if line.endswith(";") and ("TRIGGER" not in statement or line == "END;"):
            editor.execute(statement)
            statement = ""


def remove(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        for name in SQLITE_NAMES:
            editor.execute(f"DROP INDEX IF EXISTS {name}")
        return
    for name in SQLITE_NAMES:
        for what in ("insert", "delete", "update"):
            editor.execute(f"DROP TRIGGER {name}_{what}")
        editor.execute(f"DROP TABLE {name}")


def since_when(apps: Any, editor: Any) -> None:
    """Numbers in no application: since they were last taken out of one, else since they were rented."""
    number, line = apps.get_model("services", "Number"), apps.get_model("audit", "Line")
    lines = line.objects.filter(account=OuterRef("account"), number=OuterRef("number"), became="").exclude(was="")
    lines = lines.exclude(entry__phase="intent").exclude(entry__state="unknown").order_by("-id")
    free = number.objects.filter(application=None)
    free.update(free_since=Subquery(lines.values("entry__at")[:1]))
    for row in free.filter(free_since=None, rented_at__isnull=False).iterator():
        number.objects.filter(pk=row.pk).update(free_since=row.rented_at)


class Migration(migrations.Migration):
    dependencies = [("services", "0007_counts"), ("audit", "0007_plan_action")]

    operations = [
        migrations.RunPython(since_when, migrations.RunPython.noop),
        migrations.RunPython(add, remove),
    ]
