"""What nobody sees is taken out of a request before anything reads it, and so is what no database keeps.

All of a request that is kept comes by cookies, the query or a form, so that this is the one place for it. Passwords
stay as they were typed, but for what cannot be stored.
"""

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict

from numberadmin import text
from numberadmin.middleware import GetResponse

# NUL and halves of characters.
_NEVER = re.compile("[\0\ud800-\udfff]")
_PASSWORDS = ("password", "current")
_UNSEEN = "\u200b"


def cookies_and_query(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: _NEVER.sub("", value) for name, value in request.COOKIES.items()}
        request.GET = cleaned(request.GET, address=True)  # type: ignore[assignment]
        return get_response(request)

    return middleware


def form(get_response: GetResponse) -> GetResponse:
    """Reads the form, so that it stands behind the bounds of bodies."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            try:
                request.POST = cleaned(request.POST)  # type: ignore[assignment]
            except LookupError:
                raise BadRequest("a part of the form names an encoding that there is not") from None
        return get_response(request)

    return middleware


def cleaned(given: QueryDict, *, address: bool = False) -> QueryDict:
    """Lines are kept, for which field has several is not known here. Where nothing is left of a value in an
    `address`, something that nobody sees stays, so that a filter which cannot be read is not taken for none."""
    found = QueryDict(mutable=True)
    for name, values in given.lists():
        for value in values:
            found.appendlist(text.clean(name), _value(name, value, address))
    found._mutable = False
    return found


def _value(name: str, value: str, address: bool) -> str:
    if name in _PASSWORDS:
        return _NEVER.sub("", value)
    seen = text.clean_lines(value)
    return _UNSEEN if address and value.strip() and not seen.strip() else seen
