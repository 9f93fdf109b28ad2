"""How passwords are hashed: by Argon2, which takes about 100 MB and a processor for each, so only a few at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from numberadmin.few import Few

# In a process. Whoever comes while as many threads as there are wait for one is told so: few.Crowded.
few = Few(places=2)


@contextmanager
def place() -> Iterator[None]:
    with few.place(settings.LOCK_SECONDS):
        yield


class FewAtATime(Argon2PasswordHasher):
    """The one way to a password: signing in, joining, changing it. Unknown people take a place like known ones."""

    def encode(self, password: str, salt: str) -> str:
        with place():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with place():
            return super().verify(password, encoded)
