"""Browsers that somebody has signed in with before: strangers who guess do not lock them out."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from numberadmin import text
from numberadmin.accounts.models import Restoration

COOKIE = "__Host-device" if settings.HTTPS else "device"
DAYS = 180
# A browser remembers so many identities, the latest first.
MOST = 20
SALT = "numberadmin device"
# Kinds of what is no way to sign in: the second step of one, and that a person came in, by whichever way.
CODE, PERSON = "code", "person"


def known(request: HttpRequest, identity: str, kind: str) -> str:
    """The browser's own random name where the identity was proven here before, in the same way; else empty.

    The same text may be a Sinch account's identity and, unproven, a person's sign-in: these are two. So are a password
    and a code: whoever has found out the one is to have no tries of their own at the other.
    """
    name, identities, _ = _read(request)
    return name if _short(identity, kind) in identities else ""


def last_kind(request: HttpRequest) -> str:
    """How somebody signed in here the last time."""
    return _read(request)[2]


def remember(request: HttpRequest, response: HttpResponse, identity: str, kind: str) -> None:
    """Puts the identity into the browser's cookie: by its digest, signed."""
    name, identities, last = _read(request)
    short = _short(identity, kind)
    kept = [short, *(other for other in identities if other != short)][:MOST]
    value = signing.dumps(
        [name or secrets.token_urlsafe(16), kept, last if kind in (CODE, PERSON) else kind], salt=SALT
    )
    # Whoever remembers something more for the same answer adds to it.
    request.COOKIES[COOKIE] = value
    response.set_cookie(
        COOKIE, value, max_age=DAYS * 86400, secure=settings.HTTPS, httponly=True, samesite="Lax", path="/"
    )


def _read(request: HttpRequest) -> tuple[str, list[str], str]:
    if COOKIE not in request.COOKIES:
        return "", [], "sinch"
    oldest = timezone.now() - dt.timedelta(days=DAYS)
    restored = Restoration.objects.aggregate(last=Max("at"))["last"] or oldest
    age = timezone.now() - max(oldest, restored)
    try:
        name, identities, kind = signing.loads(request.COOKIES[COOKIE], salt=SALT, max_age=age)
    except signing.BadSignature:
        return "", [], "sinch"
    return name, identities, kind


def _short(identity: str, kind: str) -> str:
    secret = f"{settings.SECRET_KEY}{kind} {text.email(identity)}"
    return hashlib.sha256(secret.encode()).hexdigest()[:24]
