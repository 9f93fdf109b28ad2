"""The fields of our forms: each cleans what it takes, and says in a sentence what it cannot take.

For passwords, which stay as they are typed, Django's CharField with `strip=False` is right.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from numberadmin import moments, money, spelling, text


def line(given: QueryDict, name: str, most: int) -> str:
    """One line of a form, no longer than `most`."""
    return text.clean(given.get(name, ""), most)


def plain(given: QueryDict, name: str, most: int) -> str:
    """The same where a key, a code or a word of the remote is meant."""
    return text.clean(text.plain(given.get(name, "")), most)


def whole(given: str) -> int | None:
    """A whole number of at most 15 digits, as pages and the ids of rows are; None for anything else."""
    digits = text.plain(given)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


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


class Digits(Text):
    """A phone number or some of its digits, in any spelling; "" where it is empty."""

    def _cleaned(self, value: str) -> str:
        return text.plain(value)

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        try:
            return spelling.part(given) if given else ""
        except spelling.Unreadable as error:
            raise forms.ValidationError(f"“{given[:40]}” cannot be read: {error}.") from None


class Amount(Text):
    """An amount of money, as `money.amount` reads it; None where it is empty."""

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        return _read(money.amount, given) if given else None


class Currency(Text):
    """The three letters of a currency, in capitals; "" where it is empty."""

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        return _read(money.currency, given) if given else ""


class Moment(Text):
    """A moment of this zone, or one with its offset; aware, in UTC. None where it is empty."""

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        return _read(moments.moment, given) if given else None


class Bound(Text):
    """A day or a moment that some begin with; with `last`, that they end with. It is read as the first
    instant that is in; with `last`, as the first one that is out."""

    def __init__(self, *, last: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self.last = last

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        return _read(self._bound, given) if given else None

    def _bound(self, given: str) -> dt.datetime:
        if ":" in given:
            return moments.moment(given) + dt.timedelta(microseconds=int(self.last))
        return moments.begins(moments.day(given) + dt.timedelta(days=int(self.last)))


class Id(Text):
    """A UUID, or None."""

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        try:
            return UUID(given) if given else None
        except ValueError:
            raise forms.ValidationError("This is no id of an operation.") from None


class Options(forms.Select):
    """A selection that costs little with thousands of options. What was typed and is none of them stays
    in it. `remembered` keeps the options as they are written, for as long as these are the same."""

    def __init__(self, choices: Iterable[tuple[str, str]] = (), remembered: dict[Any, str] | None = None) -> None:
        super().__init__(choices=choices)
        self._remembered = {} if remembered is None else remembered

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        written = self._remembered.get(name)
        if written is None:
            written = self._remembered[name] = format_html_join("", '<option value="{}">{}</option>', self.choices)
        chosen = format_html('value="{}"', value or "")
        if value and chosen not in written:
            written += format_html('<option value="{}">{}</option>', value, value)
        written = written.replace(chosen, f"{chosen} selected", 1)
        wrong = SafeString(' aria-invalid="true"' if (attrs or {}).get("aria-invalid") else "")
        return format_html('<select name="{}" id="{}"{}>{}</select>', name, name, wrong, SafeString(written))


class Choice(Key):
    """One of `choices`, or what `other` takes, in the spelling that `spelled` gives it; "" where nothing is chosen."""

    widget = Options

    def __init__(
        self,
        *,
        choices: Iterable[tuple[str, str]],
        nothing: str | None = "Any",
        spelled: Callable[[str], str] = str,
        other: str = "(?!)",
        **settings: Any,
    ) -> None:
        super().__init__(max_length=200, **settings)
        shown = [*choices]
        self._keys = {str(key) for key, _ in shown}
        self._spelled, self._other = spelled, re.compile(other)
        self.widget.choices = [*([("", nothing)] if nothing is not None else []), *shown]

    def prepare_value(self, value: Any) -> Any:
        return self._read(str(value or "")) or value

    def clean(self, value: Any) -> Any:
        given = super().clean(value)
        read = self._read(given)
        if given and not read:
            raise forms.ValidationError(f"“{given[:40]}” is none of those that can be chosen.")
        return read

    def _read(self, value: str) -> str:
        read = self._spelled(self._cleaned(value))
        return read if read in self._keys or self._other.fullmatch(read) else ""


def _read(reader: Callable[[str], Any], given: str) -> Any:
    try:
        return reader(given)
    except ValueError as error:
        raise forms.ValidationError(str(error)) from None


class _Fitting(forms.TextInput):
    """A field with a picker, if the picker can hold what was typed; else one for text, so that nothing is lost."""

    kind, holds = "text", re.compile("")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["type"] = self.kind if not value or self.holds.fullmatch(str(value)) else "text"
        return context


class DayInput(_Fitting):
    kind, holds = "date", re.compile(r"\d{4}-\d\d-\d\d")


class MomentInput(_Fitting):
    kind, holds = "datetime-local", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
