"""The filters of the audit. One that is declared here is on the page and in the exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q

from numberadmin import e164, fields, moments, pages, spelling, text
from numberadmin.accounts.models import Account, Person
from numberadmin.audit.models import Action, Entry, Line, Phase, State
from numberadmin.filters import Filter, Filters

LASTS = (Phase.OUTCOME, Phase.SETTLEMENT)


@dataclass(frozen=True)
class AuditLook:
    """What a query is read against: the applications by key, with their names, and the people of the team."""

    account: Account
    labels: Mapping[str, str] = field(default_factory=dict)
    people: Sequence[Person] = ()

    def has(self, number: int) -> bool:
        """Whether the audit has the number."""
        return Line.objects.filter(account=self.account, number=number).exists()


@dataclass(frozen=True)
class AuditFilter(Filter[AuditLook]):
    """A filter of operations. With `folds` the page still leaves the steps of a plan out: the plan stands for them."""

    folds: bool = False


class Walked(NamedTuple):
    """What a search looks at in the first entry of an operation."""

    pk: int
    operation: UUID
    part_of: UUID | None
    phase: str
    actor_name: str
    reason: str
    application_key: str
    message: str


class Who(NamedTuple):
    """People by their ids; None stands for the program."""

    ids: frozenset[int | None]


class Actor(fields.Text):
    """Somebody of the team, by id, name or e-mail; else whoever was called so in the audit, the program too."""

    def __init__(self, look: AuditLook) -> None:
        shown = [(str(one.pk), f"{one.name} ({one.login})" if one.login else one.name) for one in look.people]
        super().__init__(label="Person", max_length=254, widget=fields.Options([("", "Anybody"), *shown]))
        self._look = look

    def prepare_value(self, value: Any) -> Any:
        ids = self._ids(text.clean(value)) if isinstance(value, str) else set()
        return str(min(ids)) if len(ids) == 1 else value

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        if not given:
            return None
        if ids := self._ids(given):
            return Who(frozenset(ids))
        called = Entry.objects.filter(account=self._look.account, actor_name__iexact=given)
        if past := frozenset(called.values_list("actor_id", flat=True).distinct()):
            return Who(past)
        raise forms.ValidationError(f"Nobody in the team or in the audit is called “{given[:40]}”.")

    def _ids(self, given: str) -> set[int]:
        people, email, name = self._look.people, text.email(given), text.folded(given)
        if by_id := {one.pk for one in people if str(one.pk) == given}:
            return by_id
        by_email = {one.pk for one in people if email and email in (one.login, text.email(one.email))}
        return by_email or {one.pk for one in people if text.folded(one.name) == name}


class ApplicationKey(fields.Key):
    """The key of a known application."""

    def __init__(self, look: AuditLook) -> None:
        named = sorted(look.labels.items(), key=lambda pair: (not pair[1], pair[1].casefold(), pair[0]))
        options = [("", "Any"), *((key, label(look.labels, key)) for key, _ in named)]
        super().__init__(label="Application", max_length=100, widget=fields.Options(options))
        self._keys = {key.lower(): key for key in look.labels}

    def prepare_value(self, value: Any) -> Any:
        return self._keys.get(str(value or "").lower(), value)

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        if given and given.lower() not in self._keys:
            raise forms.ValidationError(f"No application with the key “{given[:40]}” is known here.")
        return self._keys[given.lower()] if given else given


class Number(fields.Number):
    """A whole number: one that stands in the audit, or that can be one with its country code."""

    def __init__(self, look: AuditLook) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel", "size": 12}))
        self._look = look

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        if number is None or e164.likely(str(number)) or self._look.has(number):
            return number
        raise forms.ValidationError(
            f"“{text.clean(str(value))[:40]}” cannot be read: the country code is missing, or a digit is wrong or "
            "missing. A number begins with its country code, like 1 or 44."
        )


def label(labels: Mapping[str, str], key: str) -> str:
    """The application's name; the beginning of its key where it has none."""
    return labels.get(key) or (f"{key[:8]}…" if key else "")


def _by(look: AuditLook, who: Who) -> Q:
    by_people = Q(actor_id__in=[one for one in who.ids if one is not None])
    return by_people | Q(actor_id=None) if None in who.ids else by_people


