"""What a page says of operations with many numbers."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from numberadmin.audit import journal
from numberadmin.audit.models import Phase, State
from numberadmin.audit.rows import MOST, whole_rows_of

NAMES = {"key": "Support"}
NUMBERS = range(14150000000, 14150000000 + 3 * MOST)


def page(acme, **fields):
    return journal.browse(journal.read(acme, QueryDict(urlencode(fields)), NAMES))


def test_a_page_shows_the_first_numbers_and_says_how_many_there_are(acme, add):
    add(14159999999)
    add(*NUMBERS)
    add()
    none, many, one = page(acme).rows
    assert (none.count, many.count, one.count) == (0, len(NUMBERS), 1)
    assert many.numbers == list(NUMBERS[:MOST])
    assert many.unsaid == len(NUMBERS) - MOST
    assert (one.numbers, one.unsaid, none.unsaid) == ([14159999999], 0, 0)


def test_the_history_of_a_number_shows_its_own_line_of_an_operation(acme, add):
    add(*NUMBERS)
    for rows in (journal.history(acme, NUMBERS[-1], NAMES), page(acme, number=NUMBERS[-1]).rows):
        assert [(row.numbers, row.count) for row in rows] == [([NUMBERS[-1]], len(NUMBERS))]
        assert rows[0].lines[0].became_label == "Support"


def test_a_page_asks_as_often_for_many_operations_as_for_one(acme, add):
    add(*NUMBERS)
    with CaptureQueriesContext(connection) as for_one:
        page(acme)
    for _ in range(20):
        add(*NUMBERS)
    with CaptureQueriesContext(connection) as for_many:
        page(acme)
    assert len(for_many) == len(for_one)


def test_a_page_does_not_take_what_an_application_held_before(acme, add):
    entry = add(14150005550, details={"before": {"voice": [14150005550]}, "names": {"key": "Night desk"}})
    (row,) = page(acme).rows
    assert (row.before, row.lines[0].became_label) == ({}, "Night desk")
    with CaptureQueriesContext(connection) as queries:
        assert whole_rows_of([entry], NAMES)[0].before == {"voice": [14150005550]}
        page(acme)
    assert not any('"audit_entry"."details", "audit_entry"."hash"' in query["sql"] for query in queries)


@pytest.mark.parametrize("shown", [str, lambda operation: str(operation).upper()])
def test_an_operation_is_found_by_its_id(acme, add, shown):
    entry = add(14150005550)
    add(14150005550)
    assert [row.operation for row in page(acme, q=shown(entry.operation)).rows] == [entry.operation]
    assert page(acme, q="-" * 4 + "x" * 32).rows == []


def test_beyond_the_most_that_are_counted_a_page_says_so_and_the_filters_still_find(acme, add, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 2)
    monkeypatch.setattr(journal, "MOST_COUNTED", 4)
    oldest, *others = [add(14150000000 + each) for each in range(4)]
    assert (page(acme).total, page(acme).pages) == (4, 2)
    newest = add(14159999999)
    assert (page(acme).total, page(acme).pages) == (None, 2)
    shown = [row.operation for at in (1, 2, 3) for row in page(acme, page=at).rows]
    assert shown[:4] == [entry.operation for entry in (newest, *reversed(others))]
    assert shown[4:] == shown[2:4], "beyond the last page is the last page"
    found = page(acme, number=14150000000)
    assert (found.total, [row.operation for row in found.rows]) == (1, [oldest.operation])


def test_an_operation_is_found_by_what_it_came_to_in_the_end(acme, add):
    def operation(*states):
        phases = (Phase.INTENT, Phase.OUTCOME, Phase.SETTLEMENT)
        first = add(phase=Phase.INTENT, state=State.PENDING)
        for phase, state in zip(phases[1:], states, strict=False):
            add(phase=phase, state=state, operation=first.operation)
        return first.operation

    made = {
        "pending": operation(),
        "failed": operation(State.FAILED),
        "unknown": operation(State.UNKNOWN),
        "settled": operation(State.UNKNOWN, State.SUCCEEDED),
        "settled as failed": operation(State.UNKNOWN, State.FAILED),
        "refused": add(state=State.FAILED).operation,
        "event": add().operation,
    }
    names = {operation: name for name, operation in made.items()}
    found = {state: {names[row.operation] for row in page(acme, outcome=state).rows} for state in State.values}
    assert found == {
        "pending": {"pending"},
        "succeeded": {"settled", "event"},
        "failed": {"failed", "settled as failed", "refused"},
        "unknown": {"unknown"},
    }
