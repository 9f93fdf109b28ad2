"""What of a request no database keeps is taken out before anything reads it: NUL and halves of characters.

All of a request that is kept comes by cookies, the query or a form, so that this is the one place for it.
"""

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict

from numberadmin.middleware import GetResponse

_NEVER = re.compile("[\0\ud800-\udfff]")


def cookies_and_query(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: _NEVER.sub("", value) for name, value in request.COOKIES.items()}
        request.GET = cleaned(request.GET)  # type: ignore[assignment]
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


def cleaned(fields: QueryDict) -> QueryDict:
    """The same where there is nothing to take out."""
    if not any(_NEVER.search(text) for name, values in fields.lists() for text in (name, *values)):
        return fields
    found = QueryDict(mutable=True)
    for name, values in fields.lists():
        for value in values:
            found.appendlist(_NEVER.sub("", name), _NEVER.sub("", value))
    return found
