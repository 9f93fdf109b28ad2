"""The list of all rented numbers, which may be long: it is taken in as it comes, and kept on disk.

Reference: "List all rented numbers".
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate
from tempfile import SpooledTemporaryFile
from typing import Any

from msgspec import Raw

from numberadmin.sinch import decoding, reading, values
from numberadmin.sinch.types import RentedNumber
from numberadmin.sinch.values import Damaged

# In bytes: how much is decoded at a time, how long a single row may be, and how much is kept in memory.
PART = 1 << 20
LONGEST_ROW = 16 << 20
IN_MEMORY = 8 << 20
WINDOW = 1 << 16
# Part of each mark. A program that reads rows otherwise has another one, so that it reads each of them anew.
VERSION = b"2"
NO_MARK = 0


class RentedNumbers:
    """The rows of a list by number, ascending. They are decoded when they are asked for, by one thread at a time.

    `numbers` and `marks` stand side by side: a row that has the mark it had in another list is the same as there, but
    for the mark NO_MARK, which tells nothing.
    """

    def __init__(self) -> None:
        self.numbers = array("q")
        self.marks = array("q")
        self._starts = array("q")
        self._sizes = array("i")
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it lives as long as the list
        # A piece of the file: rows are mostly read one after the other.
        self._window_at, self._window = 0, b""
        # Those that no strict reader takes, as they came: they are few.
        self._end = 0
        self._odd: dict[int, Any] = {}
        self._unreadable = 0
        self._damaged: set[int] = set()

    def __len__(self) -> int:
        return len(self.numbers) - len(self._damaged)

    def __contains__(self, number: int) -> bool:
        place = bisect_left(self.numbers, number)
        return place < len(self.numbers) and self.numbers[place] == number and number not in self._damaged

    @property
    def damaged(self) -> int:
        """How many rows could not be read, of those that were looked at. A row without a number is always one."""
        return self._unreadable + len(self._damaged)

    def mark(self, number: int) -> int:
        """The mark of a number that is in the list."""
        return self.marks[bisect_left(self.numbers, number)]

    def read(self, places: Iterable[int]) -> Iterator[RentedNumber]:
        """The rows at these places; the damaged ones among them are left out, and counted."""
        for place in places:
            try:
                yield reading.rented_number(decoding.row(self._raw(place)))
            except Damaged:
                self._damaged.add(self.numbers[place])

    def find(self, numbers: Collection[int]) -> Iterator[RentedNumber]:
        """The rows of these numbers, as far as the list has them."""
        return self.read(bisect_left(self.numbers, number) for number in numbers if number in self)

    def extend(self, numbers: Sequence[Any], rows: Sequence[Any]) -> None:
        """More rows, in the order of the list, and what each gives as its number."""
        usual = set(map(type, rows)) <= {Raw} and set(map(type, numbers)) <= {int}
        if not (usual and min(numbers, default=1) > 0 and max(numbers, default=1) < values.BEYOND_NUMBERS):
            numbers, rows = self._readable(numbers, rows)
        texts = [bytes(row) for row in rows]
        self.numbers.extend(numbers)
        self.marks.frombytes(b"".join([_mark(text) for text in texts]))
        sizes = [len(text) for text in texts]
        self._starts.extend(list(accumulate(sizes, initial=self._end))[:-1])
        self._sizes.extend(sizes)
        self._end += self._file.write(b"".join(texts))

    def _readable(self, numbers: Sequence[Any], rows: Sequence[Any]) -> tuple[list[int], list[Any]]:
        """Without the rows whose number is none; those that no strict reader takes are kept aside."""
        found, kept = [], []
        for value, row in zip(numbers, rows, strict=True):
            try:
                number = values.phone_number(value)
            except Damaged:
                self._unreadable += 1
                continue
            found.append(number)
            kept.append(row if isinstance(row, Raw) else b"")
            if not isinstance(row, Raw):
                self._odd.setdefault(number, row)
        return found, kept

    def sort(self) -> "RentedNumbers":
        """Once all rows are there. Of rows with the same number the first one counts, the others are damaged."""
        count = len(self.numbers)
        if any(self.numbers[place] >= self.numbers[place + 1] for place in range(count - 1)):
            order = sorted(range(count), key=self.numbers.__getitem__)
            order = [place for at, place in enumerate(order) if at == 0 or not self._same(order[at - 1], place)]
            self._unreadable += count - len(order)
            for name in ("numbers", "marks", "_starts", "_sizes"):
                column = getattr(self, name)
                setattr(self, name, array(column.typecode, (column[place] for place in order)))
        return self

    def _same(self, place: int, other: int) -> bool:
        return self.numbers[place] == self.numbers[other]

    def _raw(self, place: int) -> Any:
        start, size = self._starts[place], self._sizes[place]
        if not size:
            return self._odd[self.numbers[place]]
        if not self._window_at <= start <= start + size <= self._window_at + len(self._window):
            self._file.seek(start)
            self._window_at, self._window = start, self._file.read(max(size, WINDOW))
        start -= self._window_at
        return Raw(self._window[start : start + size])


def _mark(text: bytes) -> bytes:
    """Of a row that is kept aside, one that stands for no row."""
    return blake2b(text, digest_size=8, person=VERSION).digest() if text else bytes(8)


class Taker:
    """Takes in the answer, part by part; `part` and `longest_row` are in bytes."""

    def __init__(
        self, progress: Callable[[int], None] | None = None, part: int = PART, longest_row: int = LONGEST_ROW
    ) -> None:
        self._progress = progress
        self._part = part
        self._longest = longest_row
        self._rows = RentedNumbers()
        self._buffer = bytearray()
        self._enough = part
        self._trouble = ""

    def feed(self, chunk: bytes) -> None:
        """The next piece of the answer, of any length."""
        if self._trouble:
            return
        self._buffer += chunk
        if len(self._buffer) < self._enough:
            return
        try:
            self._take_part()
        except OSError:
            self._trouble = "this server has no room left to keep it"

    def done(self) -> RentedNumbers:
        """The list, once the answer is complete; Damaged where it is none."""
        if self._trouble:
            raise Damaged(self._trouble)
        try:
            self._add(bytes(self._buffer))
        except OSError:
            raise Damaged("this server has no room left to keep it") from None
        return self._rows.sort()

    def _take_part(self) -> None:
        """Decodes up to the end of a row. What lies before a comma is whole rows if it is a list by itself."""
        for comma in decoding.commas(self._buffer):
            try:
                self._add(bytes(self._buffer[:comma]) + b"]")
            except Damaged:
                continue
            self._buffer[: comma + 1] = b"["
            self._enough = len(self._buffer) + self._part
            return
        self._enough = 2 * len(self._buffer)
        if self._enough > 2 * self._longest:
            self._trouble = "it is not a list of rows"

    def _add(self, array: bytes) -> None:
        rows = decoding.array(array)
        self._rows.extend(decoding.numbers(array, rows), rows)
        if self._progress:
            self._progress(len(self._rows))
