"""The mirror of the account's rented numbers: a list from the remote is compared, and only what changed is written."""

import datetime as dt
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from numberadmin import proven, sinch
from numberadmin.accounts.models import Account
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Line
from numberadmin.services import bulk, deeds, record, tallies
from numberadmin.services.bulk import in_parts
from numberadmin.services.models import Application, Number, Open, Reading
from numberadmin.text import folded

Listing = sinch.Listing[sinch.RentedNumber]
BATCH = 500
# So many new numbers of a first list are kept by each transaction: others want to write too.
FIRST_BATCH = 10_000
TAKEN_FROM_THE_LIST = (
    "group_id", "has", "application_id", "country_id", "country", "city", "area_code", "searched", "expires",
    "amount", "currency",
)  # fmt: skip


# So many numbers are named in a sentence.
NAMED = 3


class Became(NamedTuple):
    """The application of a number whose capabilities are others now, and the two sets."""

    key: str
    was: str
    has: str


NO_CAPABILITIES: Mapping[int, Became] = MappingProxyType({})


def _places() -> "array[int]":
    return array("q")


@dataclass
class Difference:
    """How a list differs from the mirror: the places in the list of numbers that are new and of rows that are not
    marked as in the mirror, and the numbers that the list lacks."""

    new: "array[int]" = field(default_factory=_places)
    changed: "array[int]" = field(default_factory=_places)
    gone: "array[int]" = field(default_factory=_places)


# Each page asks for it. Django takes longer to put together a query with a part like that than to run it.
READING = """
SELECT *, EXISTS (SELECT 1 FROM services_open WHERE account_id = services_reading.account_id) AS while_open
FROM services_reading WHERE account_id = %s AND what = %s
"""


def reading(account: Account, what: Reading.What) -> Reading:
    """What is known of the last reading, and whether there was an open write when this was asked."""
    for known in Reading.objects.raw(READING, [account.pk, what]):
        return known
    row = Reading(account=account, what=what)
    row.while_open = Open.objects.filter(account=account).exists()
    return row


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
    values: dict[str, object] = {"tried_at": now, "error": error, "lacking": sorted(lacking), "begun_at": None}
    if not error:
        values |= {"read_at": now, "damaged": damaged, "outdated": False, "seconds": seconds}
    Reading.objects.update_or_create(account=account, what=what, defaults=values)
    if not error:
        Reading.objects.filter(account=account, what=what, first_read_at=None).update(first_read_at=now)


def compare(account: Account, listing: sinch.RentedNumbers) -> Difference:
    """Both are walked through side by side, by number."""
    found = Difference()
    numbers, marks, place, count = listing.numbers, listing.marks, 0, len(listing.numbers)
    rows = Number.objects.filter(account=account).order_by("number").values_list("number", "mark")
    for number, mark in rows.iterator(5000):
        while place < count and numbers[place] < number:
            found.new.append(place)
            place += 1
        if place == count or numbers[place] != number:
            found.gone.append(number)
            continue
        if mark != marks[place] or mark == sinch.NO_MARK:
            found.changed.append(place)
        place += 1
    found.new.extend(range(place, count))
    return found


def fill(account: Account, listing: sinch.RentedNumbers, found: Difference) -> None:
    """Where no list was ever read: keeps the new numbers, part by part. The list counts as read after `store`."""
    known, delta = known_applications(account, ()), tallies.Delta()
    is_empty = not Number.objects.filter(account=account).exists()
    parts = in_parts(listing.read(found.new), BATCH)
    rows: list[sinch.RentedNumber] | None = next(parts, None)

    def values() -> Iterator[tuple[Any, ...]]:
        """While the database takes some rows in, the next ones are decoded."""
        nonlocal rows
        count = 0
        while rows and count < FIRST_BATCH and not _unknown(rows, known):
            yield from _values(account, rows, listing, known, delta)
            count += len(rows)
            rows = next(parts, None)

    while rows:
        if keys := _unknown(rows, known):
            known = known_applications(account, keys)
        with transaction.atomic():
            bulk.insert(Number, COLUMNS[:-MORE], values())
    with transaction.atomic():
        # A reading that was cut off has left numbers that are not counted.
        (delta if is_empty else tallies.counted(account)).replace(account)
        bulk.know(Number, "account_id", "application_id", "number", "country_id", "searched")
    found.new = _places()


def store(
    account: Account,
    listing: sinch.RentedNumbers,
    found: Difference,
    our_numbers: Collection[int],
    our_groups: Collection[int],
) -> str:
    """Makes the mirror equal to the list. Where rows of the list are damaged, nothing is taken for gone.

    What changed without an operation of ours goes into the audit, and is said; `our_numbers` and the new numbers of
    `our_groups` belong to operations that are open.
    """
    now = timezone.now()
    first = reading(account, Reading.What.NUMBERS).read_at is None
    came, moved, went = [], [], []
    capabilities: dict[int, Became] = {}
    for rows in in_parts(listing.read(found.new), BATCH):
        _insert(account, rows, listing, now)
        came += [Change(row.number, "", row.application_key) for row in rows if row.group_id not in our_groups]
    for rows in in_parts(listing.read(found.changed), BATCH):
        moved += _update(account, rows, listing, now, capabilities)
    if not listing.damaged:
        for numbers in in_parts(found.gone, BATCH):
            went += _delete(account, numbers)
    if first:
        return ""
    moved = [change for change in moved if change.number not in our_numbers]
    return _seen_outside(account, moved, came, went, capabilities)


