"""A filter of a list is declared once. Pages, counts, exports, "all that match", saved views, tabs and
the links between pages read the declaration.

A query that cannot be read whole has problems, and then its condition matches nothing: whoever
forgets to look at the problems shows and exports nothing, and never everything.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.http import QueryDict

from numberadmin import text

L = TypeVar("L")


@dataclass(frozen=True)
class Tab(Generic[L]):
    """A quick way to one value of a filter, with the count of rows behind it.

    `short` is its name on a narrow screen; with `presses` it stands out if there are any rows.
    """

    name: str
    label: str
    value: str
    count: Callable[[L], int]
    short: str = ""
    presses: bool = False


@dataclass(frozen=True)
class Filter(Generic[L]):
    """One filter of a list of rows; `L` is what the list knows when it reads a query.

    `field` reads what was typed and says in a sentence why it cannot. `where` is the condition for a
    value. `sift` is for what no database can say: of some rows, those that pass.
    `carried`: links to other pages, exports and "all that match" have it; `kept`: saved views too.
    """

    name: str
    field: Callable[[L], forms.Field]
    where: Callable[[L, Any], Q] | None = None
    sift: Callable[[L, Any, Sequence[Any]], Sequence[Any]] | None = None
    carried: bool = True
    kept: bool = True
    tab: Tab[L] | None = None

    @property
    def narrows(self) -> bool:
        return bool(self.where or self.sift)


@dataclass(frozen=True)
class Asked(Generic[L]):
    """What a query asks for: the value of each filter that was given, or why it cannot be read."""

    filters: Sequence[Filter[L]]
    look: L
    values: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    form: forms.Form | None = None

    def __getitem__(self, name: str) -> Any:
        """The value; None where the filter was not given. Raises KeyError for what is no filter."""
        if not any(one.name == name for one in self.filters):
            raise KeyError(name)
        return self.values.get(name)

    @property
    def readable(self) -> bool:
        return not self.problems

    @property
    def given(self) -> set[str]:
        """The filters that narrow the list."""
        return {one.name for one in self.filters if one.narrows and one.name in self.values}

    def where(self, *, without: Collection[str] = ()) -> Q:
        """The condition that a row meets; of a query that cannot be read, one that no row meets."""
        if self.problems:
            return Q(pk=None)
        found = Q()
        for one in self.filters:
            if one.where and one.name in self.values and one.name not in without:
                found &= one.where(self.look, self.values[one.name])
        return found

    def sift(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Of rows that meet the condition, those that pass the rest."""
        if self.problems:
            return []
        for one in self.filters:
            if one.sift and one.name in self.values:
                rows = one.sift(self.look, self.values[one.name], rows)
        return rows

    @property
    def sifts(self) -> bool:
        return any(one.sift and one.name in self.values for one in self.filters)

    @property
    def query(self) -> QueryDict:
        """The filters and the order, as links to other pages of the list carry them."""
        return self._query({one.name for one in self.filters if one.carried})

    @property
    def carried(self) -> str:
        return self.query.urlencode()

    @property
    def kept(self) -> str:
        """What a saved view keeps of it."""
        return self._query({one.name for one in self.filters if one.carried and one.kept}).urlencode()

    def _query(self, names: Collection[str]) -> QueryDict:
        query = QueryDict(mutable=True)
        for one in self.filters:
            if one.name in names and (typed := self.typed.get(one.name)):
                query[one.name] = typed
        return query

    def controls(self) -> list[BoundField]:
        """The fields of the page's form; a hidden one is there if it was given."""
        assert self.form is not None
        fields = [self.form[one.name] for one in self.filters if one.carried]
        return [field for field in fields if not field.is_hidden or self.typed[field.name]]

    def with_problem(self, name: str, sentence: str) -> "Asked[L]":
        return replace(self, problems={**self.problems, name: sentence})

    def sentences(self) -> list[str]:
        """Each problem with the name of its field: 'Number: “abc” cannot be read: …'."""
        labels = {name: str(field.label) for name, field in self.form.fields.items()} if self.form else {}
        return [f"{labels[name]}: {text}" if name in labels else text for name, text in self.problems.items()]


class Filters(Generic[L]):
    """The filters of a list, in the order of the page. `besides`: names that its address may have too."""

    def __init__(self, *declared: Filter[L], besides: Collection[str] = ()) -> None:
        self.declared = list(declared)
        self._besides = frozenset(besides)

    def read(self, query: QueryDict, look: L) -> Asked[L]:
        """What a query asks for. A name that is no filter is a problem, as a value that is none."""
        form = self._form(query, look)
        problems = {name: str(errors[0]) for name, errors in form.errors.items()}
        for name, value in query.items():
            if str(value).strip() and not text.clean(str(value)):
                problems[name] = "Nothing of it can be seen."
            elif name not in form.fields and name not in self._besides:
                problems[name] = f"There is no filter “{text.clean(name)[:40]}” here."
            elif len({text.clean(value) for value in query.getlist(name)}) > 1:
                problems[name] = "It was given more than once: give it once."
        given = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        typed = {name: text.clean(query.get(name, "")) for name in form.fields}
        return Asked(tuple(self.declared), look, given, typed, problems, form)

    def of(self, look: L, **values: Any) -> Asked[L]:
        """A query that the code makes, by values."""
        assert values.keys() <= {one.name for one in self.declared}
        return Asked(tuple(self.declared), look, values)

    def _form(self, query: QueryDict, look: L) -> forms.Form:
        fields = {one.name: one.field(look) for one in self.declared}
        for name, made in fields.items():
            made.required = False
            made.label = made.label or name.capitalize()
        form: forms.Form = type("Fields", (forms.Form,), fields)(query, auto_id="%s")
        form.full_clean()
        return form
