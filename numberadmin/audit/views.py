"""The audit: who did what, and the same as a file."""

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from numberadmin import web
from numberadmin.audit import journal
from numberadmin.services import applications

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@require_safe
def audit(request: web.Request) -> HttpResponse:
    account = request.actor.account
    wanted = journal.Filter.from_query(request.GET)
    every = applications.every(account)
    context = {
        "filter": wanted,
        "query": request.GET,
        "applications": every,
        "page": journal.browse(account, wanted, {row.key: row.name for row in every}),
    }
    return web.page(request, "audit/audit.html", context, {"entries"})


@require_safe
def export(request: web.Request) -> HttpResponseBase:
    """As CSV, or with `format=jsonl` as JSON lines; what is streamed is never held whole in memory."""
    account = request.actor.account
    kind = request.GET.get("format", "csv")
    kind = kind if kind in TYPES else "csv"
    labels = {row.key: row.name for row in applications.every(account)}
    rows = journal.export(account, journal.Filter.from_query(request.GET), kind, labels)
    name = f"audit-{timezone.now():%Y%m%d-%H%M%S}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(rows, content_type=TYPES[kind], headers=headers)