def _touches(look: AuditLook, key: str) -> Q:
    return Q(application_key__iexact=key) | _with_line(look, Q(was=key) | Q(became=key))


def _with_line(look: AuditLook, like: Q) -> Q:
    """Operations with such a line, in the intent or in what came of it."""
    return Q(operation__in=Line.objects.filter(like, account=look.account).values("entry__operation"))


def _ended(look: AuditLook, state: str) -> Q:
    """Operations whose last entry says `state`."""
    later = Entry.objects.filter(operation=OuterRef("operation"))
    settled = later.filter(phase=Phase.SETTLEMENT)
    outcome = later.filter(phase=Phase.OUTCOME)
    last = (
        Q(Exists(settled.filter(state=state)))
        | Q(~Exists(settled), Exists(outcome.filter(state=state)))
        | Q(~Exists(settled), ~Exists(outcome), state=state)
    )
    if state in (State.PENDING, State.SUCCEEDED):
        return last
    # They are few among many: an index knows them.
    some = Entry.objects.filter(account=look.account, state=state, phase__in=(*LASTS, Phase.EVENT))
    return last & Q(operation__in=some.values("operation"))


def _operation(q: str) -> UUID | None:
    """The operation that a search names by its id."""
    try:
        return UUID(q) if len(q) == 36 and q.count("-") == 4 else None
    except ValueError:
        return None


def _named(look: AuditLook, q: str) -> Q:
    named = _operation(q)
    return Q(operation=named) | Q(part_of=named) if named else Q()


def _with_words(look: AuditLook, q: str, rows: Sequence[Walked]) -> Sequence[Walked]:
    """Those that have each word: in who, why and what came of it, at the beginning of the application's key, or in the
    digits of a number. Without capitals and accents, whatever the database."""
    if _operation(q):
        return rows
    begun = [row.operation for row in rows if row.phase == Phase.INTENT]
    ends = list(Entry.objects.filter(operation__in=begun, phase__in=LASTS).values_list("pk", "operation", "message"))
    said: dict[UUID, list[str]] = {row.operation: [row.actor_name, row.reason, row.message] for row in rows}
    for _, operation, message in ends:
        said[operation].append(message)
    entries = {row.pk: row.operation for row in rows} | {pk: operation for pk, operation, _ in ends}
    texts = {operation: text.folded(" ".join(some)) for operation, some in said.items()}
    for word in [q] if spelling.digits(q) else q.split():
        folded, numbered = text.folded(word), _with_digits(spelling.bare(word), entries)
        rows = [
            row
            for row in rows
            if folded in texts[row.operation]
            or row.application_key.lower().startswith(folded)
            or row.operation in numbered
        ]
    return rows


def _with_digits(digits: str, entries: Mapping[int, UUID]) -> set[UUID]:
    if not digits:
        return set()
    lines = Line.objects.filter(entry__in=list(entries), number__contains=digits)
    return {entries[pk] for pk in lines.values_list("entry", flat=True)}


def _day(name: str, last: bool) -> fields.Bound:
    return fields.Bound(last=last, label=f"{name} ({moments.zone()})", max_length=40, widget=fields.DayInput)


FILTERS: Filters[AuditLook] = Filters(
    AuditFilter("q", lambda look: fields.Text(label="Search", max_length=100), _named, _with_words),
    AuditFilter("actor", Actor, _by, folds=True),
    AuditFilter(
        "action",
        lambda look: fields.Choice(choices=Action.choices, spelled=str.lower),
        lambda look, action: Q(action=action),
    ),
    AuditFilter(
        "outcome",
        lambda look: fields.Choice(choices=State.choices, spelled=str.lower),
        _ended,
    ),
    AuditFilter("application", ApplicationKey, _touches),
    AuditFilter(
        "number",
        Number,
        lambda look, number: _with_line(look, Q(number=number)),
    ),
    AuditFilter(
        "from",
        lambda look: _day("From", last=False),
        lambda look, first: Q(at__gte=first),
        folds=True,
    ),
    AuditFilter(
        "to",
        lambda look: _day("To", last=True),
        lambda look, after: Q(at__lt=after),
        folds=True,
    ),
    *pages.places(),
    pages.formats(),
    AuditFilter(
        "lines",
        lambda look: fields.Choice(choices=[("operations", "an operation"), ("numbers", "a number")]),
        carried=False,
    ),
)
