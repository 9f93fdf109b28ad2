"""What every request and every answer goes through, beside what Django and django-csp do."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.log import log_response

from numberadmin import health, web
from numberadmin.accounts import address

GetResponse = Callable[[HttpRequest], HttpResponse]
NOT_HERE = (
    "numberadmin does not answer to the name in this address. Whoever runs the server can add it to ALLOWED_HOSTS."
)


def headers(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        # Django takes a cookie away without this flag.
        for cookie in response.cookies.values():
            cookie["httponly"] = True
        # The same URL answers with a page or with one of its fragments.
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        return response

    return middleware


class Front(SecurityMiddleware):
    """Answers machines that ask for the health, by whatever host; then refuses other hosts; then leads to https."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:  # type: ignore[override]
        if machine := health.PAGES.get(request.path_info):
            return machine(request)
        try:
            request.get_host()
        except DisallowedHost:
            page = web.problem(request, 400, "Another host", f"{NOT_HERE} Nothing was changed.")
            asked = request.META.get("HTTP_HOST", "")
            log_response("Another host: %.100r, from %s", asked, address.of(request), response=page, request=request)
            return page
        return super().process_request(request)
