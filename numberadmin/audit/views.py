"""The audit: who did what, and the same as a file."""

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from numberadmin import web
from numberadmin.accounts.roles import May
from numberadmin.audit import chain, files, journal
from numberadmin.audit.filters import AuditLook
from numberadmin.filters import Asked
from numberadmin.services import applications


@require_safe
@web.needs(May.READ)
def audit(request: web.Request) -> HttpResponse:
    asked = _asked(request)
    context = {"asked": asked, "page": journal.browse(asked)}
    return web.page(request, "audit/audit.html", context, {"entries"})


@require_safe
@web.needs(May.EXPORT)
def export(request: web.Request) -> HttpResponseBase:
    """As CSV, with `lines=numbers` a row for each number, or with `format=jsonl` as JSON lines; it is streamed.

    A header carries the hash of the whole chain's last entry as it stands when the export begins, which is an anchor.
    """
    asked = _asked(request)
    if not asked.readable:
        return web.unreadable(asked)
    kind = asked["format"] or "csv"
    headers = {"Audit-Hash": chain.anchor().hash}
    rows = files.lines(asked, kind, by_number=asked["lines"] == "numbers")
    return web.file("audit", kind, rows, headers)


def _asked(request: web.Request) -> Asked[AuditLook]:
    account = request.actor.account
    return journal.read(account, request.GET, applications.names(account))
