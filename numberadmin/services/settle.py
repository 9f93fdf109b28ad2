"""Settling: what came of a write that has no known outcome is found by reading, never by sending again."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations, islice

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from numberadmin import moments, sinch
from numberadmin.accounts.actor import Actor
from numberadmin.accounts.models import Account
from numberadmin.audit.chain import Change
from numberadmin.audit.models import Action, Entry, Line, Phase, State
from numberadmin.services import mirror, record
from numberadmin.services.listing import Fetched
from numberadmin.services.models import Number, Open, Reservation
from numberadmin.services.record import Result
from numberadmin.services.results import Busy


def by_list(account: Account, actor: Actor | None, fetched: Fetched) -> None:
    """Settles each open operation that the list decides. Wants the account's lock.

    What the list does not show is decided only where its reading began after the settling time.
    """
    Open.objects.filter(account=account, abandoned_at=None).update(abandoned_at=timezone.now())
    for row in Open.objects.filter(account=account).select_related("intent__actor").order_by("id"):
        overdue = lands_until(row.intent) <= fetched.began
        if result := JUDGES[row.intent.action](row.intent, fetched.listing, overdue):
            record.outcome(actor, row.intent, Phase.SETTLEMENT, result)
        elif overdue and not row.unclear:
            Open.objects.filter(pk=row.pk).update(unclear=True)


def any_open(account: Account) -> bool:
    """Whether reading the list may tell how some write ended."""
    return Open.objects.filter(account=account).exists()


def oldest_open(account: Account) -> Entry | None:
    """The intent of the oldest open operation that other writes wait for."""
    waited_for = Open.objects.filter(account=account, passed=False, unclear=False)
    row = waited_for.select_related("intent").order_by("id").first()
    return row.intent if row else None


def doubted(account: Account) -> set[int]:
    """The numbers of which it is not known where they are, because a write on them is open."""
    return set(Line.objects.filter(entry__open__account=account).values_list("number", flat=True))


def ordered_groups(account: Account) -> set[int]:
    """The groups of open checkouts: numbers of these that turn up were ordered here."""
    intents = Entry.objects.filter(open__account=account, action=Action.CHECK_OUT)
    return {line["group_id"] for intent in intents for line in intent.details["lines"]}


def busy(account: Account) -> Busy:
    """For whoever did not get the lock: names the write that holds it, where it has got as far as its intent."""
    intent = oldest_open(account)
    who = f" ({describe(intent)})" if intent else ""
    return Busy(f"Another change on this account is under way{who}. Nothing of yours was changed. Try again shortly.")


def describe(intent: Entry) -> str:
    """Who, doing what, since when."""
    return f"{intent.actor_name}, {intent.get_action_display().lower()}, since {moments.clock(intent.at, '%H:%M:%S')}"


def known_by(intent: Entry) -> dt.datetime | None:
    """When the last call of an open operation can no longer land: SETTLE_SECONDS after it ended, or was found dead.
    None while it may be at work."""
    outcome = Entry.objects.filter(operation=intent.operation, phase=Phase.OUTCOME).first()
    row = None if outcome else Open.objects.filter(intent=intent).first()
    ended = outcome.at if outcome else row and row.abandoned_at
    return ended + dt.timedelta(seconds=settings.SETTLE_SECONDS) if ended else None


def lands_until(intent: Entry) -> dt.datetime:
    """The same where it is known to be at work no longer."""
    return known_by(intent) or timezone.now() + dt.timedelta(seconds=settings.SETTLE_SECONDS)


def candidates(intent: Entry) -> list[int]:
    """The numbers that a checkout may have rented, as far as the mirror shows."""
    return [row.number for row in _new(intent)]


def _new(intent: Entry) -> list[Number]:
    """The numbers of a checkout's groups that were not there before it."""
    before = set(intent.details["before"])
    groups = {line["group_id"] for line in intent.details["lines"]}
    rows = Number.objects.filter(account=intent.account, group_id__in=groups).order_by("number")
    return [row for row in rows if row.number not in before]


