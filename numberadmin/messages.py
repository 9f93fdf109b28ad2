"""Where messages wait for the next page: in a signed cookie, so that telling somebody something writes no database."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class Cookie(CookieStorage):
    cookie_name = "__Host-messages" if settings.HTTPS else "messages"


class Storage(FallbackStorage):
    """What is too long for a cookie goes into the session."""

    storage_classes = (Cookie, SessionStorage)
