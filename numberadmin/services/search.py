"""Finding numbers by a word: by digits, a place, an application or a label."""

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from numberadmin.accounts.models import Account
from numberadmin.services import labels
from numberadmin.services.counts import Counts
from numberadmin.services.models import Label, Number, folded

# The indexes know texts of three characters and more; shorter ones are almost everywhere.
SHORTEST = 3
# So many digits at least has a number without its country code.
HOME_DIGITS = 5


def words(q: str) -> list[str]:
    """The words of a search; a text that is a number in any common spelling is one word of digits."""
    spelled = q.lower().removeprefix("tel:").replace("(0)", "").removeprefix("00")
    digits = "".join(c for c in spelled if c.isdigit())
    return [digits] if digits and not any(c.isalpha() for c in spelled) else q.split()


def having(word: str, counts: Counts) -> Q:
    """The numbers that a word means, to be looked at one by one."""
    found = Q(application__in=[row.pk for row in counts.called(word)]) | Q(country_id__iexact=word)
    found |= Q(searched__contains=folded(word)) | labels.has(word)
    for digits in _digits(word):
        found |= Q(number__contains=digits)
    return found


def few(account: Account, word: str, counts: Counts, most: int) -> set[int] | None:
    """The same numbers, found by indexes; None where they are more than `most`, or no index helps."""
    if len(folded(word)) < SHORTEST:
        return None
    mine, places, called = Number.objects.filter(account=account), counts.places(word), counts.called(word)
    held = {row.application.pk: row.count for row in counts.held() if row.application}
    if sum(places.values()) + sum(held.get(row.pk, 0) for row in called) > most:
        return None
    labelled = Label.objects.filter(_indexed("searched", folded(word)), account=account)
    parts = [Q(number__in=list(labelled.values_list("number", flat=True)[: most + 1]))]
    parts += [Q(searched__in=places)] if places else []
    parts += [Q(application__in=called)] if called else []
    parts += [_indexed("number", digits) for digits in _digits(word)]
    found: set[int] = set()
    for part in parts:
        found.update(mine.filter(part).values_list("number", flat=True)[: most + 1])
        if len(found) > most:
            return None
    return found


def _digits(word: str) -> list[str]:
    """The digits, and those without the zero that some write before a number where they are at home."""
    if not (word.isascii() and word.isdigit()):
        return []
    bare = word.lstrip("0")
    return [word] if bare == word or len(bare) < HOME_DIGITS else [word, bare]


def _indexed(column: str, text: str) -> Q:
    """Rows with the text in the column, by the index that the migration 0008 makes."""
    if connection.vendor == "postgresql" or len(text) < SHORTEST:
        return Q(**{f"{column}__contains": text})
    table = {"number": "services_number_digits", "searched": "services_label_words"}[column]
    phrase = '"{}"'.format(text.replace('"', '""'))
    return Q(pk__in=RawSQL(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [phrase]))  # noqa: S608, S611
