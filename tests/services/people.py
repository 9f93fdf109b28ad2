"""More people for Acme's team, beside its owner Jane: with passwords of their own, as if they had followed a link."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

from django.contrib.auth.hashers import make_password

from numberadmin.accounts import names
from numberadmin.accounts.actor import Actor, of_person
from numberadmin.accounts.models import Account, Membership, Person
from numberadmin.accounts.roles import Role

PASSWORD = "four words and more"


@cache
def _hashed() -> str:
    """Made once: it is slow on purpose."""
    return make_password(PASSWORD)


def with_password(person: Person, login: str) -> Person:
    person.login = login
    person.password = _hashed()
    person.save()
    return person


def member(account: Account, name: str, role: Role, limit: str = "", currency: str = "USD") -> Membership:
    """`name` in lower case at example.com is the sign-in."""
    login = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    person = Person.objects.filter(login=login).first() or with_password(Person(name=name, email=login), login)
    amount = Decimal(limit) if limit else None
    Membership.objects.create(
        person=person,
        account=account,
        role=role,
        limit_amount=amount,
        limit_currency=currency if limit else "",
    )
    names.claim(person)
    return of_person(person.pk).get(account=account)


def beside(actor: Actor, name: str, role: Role, limit: str = "", currency: str = "USD") -> Actor:
    """Somebody at work in the same team, from another session."""
    return replace(
        actor,
        membership=member(actor.account, name, role, limit, currency),
        session=f"session of {name}"[:16],
        address="127.0.0.2",
    )
