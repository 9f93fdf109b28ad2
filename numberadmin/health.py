"""Whether the process can serve, and whether it can do its job: asked by machines, by whatever name of the host."""

from collections.abc import Callable
from functools import cache

from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from numberadmin.accounts import factor
from numberadmin.audit import chain

TYPE = "text/plain; charset=utf-8"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers while the process can serve, without asking the database or Sinch."""
    return HttpResponse("ok\n", content_type=TYPE)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while it can do its job, else 503 and a word for each fault."""
    found = faults()
    return HttpResponse("\n".join(found or ["ok"]) + "\n", content_type=TYPE, status=503 if found else 200)


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz}


def faults() -> list[str]:
    """Those of database, migrations, keys and static that keep it from its job. Changes nothing."""
    found = [] if _static_files_are_collected() else ["static"]
    try:
        if not _migrations_are_applied():
            return ["migrations", *found]
        return found if factor.newest_opens() and chain.key_fits() else ["keys", *found]
    except (DatabaseError, InterfaceError):
        return ["database", *found]


def _migrations_are_applied() -> bool:
    return _last_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """Of each application, as this version has them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def _static_files_are_collected() -> bool:
    """Known where they are served by their digests, from a list that is read at the start."""
    return bool(getattr(staticfiles_storage, "hashed_files", True))
