"""The mirror of the account's rented numbers: a list from the remote is compared, and only what changed is written."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from numberadmin import sinch
from numberadmin.accounts.models import Account
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Line, Phase, State
from numberadmin.services import record
from numberadmin.services.models import Application, Number, Reading, folded

Listing = sinch.Listing[sinch.RentedNumber]
BATCH = 500
TAKEN_FROM_THE_LIST = (
    "group_id", "has", "application_id", "country_id", "country", "city", "area_code", "searched", "expires",
    "amount", "currency",
)  # fmt: skip


def reading(account: Account, what: Reading.What) -> Reading:
    return Reading.objects.filter(account=account, what=what).first() or Reading(account=account, what=what)


def note(
    account: Account,
    what: Reading.What,
    *,
    error: str = "",
    damaged: int = 0,
    seconds: float = 0,
    lacking: Collection[int] = (),
) -> None:
    """Remembers a try to read a list, and how it ended."""
    now = timezone.now()
    values: dict[str, object] = {"tried_at": now, "error": error, "lacking": sorted(lacking)}
    if not error:
        values |= {"read_at": now, "damaged": damaged, "outdated": False, "seconds": seconds}
    Reading.objects.update_or_create(account=account, what=what, defaults=values)
    if not error:
        Reading.objects.filter(account=account, what=what, first_read_at=None).update(first_read_at=now)


def store(account: Account, listing: Listing, our_numbers: Collection[int], our_groups: Collection[int]) -> None:
    """Makes the mirror equal to the list. Where rows of the list are damaged, nothing is taken for gone.

    What changed without an operation of ours goes into the audit; `our_numbers` and the new numbers of `our_groups`
    belong to operations that are open.
    """
    had = {row.number: row for row in Number.objects.filter(account=account).select_related("application")}
    applications = known_applications(account, (row.application_key for row in listing.rows))
    first = reading(account, Reading.What.NUMBERS).read_at is None
    new, changed, moved = [], [], []
    for row in listing.rows:
        old = had.pop(row.number, None)
        current = _as_number(account, row, applications.get(row.application_key.lower()))
        if old is None:
            new.append(current)
        elif any(getattr(old, name) != getattr(current, name) for name in TAKEN_FROM_THE_LIST):
            if old.application_id != current.application_id:
                moved.append(Change(row.number, old.application_key, current.application_key))
            _take_over(old, current)
            changed.append(old)
    gone = [] if listing.damaged else list(had.values())
    if not first:
        _remember(account, new)
    Number.objects.bulk_create(new, batch_size=500)
    Number.objects.bulk_update(changed, [*TAKEN_FROM_THE_LIST, "assigned_by", "assigned_at"], batch_size=200)
    Number.objects.filter(pk__in=[row.pk for row in gone]).delete()
    if not first:
        moved = [change for change in moved if change.number not in our_numbers]
        _seen_outside(account, moved, [n for n in new if n.group_id not in our_groups], gone)


def known_applications(account: Account, keys: Iterable[str]) -> dict[str, Application]:
    """The account's applications by key in lower case; the keys among `keys` that are new to it are added."""
    known = {application.key.lower(): application for application in Application.objects.filter(account=account)}
    wanted = {key.lower(): key for key in sorted(set(keys)) if key}
    new = [Application(account=account, key=wanted[low]) for low in sorted(wanted.keys() - known.keys())]
    return known | {application.key.lower(): application for application in Application.objects.bulk_create(new)}