def _assignment(intent: Entry, listing: sinch.RentedNumbers, overdue: bool) -> Result | None:
    lines = list(intent.lines.order_by("id"))
    now = {row.number: row.application_key for row in listing.find([line.number for line in lines])}
    changes = [Change(line.number, line.was, now.get(line.number, line.was)) for line in lines]
    done = [n for n, became in ((line.number, line.became) for line in lines) if n in now and _same(now[n], became)]
    halves = _half_known(intent, done)
    if len(done) == len(lines) and not halves:
        message = f"Found done: {_in_words(lines)} {_where(intent)}, as the list from Sinch shows."
        return Result(State.SUCCEEDED, message, changes, store=lambda: _credit(intent, done))
    if not overdue:
        return None
    left = [line.number for line in lines if line.number in now and not _same(now[line.number], line.was)]
    lost = _lost(set(left) - set(done))
    if not done:
        message = f"It did not come through.{lost}" if lost else "It did not happen: the list shows nothing of it."
        return Result(State.FAILED, message, changes)
    if halves:
        message = (
            f"The list from Sinch shows {len(done)} of {len(lines)} numbers as asked for, but does not tell voice from "
            "sms, and only one of them may have come through. Assign them again to make sure: that is safe."
        )
        return Result(State.UNKNOWN, message, changes, store=lambda: _credit(intent, done))
    message = (
        f"It happened in part: {len(done)} of {len(lines)} numbers are as asked for. The rest can be tried again.{lost}"
    )
    return Result(State.FAILED, message, changes, store=lambda: _credit(intent, done))


def _lost(numbers: Collection[int]) -> str:
    """What is said of numbers that left the application they were in and did not come to the other one."""
    if not numbers:
        return ""
    first = f"+{min(numbers)}" + (f" and {len(numbers) - 1} more" if len(numbers) > 1 else "")
    return f" But {first} left the application it was in, as the list shows. Assign again."


def _in_words(lines: Sequence[Line]) -> str:
    return f"+{lines[0].number} is" if len(lines) == 1 else f"{len(lines)} numbers are"


def _where(intent: Entry) -> str:
    if intent.action == Action.UNASSIGN:
        return "in no application"
    application = mirror.known_applications(intent.account, []).get(intent.application_key.lower())
    return f"in {application.label if application else intent.application_key}"


def _same(key: str, other: str) -> bool:
    """Application keys are UUIDs: however they are written, they are the same."""
    return key.lower() == other.lower()


def _half_known(intent: Entry, done: Sequence[int]) -> bool:
    """Whether a number that is to be there with several capabilities may be there with one: each is a call of its own,
    and the list does not tell them apart."""
    if intent.action == Action.UNASSIGN:
        return False
    outcome = Entry.objects.filter(operation=intent.operation, phase=Phase.OUTCOME).first()
    written = set(outcome.details.get("written", ()) if outcome else ())
    rows = Number.objects.filter(account=intent.account, number__in=done, has__contains=",")
    return any(set(row.assignable) - written for row in rows)


def _credit(intent: Entry, numbers: Sequence[int]) -> None:
    """The mirror has the application from the list already."""
    key = "" if intent.action == Action.UNASSIGN else intent.application_key
    application = mirror.known_applications(intent.account, [key]).get(key.lower())
    mirror.after_assign(intent.account, numbers, application)


def _checkout(intent: Entry, listing: sinch.RentedNumbers, overdue: bool) -> Result | None:
    """New numbers in the checkout's groups tell which of its lines were rented; None where they do not."""
    confirmed, unanswered = sent(intent)
    new = [row for row in _new(intent) if row.number in listing]
    rented = [row.number for row in new]
    references = _explained(intent, Counter(row.group_id for row in new), confirmed, unanswered)
    if references is None:
        return None
    if len(references) < len(confirmed) + len(unanswered) and (not overdue or listing.damaged):
        return None
    changes = [Change(number, "", "") for number in rented]
    if references:
        count = "1 new number" if len(rented) == 1 else f"{len(rented)} new numbers"
        message = f"Found rented: the list from Sinch shows {count}."
        return Result(State.SUCCEEDED, message, changes, store=lambda: rented_by(intent, references, rented))
    message = "Not rented, as far as the list from Sinch shows. The cart is as it was."
    return Result(State.FAILED, message, store=lambda: given_back(intent))


