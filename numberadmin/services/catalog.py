"""The number groups that the account could rent from."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from numberadmin import pages, sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.filters import Asked
from numberadmin.services import background, mirror, refresh, remote
from numberadmin.services.group_filters import FILTERS, ORDER, GroupLook
from numberadmin.services.models import NumberGroup, Priced, Reading, Reservation
from numberadmin.services.results import SignInAgain, Unread
from numberadmin.text import folded

Groups = sinch.Listing[sinch.NumberGroup]
PAGE = 50
COMPARED = (
    "country_id", "country", "city", "area_code", "searched", "type", "availability", "listed", "amount", "currency",
    "unreadable_since",
)  # fmt: skip


@dataclass(frozen=True)
class GroupPage:
    """A page of groups: `total` match the filters, `of` there are in all. `next` and `previous` are the places of the
    pages beside it."""

    rows: list[NumberGroup]
    total: int | None
    of: int
    page: int
    pages: int
    next: str
    previous: str
    reading: Reading
    being_read: bool


def read(actor: Actor, query: QueryDict) -> Asked[GroupLook]:
    """What a query asks for. Reads the list from Sinch first where it is older than GROUPS_MAX_AGE; the old one serves
    where that fails."""
    reading = freshen(actor)
    groups = NumberGroup.objects.filter(account=actor.account).exclude(country_id="")
    places = groups.order_by("country").values_list("country_id", "country").distinct()
    countries = {key: name or key for key, name in reversed(places)}
    asked = FILTERS.read(query, GroupLook(actor, reading, list(reversed(countries.items()))))
    try:
        if asked.readable and (beside := pages.place(asked).beside) is not None:
            pages.beyond(NumberGroup, ORDER, beside)
    except ValueError:
        return asked.with_problem("page", pages.BROKEN)
    return asked


def browse(asked: Asked[GroupLook]) -> GroupPage:
    account = asked.look.actor.account
    every = NumberGroup.objects.filter(account=account)
    part = pages.slice_of(every.filter(asked.where()), ORDER, pages.place(asked), PAGE)
    return GroupPage(
        rows=part.rows,
        total=part.total,
        of=every.count(),
        page=part.page,
        pages=part.pages,
        next=part.next,
        previous=part.previous,
        reading=asked.look.reading,
        being_read=being_read(account),
    )


def one(account: Account, group_id: int) -> NumberGroup | None:
    return NumberGroup.objects.filter(account=account, group_id=group_id).first()


def wanted(actor: Actor, group_id: int) -> NumberGroup | None:
    """The group that somebody wants numbers of. Where it is not in the list, and that is old or was never read, it is
    read first. Wants the account's lock; raises Unread and SignInAgain."""
    group = one(actor.account, group_id)
    if group or not mirror.reading(actor.account, Reading.What.GROUPS).stale:
        return group
    try:
        take_in(actor)
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.told(error, "Nothing was reserved.")) from None
    except sinch.SinchError as error:
        raise Unread(remote.told(error, "Without the list of groups nothing is reserved.")) from None
    return one(actor.account, group_id)


def mark_lost(account: Account, lines: Iterable[Reservation]) -> None:
    """Says on each line of the cart whether the list still has its group, as it was last read."""
    if mirror.reading(account, Reading.What.GROUPS).read_at:
        listed = set(NumberGroup.objects.filter(account=account).values_list("group_id", flat=True))
        for line in lines:
            line.is_listed = line.group_id in listed


def take_in(actor: Actor) -> None:
    """Reads the groups from Sinch now. Raises SinchError."""
    _taken_over(actor.account, _fetching(actor)())


def being_read(account: Account) -> bool:
    """Whether the list is on its way to this process."""
    return background.under_way(_kind(account))


