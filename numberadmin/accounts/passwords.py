"""Which passwords are too easy to guess: those that zxcvbn finds in its lists and patterns, and those that are made of
words which whoever guesses here would try first. No rule says of which characters a password has to be."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from numberadmin.accounts.models import Person

# A password that is found with fewer guesses than this is refused. Ten random characters come to as much.
FEWEST_GUESSES = 10**10
# zxcvbn takes more than linear time; of a longer password its two ends are measured, and the stronger one counts.
MEASURED = 32
# zxcvbn tries each way in which these signs stand for letters, at each place: with all of them it takes a second.
SIGNS, MOST_SIGNS = "@({[<!|$+%", 4
# Shorter words of a name are too frequent in any text to say something.
SHORTEST_WORD = 3
# What zxcvbn does not know, whose lists are English: "password" in other languages, keyboards, and the
# phrase that everybody has read of.
KNOWN = (
    *("numberadmin", "number", "numbers", "admin", "sinch", "dashboard", "phone", "correct horse battery staple"),
    *("passwort", "kennwort", "lösenord", "losenord", "wachtwoord", "motdepasse", "mot de passe", "contraseña"),
    *("contrasena", "senha", "hasło", "haslo", "heslo", "salasana", "parola", "şifre", "jelszó", "adgangskode"),
    *("пароль", "йцукен", "фывапр", "κωδικός", "密码", "密碼", "パスワード", "비밀번호", "azerty", "qwertz"),
)
WHY = {
    "repeat": "it repeats the same few characters",
    "sequence": "it runs along the alphabet or the digits",
    "spatial": "it runs along the keyboard",
    "date": "a date and little else is in it",
    "dictionary": "it is a common password or word with little added",
}
# Signs and digits as the letters that they stand for; "1" may be an "i" or an "l", so these two are one.
LETTERS = str.maketrans("@4831!|05$7+2%l", "aabeiiiosst" + "tzxi")


class HardToGuess:
    """For AUTH_PASSWORD_VALIDATORS. Raises ValidationError with a sentence that says why, and what to do."""

    def validate(self, password: str, user: Person | None = None) -> None:
        words = sorted({*_words(KNOWN), *(_words_about(user) if user else ())}, key=len, reverse=True)
        whole = unicodedata.normalize("NFKC", password).casefold()
        for text, why in (*_without(whole, words), (whole, "")):
            guesses, pattern = _measured(text)
            if guesses < FEWEST_GUESSES:
                raise ValidationError(
                    f"This password is easy to guess: {why or WHY.get(pattern, WHY['dictionary'])}. "
                    "Take four or more words that have nothing to do with each other, or let a password "
                    "manager make one."
                )

    def get_help_text(self) -> str:
        return "Several words that have nothing to do with each other do well."


def _words_about(person: Person) -> Iterator[str]:
    """What is known of whose password it is: name, e-mail, and the organisations of their teams."""
    teams = person.accounts.values_list("name", flat=True) if person.pk else ()
    joins = [person.joins.name] if person.joins else []
    return _words([person.name, person.login or "", person.email, *teams, *joins])


def _words(texts: Iterable[str]) -> Iterator[str]:
    """Patterns that find each text, and each word in it, however it is put together."""
    for text in texts:
        parts = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
        phrase = r"[\W_]*".join(parts)
        if text in KNOWN:
            yield phrase
        else:
            yield from (part for part in (phrase, *parts) if len(part) >= SHORTEST_WORD)


def _without(whole: str, words: list[str]) -> Iterator[tuple[str, str]]:
    """What is left of the password without these words, as it stands and where digits and signs stand for letters."""
    for text, any_of in ((whole, words), (whole.translate(LETTERS), [word.translate(LETTERS) for word in words])):
        pattern = re.compile("|".join(any_of))
        if found := pattern.findall(text):
            named = ", ".join(f"“{word}”" for word in dict.fromkeys(found[:3]))
            left = re.search(r"[^\W_](?s:.*[^\W_])?", pattern.sub("", text))
            yield left[0] if left else "", f"{named} and little else is in it"


def _with_few_signs(text: str) -> str:
    """The text in which signs beyond a few different ones stand for no letter; each stays a sign of its own."""
    more = [sign for sign in dict.fromkeys(text) if sign in SIGNS][MOST_SIGNS:]
    return text.translate({ord(sign): 0xE000 + ord(sign) for sign in more})


def _measured(text: str) -> tuple[float, str]:
    """About how many guesses find it, and of which kind its longest part is."""
    ends = {text[:MEASURED], text[-MEASURED:]} - {""}
    found = [zxcvbn(_with_few_signs(end), max_length=MEASURED) for end in ends]
    if not found:
        return 1.0, ""
    best = max(found, key=lambda result: result["guesses"])
    longest = max(best["sequence"], key=lambda match: len(match["token"]))
    return float(best["guesses"]), longest["pattern"]
