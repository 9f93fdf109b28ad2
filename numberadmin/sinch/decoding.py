"""From bytes to values that still have to be checked. Nothing but `Damaged` is raised for a body that cannot be."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Raw, Struct

from numberadmin.sinch.values import Damaged

_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class Row(Struct, rename="camel"):
    """A group or a number as it came: each field is checked by itself, so that an odd one costs only itself."""

    number: Any = None
    group_id: Any = None
    country: Any = None
    country_id: Any = None
    city: Any = None
    type: Any = None
    availability: Any = None
    area_code: Any = None
    cost: Any = None
    capabilities: Any = None
    application_key: Any = None
    expires: Any = None


class _Numbered(Struct):
    number: Any = None


def _exact(digits: str) -> Decimal:
    """Never None: what stands there but is beyond reading must not pass for missing."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return Decimal("NaN")


_rows = msgspec.json.Decoder(list[Raw])
_numbered = msgspec.json.Decoder(list[_Numbered], float_hook=_exact)
_row = msgspec.json.Decoder(Row, float_hook=_exact)
_anything = msgspec.json.Decoder(Any, float_hook=_exact)


def array(body: bytes) -> list[Any]:
    """The rows of a JSON array, not yet looked into."""
    try:
        return list(_rows.decode(body))
    except msgspec.ValidationError:
        raise Damaged("it is not a list") from None
    except _UNREADABLE:
        found = _leniently(body)
    if not isinstance(found, list):
        raise Damaged("it is not a list")
    return found


def numbers(body: bytes, rows: list[Any]) -> list[Any]:
    """What stands in the field "number" of each of the `rows` of an array; None where a row cannot be read."""
    try:
        return [row.number for row in _numbered.decode(body)]
    except _UNREADABLE:
        return [_number(raw) for raw in rows]


def _number(raw: Any) -> Any:
    try:
        return row(raw).number
    except Damaged:
        return None


# Between two rows of an array.
_COMMA = re.compile(rb"\}[ \t\r\n]*(,)[ \t\r\n]*(?=\{)")


def commas(body: bytearray) -> Iterator[int]:
    """Where a row may end in a part of an array, the last places first; not more than a few."""
    for start in (max(len(body) - 65_536, 0), 0):
        found = [match.start(1) for match in _COMMA.finditer(body, start)]
        if found:
            yield from reversed(found[-8:])
            return


def row(raw: Any) -> Row:
    """One row of an `array`."""
    try:
        return _strictly(raw) if isinstance(raw, Raw) else msgspec.convert(raw, Row)
    except _UNREADABLE:
        raise Damaged("it cannot be read") from None


def _strictly(raw: Raw) -> Row:
    try:
        return _row.decode(raw)
    except _UNREADABLE:
        return msgspec.convert(_leniently(bytes(raw)), Row)


def anything(body: bytes) -> Any:
    """Whatever the JSON holds."""
    try:
        return _anything.decode(body)
    except _UNREADABLE:
        return _leniently(body)


def _leniently(body: bytes) -> Any:
    """JSON with slips for which strict decoding refuses it whole: a byte order mark, bare control characters,
    lone surrogates, broken UTF-8, NaN, endless integers. Each costs the value it stands in, nothing else."""
    try:
        return json.loads(
            body.decode("utf-8-sig", errors="replace"),
            strict=False,
            parse_float=_exact,
            parse_int=lambda digits: int(digits) if len(digits) < 40 else _exact(digits),
            parse_constant=_exact,
        )
    except (ValueError, RecursionError):
        raise Damaged("it is not JSON") from None
