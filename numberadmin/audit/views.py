"""The audit: who did what, and the same as a file."""

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from numberadmin import web
from numberadmin.accounts.roles import May
from numberadmin.audit import chain, files, journal
from numberadmin.files import kind_of
from numberadmin.services import applications


@require_safe
@web.needs(May.READ)
def audit(request: web.Request) -> HttpResponse:
    account = request.actor.account
    wanted = journal.Filter.from_query(request.GET)
    context = {
        "filter": wanted,
        "query": request.GET,
        "applications": applications.every(account),
        "page": journal.browse(account, wanted, applications.names(account)),
    }
    return web.page(request, "audit/audit.html", context, {"entries"})


@require_safe
@web.needs(May.EXPORT)
def export(request: web.Request) -> HttpResponseBase:
    """As CSV, or with `format=jsonl` as JSON lines; what is streamed is never held whole in memory.

    The headers carry the anchor of the whole chain as it stands when the export begins.
    """
    account = request.actor.account
    kind = kind_of(request.GET.get("format", ""))
    wanted = journal.Filter.from_query(request.GET)
    anchor = chain.anchor()
    headers = {"Audit-Count": str(anchor.count), "Audit-Hash": anchor.hash}
    return web.file("audit", kind, files.lines(account, wanted, kind, applications.names(account)), headers)
