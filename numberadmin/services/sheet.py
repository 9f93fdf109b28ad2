"""What people paste, read line by line: numbers in any spelling, and ranges. Tables are read by `table_reading`."""

from dataclasses import dataclass

from numberadmin import spelling
from numberadmin.services.results import Refusal

MOST_LINES = 20_000
MOST_BYTES = 5_000_000
LABEL_LENGTH = 100


@dataclass(frozen=True)
class Line:
    """A line as it was given. `application` is what it says of where the number is to be, by key or by name; `key` is
    what it says by key in a column of its own, as an export has (None: there is no such column). `problem` says why it
    cannot be used."""

    line: int
    text: str
    number: int | None = None
    application: str = ""
    key: str | None = None
    label: str = ""
    problem: str = ""


def pasted(text: str) -> list[Line]:
    """Numbers and ranges, as `spelling` reads them: one a line, or several. Raises Refusal."""
    found: list[Line] = []
    for place, row in enumerate(text.splitlines(), 1):
        for piece in spelling.pieces(row):
            found += _spread(place, piece)
            bounded(len(found))
    bounded(len(found))
    return found


def _spread(place: int, piece: str) -> list[Line]:
    """One piece of a line: a number, or a range of them."""
    try:
        numbers = spelling.span(piece)
    except spelling.Unreadable as error:
        return [Line(place, piece[:100], problem=str(error))]
    if len(numbers) == 1:
        return [Line(place, piece[:100], numbers[0])]
    return [Line(place, f"+{number}", number) for number in numbers]


def bounded(count: int) -> None:
    """Raises Refusal for more lines than a plan takes."""
    if count > MOST_LINES:
        raise Refusal(f"At most {MOST_LINES:,} lines at a time. Nothing was changed. Do it in parts.")
