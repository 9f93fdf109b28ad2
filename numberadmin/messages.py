"""Where messages wait for the next page: in a signed cookie, so that telling somebody something writes no database.

They are for whom they were made for: the person in the team, or whoever is not signed in. Nobody else opens the cookie.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core.signing import Signer, get_cookie_signer


class Cookie(CookieStorage):
    cookie_name = "__Host-messages" if settings.HTTPS else "messages"

    @property
    def signer(self) -> Signer:
        """Of whom the session is now: at sign-in it becomes another one's while the request is answered."""
        session = self.request.session
        return get_cookie_signer(f"{self.key_salt} {session.get('account', '')} {session.get(SESSION_KEY, '')}")

    @signer.setter
    def signer(self, anybody: Signer) -> None:
        """Django makes one for all."""


class Storage(FallbackStorage):
    """What is too long for a cookie goes into the session."""

    storage_classes = (Cookie, SessionStorage)

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Message], bool]:
        found: tuple[list[Message], bool] = super()._get(*args, **kwargs)  # type: ignore[misc]
        if Cookie.cookie_name in self.request.COOKIES:
            # One that is somebody else's has nothing to tell, and goes too.
            self._used_storages.add(self.storages[0])  # type: ignore[attr-defined]
        return found
