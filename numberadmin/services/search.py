"""Finding numbers by a word: by digits, a place, an application or a label."""

from django.db import connection
from django.db.models import Q

from numberadmin import spelling
from numberadmin.accounts.models import Account
from numberadmin.services import labels
from numberadmin.services.counts import Counts
from numberadmin.services.models import Label, Number
from numberadmin.text import folded

# The indexes know texts of three characters and more; shorter ones are almost everywhere.
SHORTEST = 3
# So many digits at least has a number without its country code.
HOME_DIGITS = 5
# So many at least has one with it.
WHOLE = 9
# So many numbers at most are looked for of a range.
MOST_WHOLE = 1000
# So many labels at most are looked up by their numbers.
MOST_LABELS = 2000
# So many places are looked through one by one.
FEW = 8


def words(q: str) -> list[str]:
    """The words of a search; a text that is a number in any common spelling is one word."""
    return [q] if spelling.digits(q) else q.split()


def whole(q: str) -> list[int]:
    """The numbers that a search names whole, be they rented or not: one, several, or a range."""
    found: list[int] = []
    for piece in spelling.pieces(q):
        try:
            numbers = spelling.span(piece)
        except spelling.Unreadable:
            return []
        if len(str(numbers[0])) < WHOLE or len(numbers) > MOST_WHOLE:
            return []
        found += numbers
    return found


def meanings(account: Account, word: str, counts: Counts) -> list[Q]:
    """What a word may mean, each for itself, but for the applications that are `called` so; a number that it does not
    mean has none of it. None is asked of the database that no number can have."""
    found = [Q(number__contains=digits) for digits in _digits(word)]
    labelled = _indexed(account, Label, folded(word), MOST_LABELS)
    if labelled:
        found.append(Q(number__in=labelled) if len(labelled) <= MOST_LABELS else labels.has(word))
    places = counts.places(word)
    found += [Q(searched=place) for place in places] if len(places) <= FEW else [Q(searched__in=places)]
    if country := _country(word, counts):
        found.append(Q(country_id=country))
    return found


def few(account: Account, word: str, counts: Counts, most: int) -> set[int] | None:
    """The numbers that a word means, found by indexes; None where they are more than `most`, or no index helps."""
    places, called = counts.places(word), counts.called(word)
    held = {row.application: row.count for row in counts.held()} if called else {}
    known = sum(places.values()) + sum(held.get(row, 0) for row in called)
    texts = [folded(word), *_digits(word)]
    if known > most or min(map(len, texts)) < SHORTEST or _country(word, counts):
        return None
    mine = Number.objects.filter(account=account).values_list("number", flat=True)
    found = set(_indexed(account, Label, folded(word), most))
    for digits in _digits(word):
        found.update(_indexed(account, Number, digits, most))
    for meaning in [Q(searched__in=places)] * bool(places) + [Q(application__in=called)] * bool(called):
        found.update(mine.filter(meaning))
    return found if len(found) <= most else None


def with_digits(account: Account, digits: str, most: int) -> list[int]:
    """The rented numbers that have these digits in a row; no more than one more than `most`."""
    return _indexed(account, Number, digits, most)


def _country(word: str, counts: Counts) -> str:
    """The id of the country that is called so."""
    return next((key for key, _ in counts.countries if key.lower() == word.lower()), "")


def _digits(word: str) -> list[str]:
    """The digits of a number in any spelling, and those without the zeros before it where these are no part of it."""
    digits, bare = spelling.digits(word), spelling.bare(word)
    abroad = digits.startswith("00") and len(bare) >= SHORTEST
    return [digits, bare] if bare != digits and (abroad or len(bare) >= HOME_DIGITS) else [digits] if digits else []


def _indexed(account: Account, model: type[Number] | type[Label], text: str, most: int) -> list[int]:
    """The numbers whose digits, or whose labels, have the text; no more than one more than `most`. By the index that
    the migration 0008 makes, where the text is long enough for that."""
    if connection.vendor == "postgresql" or len(text) < SHORTEST:
        column = "number" if model is Number else "searched"
        rows = model._default_manager.filter(account=account, **{f"{column}__contains": text})
        return list(rows.values_list("number", flat=True)[: most + 1])
    index = "services_number_digits" if model is Number else "services_label_words"
    # A CROSS JOIN is worked through from the left: the index first.
    sql = (
        f"SELECT it.number FROM {index} CROSS JOIN {model._meta.db_table} it ON it.id = {index}.rowid "  # noqa: S608
        f"WHERE {index} MATCH %s AND it.account_id = %s LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, ['"{}"'.format(text.replace('"', '""')), account.pk, most + 1])
        return [number for (number,) in cursor.fetchall()]
