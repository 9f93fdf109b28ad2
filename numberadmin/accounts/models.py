"""People, the Sinch accounts they work on, and the sessions they hold."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone

from numberadmin.accounts.roles import May, Role, allows
from numberadmin.money import Money
from numberadmin.proven import Proven, ProvenRows


class Person(Proven, AbstractBaseUser):
    """Somebody who signs in: with the Sinch account while alone in its team, else with an e-mail and a password.

    `sinch_user_id` is the key of a person who came by a Sinch sign-in; `login` the e-mail of one with a password.
    """

    PROVEN = ("id", "sinch_user_id", "login", "name", "email", "is_active", "password", "password_from_id")

    sinch_user_id = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique when known
    login = models.CharField(max_length=254, unique=True, null=True)  # noqa: DJ001 - unique when known
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # The team whose link the password was set by: it opens that team alone, because an owner may have used the link.
    # Empty for a password that nobody but the person can know.
    password_from = models.ForeignKey("Account", on_delete=models.PROTECT, null=True, related_name="+")

    # The team that somebody is about to join. Not stored.
    joins: "Account | None" = None

    @property
    def sign_in(self) -> str:
        """What tells the person from everybody else: the e-mail."""
        return self.login or self.email

    objects: ClassVar[models.Manager["Person"]] = BaseUserManager.from_queryset(ProvenRows)()  # type: ignore[assignment]
    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.name


class Account(Proven):
    """A Sinch organisation: the team, its numbers, its audit. Sinch tells its name, and may tell of it where it is on
    the web, its phone, country and VAT number: they tell it from another one of the same name."""

    PROVEN = (
        "id", "organisation_id", "name", "website", "phone", "country_id", "vat_number", "factor_from",
    )  # fmt: skip
    organisation_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    website = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=200, blank=True)
    country_id = models.CharField(max_length=200, blank=True)
    vat_number = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # From this day on, who has no second factor sets one up before anything else.
    factor_from = models.DateField(null=True)
    people = models.ManyToManyField(Person, through="Membership", related_name="accounts")

    def __str__(self) -> str:
        return self.name


class Membership(Proven):
    """A person in a team. The limit is what a buyer may spend in one checkout; without one, each has to be approved."""

    PROVEN = (
        "id", "person_id", "account_id", "role", "limit_amount", "limit_currency", "is_active",
        "since", "seen_at", "views",
    )  # fmt: skip
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.OWNER)
    limit_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    limit_currency = models.CharField(max_length=3, blank=True)
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    # The views of the inventory that the person has given a name: pairs of name and query, see services.saved.
    views = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "account"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.person} in {self.account}"

    def may(self, what: May) -> bool:
        return self.is_active and allows(self.role, what)

    @property
    def limit(self) -> Money | None:
        return Money.of(self.limit_amount, self.limit_currency)

    def may_spend(self, sum: Money) -> bool:
        """In one checkout, without asking."""
        if self.role != Role.BUYER:
            return self.may(May.BUY)
        limit = self.limit
        return limit is not None and sum.currency == limit.currency and sum.amount <= limit.amount


class NameKey(models.Model):
    """A look of a person's name, as `names.keys` makes it: in an account nobody else is called alike."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    key = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="nobody_called_alike")]

    def __str__(self) -> str:
        return f"{self.key} of {self.person_id}"


class Connection(Proven):
    """The Sinch instance that a team works through: its secret sealed, bound to the account and the instance id."""

    PROVEN = (
        "id", "account_id", "instance_id", "usable_until", "opened_at", "opened_by",
    )  # fmt: skip
    account = models.OneToOneField(Account, on_delete=models.CASCADE)
    instance_id = models.CharField(max_length=200)
    secret = models.TextField()
    # From then on it is not used any more: a little before it ends at Sinch.
    usable_until = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.account_id} until {self.usable_until}"


class Invitation(Proven):
    """A link by which somebody joins a team, or, with a `person`, sets a new password. Only its digest is kept."""

    PROVEN = (
        "id", "account_id", "person_id", "email", "role", "limit_amount", "limit_currency",
        "digest", "maker_id", "by_server", "made_at", "ends_at", "closed_at",
    )  # fmt: skip
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True)
    email = models.CharField(max_length=254)
    role = models.CharField(max_length=16, choices=Role.choices)
    limit_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    limit_currency = models.CharField(max_length=3, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    # Who made it; nobody for one that whoever runs the server has made.
    maker = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    by_server = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    # Used or taken back: it opens nothing any more.
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email}, {self.role}"

    @property
    def limit(self) -> Money | None:
        return Money.of(self.limit_amount, self.limit_currency)


class SecondFactor(Proven):
    """A person's authenticator app. The seed is sealed; `counter` is the last time step that was used."""

    PROVEN = (
        "id", "person_id", "since",
    )  # fmt: skip
    person = models.OneToOneField(Person, on_delete=models.CASCADE)
    seed = models.TextField()
    counter = models.BigIntegerField(default=0)
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"second factor of {self.person_id}"


class RecoveryCode(models.Model):
    """One of the codes that stand in for a lost app, each once. Only its digest is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"recovery code of {self.person_id}"


class Restoration(models.Model):
    """The database was put back to an older state: what browsers remember from before is not believed."""

    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.at}"


class Guess(models.Model):
    """How many wrong tries there were of one kind since `began_at`, and how many are being tried now."""

    key = models.CharField(max_length=80, primary_key=True)
    began_at = models.DateTimeField()
    wrong = models.IntegerField(default=0)
    trying = models.IntegerField(default=0)
    tried_at = models.DateTimeField()
    # Whether somebody was told since `began_at` that there were too many.
    refused = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.key}: {self.wrong}"


class Session(AbstractBaseSession, Proven):  # type: ignore[misc]
    """A signed-in browser. What it belongs to stands in columns, so that it can be listed and ended."""

    PROVEN = ("session_key", "session_data", "person_id", "account_id", "used_at")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    used_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["Session"]] = BaseSessionManager.from_queryset(ProvenRows)()  # type: ignore[assignment]

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from numberadmin.accounts.sessions import SessionStore

        return SessionStore
