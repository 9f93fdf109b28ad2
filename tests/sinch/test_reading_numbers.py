from datetime import UTC, datetime
from decimal import Decimal

import pytest

from numberadmin.money import Money
from numberadmin.sinch import RentedNumber, decoding, reading
from numberadmin.sinch.values import Damaged

ROW = """{"number": 14150005551, "groupId": 13, "capabilities": ["voice"], "applicationKey": "bb7b4e39-4227",
"countryId": "US", "city": "SAN FRANCISCO", "country": "US", "areaCode": "415",
"expires": "2015-12-31T23:59:59+02:00", "cost": {"amount": 0.10, "currencyId": "USD", "formatted": "$0.1"}}"""


def read_one(**changes: str) -> RentedNumber:
    listing = reading.numbers(changed(**changes))
    assert listing.damaged == ()
    return listing.rows[0]


def changed(**changes: str) -> bytes:
    """A list of one number, with fields replaced by the JSON texts that are given."""
    fields = {"number": "1", "capabilities": '["voice"]'} | changes
    return ("[{" + ",".join(f'"{name}": {text}' for name, text in fields.items()) + "}]").encode(errors="surrogatepass")


def test_a_whole_row_is_read_exactly() -> None:
    assert reading.numbers(f"[{ROW}]".encode()).rows == (
        RentedNumber(
            number=14150005551,
            group_id=13,
            capabilities=("voice",),
            application_key="bb7b4e39-4227",
            country_id="US",
            city="SAN FRANCISCO",
            country="US",
            area_code="415",
            expires=datetime(2015, 12, 31, 21, 59, 59, tzinfo=UTC),
            cost=Money(amount=Decimal("0.10"), currency="USD"),
        ),
    )


def test_what_may_be_missing_is_empty() -> None:
    row = read_one()
    assert (row.group_id, row.application_key, row.city, row.expires, row.cost) == (None, "", "", None, None)


@pytest.mark.parametrize("text", ["14150005550", '"14150005550"', '"+14150005550"', "14150005550.0", "1.415000555e10"])
def test_a_number_is_an_integer_however_it_is_written(text: str) -> None:
    assert read_one(number=text).number == 14150005550


@pytest.mark.parametrize(
    "text",
    ["1415.5", "1e15", "-1.0", "true", "-1", "0", "9223372036854775808", "1" * 16, '"++1415"', '"+"', '"1.0"', '"1 4"',
     '""', '"٣"', "null", "[]", "{}", "NaN", "9" * 5000, '"' + "9" * 5000 + '"'],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    listing = reading.numbers(changed(number=text))
    assert listing.rows == ()
    assert listing.damaged == ("Row 1 of the list: the number is not a whole number that can be one.",)


def test_one_damaged_row_costs_only_itself() -> None:
    listing = reading.numbers(f'[{ROW}, {{"number": true}}, 7, {ROW.replace("5551", "5552")}]'.encode())
    assert [row.number for row in listing.rows] == [14150005551, 14150005552]
    assert len(listing.damaged) == 2
    assert not listing.whole


def test_a_repeated_number_is_damaged() -> None:
    listing = reading.numbers(f"[{ROW}, {ROW}]".encode())
    assert len(listing.rows) == 1
    assert listing.damaged == ("Row 2 of the list: 14150005551 was listed before.",)


@pytest.mark.parametrize("text", ["null", '""'])
def test_no_key_means_unassigned(text: str) -> None:
    assert read_one(applicationKey=text).application_key == ""


@pytest.mark.parametrize(
    "text",
    ["0", "false", "[]", "{}", '" "', '"a/b"', '"a\\u0000"', '"' + "a" * 65 + '"', "NaN", "1e999", "9" * 5000,
     "1e-400000000000000000000", '"\\ud800"'],
)  # fmt: skip
def test_a_key_that_cannot_be_read_is_not_taken_for_unassigned(text: str) -> None:
    listing = reading.numbers(changed(applicationKey=text))
    assert listing.damaged == ("Row 1 of the list: of 1, the application key cannot be read.",)


def test_capabilities_are_sorted_lower_case_words_without_repeats() -> None:
    assert read_one(capabilities='["Voice", "sms", "VOICE"]').capabilities == ("sms", "voice")
    assert read_one(capabilities="[]").capabilities == ()


def test_a_single_capability_needs_no_list_around_it() -> None:
    assert read_one(capabilities='"Voice"').capabilities == ("voice",)


def test_in_the_list_of_all_a_number_without_capabilities_is_shown_with_none() -> None:
    row = reading.rented_number(decoding.row(decoding.array(changed(capabilities="null"))[0]))
    assert (row.number, row.capabilities) == (1, ())


@pytest.mark.parametrize("text", ["null", '"voice, sms"', '["voice", 7]', '["vo ice"]', '[""]', '["a/b"]'])
def test_unknown_capabilities_damage_the_row_because_a_write_would_lose_it(text: str) -> None:
    assert reading.numbers(changed(capabilities=text)).damaged


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ('"2015-12-31T23:59:59Z"', datetime(2015, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ('"2015-12-31T23:59:59"', datetime(2015, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ('"2015-12-31T23:59:59.1234567Z"', datetime(2015, 12, 31, 23, 59, 59, 123456, tzinfo=UTC)),
        ('"2015-12-31"', datetime(2015, 12, 31, tzinfo=UTC)),
        ('"0001-01-01T00:00:00+14:00"', None),
        ('"soon"', None),
        ("1451606399", None),
        ("{}", None),
    ],
)
def test_an_expiry_is_a_time_in_utc_or_nothing(text: str, moment: datetime | None) -> None:
    assert read_one(expires=text).expires == moment


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ('"A\\u0000B\\u202eC\\ud800D\\tE"', "ABCD E"),
        ('"Z\\u00fcrich \\ud83d\\ude00"', "Zürich 😀"),
        ('"' + "x" * 1_000_000 + '"', "x" * 200),
        ("5", "5"),
        ("[1]", ""),
        ("1e999", ""),
        ('"raw\x01control"', "rawcontrol"),
        ("9" * 5000, ""),
    ],
)
def test_texts_are_cleaned_and_cut(text: str, city: str) -> None:
    assert read_one(city=text).city == city


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b"7", b'"x"', b"<html>Bad gateway</html>", b"[{}", b"[1,2", b"[] []", b"[" * 100_000,
     b'[{"city":' + b"[" * 100_000, "[]".encode("utf-16"), b'{"errorCode": 40400, "message": "x"}', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_not_a_list_is_never_read_as_an_empty_one(body: bytes) -> None:
    with pytest.raises(Damaged):
        reading.numbers(body)


def test_an_empty_list_is_one_even_after_a_byte_order_mark() -> None:
    assert reading.numbers(b"[]").rows == ()
    assert reading.numbers(b"\xef\xbb\xbf[]").whole


def test_a_row_in_another_encoding_loses_only_its_odd_characters() -> None:
    body = changed(city='"Z?rich"').replace(b"?", b"\xfc")
    assert reading.numbers(body).rows[0].city == "Z\ufffdrich"
