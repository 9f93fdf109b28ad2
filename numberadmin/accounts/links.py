"""The link that somebody follows, between its first click and its use: in a cookie of theirs, sealed.

Whoever only opens links, or what looks like one, leaves nothing in the database.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from numberadmin.accounts.seal import opened, seal

COOKIE = "__Host-link" if settings.HTTPS else "link"
PURPOSE = "link"
# More than any token has: what is longer opens nothing anyway.
LONGEST = 100


def keep(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        seal(token[:LONGEST], PURPOSE),
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def kept(request: HttpRequest) -> str:
    """The token of the link that this browser has followed; empty if there is none."""
    return opened(request.COOKIES.get(COOKIE, ""), PURPOSE)


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")
