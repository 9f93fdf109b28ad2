"""The fields of our forms: each cleans what it takes, and says in a sentence what it cannot take.

For passwords, which stay as they are typed, Django's CharField with `strip=False` is right.
"""

from typing import Any

from django import forms

from numberadmin import spelling, text


class Text(forms.CharField):
    """A text on one line."""

    default_error_messages = {
        "required": "Fill this in.",
        "max_length": "This is longer than %(limit_value)d characters.",
    }

    def to_python(self, value: Any) -> str:
        return super().to_python(self._cleaned(str(value or ""))) or ""

    def _cleaned(self, value: str) -> str:
        return text.clean(value)


class Lines(Text):
    """A text of several lines, as a note."""

    widget = forms.Textarea

    def _cleaned(self, value: str) -> str:
        return text.clean_lines(value)


class Key(Text):
    """An application's key, a word of the remote, or a code: digits, dashes and wide letters as they are meant."""

    def _cleaned(self, value: str) -> str:
        return text.plain(value)


class Email(Text):
    """An e-mail as it is compared: its domain in ASCII, all of it in small letters."""

    def _cleaned(self, value: str) -> str:
        return text.email(value)


class Whole(Text):
    """A whole number that is not below `least`, or None: a count, a page, the id of a row."""

    default_error_messages = {"invalid": "This is a whole number, like 1 or 20."}

    def __init__(self, *, least: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        self.least = least

    def _cleaned(self, value: str) -> str:
        return text.plain(value)

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        if not given:
            return None
        if not (given.isascii() and given.isdigit() and len(given) <= 18 and int(given) >= self.least):
            raise forms.ValidationError(self.error_messages["invalid"])
        return int(given)


class Number(Text):
    """A phone number in any spelling, as its digits; None where it is empty."""

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        try:
            return spelling.number(given) if given else None
        except spelling.Unreadable as error:
            raise forms.ValidationError(f"“{given[:40]}” cannot be read: {error}.") from None
