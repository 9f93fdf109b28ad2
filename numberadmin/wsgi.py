import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from numberadmin.environment import Unreadable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Gunicorn ends altogether where a process ends with this, and starts no other one in its place.
CANNOT_START = 4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "numberadmin.settings")
try:
    django_application = get_wsgi_application()
except Unreadable as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(CANNOT_START)


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = _plain(environ.get("CONTENT_TYPE", ""))
    return django_application(environ, start_response)


def _plain(content_type: str) -> str:
    """Without its charset: Django would fail by one that is none of text, before there is anything to answer with."""
    try:
        kind, options = parse_header_parameters(content_type)
    except (LookupError, ValueError):
        return ""
    if "charset" not in options:
        return content_type
    return f"{kind}; boundary={options['boundary']}" if "boundary" in options else kind
