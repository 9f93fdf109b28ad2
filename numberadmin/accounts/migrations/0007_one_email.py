"""E-mails as they are compared now: their domain in ASCII. One that somebody else has in that spelling stays as it is."""

from django.db import migrations

from numberadmin.text import email


def fold(apps, schema_editor):
    people = apps.get_model("accounts", "Person").objects
    for person in people.exclude(login=None).iterator():
        login = email(person.login)
        if login != person.login and not people.filter(login=login).exists():
            people.filter(pk=person.pk).update(login=login)
    invitations = apps.get_model("accounts", "Invitation").objects
    for invitation in invitations.iterator():
        if email(invitation.email) != invitation.email:
            invitations.filter(pk=invitation.pk).update(email=email(invitation.email))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_links")]
    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