def reprice(account: Account, lines: Iterable[Reservation]) -> str:
    """Gives lines of the cart the price that their group has now, and says which changed; empty where none did.

    A group that is no longer listed, or whose row cannot be read now, has no new price.
    """
    readable = NumberGroup.objects.filter(account=account, unreadable_since=None)
    groups = {group.group_id: group for group in readable}
    told = []
    for line in lines:
        group: Priced = groups.get(line.group_id, line)
        if group.price != line.price:
            changed = {"amount": group.amount, "currency": group.currency}
            Reservation.objects.filter(pk=line.pk).update(**changed)
            now = f"is {group.price} now" if group.price else "is not clear now"
            told.append(f"The price in {line.city} {now}.")
    return " ".join(dict.fromkeys(told))


def unreadable(account: Account, lines: Iterable[Reservation]) -> str:
    """The city of a line of the cart whose group cannot be read now; empty where there is none."""
    unread = NumberGroup.objects.filter(account=account, unreadable_since__isnull=False)
    groups = set(unread.values_list("group_id", flat=True))
    return next((line.city or "a group" for line in lines if line.group_id in groups), "")


def outdate(account: Account) -> None:
    """After a reservation or a checkout the availabilities are others: the next page reads them again."""
    Reading.objects.filter(account=account, what=Reading.What.GROUPS).update(outdated=True)


def freshen(actor: Actor) -> Reading:
    """Asks for the list where it is old; the old one stays where that fails or lasts."""
    account = actor.account
    last = mirror.reading(account, Reading.What.GROUPS)

    def prepare() -> Callable[[], Groups] | None:
        return _fetching(actor) if actor.connection and last.stale and not refresh.just_tried(last) else None

    try:
        listing = refresh.asked_for(_kind(account), last, prepare)
    except sinch.BadCredentials as error:
        raise SignInAgain(remote.told(error, "Nothing was changed.")) from None
    except sinch.SinchError as error:
        mirror.note(account, Reading.What.GROUPS, error=remote.told(error))
    else:
        if listing:
            _taken_over(account, listing)
    return mirror.reading(account, Reading.What.GROUPS)


def _fetching(actor: Actor) -> Callable[[], Groups]:
    client, instance, organisation = remote.client(), actor.instance, actor.account.organisation_id
    return lambda: client.groups(instance, organisation)


def _taken_over(account: Account, listing: Groups) -> None:
    with transaction.atomic(durable=True):
        _store(account, listing)
        mirror.note(account, Reading.What.GROUPS, damaged=len(listing.damaged))


def _kind(account: Account) -> Hashable:
    return Reading.What.GROUPS, account.pk


def _store(account: Account, listing: Groups) -> None:
    had = {row.group_id: row for row in NumberGroup.objects.filter(account=account)}
    new, changed = [], []
    for row in listing.rows:
        current = _as_group(account, row)
        old = had.pop(row.group_id, None)
        if old is None:
            new.append(current)
        elif any(getattr(old, name) != getattr(current, name) for name in COMPARED):
            current.pk = old.pk
            changed.append(current)
    # Two pages may read the list at the same moment: the rows that the other one has made are left to it.
    NumberGroup.objects.bulk_create(new, ignore_conflicts=True)
    NumberGroup.objects.bulk_update(changed, COMPARED)
    lost = NumberGroup.objects.filter(account=account, group_id__in=had)
    # Where a damaged row does not even tell its group, each group that is not listed may be the one.
    unread = lost if len(listing.unread) < len(listing.damaged) else lost.filter(group_id__in=listing.unread)
    unread.filter(unreadable_since=None).update(unreadable_since=timezone.now())
    lost.filter(unreadable_since=None).delete()


def _as_group(account: Account, row: sinch.NumberGroup) -> NumberGroup:
    return NumberGroup(
        account=account,
        group_id=row.group_id,
        country_id=row.country_id,
        country=row.country,
        city=row.city,
        area_code=row.area_code,
        searched=folded(f"{row.city} {row.country}"),
        type=row.type,
        availability=row.availability,
        listed=",".join(row.capabilities),
        amount=row.cost.amount if row.cost else None,
        currency=row.cost.currency if row.cost else "",
    )
