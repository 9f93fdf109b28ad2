"""What each line of a plan comes to, as the mirror has the numbers now."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from numberadmin import e164
from numberadmin.accounts.models import Account
from numberadmin.audit.models import PLACINGS
from numberadmin.services import applications, bulk, labels, mirror, search, settle, sheet
from numberadmin.services.models import Application, Number, PlanItem
from numberadmin.text import clean

What = PlanItem.What
# What is said of a number that is not in the list begins so.
NOT_RENTED = "this account does not rent it"
# A number with its country code has so many digits at least.
SHORTEST = 7
# Of so many such numbers at most it is looked up what may be meant.
HINTS = 200


def items_of(account: Account, lines: Sequence[sheet.Line]) -> list[PlanItem]:
    """What each line comes to, as the mirror has the numbers now. Two queries for the numbers of 500 lines."""
    rows = rows_of(account, [line.number for line in lines if line.number is not None])
    named = _Names(applications.every(account))
    doubted = settle.doubted(account)
    called = _labels(account, [line.number for line in lines if line.number is not None and line.label])
    strangers = _Strangers(account)
    items = [_item(line, rows, named, called, doubted, strangers) for line in lines]
    twins: dict[int, list[PlanItem]] = defaultdict(list)
    for item in items:
        if item.number is not None and item.what != What.WRONG:
            twins[item.number].append(item)
    for number, some in twins.items():
        if len(some) > 1:
            _as_one(some, called.get(number, ""))
    return items


class _Wrong(Exception):
    """The line cannot be applied; says why."""


class _Names:
    """The applications by key and by name."""

    def __init__(self, known: Iterable[Application]) -> None:
        self.by_key: dict[str, Application] = {}
        self.by_name: dict[str, list[Application]] = defaultdict(list)
        for application in known:
            self.by_key[_key(application.key)] = application
            if application.name:
                self.by_name[_name(application.name)].append(application)

    def goal(self, line: sheet.Line, now: Application | None) -> Application | None:
        """The application that the line wants the number in, which is in `now`; None for none. Raises _Wrong."""
        text, key = line.application, line.key
        if text and not (key and self._are_one(text, key)):
            return self._find(text)
        if key:
            found = self._find(key)
            if not text and found and found == now and clean(now.name):
                raise _Wrong("the application is empty and its key is not; write none for taking the number out of it")
            return found
        if key is not None:
            # An export has both columns, and both are empty where a number is in no application.
            return None
        if line.label:
            return now
        raise _Wrong("no application is given; write none for taking the number out of its application")

    def doubt(self, line: sheet.Line) -> str:
        """What is said of a line whose two columns for the application say different things."""
        both = line.application and line.key and not self._are_one(line.application, line.key)
        return f"its application_key, {line.key}, was not looked at, for its application says otherwise" if both else ""

    def _are_one(self, text: str, key: str) -> bool:
        application = self.by_key.get(_key(key))
        return bool(application and _name(text) in (_name(application.key), _name(application.name)))

    def _find(self, text: str) -> Application | None:
        if text.lower() in applications.NOT_NAMES:
            return None
        if application := self.by_key.get(_key(text)):
            return application
        like = self.by_name.get(_name(text), [])
        if len(like) == 1:
            return like[0]
        raise _Wrong(
            f"several applications are called {text}: use the key" if like else f"no application is known as {text}"
        )


def _name(text: str) -> str:
    """A name without capitals, and with its accents written in the one way of several."""
    return unicodedata.normalize("NFKC", clean(text)).casefold()


def _key(text: str) -> str:
    """An application key as they are kept, if it is one: some write it without its dashes."""
    try:
        return str(UUID(text))
    except ValueError:
        return text.lower()


def _item(
    line: sheet.Line,
    rows: Mapping[int, Number],
    named: _Names,
    called: Mapping[int, str],
    doubted: Collection[int],
    strangers: "_Strangers",
) -> PlanItem:
    item = PlanItem(line=line.line, text=line.text, number=line.number, what=What.WRONG, label=line.label)
    item.wanted, item.wanted_key = line.application, line.key
    item.label_was = called.get(line.number or 0, "")
    if line.problem or line.number is None:
        item.message = line.problem
        return item
    row = rows.get(line.number)
    if row is None:
        item.message = strangers.why(line.number)
        return item
    item.was = row.application_key
    try:
        goal, item.message = named.goal(line, row.application), named.doubt(line)
    except _Wrong as wrong:
        item.message = str(wrong)
        return item
    if line.number in doubted:
        item.message = "it is in a change that is being checked; try again after that"
    elif goal == row.application:
        labelled = not line.label or clean(called.get(line.number, "")) == line.label
        item.what, item.to = What.LEAVE if labelled else What.LABEL, item.was
    elif goal is None:
        item.what = What.UNASSIGN
    elif goal.gone_at:
        item.message = f"Sinch knows no application {goal.label} any more"
    elif not row.assignable:
        item.message = "Sinch lists neither voice nor sms for it, so it cannot be assigned"
    else:
        item.what, item.to = (What.MOVE if item.was else What.ASSIGN), goal.key
    return item


def _as_one(twins: Sequence[PlanItem], called: str) -> None:
    """A number that stands there more than once is done once, by the last line; to two places, nobody knows where."""
    placed = [item for item in twins if item.wanted or item.wanted_key]
    goals, labelled = {item.to for item in placed}, {item.label for item in twins if item.label}
    done = (placed or list(twins))[-1]
    for item in twins:
        if len(goals) > 1 or len(labelled) > 1:
            what = "applications" if len(goals) > 1 else "labels"
            item.what, item.message = What.WRONG, f"the number stands there more than once, with different {what}"
        elif item is not done:
            item.what, item.message = What.LEAVE, "the number stands there more than once; it is done once"
            item.label = ""
        else:
            item.label = "".join(labelled)
            if item.what == What.LEAVE and item.label not in ("", clean(called)):
                item.what = What.LABEL


class _Strangers:
    """Numbers that are not in the list: one that lacks its country code is told from one that is nobody's."""

    def __init__(self, account: Account) -> None:
        self.account, self.left = account, HINTS

    def why(self, number: int) -> str:
        text = str(number)
        if self.left and len(text) >= search.HOME_DIGITS:
            self.left -= 1
            like = [n for n in search.with_digits(self.account, text, 20) if str(n).endswith(text)]
            if len(like) == 1:
                return f"{NOT_RENTED}. Is +{like[0]} meant? Then the country code is missing"
            if (dialled := e164.as_dialled(text)) not in ("", text):
                return f"{NOT_RENTED}. Is +{dialled} meant? The 0 after the country code is for calls at home"
        if len(text) < SHORTEST:
            return f"{NOT_RENTED}; it is too short for a phone number, as a short code is"
        return NOT_RENTED


def _labels(account: Account, numbers: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in bulk.in_parts(sorted(set(numbers)), mirror.BATCH):
        found |= labels.texts(account, some)
    return found


def rows_of(account: Account, numbers: Sequence[int]) -> dict[int, Number]:
    """The mirror's rows of the numbers."""
    found: dict[int, Number] = {}
    for some in bulk.in_parts(sorted(set(numbers)), mirror.BATCH):
        rows = Number.objects.filter(account=account, number__in=some).select_related("application")
        found |= {row.number: row for row in rows}
    return found


def differs(item: PlanItem) -> bool:
    """Whether the account is otherwise than the line says, and not only the line wrong."""
    return item.what in (*PLACINGS, What.LABEL) or item.message.startswith(NOT_RENTED)
