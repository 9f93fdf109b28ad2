"""Days and moments as people type them, in the zone of the installation."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from numberadmin import fields, moments

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago",
         "America/Sao_Paulo", "Africa/Cairo", "Australia/Lord_Howe"]  # fmt: skip
days = st.dates(dt.date(2001, 1, 1), dt.date(2040, 12, 31))


def bound(text, last):
    return fields.Bound(last=last).clean(text)


@given(zone=st.sampled_from(ZONES), day=days)
@settings(max_examples=150)
def test_a_day_is_in_from_its_first_to_its_last_instant_in_any_zone(zone, day):
    with timezone.override(zone):
        first, after = bound(day.isoformat(), last=False), bound(day.isoformat(), last=True)
    instant = dt.timedelta(microseconds=1)
    local = [moment.astimezone(ZoneInfo(zone)).date() for moment in (first, after - instant)]
    assert local == [day, day]
    assert (first - instant).astimezone(ZoneInfo(zone)).date() < day < after.astimezone(ZoneInfo(zone)).date()


@given(st.sampled_from(ZONES), days, st.times())
@settings(max_examples=150)
def test_a_moment_that_a_field_shows_is_read_as_the_same_moment(zone, day, time):
    moment = dt.datetime.combine(day, time, dt.UTC)
    with timezone.override(zone):
        assert moments.moment(moments.field(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    ["25.11.2026", "11/25/2026", "2026-13-01", "2026-02-30", "26-11-25", "today", "20261125", "2026-W48-3", "2026-11",
     "0001-01-01", "9999-12-31", "2026-11-25T25:00", "25:00"],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_the_way_to_write_it(text):
    with pytest.raises(ValidationError, match="Write it like 2026-"):
        bound(text, last=True)


def test_the_hour_that_comes_twice_is_told_apart():
    with timezone.override("Europe/Berlin"):
        with pytest.raises(moments.Unclear, match=r"02:30\+02:00|02:30:00\+02:00 \(CEST\) or .*\+01:00 \(CET\)"):
            moments.moment("2026-10-25T02:30")
        first, second = moments.moment("2026-10-25T02:30+02:00"), moments.moment("2026-10-25T02:30+01:00")
        assert second - first == dt.timedelta(hours=1)
        assert moments.field(first) == "2026-10-25T02:30:00+02:00"


def test_the_hour_that_does_not_come_is_refused():
    with timezone.override("Europe/Berlin"), pytest.raises(moments.Unclear, match="the clocks went forward"):
        moments.moment("2026-03-29T02:30")


@pytest.mark.parametrize("text", ["2026-11-25T14:00:00 00:00", "2026-11-25 14:00Z", "２０２６-11-25T14:00+00:00"])
def test_an_offset_is_read_in_the_spellings_that_addresses_bring(text):
    assert moments.moment(text) == dt.datetime(2026, 11, 25, 14, tzinfo=dt.UTC)
