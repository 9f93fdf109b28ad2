"""Groups that the list gives in odd ways: each has a true page, and nothing of it is bought on old figures."""

from uuid import uuid4

import pytest
from django.test import Client

from numberadmin.audit.models import Action, Entry
from numberadmin.sandbox import sample
from numberadmin.services import cart, catalog, checkout, reservation
from numberadmin.services.models import NumberGroup, Reading
from numberadmin.services.results import Changed, Refusal
from tests.services.conftest import sign_in
from tests.services.test_cart import group, posts, puts, reserve

FORMS = 'name="group_id" value="{}"'


@pytest.fixture
def browser(jane):
    client = Client()
    client.post("/login/", {"kind": "sinch", "identity": sample.DEMO_IDENTITY, "password": sample.DEMO_PASSWORD})
    return client


@pytest.fixture
def place(jane):
    return group(jane)


@pytest.fixture
def shop(jane, sinch, browser, place):
    """The shop's page, with the list read anew in which the group is otherwise; the row of the group in it."""

    def page(*odd, **rows):
        sinch.set(odd_groups={str(place.group_id): odd[0]} if odd else {})
        catalog.outdate(jane.account)
        text = browser.get("/shop/").content.decode()
        return text.split(f'id="group-{place.group_id}"')[-1].split("</tr>")[0] if odd and odd[0] else text

    return page


def offered(jane, place):
    return NumberGroup.objects.filter(account=jane.account, group_id=place.group_id).first()


@pytest.mark.parametrize("availability", [-1, "-1", -3.0, 0, None])
def test_an_oversold_group_has_none_left(jane, sinch, shop, place, availability):
    row = shop({"availability": availability})
    assert "None left" in row
    assert 'data-availability="0"' in row
    assert "Reserve" not in row
    with pytest.raises(Refusal, match="None is left in"):
        reserve(jane, place)
    assert puts(sinch) == []


@pytest.mark.parametrize("odd", [{"availability": 10**12}, {"availability": "many"}, {"capabilities": [[1]]}])
def test_a_group_that_cannot_be_read_is_not_offered_with_old_figures(jane, sinch, shop, place, odd):
    row = shop(odd)
    assert "Cannot be read now" in row
    assert 'data-availability="0"' in row
    assert "Reserve</button>" not in row
    with pytest.raises(Refusal, match="cannot be read now"):
        reserve(jane, place)
    assert puts(sinch) == []
    assert not Entry.objects.filter(action=Action.RESERVE).exists()
    assert "Reserve</button>" in shop({})


def test_one_that_cannot_be_read_keeps_no_vanished_group_on_offer(jane, sinch, browser, place):
    other = NumberGroup.objects.exclude(pk=place.pk)[0]
    sinch.set(odd_groups={str(place.group_id): {"availability": "many"}, str(other.group_id): None})
    catalog.take_in(jane)
    assert not NumberGroup.objects.filter(pk=other.pk).exists()
    assert NumberGroup.objects.filter(unreadable_since=None).count() == NumberGroup.objects.count() - 1


def test_where_a_row_does_not_tell_its_group_nothing_that_is_missing_is_offered(jane, sinch, place):
    sinch.set(odd_groups={str(place.group_id): {"groupId": "x"}})
    catalog.take_in(jane)
    assert offered(jane, place).unreadable_since
    with pytest.raises(Refusal, match="cannot be read now"):
        reserve(jane, place)


def test_a_group_that_vanished_is_said_at_its_line_and_rented_at_its_price(jane, sinch, browser, shop, place):
    outcome = reserve(jane, place)
    assert "data-group-gone" not in browser.get("/shop/cart/").content.decode()
    shop(None)
    text = browser.get("/shop/cart/").content.decode()
    assert "list no longer has this group" in text
    assert outcome.state == "succeeded"
    spent = sinch.state()["spent"][jane.account.organisation_id]
    assert checkout.check_out(actor=jane, operation=uuid4()).state == "succeeded"
    assert sinch.state()["spent"][jane.account.organisation_id] != spent


