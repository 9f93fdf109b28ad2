"""What people are called: in each team no two alike, and nobody like the program itself.

The pages and the audit name people, so a name that is taken for another one's would put deeds to the wrong person. Two
names are alike where they have a look in common: what is left of a name once capitals, accents, blanks, invisible
characters and punctuation are folded away, and each letter is replaced by the one that Unicode's table of confusables
(UTS 39) has it mistaken for. The database keeps the looks (`NameKey`), one of a kind in an account.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import chain, count, islice

from django.db import IntegrityError, transaction

from numberadmin import text
from numberadmin.accounts.models import Account, NameKey, Person

LENGTH = 100
# What stands in the audit, on pages and in exports where no person acted.
PROGRAM = "numberadmin"
OURS = ("system", "nobody", "not signed in", "outside", "server", "unknown", "sinch")
# Which shape of a letter is meant, or that two are not joined.
_VARIANTS = {chr(c) for c in (0x34F, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10))}
_VARIANTS |= set(map(chr, range(0xE0100, 0xE01F0)))


class BadName(Exception):
    """Nobody may be called so. Says why, as the first sentence of a refusal."""


def checked(name: str) -> str:
    """The name without what nobody sees. Raises BadName where it is empty, too long or the program's own."""
    name = text.clean(name)
    if len(name) > LENGTH:
        raise BadName(f"A name has at most {LENGTH} characters.")
    if not skeleton(name):
        raise BadName("Say what you are called: the audit names you by it. A name has a letter or a digit in it.")
    if _is_ours(name):
        raise BadName(f"“{name}” stands for the program itself in the audit, so nobody is called so.")
    return name


def chosen(name: str) -> str:
    """The same for a name that somebody gives themselves, which is not to read like one with an e-mail behind it."""
    if "@" in unicodedata.normalize("NFKC", name):
        raise BadName("A name has no “@” in it: an e-mail behind a name says whose it is.")
    return checked(name)


def claim(person: Person) -> None:
    """Keeps the person's name free of others in each of their teams, deactivated people's too. Raises BadName where
    somebody there is called alike, by their name alone or with their e-mail; the database sees to it for two who claim
    a name at the same moment. Wants a transaction, which is given up where this raises."""
    teams = list(Account.objects.filter(membership__person=person).order_by("pk"))
    others = Person.objects.filter(membership__account__in=teams, login__isnull=False).exclude(pk=person.pk)
    if any(keys(person.name) & keys(f"{name} ({login})") for name, login in others.values_list("name", "login")):
        raise BadName(f"“{person.name}” reads like the name of somebody in the team with their e-mail.")
    NameKey.objects.filter(person=person).delete()
    for account in teams:
        try:
            with transaction.atomic():
                NameKey.objects.bulk_create(
                    NameKey(account=account, person=person, key=key) for key in sorted(keys(person.name))
                )
        except IntegrityError:
            raise BadName(
                f"Somebody in the team of {account.name} is called “{person.name}” or looks alike in writing, and "
                "the audit has to tell you apart."
            ) from None


def called(person: Person, name: str, email: str) -> str:
    """Gives the person a name that somebody else chose, as Sinch does, or the nearest one that is free in their teams:
    with the e-mail, else with a number. Saves it with its looks and returns it. Wants a transaction."""
    for candidate in candidates(name, email, person.pk):
        person.name = candidate
        try:
            with transaction.atomic():
                claim(person)
                Person.objects.filter(pk=person.pk).exclude(name=candidate).update(name=candidate)
            return candidate
        except BadName:
            continue
    raise AssertionError("there is always a next number")


def is_called(person: Person, account: Account, name: str, email: str) -> bool:
    """Whether the person has that name, or one like it that was given to tell them apart, and keeps it in the team."""
    fits = person.name in islice(candidates(name, email, person.pk), 20)
    return fits and NameKey.objects.filter(person=person, account=account).exists()


def candidates(name: str, email: str, person_id: int) -> Iterator[str]:
    """What somebody may be called, the best first: each of the right form, and without an end."""
    name, email = text.clean(name)[:LENGTH].strip(), text.clean(email)[: LENGTH // 2]
    usable = [called for called in (name, email, f"Person {person_id}") if skeleton(called) and not _is_ours(called)]
    yield usable[0]
    more = [email] if skeleton(email) and email != usable[0] else []
    for suffix in chain(more, map(str, count(2))):
        candidate = f"{usable[0][: LENGTH - len(suffix) - 3].strip()} ({suffix})"
        if not _is_ours(candidate):
            yield candidate


def keys(name: str) -> set[str]:
    """Stand for the looks of a name, as the database keeps them."""
    return {hashlib.sha256(look.encode()).hexdigest()[:40] for look in looks(name)}


def looks(name: str) -> set[str]:
    """The skeletons of the name as it is written, in small and in capital letters, and without small capitals: letters
    that are told apart in one of these may not be in another (“I” and “l”, “н” and “H”, “ʙ” and “b”)."""
    plain = unicodedata.normalize("NFKD", name).translate(_small_capitals())
    return {skeleton(name), skeleton(name.casefold()), skeleton(name.upper()), skeleton(plain)} - {""}


def skeleton(name: str) -> str:
    """The letters and digits of a name as UTS 39 confuses them, without accents and capitals."""
    table = _prototypes()
    shape = unicodedata.normalize("NFKD", name)
    shape = unicodedata.normalize("NFKD", "".join(table.get(c, c) for c in shape))
    return "".join(c for c in shape.casefold() if _tells(c))


def _tells(c: str) -> bool:
    """Letters and digits do, and the vowel signs of India; an accent, or what picks a variant of a letter, does not."""
    kind = unicodedata.category(c)
    return kind[0] in "LN" or (kind in ("Mn", "Mc") and not unicodedata.combining(c) and c not in _VARIANTS)


def _is_ours(name: str) -> bool:
    mine = looks(name)
    return bool(mine & _ours()) or any(ours in look for ours in looks(PROGRAM) for look in mine)


@cache
def _ours() -> set[str]:
    return set().union(*map(looks, OURS))


@cache
def _prototypes() -> dict[str, str]:
    """The table of confusables: for each character the one, or the few, that stand for all that look like it.

    The package lists each pair from both sides, so the side that has several others is the one that stands for them.
    """
    content = json.loads((files("confusable_homoglyphs") / "confusables.json").read_text("utf-8"))
    pairs = {_bare(c): [_bare(other["c"]) for other in others] for c, others in content.items()}
    return dict(_one_way(pairs.items(), pairs))


@cache
def _small_capitals() -> dict[int, str]:
    """Letters by the small capitals that look like them. The table has few of these, and some with other letters."""
    called = ((c, unicodedata.name(chr(c), "")) for c in range(0x250, 0xAC00))
    found = ((c, re.fullmatch("LATIN LETTER SMALL CAPITAL ([A-Z])", name)) for c, name in called)
    return {c: match[1].lower() for c, match in found if match}


def _one_way(rows: Iterable[tuple[str, list[str]]], pairs: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for character, others in rows:
        if len(character) == 1 and len(others) == 1:
            other = others[0]
            stands_for_it = len(other) > 1 or len(pairs.get(other, ())) > 1
            yield character, other if stands_for_it else min(character, other)


def _bare(characters: str) -> str:
    """The table has marks of direction around what is written from right to left."""
    return characters.replace("\u200e", "")
