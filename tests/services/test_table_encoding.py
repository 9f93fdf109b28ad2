"""In which encoding a file is: known, or asked for, and never guessed to be right."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numberadmin.services.results import Refusal
from numberadmin.services.table_encoding import ENCODINGS, UnknownEncoding, decoded, samples

HEADER = "number,application,label\n"
WESTERN = [
    "Zoë’s desk",
    "Büro Köln",
    "Café – Paris",
    "Peña",
    "São Paulo",
    "Straße",
    "Køge",
    "L’Hôpital",
    "Weiß",
    "5 €",
    "Nº 5",
]
OTHERS = {
    "cp1251": ["Поддержка", "Офис в Москве"],
    "koi8-r": ["Поддержка"],
    "cp932": ["東京本社", "サポート", "ｱﾌﾟﾘ"],
    "gb18030": ["北京酒店", "联通"],
    "cp950": ["台北"],
    "cp949": ["서울"],
    "cp850": ["Zoë", "Büro", "Köln", "Straße", "café"],
    "mac-roman": ["Zoë’s desk", "Büro", "café", "señor"],
    "iso8859-2": ["Příbram", "Łódź", "Poznań", "Škoda"],
    "cp1250": ["Łódź", "Bucureşti"],
    "cp1253": ["Αθήνα"],
    "cp1254": ["Beşiktaş"],
    "iso2022-jp": ["東京"],
}


def file(label):
    return f"{HEADER}+14155550101,Support,{label}\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("label", ["Zoë", "東京本社", "Поддержка", "plain"])
def test_unicode_is_known_with_and_without_its_mark(codec, label):
    assert decoded(file(label).encode(codec)).text == file(label)


def test_marks_of_both_orders_are_taken():
    assert decoded(b"\xfe\xff" + file("Zoë").encode("utf-16-be")).text == file("Zoë")


@pytest.mark.parametrize("label", WESTERN)
def test_words_of_western_languages_are_windows_1252_and_that_is_said(label):
    found = decoded(file(label).encode("cp1252"))
    assert (found.text, "Windows-1252" in found.likely) == (file(label), True)


@pytest.mark.parametrize(("codec", "label"), [(codec, label) for codec, labels in OTHERS.items() for label in labels])
def test_what_is_no_western_text_is_asked_for_and_right_once_it_is_chosen(codec, label):
    raw = file(label).encode(codec)
    with pytest.raises(UnknownEncoding, match="Nothing was changed"):
        decoded(raw)
    name = next(name for name, (one, _) in ENCODINGS.items() if one == codec)
    assert decoded(raw, name).text == file(label)
    assert label in next(sample for sample in samples(raw) if sample.name == name).lines[1]


def test_one_line_that_is_not_utf_8_is_named():
    raw = file("Zoë").encode() + b"+14155550102,Caf\xe9,x\n"
    with pytest.raises(Refusal, match="Line 3 of this file is not UTF-8, and the rest is") as refused:
        decoded(raw)
    assert not isinstance(refused.value, UnknownEncoding)


def test_an_encoding_that_does_not_fit_names_the_line():
    with pytest.raises(Refusal, match=r"Line 2 .* as UTF-8"):
        decoded(file("Büro").encode("cp1252"), "utf-8")


@pytest.mark.parametrize("name", ["Shift_JIS", "cp1251", "latin-1", "GBK", "macroman", "ISO-8859-2", "utf8"])
def test_an_encoding_is_known_by_its_other_names(name):
    assert decoded(file("x").encode(), name).text == file("x")


@pytest.mark.parametrize("name", ["rot13", "klingon", "base64", "\0", "x" * 500])
def test_what_is_no_encoding_is_refused(name):
    with pytest.raises(Refusal, match="No encoding"):
        decoded(b"number", name)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"%PDF-1.7\n...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"an old Excel \(.xls\)"),
        (b"<html><body><table><tr><td>number", "a web page or XML"),
        (b'\xef\xbb\xbf \n<?xml version="1.0"?><Workbook>', "a web page or XML"),
        ("<!DOCTYPE html>".encode("utf-16"), "a web page or XML"),
        (json.dumps([{"number": 14155550101}]).encode(), "JSON"),
        (b'{"number": 1}\n{"number": 2}\n', "JSON"),
        (b"\x1f\x8b\x08\x00", "a packed file"),
        (bytes(range(256)) * 20, "no text"),
        (b"BEGIN:VCARD\r\n", "contacts"),
    ],
)
def test_what_is_no_table_is_refused_by_name(raw, what):
    with pytest.raises(Refusal, match=rf"This is .*{what}.*not a table\. Nothing was changed\. \w+"):
        decoded(raw)


def test_a_bracket_at_the_beginning_makes_no_json():
    assert decoded(b"[+1] 415-555-0101,A\n").text.startswith("[+1]")
    assert decoded(b"[" * 100_000).text


@given(st.binary(max_size=300), st.sampled_from(["", "", *ENCODINGS]))
def test_whatever_the_bytes_are_there_is_a_text_or_a_refusal(raw, encoding):
    with suppress(Refusal):
        assert isinstance(decoded(raw, encoding).text, str)
