from decimal import Decimal
from uuid import uuid4

import pytest
from django.http import QueryDict

from numberadmin.services import cart, catalog, checkout, refresh, rentals, reservation
from numberadmin.services.models import NumberGroup, Reservation
from numberadmin.services.results import Changed, NotHere, Refusal


def group(actor, available=3, currency="USD"):
    """A group with enough numbers, of voice numbers at a clear price."""
    rows = NumberGroup.objects.filter(account=actor.account, availability__gte=available, currency=currency, listed="")
    return rows.order_by("group_id")[0]


def reserve(actor, group, quantity=1, **options):
    return reservation.reserve(actor=actor, operation=uuid4(), group_id=group.group_id, quantity=quantity, **options)


def puts(sinch):
    return [call for call in sinch.log() if call["verb"] == "PUT"]


def posts(sinch):
    return [call for call in sinch.log() if call["verb"] == "POST"]


def test_a_reservation_becomes_a_line_of_the_cart(jane, operation, sinch, audit):
    place = group(jane)
    outcome = reservation.reserve(actor=jane, operation=operation, group_id=place.group_id, quantity=2)
    line = cart.cart(jane.account).lines[0]
    assert outcome.state == audit(operation).outcome == "succeeded"
    assert line.reference_id in {row["reference"] for row in sinch.state()["reservations"]}
    assert (line.quantity, line.total, line.reserved_by) == (2, place.price * 2, "Jane Bloggs")


def test_reserving_spends_nothing(jane, sinch):
    before = sinch.state()["credit"]
    reserve(jane, group(jane))
    assert sinch.state()["credit"] == before


@pytest.mark.parametrize("quantity", [0, -1, 10_000])
def test_a_quantity_that_cannot_be_is_refused(jane, operation, sinch, quantity):
    with pytest.raises(Refusal, match="Nothing was reserved"):
        reservation.reserve(actor=jane, operation=operation, group_id=group(jane).group_id, quantity=quantity)
    assert puts(sinch) == []


def test_an_unknown_group_is_refused(jane, operation, sinch):
    with pytest.raises(NotHere, match="no such number group"):
        reservation.reserve(actor=jane, operation=operation, group_id=999_999, quantity=1)
    assert puts(sinch) == []


def test_a_reservation_without_an_answer_is_sent_once_and_said_to_be_in_doubt(jane, operation, sinch, audit):
    sinch.fault(match={"verb": "PUT"}, kind="lose", times=1)
    outcome = reservation.reserve(actor=jane, operation=operation, group_id=group(jane).group_id, quantity=1)
    assert outcome.state == audit(operation).outcome == "unknown"
    assert len(puts(sinch)) == 1
    assert cart.cart(jane.account).lines[0].state == "unknown"
    assert not cart.cart(jane.account).checkable


def test_capabilities_are_sent_only_where_the_group_lists_them(jane, sinch):
    listing = NumberGroup.objects.exclude(listed="").filter(availability__gte=1)[0]
    reserve(jane, listing)
    reserve(jane, group(jane))
    with_them, without = [call["body"] for call in puts(sinch)]
    assert with_them["capabilities"] == sorted(listing.capabilities)
    assert "capabilities" not in without


def test_the_total_is_summed_by_currency(jane):
    dollars, euros = group(jane, 2), group(jane, 1, "EUR")
    reserve(jane, dollars, 2)
    reserve(jane, euros)
    totals = {total.currency: total.amount for total in cart.cart(jane.account).totals}
    assert totals == {"USD": dollars.amount * 2, "EUR": euros.amount}


def test_a_removed_line_is_gone_and_the_audit_says_who_removed_it(jane, operation, audit):
    reserve(jane, group(jane))
    reference = cart.cart(jane.account).lines[0].reference_id
    outcome = cart.remove(actor=jane, operation=operation, reference_id=reference)
    assert cart.cart(jane.account).lines == []
    assert "lapses by itself" in outcome.message
    assert (audit(operation).action, audit(operation).actor_name) == ("drop", "Jane Bloggs")


def test_removing_what_is_not_there_is_refused(jane, operation):
    with pytest.raises(NotHere):
        cart.remove(actor=jane, operation=operation, reference_id="c8b27491-3379-44f3-af31-fbbfbb2ba510")


