"""The columns that a table of numbers may have, and how others call them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from numberadmin.services.results import Refusal
from numberadmin.text import clean, folded


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


@dataclass(frozen=True)
class Column:
    """`names` are ours and those of other programs; of `last_names` one is taken where none of these is there."""

    name: str
    names: tuple[str, ...]
    last_names: tuple[str, ...] = ()


NUMBER = Column(
    "number",
    _names("""
    number, phone number, phone, phone no, did, did number, ddi, tn, telephone number, telephone, tel, tel no, e164,
    e164 number, msisdn, full number, destination number, virtual number, Rufnummer, Telefonnummer, Telefon, Nummer,
    numéro, numéro de téléphone, téléphone, n° de téléphone, número, número de teléfono, teléfono,
    número de telefone, telefone, numero di telefono, telefono, telefoonnummer, numer, numer telefonu, puhelinnumero,
    номер, номер телефона, телефон, 電話番号, 番号, 电话号码, 号码, 전화번호
    """),
)
APPLICATION = Column(
    "application",
    _names("""
    application, application name, linked application, assigned application, Anwendung, Anwendungsname,
    nom de l'application, aplicación, nombre de la aplicación, aplicação, applicazione, toepassing, aplikacja,
    приложение, アプリケーション, 应用程序
    """),
)
# What other programs have instead of an application: it is looked for among the applications, and what stands there
# takes no number out of one.
LIKE_APPLICATION = _names("""
    app, app name, app id, application id, application sid, linked application id, connection, connection name,
    sip connection, trunk, trunk name, sip trunk, アプリ, 应用
""")
KEY = Column("application_key", _names("application key"))
LABEL = Column(
    "label",
    _names("""
    label, name, friendly name, display name, number name, number alias, alias, nickname, description,
    destination description, customer reference, Bezeichnung, Beschreibung, libellé, etiqueta, etichetta, nombre,
    descripción, descrição, descrizione, omschrijving, opis, название, описание, ラベル, 名前, 名称, 标签
    """),
    last_names=_names("""
    note, notes, comment, comments, remark, remarks, Notiz, Bemerkung, remarque, nota, notas, 備考, 备注
    """),
)
COLUMNS = (NUMBER, APPLICATION, KEY, LABEL)
# Files from here that tell of the past, by columns that no other table has.
_OF_THE_PAST = {
    "the audit's export": _names("operation, outcome"),
    "the result of a plan": _names("planned, was, to"),
    "a file of changes": _names("was in, is in"),
}
_WANTED = (
    "Call the columns number and application, and label if you like, in the first row; other programs' names for them, "
    "such as Phone Number, DID or Rufnummer, are known too."
)


def bare(name: str) -> str:
    """What is left of a column's name to compare: 'Phone_Number (E.164)' is 'phonenumber'."""
    plain = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", folded(name[:200]))
    return "".join(c for c in plain if c.isalnum())


_BARE = {column: frozenset(map(bare, column.names)) for column in COLUMNS}
_BARE_LAST = {column: frozenset(map(bare, column.last_names)) for column in COLUMNS}
_BARE_LIKE = frozenset(map(bare, LIKE_APPLICATION))


@dataclass(frozen=True)
class Places:
    """Where a table has each column, by its name here. `titles` are those of all its columns, none without a header.

    `may_unassign`: whether a cell may say that the number goes into no application. `exported`: whether both columns
    for the application are called as in our export, where two empty cells say that the number is in none.
    """

    at: dict[str, int]
    titles: tuple[str, ...] = ()
    may_unassign: bool = False
    exported: bool = False

    @property
    def unread(self) -> list[str]:
        """The titles of the columns that mean nothing here."""
        used = self.at.values()
        return [title for place, title in enumerate(self.titles) if title and place not in used]


def is_header(cells: Iterable[str]) -> bool:
    """Whether one of them is called as a column of numbers is."""
    return any(bare(cell) in _BARE[NUMBER] for cell in cells)


def known(cells: Iterable[str]) -> int:
    """How many of them have the name of some column."""
    names = frozenset().union(*_BARE.values(), *_BARE_LAST.values(), _BARE_LIKE)
    return sum(bare(cell) in names for cell in cells)


def of_the_past(titles: Iterable[str]) -> str:
    """What file of ours this is, if it is one that says what was done; empty otherwise."""
    bares = set(map(bare, titles))
    return next((what for what, names in _OF_THE_PAST.items() if bares.issuperset(map(bare, names))), "")


def found(cells: Sequence[str]) -> Places:
    """The columns of a header. Raises Refusal where one is missing, or two could be the same."""
    titles = [clean(cell, 60) for cell in cells]
    bares = [bare(cell) for cell in cells]
    if of_the_past(titles):
        raise unknown(titles)
    at = {column.name: place for column in COLUMNS if (place := _place(column, bares, titles)) is not None}
    like = [place for place, name in enumerate(bares) if name in _BARE_LIKE]
    may_unassign = APPLICATION.name in at
    if like and may_unassign:
        raise _both(APPLICATION, titles, [at[APPLICATION.name], *like])
    if like:
        at[APPLICATION.name] = _one(APPLICATION, titles, like)
    if NUMBER.name not in at or len(at) == 1:
        raise unknown(titles)
    both = {name for name in (APPLICATION.name, KEY.name) if name in at and titles[at[name]].lower() == name}
    return Places(at, tuple(titles), may_unassign, exported=len(both) == 2)


def by_position() -> Places:
    """Without a header: number, application, label. Nothing in it takes a number out of its application."""
    return Places({column.name: place for place, column in enumerate((NUMBER, APPLICATION, LABEL))})


def unknown(titles: Sequence[str]) -> Refusal:
    """What is said of a table whose columns are not known, or are not to be followed."""
    if past := of_the_past(titles):
        return Refusal(
            f"This is {past}. It says what was done, not where numbers are to go. Nothing was changed. Upload a table "
            "with the columns number and application, such as the inventory's export."
        )
    named = [title for title in titles if title]
    some = ", ".join(f"“{title}”" for title in named[:8]) + (" and others" if len(named) > 8 else "")
    lacks = "says where its numbers go" if is_header(titles) else "is known as the number"
    return Refusal(f"No column of this table {lacks}: it has {some}. Nothing was changed. {_WANTED}")


def _place(column: Column, bares: Sequence[str], titles: Sequence[str]) -> int | None:
    for names in (_BARE[column], _BARE_LAST[column]):
        if places := [place for place, name in enumerate(bares) if name in names]:
            return _one(column, titles, places)
    return None


def _one(column: Column, titles: Sequence[str], places: Sequence[int]) -> int:
    if len(places) > 1:
        raise _both(column, titles, places)
    return places[0]


def _both(column: Column, titles: Sequence[str], places: Sequence[int]) -> Refusal:
    names = " and ".join(f"“{titles[place]}”" for place in sorted(places)[:3])
    return Refusal(
        f"Two columns could be the {column.name} of this table: {names}. Nothing was changed. Leave one of them out, "
        "or call it something else."
    )