def seen_in_application(
    account: Account, application: Application, listed: Collection[int], doubted: Collection[int]
) -> None:
    """What one application holds was read: where the mirror had it otherwise, it was changed outside. Numbers that
    are in doubt, or that the mirror does not have, are left to the list."""
    here = set(Number.objects.filter(application=application).values_list("number", flat=True))
    lost = sorted(here - set(listed) - set(doubted))
    rows = Number.objects.filter(account=account).select_related("application")
    more = batched(sorted(set(listed) - here - set(doubted)))
    came = [row for some in more for row in rows.filter(number__in=some)]
    changes = [Change(number, application.key, "") for number in lost]
    changes += [Change(row.number, row.application_key, application.key) for row in came]
    if changes:
        with transaction.atomic(durable=True):
            after_assign(account, lost, None, "")
            after_assign(account, [row.number for row in came], application, "")
            _seen_outside(account, changes, [], [])


def after_assign(account: Account, numbers: Sequence[int], application: Application | None, by: str) -> None:
    """Writes who put the numbers where, once the remote has confirmed it."""
    for some in batched(numbers):
        Number.objects.filter(account=account, number__in=some).update(
            application=application, assigned_by=by, assigned_at=timezone.now() if by else None
        )


def after_checkout(account: Account, numbers: Sequence[int], operation: UUID, by: str) -> None:
    """Writes who rented the numbers."""
    Number.objects.filter(account=account, number__in=numbers).update(
        rented_in=operation, rented_by=by, rented_at=timezone.now()
    )


def batched(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """In parts that a database takes in one statement."""
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]


def _as_number(account: Account, row: sinch.RentedNumber, application: Application | None) -> Number:
    return Number(
        account=account,
        number=row.number,
        group_id=row.group_id,
        has=",".join(row.capabilities),
        application=application,
        country_id=row.country_id,
        country=row.country,
        city=row.city,
        area_code=row.area_code,
        searched=folded(f"{row.city} {row.country}"),
        expires=row.expires,
        amount=row.cost.amount if row.cost else None,
        currency=row.cost.currency if row.cost else "",
    )


def _take_over(old: Number, current: Number) -> None:
    """A number that changed hands outside is no longer assigned by whoever assigned it here."""
    if old.application_id != current.application_id:
        old.assigned_by, old.assigned_at = "", None
    for name in TAKEN_FROM_THE_LIST:
        setattr(old, name, getattr(current, name))
    old.application = current.application


def _remember(account: Account, new: Sequence[Number]) -> None:
    """A number that was gone from the list and is back: who rented it and who put it there stands in the audit."""
    found = {row.number: row for row in new}
    lines = Line.objects.filter(account=account, entry__phase__in=[Phase.OUTCOME, Phase.SETTLEMENT])
    known = [
        line
        for some in batched(sorted(found))
        for line in lines.filter(number__in=some, entry__state=State.SUCCEEDED).select_related("entry").order_by("id")
    ]
    intents = Entry.objects.filter(operation__in={line.entry.operation for line in known}, phase=Phase.INTENT)
    people = dict(intents.values_list("operation", "actor_name"))
    for line in known:
        row, entry = found[line.number], line.entry
        if entry.action == Action.CHECK_OUT:
            row.rented_in, row.rented_by, row.rented_at = entry.operation, people[entry.operation], entry.at
        else:
            here = line.became == row.application_key
            row.assigned_by, row.assigned_at = (people[entry.operation], entry.at) if here else ("", None)


def _seen_outside(account: Account, moved: Sequence[Change], new: Sequence[Number], gone: Sequence[Number]) -> None:
    parts = {
        "assigned, moved or unassigned": len(moved),
        "rented": len(new),
        "no longer rented": len(gone),
    }
    if any(parts.values()):
        seen = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
        details: dict[str, object] = {"rented": [row.number for row in new], "gone": [row.number for row in gone]}
        if since := reading(account, Reading.What.NUMBERS).read_at:
            details["since"] = since.isoformat()
        message = f"Seen in the list from Sinch, done outside numberadmin: {seen}."
        came = [Change(row.number, "", row.application_key) for row in new]
        went = [Change(row.number, row.application_key, "") for row in gone]
        record.event(account, None, Action.OUTSIDE, message, changes=[*moved, *came, *went], details=details)