def test_checkout_rents_the_cart_in_one_call_and_shows_the_numbers(jane, operation, sinch, audit):
    reserve(jane, group(jane), 2)
    reserve(jane, group(jane, 1, "EUR"))
    sinch.clear_log()
    before = set(sinch.state()["rented"][jane.account.organisation_id])
    outcome = checkout.check_out(actor=jane, operation=operation)
    rented = set(sinch.state()["rented"][jane.account.organisation_id]) - before
    assert outcome.state == audit(operation).outcome == "succeeded"
    assert set(outcome.numbers) == set(audit(operation).numbers) == rented
    assert len(rented) == 3
    assert [call["verb"] for call in sinch.log()] == ["GET", "GET", "POST", "GET"]
    assert cart.cart(jane.account).lines == []


def test_the_money_spent_is_the_price_in_the_audit(jane, operation, sinch, audit):
    reserve(jane, group(jane), 2)
    before = Decimal(sinch.state()["credit"][jane.account.organisation_id]["USD"])
    checkout.check_out(actor=jane, operation=operation)
    spent = before - Decimal(sinch.state()["credit"][jane.account.organisation_id]["USD"])
    assert audit(operation).price == f"USD {spent:.2f}"


def test_the_rented_numbers_say_who_rented_them(jane, operation):
    reserve(jane, group(jane))
    outcome = checkout.check_out(actor=jane, operation=operation)
    row = rentals.one(jane.account, outcome.numbers[0])
    assert row.rented
    assert (row.rented.by, row.rented_in, row.rented.operation) == ("Jane Bloggs", operation, operation)


def test_an_empty_cart_is_not_checked_out(jane, operation, sinch):
    with pytest.raises(Refusal, match="nothing in the cart"):
        checkout.check_out(actor=jane, operation=operation)
    assert posts(sinch) == []


def test_the_same_checkout_posted_twice_rents_once(jane, operation, sinch):
    reserve(jane, group(jane))
    first = checkout.check_out(actor=jane, operation=operation)
    again = checkout.check_out(actor=jane, operation=operation)
    assert (again.repeated, again.numbers) == (True, first.numbers)
    assert len(posts(sinch)) == 1


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"credit": {"8888123": {"USD": "0.00"}}}, "too little credit"),
        ({"accounting": {"8888123": False}}, "Accounting is not set up"),
    ],
)
def test_what_sinch_refuses_is_said_and_the_cart_kept(jane, operation, sinch, audit, setting, says):
    reserve(jane, group(jane))
    sinch.set(**setting)
    outcome = checkout.check_out(actor=jane, operation=operation)
    assert outcome.state == audit(operation).outcome == "failed"
    assert says in outcome.message
    assert "Nothing was rented" in outcome.message
    assert cart.cart(jane.account).checkable


def test_a_lapsed_line_is_shown_as_lapsed_and_can_be_reserved_again(jane, operation, sinch):
    reserve(jane, group(jane))
    sinch.expire_reservations()
    outcome = checkout.check_out(actor=jane, operation=operation)
    line = cart.cart(jane.account).lines[0]
    assert (outcome.state, line.state) == ("failed", "expired")
    reserve(jane, group(jane), replaces=line.reference_id)
    states = [line.state for line in cart.cart(jane.account).lines]
    assert states == ["reserved"]


def test_where_one_of_several_lapsed_nothing_is_rented_and_the_person_chooses(jane, operation, sinch):
    reserve(jane, group(jane))
    reserve(jane, group(jane, 1, "EUR"))
    lapsed, still_held = [line.reference_id for line in cart.cart(jane.account).lines]
    sinch.expire_reservations([lapsed])
    outcome = checkout.check_out(actor=jane, operation=operation)
    assert outcome.state == "failed"
    assert cart.cart(jane.account).doubted
    outcome = checkout.check_out(actor=jane, operation=uuid4(), each=True)
    assert (outcome.state, len(outcome.numbers)) == ("succeeded", 1)
    lines = {line.reference_id: line.state for line in cart.cart(jane.account).lines}
    assert lines == {lapsed: "expired"}
    assert Reservation.objects.get(reference_id=still_held).state == "rented"


def test_a_checkout_whose_answer_is_lost_is_found_in_the_list(jane, operation, sinch, audit):
    reserve(jane, group(jane), 2)
    before = set(sinch.state()["rented"][jane.account.organisation_id])
    sinch.fault(match={"verb": "POST"}, kind="lose", times=1)
    outcome = checkout.check_out(actor=jane, operation=operation)
    rented = set(sinch.state()["rented"][jane.account.organisation_id]) - before
    assert outcome.state == audit(operation).outcome == "succeeded"
    assert set(outcome.numbers) == rented
    assert len(posts(sinch)) == 1
    assert cart.cart(jane.account).lines == []


