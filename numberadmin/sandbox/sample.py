"""The data that the sandbox begins with. People, companies and numbers are made up; most numbers lie in ranges
that their countries keep for fiction."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from numberadmin.sandbox import numbers
from numberadmin.sandbox.shop import a_month_on, rent
from numberadmin.sandbox.state import Account, Application, Group, Organisation, State

DEMO_IDENTITY = "demo@example.com"
DEMO_PASSWORD = "demo-password"  # noqa: S105
DEMO_ORGANISATION = "8888123"
GLOBEX_IDENTITY = "globex@example.com"
GLOBEX_PASSWORD = "globex-password"  # noqa: S105
GLOBEX_ORGANISATION = "7777456"
GLOBEX_WITHOUT_ACCOUNTING = "7777457"
DEMO_APPLICATIONS = {
    "bb7b4e39-4227-4913-8c81-2db4abb54fb3": "Support line",
    "0d6f2b1e-7c1a-4f0e-9a55-3be1c7f0a912": "Appointment reminders",
    "5e9a4c70-1b3d-4e82-b6f7-90c2d8e1f34a": "Call tracking",
    "c2817f5d-6a94-4b0c-8e3f-17d5a0b9e668": "Two-factor codes",
    "f41d93a8-05be-4c67-a2d0-6e8b7c3f5190": "Night desk",
}
GLOBEX_APPLICATION = "3a60d1f2-9e47-4d58-8b1c-c5f2e7a40d83"

VOICE, SMS, BOTH = "Voice", "Sms", ("sms", "voice")
# groupId, country, countryId, city, type, areaCode, first number, availability, price, currency, listed capabilities
_GROUPS = [
    (1, "France", "FR", "PARIS", VOICE, "01", 33199000100, 7, "2.00", "USD", ()),
    (2, "UK", "GB", "LONDON", VOICE, "020", 442079460100, 12, "2.00", "USD", ()),
    (3, "UK", "GB", "MANCHESTER", VOICE, "0161", 441614960100, 9, "2.00", "USD", ()),
    (4, "UK", "GB", "Mobile", SMS, "07700", 447700900100, 40, "3.50", "USD", BOTH),
    (5, "UK", "GB", "EDINBURGH", VOICE, "0131", 441314960100, 0, "2.00", "USD", ()),
    (8, "France", "FR", "MARSEILLE", VOICE, "04", 33465710100, 5, "2.00", "USD", ()),
    (9, "France", "FR", "Mobile", SMS, "06", 33639980100, 15, "4.50", "EUR", ()),
    (13, "US", "US", "SAN FRANCISCO", VOICE, "415", 14155550100, 25, "1.00", "USD", ()),
    (14, "US", "US", "NEW YORK", VOICE, "212", 12125550100, 18, "1.50", "USD", ()),
    (15, "US", "US", "Chicago", VOICE, "312", 13125550100, 30, "1.00", "USD", BOTH),
    (16, "US", "US", "SEATTLE", SMS, "206", 12065550100, 22, "1.25", "USD", ()),
    (21, "Germany", "DE", "BERLIN", VOICE, "030", 493023125100, 10, "2.25", "EUR", ()),
    (22, "Germany", "DE", "MÜNCHEN", VOICE, "089", 498999998100, 6, "2.25", "EUR", ()),
    (23, "Germany", "DE", "HAMBURG", VOICE, "040", 494066969100, 3, "2.25", "USD", ()),
    (31, "Sweden", "SE", "GÖTEBORG", VOICE, "031", 46313900600, 8, "1.75", "USD", ()),
    (32, "Sweden", "SE", "Malmö", VOICE, "040", 46406280400, 4, "1.75", "USD", ()),
    (33, "Sweden", "SE", "Mobile", SMS, "070", 46701740605, 20, "3.00", "EUR", BOTH),
    (41, "Australia", "AU", "SYDNEY", VOICE, "02", 61255500100, 11, "3.00", "USD", ()),
    (42, "Australia", "AU", "Melbourne", VOICE, "03", 61355500100, 2, "3.00", "USD", ()),
    (51, "Canada", "CA", "TORONTO", VOICE, "416", 14165550100, 14, "1.25", "USD", ()),
    (52, "Canada", "CA", "Montréal", VOICE, "514", 15145550100, 1, "1.25", "USD", BOTH),
    (61, "Ireland", "IE", "DUBLIN", VOICE, "01", 35315550100, 6, "2.50", "EUR", ()),
    (74, "US", "US", "AUSTIN", SMS, "512", 15125550100, 16, "1.25", "USD", BOTH),
    (75, "US", "US", "New Orleans", SMS, "504", 15045550100, 5, "2.00", "USD", ()),
]

# group, how many, which application has them (None: nobody), and in how many days they expire (None: not said)
_RENTED = [
    (13, 6, 0, 28), (2, 4, 0, 120), (31, 3, 0, 200), (15, 2, 0, 9),
    (16, 5, 1, 60), (75, 3, 1, 25), (4, 4, 1, 90),
    (14, 4, 2, 45), (51, 3, 2, 150), (1, 2, 2, 8), (21, 2, 2, 300),
    (74, 4, 3, 75), (33, 3, 3, 28), (9, 1, 3, None),
    (13, 4, None, 2), (2, 2, None, 21), (41, 2, None, 180), (4, 2, None, 1), (15, 2, None, 80), (61, 2, None, None),
]  # fmt: skip


MOST_APPLICATIONS = 500


def seeded(seed: str = "demo", scale: int = 0) -> State:
    """A state with the `demo` data or with an `empty` account; `scale` rents that many numbers in `scale` // 200
    applications, 500 at most, for the first account in place of its sixty. ValueError for another seed."""
    if seed not in ("demo", "empty"):
        raise ValueError(f"There is no seed {seed!r}: it is demo or empty.")
    state = State()
    _people(state)
    for number, country, code, city, kind, area, first, count, price, currency, listed in _GROUPS:
        state.groups[number] = Group(
            number, country, code, city, kind, area, first, count, Decimal(price), currency, listed
        )
    if scale:
        _rent_many(state, scale)
    elif seed == "demo":
        _rent_some(state)
    if seed == "demo":
        _rent_globex(state)
    return state


def _people(state: State) -> None:
    jane = Account(DEMO_IDENTITY, "+12055500000", "demo", DEMO_PASSWORD, 123456789, "Jane", "Bloggs")
    hank = Account(GLOBEX_IDENTITY, "+12055500001", "globex", GLOBEX_PASSWORD, 123456790, "Hank", "Rivers")
    state.accounts = {jane.email: jane, hank.email: hank}
    acme = {
        "website": "http://www.example.com",
        "phone": "+12055500000",
        "countryId": "US",
        "vatnumber": "US000000000",
    }
    hundred, fifty, five = Decimal("100.00"), Decimal("50.00"), Decimal("5.00")
    for organisation in (
        Organisation(DEMO_ORGANISATION, jane.email, "Acme Telecom", acme, credit={"USD": hundred, "EUR": fifty}),
        Organisation(
            GLOBEX_ORGANISATION,
            hank.email,
            "Globex <script>alert(1)</script>",
            {"countryId": "GB"},
            credit={"USD": five},
        ),
        Organisation(GLOBEX_WITHOUT_ACCOUNTING, hank.email, "Globex Trials", accounting=False, credit={"USD": five}),
    ):
        state.organisations[organisation.id] = organisation
        state.rented[organisation.id] = {}
    for key in DEMO_APPLICATIONS:
        state.applications[key] = Application(key, jane.email)
    state.applications[GLOBEX_APPLICATION] = Application(GLOBEX_APPLICATION, hank.email)


def _rent_some(state: State) -> None:
    now = datetime.now(UTC)
    keys = list(DEMO_APPLICATIONS)
    for name, count, application, days in _RENTED:
        group = state.groups[name]
        expires = None if days is None else now + timedelta(days=days)
        rented = rent(state, DEMO_ORGANISATION, group, count, group.capabilities, expires)
        if application is not None:
            _assign(state, rented, keys[application], group.capabilities)


def _rent_globex(state: State) -> None:
    for name, count in ((3, 3), (16, 2), (4, 1)):
        group = state.groups[name]
        rented = rent(state, GLOBEX_ORGANISATION, group, count, group.capabilities, a_month_on(datetime.now(UTC)))
        if name != 16:
            _assign(state, rented, GLOBEX_APPLICATION, group.capabilities)


def _assign(state: State, rented: list[int], key: str, capabilities: tuple[str, ...]) -> None:
    for capability in capabilities:
        numbers.put(state, key, capability, state.applications[key].numbers[capability] | set(rented))


def _rent_many(state: State, count: int) -> None:
    """Spread over all groups and all applications; every twentieth number stays unassigned."""
    keys = [
        *DEMO_APPLICATIONS,
        *(str(UUID(int=(0xA << 124) + (4 << 76) + (8 << 60) + i)) for i in range(MOST_APPLICATIONS)),
    ]
    keys = keys[: max(1, min(count // 200, MOST_APPLICATIONS))]
    for key in keys:
        state.applications.setdefault(key, Application(key, DEMO_IDENTITY))
    groups = list(state.groups.values())
    now = datetime.now(UTC)
    for place, group in enumerate(groups):
        share = count // len(groups) + (place < count % len(groups))
        expires = now + timedelta(days=5 + 15 * place)
        # Beyond the few numbers that are kept for fiction, so that what is rented later does not collide with them.
        rented = rent(state, DEMO_ORGANISATION, replace(group, next=_plenty(group)), share, group.capabilities, expires)
        for index, number in enumerate(rented):
            if index % 20:
                for capability in group.capabilities:
                    state.give(number, capability, keys[(index + place) % len(keys)])


def _plenty(group: Group) -> int:
    """The first of a great many numbers in the group's area."""
    text = str(group.first)
    area = text.find(group.area_code.lstrip("0")) + len(group.area_code.lstrip("0"))
    return int(text[:area] + "3" + "0" * (len(text) - area - 1))
