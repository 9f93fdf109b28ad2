"""What the team calls its numbers, and its notes on them. They stay in numberadmin: Sinch knows nothing of them."""

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from numberadmin import moments, text
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.accounts.roles import May
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Line, State
from numberadmin.services import permission, record
from numberadmin.services.models import Label, Number
from numberadmin.services.results import Changed, NotHere, Outcome, Refusal

LABEL_LENGTH = 100
NOTE_LENGTH = 2000
# So much of a note is repeated in a message; the audit's details have all of it.
NOTE_SHOWN = 200


def set_label(
    *,
    actor: Actor,
    operation: UUID,
    number: int,
    label: str,
    note: str,
    seen: tuple[str, str] | None = None,
    confirms: bool = False,
) -> Outcome:
    """Names a number and keeps a note on it; empty texts take both away. Of a number that is rented, or has a label.

    `seen` is the label and the note that the person had before them: Changed where they are others by now. With
    `confirms`, those of a number that was gone since are confirmed by saving them as they are.
    """
    permission.ensure(actor, May.CHANGE)
    label, note = _cleaned(label, note)
    if len(label) > LABEL_LENGTH or len(note) > NOTE_LENGTH:
        raise Refusal(f"A label has at most {LABEL_LENGTH} characters and a note {NOTE_LENGTH:,}. Nothing was changed.")
    asked = {"number": number, "label": label, "note": note}
    with transaction.atomic(durable=True):
        row = _kept(actor, number)
        if earlier := record.earlier(actor, operation, asked):
            return earlier
        before = row.label, row.note
        if seen is not None and _cleaned(*before) != _cleaned(*seen):
            raise Changed(
                f"{_told(row)} Nothing of yours was changed. Look at it, and save again if you still want to."
            )
        if before == (label, note) and not (confirms and former(actor.account, [row])):
            return Outcome(operation, State.SUCCEEDED, f"+{number} is labelled so already. Nothing was changed.")
        row.label, row.note, row.searched = label, note, text.folded(f"{label} {note}")
        row.by, row.at = actor.person.name, timezone.now()
        row.save()
        details = {"asked": asked, "before": _pair(*before), "after": _pair(label, note)}
        changes = [Change(number, "", "")]
        return record.event(
            actor.account, actor, Action.LABEL, _message(number, before, label, note) or _confirmed(row),
            operation=operation, changes=changes, details=details,
        )  # fmt: skip


def of(account: Account, numbers: Collection[int]) -> dict[int, Label]:
    """The labels of those numbers that have one, in one query."""
    return {row.number: row for row in Label.objects.filter(account=account, number__in=numbers)}


def texts(account: Account, numbers: Collection[int]) -> dict[int, str]:
    """What those numbers are called that have a label, in one query."""
    rows = Label.objects.filter(account=account, number__in=numbers).exclude(label="")
    return dict(rows.values_list("number", "label"))


def one(account: Account, number: int) -> Label:
    """The number's label; an empty one where nobody has given it any."""
    return of(account, [number]).get(number) or Label(account=account, number=number)


def former(account: Account, rows: Iterable[Label]) -> dict[int, dt.datetime]:
    """Of the labels and notes that were given before their number was gone, when it was seen to be gone, by number."""
    given = {row.number: row.at for row in rows if row.label or row.note}
    if not given:
        return {}
    left = Line.objects.filter(account=account, number__in=given, became="", entry__action=Action.OUTSIDE)
    lines = list(left.filter(entry__at__gt=min(given.values())).order_by("id").values_list("number", "entry"))
    entries = Entry.objects.filter(pk__in={entry for _, entry in lines}).values_list("pk", "at", "details")
    seen = {pk: (at, frozenset(details.get("gone", ()))) for pk, at, details in entries}
    times = ((number, *seen[entry]) for number, entry in lines)
    return {number: at for number, at, gone in times if at > given[number] and number in gone}


def has(word: str) -> Q:
    """For a search among numbers: those whose label or note has the word."""
    like = Label.objects.filter(
        account=OuterRef("account"), number=OuterRef("number"), searched__contains=text.folded(word)
    )
    return Q(Exists(like))


def _kept(actor: Actor, number: int) -> Label:
    """The row, made where there is none yet, and held against others until the transaction ends."""
    known = any(model.objects.filter(account=actor.account, number=number).exists() for model in (Number, Label))
    if not known:
        raise NotHere(f'+{number} is not among the rented numbers. Nothing was changed. Press "Refresh".')
    defaults = {"by": actor.person.name, "at": timezone.now()}
    Label.objects.get_or_create(account=actor.account, number=number, defaults=defaults)
    return Label.objects.select_for_update().get(account=actor.account, number=number)


def _cleaned(label: str, note: str) -> tuple[str, str]:
    return text.clean(label), text.clean_lines(note).strip()


def _pair(label: str, note: str) -> dict[str, str]:
    return {"label": label, "note": note}


def _told(row: Label) -> str:
    at = f"{moments.clock(row.at)}"
    said = f"labelled it “{row.label}”" if row.label else "took its label away"
    return f"{row.by} changed the label or the note of +{row.number} at {at}, after this page was drawn, and {said}."


def _confirmed(row: Label) -> str:
    return f"Confirmed the label and the note of +{row.number}, which are from before it was gone: “{row.label}”."


def _message(number: int, before: tuple[str, str], label: str, note: str) -> str:
    parts = []
    if before[0] != label:
        parts.append(f"Labelled +{number} “{label}”." if label else f"Took the label “{before[0]}” from +{number}.")
    if before[1] != note:
        was, now = (f"“{text[:NOTE_SHOWN]}{'…' * (len(text) > NOTE_SHOWN)}”" for text in (before[1], note))
        if not before[1]:
            parts.append(f"Noted {now} on +{number}.")
        else:
            parts.append(
                f"Changed the note on +{number} from {was} to {now}."
                if note
                else f"Took the note {was} from +{number}."
            )
    return " ".join(parts)