def _explained(
    intent: Entry, new: Counter[int | None], confirmed: Sequence[str], unanswered: Sequence[str]
) -> list[str] | None:
    """The references that account for exactly the new numbers of each group; None where there are no such."""
    lines = {line["reference_id"]: line for line in intent.details["lines"]}
    every = [*confirmed, *unanswered]
    tries = [every, list(confirmed)]
    if intent.details["each"]:
        tries += [[*confirmed, *some] for count in range(1, len(unanswered)) for some in _some(unanswered, count)]
    for references in tries:
        asked = Counter[int | None]()
        for reference in references:
            asked[lines[reference]["group_id"]] += lines[reference]["quantity"]
        if asked == new:
            return references
    return None


def lines_for(intent: Entry, numbers: Collection[int]) -> list[str]:
    """The lines of a checkout that became these numbers: those that account for exactly them; where there are none
    such, those of the same groups."""
    confirmed, unanswered = sent(intent)
    groups = Counter(row.group_id for row in _new(intent) if row.number in numbers)
    explained = _explained(intent, groups, confirmed, unanswered)
    lines = [line for line in intent.details["lines"] if line["reference_id"] in {*confirmed, *unanswered}]
    return explained or [line["reference_id"] for line in lines if line["group_id"] in groups]


def _some(references: Sequence[str], count: int) -> Iterator[tuple[str, ...]]:
    """Selections of lines, not more than can be looked through in a moment."""
    return islice(combinations(references, count), 5000)


def sent(intent: Entry) -> tuple[list[str], list[str]]:
    """The references that Sinch confirmed, and those that may have been sent without an answer."""
    outcome = Entry.objects.filter(operation=intent.operation, phase=Phase.OUTCOME).first()
    if outcome:
        return outcome.details["confirmed"], outcome.details["unanswered"]
    return [], [line["reference_id"] for line in intent.details["lines"]]


def rented_by(intent: Entry, references: Sequence[str], numbers: Sequence[int]) -> None:
    given_back(intent)
    _lines_of(intent).filter(reference_id__in=references).update(state=Reservation.State.RENTED, doubted=False)
    mirror.after_checkout(intent.account, numbers, intent.operation)


def given_back(intent: Entry) -> None:
    _lines_of(intent).filter(state=Reservation.State.UNKNOWN).update(state=Reservation.State.RESERVED)


def _lines_of(intent: Entry) -> QuerySet[Reservation]:
    references = [line["reference_id"] for line in intent.details["lines"]]
    return Reservation.objects.filter(account=intent.account, reference_id__in=references)


def _reservation(intent: Entry, listing: sinch.RentedNumbers, overdue: bool) -> Result | None:
    """No call lists reservations, so what the answer did not tell cannot be found out; nothing is spent by it."""
    outcome = Entry.objects.filter(operation=intent.operation, phase=Phase.OUTCOME).first()
    message = outcome.message if outcome else f"numberadmin ended before it had Sinch's answer. {MAY_BE_HELD}"
    return Result(State.UNKNOWN, message)


# Of a reservation in doubt.
MAY_BE_HELD = (
    "It may or may not be held: nothing is rented or spent, and a reservation that nobody checks out lapses by itself. "
    "You may reserve again."
)
JUDGES: dict[str, Callable[[Entry, sinch.RentedNumbers, bool], Result | None]] = {
    Action.ASSIGN: _assignment,
    Action.MOVE: _assignment,
    Action.UNASSIGN: _assignment,
    Action.CHECK_OUT: _checkout,
    Action.RESERVE: _reservation,
}
