"""People, the Sinch accounts they work on, and the sessions they hold."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Person(AbstractBaseUser):
    """Somebody who signs in. The Sinch user id is the key of a person who came by a Sinch sign-in."""

    sinch_user_id = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - unique when known
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager["Person"]()
    USERNAME_FIELD = "sinch_user_id"

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """A Sinch organisation: the team, its numbers, its audit."""

    organisation_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    people = models.ManyToManyField(Person, through="Membership", related_name="accounts")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    class Role(models.TextChoices):
        OWNER = "owner"

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.OWNER)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "account"], name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.person} in {self.account}"


class Session(AbstractBaseSession):
    """A signed-in browser. The account stands in a column so that an account's live instance can be found."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from numberadmin.accounts.sessions import SessionStore

        return SessionStore
