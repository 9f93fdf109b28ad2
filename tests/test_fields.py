"""Forms see texts that are cleaned, and passwords as they were typed."""

import pytest
from django import forms

from numberadmin import fields


class Sample(forms.Form):
    name = fields.Text(max_length=5)
    note = fields.Lines(required=False)
    key = fields.Key(required=False)
    email = fields.Email(required=False)
    count = fields.Whole(required=False, least=1)
    number = fields.Number(required=False)


def read(**typed):
    form = Sample({"name": "x"} | typed)
    return form.cleaned_data if form.is_valid() else {name: errors[0] for name, errors in form.errors.items()}


def test_each_field_cleans_what_it_takes():
    assert read(name="\u202eZoe\u0308\0") == read() | {"name": "Zoë"}
    assert read(note=" a\u200b\r\nb ")["note"] == "a\nb"
    assert read(key="ａｂ\u2011１")["key"] == "ab-1"
    assert read(email="Ops@Bücher.example\u200b")["email"] == "ops@xn--bcher-kva.example"
    assert read(count="\u200e１２")["count"] == 12
    assert read(number="+44 (0)20 7946 0000")["number"] == 442079460000
    assert read(count="", number="\u200b")["number"] is None


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [("name", "\u200b", "Fill this in"), ("name", "abcdef", "longer than 5"),
     ("count", "0", "whole number"), ("count", "x", "whole number"),
     ("number", "abc", "“abc” cannot be read: this is no phone number."),
     ("number", "14155550100-02", "a range of 3 numbers")],
)  # fmt: skip
def test_what_a_field_cannot_take_it_names(name, typed, why):
    assert why in read(**{name: typed})[name]