def _unknown(rows: Iterable[sinch.RentedNumber], known: Mapping[str, Application]) -> set[str]:
    """The keys of applications that have to be added first."""
    return {row.application_key for row in rows if row.application_key and row.application_key.lower() not in known}


def _insert(
    account: Account, rows: Sequence[sinch.RentedNumber], listing: sinch.RentedNumbers, now: dt.datetime
) -> None:
    known = known_applications(account, {row.application_key for row in rows})
    delta, past = tallies.Delta(), _remembered(account, rows)
    bulk.insert(Number, COLUMNS, list(_values(account, rows, listing, known, delta, now, past)))
    delta.save(account)


def _values(
    account: Account,
    rows: Iterable[sinch.RentedNumber],
    listing: sinch.RentedNumbers,
    known: Mapping[str, Application],
    delta: tallies.Delta,
    now: dt.datetime | None = None,
    past: Mapping[int, UUID] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """New rows, in the order of COLUMNS, which are counted. `now` is when they were seen for the first time, and `past`
    what is known of them from before; without these, for a first list, rows end before the last MORE of COLUMNS."""
    for row in rows:
        *taken, expires, amount, currency = _taken(row, known)
        since = now if now and not row.application_key else None
        delta.count(_facts((*taken, expires, amount, currency), since))
        price = None if amount is None else str(amount)
        mark = listing.mark(row.number)
        rented_in = past.get(row.number) if past else None
        proof = proven.proof(TABLE, (account.pk, row.number, taken[APPLICATION], rented_in))
        values = (account.pk, row.number, *taken, bulk.moment(expires), price, currency, mark, proof)
        yield (*values, bulk.moment(since), rented_in and rented_in.hex) if past is not None else values


TABLE = Number._meta.db_table
APPLICATION = TAKEN_FROM_THE_LIST.index("application_id")
COLUMNS = ("account_id", "number", *TAKEN_FROM_THE_LIST, "mark", "proof", "free_since", "rented_in")
MORE = 2


def _update(
    account: Account,
    rows: Sequence[sinch.RentedNumber],
    listing: sinch.RentedNumbers,
    now: dt.datetime,
    capabilities: dict[int, Became],
) -> list[Change]:
    """Takes over what is otherwise in the list, and tells which numbers changed hands. Those that have others now are
    added to `capabilities`."""
    applications = known_applications(account, {row.application_key for row in rows})
    delta, moved = tallies.Delta(), []
    had = _rows_of(account, [row.number for row in rows])
    changed = []
    for row in rows:
        old, taken = had[row.number], dict(zip(TAKEN_FROM_THE_LIST, _taken(row, applications), strict=True))
        old.mark = listing.mark(row.number)
        if all(getattr(old, name) == value for name, value in taken.items()):
            continue
        delta.count([getattr(old, name) for name in tallies.FACTS], -1)
        if old.application_id != taken["application_id"]:
            moved.append(Change(row.number, old.application_key, row.application_key))
            old.free_since = None if taken["application_id"] else now
        if old.has != taken["has"]:
            capabilities[row.number] = Became(row.application_key, old.has, str(taken["has"]))
        for name, value in taken.items():
            setattr(old, name, value)
        delta.count([getattr(old, name) for name in tallies.FACTS])
        changed.append(old)
    fields = [*TAKEN_FROM_THE_LIST, "free_since"]
    Number.objects.bulk_update(changed, fields, batch_size=100)
    with connection.cursor() as cursor:
        marks = [(row.mark, row.pk) for row in had.values()]
        cursor.executemany(f"UPDATE {Number._meta.db_table} SET mark = %s WHERE id = %s", marks)  # noqa: S608
    delta.save(account)
    return moved


def _delete(account: Account, numbers: Sequence[int]) -> list[Change]:
    """Numbers that the list lacks leave the mirror; what is said of each is the application that it was in."""
    had, delta = _rows_of(account, numbers), tallies.Delta()
    for row in had.values():
        delta.count([getattr(row, name) for name in tallies.FACTS], -1)
    Number.objects.filter(pk__in=[row.pk for row in had.values()]).delete()
    delta.save(account)
    return [Change(row.number, row.application_key, "") for row in had.values()]


def _rows_of(account: Account, numbers: Sequence[int]) -> dict[int, Number]:
    rows = Number.objects.filter(account=account, number__in=numbers).select_related("application")
    return {row.number: row for row in rows}


def known_applications(account: Account, keys: Iterable[str]) -> dict[str, Application]:
    """The account's applications by key in lower case; the keys among `keys` that are new to it are added."""
    known = {application.key.lower(): application for application in Application.objects.filter(account=account)}
    wanted = {key.lower(): key for key in sorted(set(keys)) if key}
    new = [Application(account=account, key=wanted[low]) for low in sorted(wanted.keys() - known.keys())]
    if new:
        tallies.touch(account)
    return known | {application.key.lower(): application for application in Application.objects.bulk_create(new)}


def seen_in_application(
    account: Account, application: Application, listed: Collection[int], doubted: Collection[int]
) -> None:
    """What one application holds was read: where the mirror had it otherwise, it was changed outside. Numbers that
    are in doubt, or that the mirror does not have, are left to the list."""
    mine = Number.objects.filter(account=account)
    here = set(mine.filter(application=application).values_list("number", flat=True))
    lost = sorted(here - set(listed) - set(doubted))
    more = in_parts(sorted(set(listed) - here - set(doubted)), BATCH)
    came = [row for some in more for row in mine.filter(number__in=some).select_related("application")]
    changes = [Change(number, application.key, "") for number in lost]
    changes += [Change(row.number, row.application_key, application.key) for row in came]
    if changes:
        with transaction.atomic(durable=True):
            after_assign(account, lost, None)
            after_assign(account, [row.number for row in came], application)
            _seen_outside(account, changes)


@transaction.atomic()
def after_assign(account: Account, numbers: Sequence[int], application: Application | None) -> None:
    """Writes where the numbers are, once the remote has confirmed it. Their rows in the list that was last read tell
    it no longer."""
    now, delta, to = timezone.now(), tallies.Delta(), application.pk if application else None
    for some in in_parts(numbers, BATCH):
        rows = Number.objects.filter(account=account, number__in=some)
        for facts in rows.values_list(*tallies.FACTS):
            delta.count(facts, -1)
            delta.count((to, *facts[1:-1], None if to else now))
        rows.update(
            application=application,
            free_since=None if application else now,
            mark=sinch.NO_MARK,
        )
    delta.save(account)


def after_checkout(account: Account, numbers: Sequence[int], operation: UUID) -> None:
    """Writes in which checkout the numbers were rented."""
    Number.objects.filter(account=account, number__in=numbers).update(rented_in=operation)


def _taken(row: sinch.RentedNumber, applications: Mapping[str, Application]) -> tuple[Any, ...]:
    """What a row of the list says, in the order of TAKEN_FROM_THE_LIST."""
    cost = row.cost
    return (
        row.group_id,
        ",".join(row.capabilities),
        applications[row.application_key.lower()].pk if row.application_key else None,
        row.country_id,
        row.country,
        row.city,
        row.area_code,
        _searched(row.city, row.country),
        row.expires,
        cost.amount if cost else None,
        cost.currency if cost else "",
    )


def _facts(taken: tuple[Any, ...], since: dt.datetime | None) -> tuple[Any, ...]:
    """The same as the counts have it, in the order of their FACTS."""
    _, has, application, country_id, country, _, _, searched, expires, amount, currency = taken
    return application, country_id, country, has, currency, amount, expires, searched, since


@lru_cache(4096)
def _searched(city: str, country: str) -> str:
    return folded(f"{city} {country}")


def _remembered(account: Account, new: Sequence[sinch.RentedNumber]) -> dict[int, UUID]:
    """In which checkout a number was rented that was gone from the list and is back: as the audit has it."""
    lines = Line.objects.filter(deeds.RENTED, account=account, number__in=[row.number for row in new])
    return dict(lines.order_by("id").values_list("number", "entry__operation"))


def _seen_outside(
    account: Account,
    moved: Sequence[Change],
    came: Sequence[Change] = (),
    went: Sequence[Change] = (),
    capabilities: Mapping[int, Became] = NO_CAPABILITIES,
) -> str:
    """Writes into the audit what was done outside, and says it; empty where nothing was."""
    parts = {
        "assigned, moved or unassigned": len(moved),
        "rented": len(came),
        "no longer rented": len(went),
        f"with other capabilities ({_some(capabilities)})": len(capabilities),
    }
    if not any(parts.values()):
        return ""
    seen = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
    details: dict[str, object] = {"rented": [c.number for c in came], "gone": [c.number for c in went]}
    if since := reading(account, Reading.What.NUMBERS).read_at:
        details["since"] = since.isoformat()
    told = {change.number for change in moved}
    stayed = [Change(n, became.key, became.key) for n, became in capabilities.items() if n not in told]
    if capabilities:
        details["capabilities"] = {str(n): [became.was, became.has] for n, became in capabilities.items()}
    message = f"Seen in the list from Sinch, done outside numberadmin: {seen}."
    record.event(account, None, Action.OUTSIDE, message, changes=[*moved, *came, *went, *stayed], details=details)
    return message


def _some(capabilities: Mapping[int, Became]) -> str:
    shown = [f"+{n}: {_in_words(has)}, before {_in_words(was)}" for n, (_, was, has) in capabilities.items()]
    return "; ".join(shown[:NAMED]) + (f"; and {len(shown) - NAMED:,} more" if len(shown) > NAMED else "")


def _in_words(capabilities: str) -> str:
    return capabilities.replace(",", " and ") or "none"