def test_a_checkout_that_never_arrived_gives_the_cart_back_after_the_settling_time(jane, operation, sinch, settings):
    reserve(jane, group(jane))
    sinch.fault(match={"verb": "POST"}, kind="drop", times=1)
    outcome = checkout.check_out(actor=jane, operation=operation)
    assert (outcome.state, cart.cart(jane.account).lines[0].state) == ("unknown", "unknown")
    settings.SETTLE_SECONDS = 0
    reserve(jane, group(jane))
    assert [line.state for line in cart.cart(jane.account).lines] == ["reserved", "reserved"]


def test_the_catalog_is_filtered_by_text_country_and_capability(jane):
    page = catalog.browse(catalog.read(jane, QueryDict("country=FR&capability=voice")))
    assert page.rows
    assert {row.country_id for row in page.rows} == {"FR"}
    assert page.total is not None
    assert page.total < page.of
    assert catalog.browse(catalog.read(jane, QueryDict("q=no such city"))).rows == []


def test_line_by_line_only_what_was_rented_leaves_the_cart(jane, operation, sinch, audit, settings):
    for _ in range(3):
        reserve(jane, group(jane))
    _, second, third = [line.reference_id for line in cart.cart(jane.account).lines]
    sinch.fault(match={"verb": "POST", "nth": 2}, kind="drop", times=1)
    outcome = checkout.check_out(actor=jane, operation=operation, each=True)
    assert outcome.state == "unknown"
    settings.SETTLE_SECONDS = 0
    refresh.now(actor=jane)
    assert (audit(operation).outcome, len(audit(operation).numbers)) == ("succeeded", 1)
    assert {line.reference_id: line.state for line in cart.cart(jane.account).lines} == {
        second: "reserved",
        third: "reserved",
    }


def test_a_list_that_lags_behind_a_confirmed_checkout_is_waited_for(jane, operation, sinch, audit):
    reserve(jane, group(jane), 2)
    sinch.fault(match={"verb": "GET", "path": "/numbers$", "nth": 2}, kind="stale", times=2)
    outcome = checkout.check_out(actor=jane, operation=operation)
    assert outcome.state == "unknown"
    assert "confirmed" in outcome.message
    refresh.now(actor=jane)
    assert (audit(operation).outcome, len(audit(operation).numbers)) == ("succeeded", 2)


def test_a_line_that_is_held_is_not_replaced(jane):
    reserve(jane, group(jane))
    held = cart.cart(jane.account).lines[0].reference_id
    reserve(jane, group(jane), replaces=held)
    assert len(cart.cart(jane.account).lines) == 2


def test_a_price_below_a_cent_is_the_same_on_every_way_to_a_person(jane, sinch, audit):
    place = group(jane)
    sinch.set(price={str(place.group_id): "0.0085"})
    catalog.take_in(jane)
    outcome = reserve(jane, place, 3)
    row = audit(outcome.operation)
    assert (row.price, row.cart[0]["price"]) == ("USD 0.0255", "0.0085")
    sinch.set(price={str(place.group_id): "0.0093"})
    with pytest.raises(Changed, match=r"is USD 0\.0093 now"):
        checkout.check_out(actor=jane, operation=uuid4())


def test_a_price_that_became_unclear_is_recorded_as_none(jane, sinch, audit):
    place = group(jane)
    reserve(jane, place)
    line = cart.cart(jane.account).lines[0]
    Reservation.objects.filter(pk=line.pk).update(amount=None, currency="")
    operation = uuid4()
    cart.remove(actor=jane, operation=operation, reference_id=line.reference_id)
    assert (audit(operation).price, audit(operation).cart[0]["price"]) == ("", None)


def test_no_page_of_the_shop_skips_or_repeats_a_group_beside_what_others_rent(jane, monkeypatch):
    monkeypatch.setattr(catalog, "PAGE", 3)
    there = set(NumberGroup.objects.values_list("group_id", flat=True))
    asked, met = catalog.read(jane, QueryDict("")), list[int]()
    while True:
        part = catalog.browse(asked)
        met += [row.group_id for row in part.rows]
        if not part.next:
            break
        NumberGroup.objects.filter(group_id=part.rows[0].group_id).delete()
        asked = catalog.read(jane, QueryDict(f"page={part.page + 1}&after={part.next}"))
    assert (len(met), set(met)) == (len(there), there)