def test_a_line_whose_group_cannot_be_read_is_not_checked_out(jane, sinch, shop, place):
    reserve(jane, place)
    sinch.set(odd_groups={str(place.group_id): {"availability": "many"}})
    sinch.clear_log()
    with pytest.raises(Refusal, match="it is not known what it costs"):
        checkout.check_out(actor=jane, operation=uuid4())
    assert posts(sinch) == []
    assert not Entry.objects.filter(action=Action.CHECK_OUT).exists()
    assert len(cart.cart(jane.account).lines) == 1


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0.0075", "USD\xa00.0075"), ("2.0000000", "USD\xa02.00"), ("7.77001", "no clear price")],
)
def test_each_price_is_shown_as_it_is_or_said_to_be_unclear(jane, shop, amount, shown):
    assert shown in shop({"cost": {"amount": amount, "currencyId": "USD"}})


def test_a_price_that_cannot_be_kept_exactly_buys_nothing(jane, sinch, shop, place):
    shop({"cost": {"amount": "7.77001", "currencyId": "USD"}})
    with pytest.raises(Refusal, match="cannot be read exactly"):
        reserve(jane, place)
    assert puts(sinch) == []


def test_a_price_below_a_cent_is_the_same_in_shop_cart_audit_and_message(jane, sinch, shop, place, audit):
    sinch.set(price={str(place.group_id): "0.0075"})
    catalog.take_in(jane)
    outcome = reserve(jane, place, 3)
    assert audit(outcome.operation).price == "USD 0.0225"
    sinch.set(price={str(place.group_id): "0.0076"})
    with pytest.raises(Changed, match=r"USD 0\.0076 now"):
        checkout.check_out(actor=jane, operation=uuid4())


def test_a_country_under_two_names_is_one_option_and_none_is_no_option(jane, sinch, browser, place):
    one, two, three = NumberGroup.objects.order_by("group_id")[:3]
    odd = {
        str(one.group_id): {"countryId": "GB", "country": "UK"},
        str(two.group_id): {"countryId": "GB", "country": "United Kingdom"},
        str(three.group_id): {"countryId": None, "country": None},
    }
    sinch.set(odd_groups=odd)
    catalog.take_in(jane)
    picker = browser.get("/shop/").content.decode().split('name="country"')[1].split("</select>")[0]
    assert picker.count('value="GB"') == 1
    assert picker.count('value=""') == 1
    found = browser.get("/shop/?country=GB").content.decode()
    assert f'id="group-{one.group_id}"' in found
    assert f'id="group-{two.group_id}"' in found


def test_reserving_is_the_first_thing_after_signing_in(db, sinch):
    actor = sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    assert not Reading.objects.filter(what="groups").exists()
    outcome = reservation.reserve(actor=actor, operation=uuid4(), group_id=13, quantity=1)
    assert outcome.state == "succeeded"
    assert [row["group_id"] for row in sinch.state()["reservations"]] == [13]


def test_where_the_list_of_groups_cannot_be_read_nothing_is_reserved(db, sinch):
    actor = sign_in(sample.DEMO_IDENTITY, sample.DEMO_PASSWORD)
    sinch.fault(match={"verb": "GET", "path": "shop"}, kind="html", times=3)
    with pytest.raises(Refusal, match="Without the list of groups nothing is reserved"):
        reservation.reserve(actor=actor, operation=uuid4(), group_id=13, quantity=1)
    assert puts(sinch) == []


@pytest.mark.parametrize(("q", "area"), [("4420", "020"), ("+4420", "20"), ("44 20", "020"), ("442079", "20")])
def test_a_prefix_in_one_piece_finds_the_area(jane, browser, shop, place, q, area):
    odd = {"countryId": "GB", "country": "United Kingdom", "city": "LONDON", "areaCode": area}
    shop(odd)
    found = browser.get("/shop/", {"q": q}).content.decode()
    assert f'id="group-{place.group_id}"' in found
    assert f'id="group-{place.group_id}"' not in browser.get("/shop/", {"q": "4421"}).content.decode()
