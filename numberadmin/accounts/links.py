"""The link that somebody follows, between its first click and its use: in a cookie of theirs, sealed, for an hour.

Whoever only opens links, or what looks like one, leaves nothing in the database.
"""

import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from numberadmin.accounts.seal import opened, seal

COOKIE = "__Host-link" if settings.HTTPS else "link"
PURPOSE = "link"
SECONDS = 3600
# More than any token has: what is longer opens nothing anyway.
LONGEST = 100


def keep(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        seal(f"{int(time.time())} {token[:LONGEST]}", PURPOSE),
        max_age=SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def kept(request: HttpRequest) -> str:
    """The token of the link that this browser has followed; empty if there is none, or it was longer ago."""
    at, _, token = opened(request.COOKIES.get(COOKIE, ""), PURPOSE).partition(" ")
    return token if at.isdecimal() and int(at) > time.time() - SECONDS else ""


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")
