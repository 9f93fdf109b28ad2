"""Plans: what is to be done with many numbers, shown before it is done."""

from collections.abc import Callable
from itertools import islice
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory import forms
from numberadmin import fields, files, posting, web
from numberadmin.accounts import drafts
from numberadmin.accounts.roles import May
from numberadmin.filters import Filter, Filters
from numberadmin.services import applications, jobs, rentals, table_encoding, table_reading, table_uploads
from numberadmin.services import plans as planning
from numberadmin.services.models import Plan, PlanItem
from numberadmin.services.results import NotHere, Outcome, Refusal
from numberadmin.services.sheet import MOST_BYTES, MOST_LINES
from numberadmin.services.table_encoding import ENCODINGS, UnknownEncoding
from numberadmin.text import clean

LINES: Filters[None] = Filters(
    Filter("what", lambda look: fields.Choice(choices=PlanItem.What.choices, label="Kind of line")),
    Filter("after", lambda look: fields.Whole(label="Page"), carried=False),
)
# Htmx asks no more of an element whose answer has this status.
STOP_POLLING = 286


@require_http_methods(["GET", "HEAD", "POST"])
@web.needs(May.READ, post=May.CHANGE, back="plans")
@web.takes(MOST_BYTES + 1_000_000)
def plans(request: web.Request) -> HttpResponse:
    if request.method == "POST":
        from_file = "file" in request.FILES or "kept" in request.POST
        return _from_file(request) if from_file else _shown(request, _from_paste(request))
    context = {
        "plans": list(planning.of(request.actor.account)[:50]),
        "applications": applications.choosable(request.actor.account),
        "draft": {name: values[0] for name, values in drafts.taken(request).get("fields", {}).items() if values},
        "most": MOST_LINES,
        "encodings": ENCODINGS,
    }
    return web.page(request, "inventory/plans.html", context)


@require_safe
@web.needs(May.CHANGE, back="plans")
def plan_encoding(request: web.Request) -> HttpResponse:
    """Asks in which encoding the table is that was uploaded, and shows some of its lines in each that fits."""
    upload = table_uploads.kept(request.actor)
    context = {"upload": upload, "samples": table_encoding.samples(bytes(upload.content))}
    return web.page(request, "inventory/plan_encoding.html", context)


@require_safe
@web.needs(May.READ)
def plan(request: web.Request, key: UUID) -> HttpResponse:
    row = _one(request, key)
    asked = LINES.read(request.GET, None)
    context = {
        "asked": asked,
        "page": planning.page(row, asked["after"] or 0, asked["what"] or ""),
        "names": applications.names(request.actor.account),
        "what": asked["what"],
        "here": request.get_full_path(),
        "new_operation": web.new_operation,
    }
    response = web.page(request, "inventory/plan.html", context, {"plan"})
    if "Polling" in request.headers and row.state != Plan.State.APPLYING:
        response.status_code = STOP_POLLING
    return response


@require_safe
@web.needs(May.READ)
def plan_result(request: web.Request, key: UUID) -> HttpResponseBase:
    """What came of each line, as CSV."""
    row = _one(request, key)
    return web.file("plan", "csv", files.lines(planning.result_rows(row), "csv", planning.COLUMNS))


@require_POST
@web.needs(May.CHANGE, back="plan")
def plan_apply(request: web.Request, key: UUID) -> HttpResponse:
    return _done(request, key, jobs.apply)


@require_POST
@web.needs(May.CHANGE, back="plan")
def plan_pause(request: web.Request, key: UUID) -> HttpResponse:
    return _done(request, key, jobs.pause)


@require_POST
@web.needs(May.CHANGE, back="plan")
def plan_resume(request: web.Request, key: UUID) -> HttpResponse:
    return _done(request, key, jobs.resume)


@require_POST
@web.needs(May.CHANGE, back="plan")
def plan_cancel(request: web.Request, key: UUID) -> HttpResponse:
    return _done(request, key, jobs.cancel)


@require_POST
@web.needs(May.CHANGE, back="plan")
def plan_again(request: web.Request, key: UUID) -> HttpResponse:
    row = _one(request, key)
    return _shown(request, planning.again(actor=request.actor, plan=row))


@require_POST
@web.needs(May.CHANGE, back="audit")
def undo(request: web.Request) -> HttpResponse:
    return _shown(request, planning.undoing(actor=request.actor, operation=web.posted_operation(request)))


def of_all(request: web.Request, application_key: str | None) -> HttpResponse | None:
    """Where all that match the filters are meant, on whatever page, they are planned and shown first; else None.

    `application_key` is None for taking them out of their applications. Raises Refusal.
    """
    filters = request.POST.get("all", "")
    if request.POST.get("only") or not filters:
        return None
    title = fields.line(request.POST, "reason", 200)

    if application_key == "":
        raise Refusal("No application was chosen. Nothing was changed. Choose where to assign to.")
    made = planning.from_selection(
        actor=request.actor,
        operation=web.posted_operation(request),
        numbers=_matching(request, filters),
        application_key=application_key or "",
        title=title,
    )
    return _shown(request, made)


def begun(request: web.Request, wish: forms.Selection, application_key: str) -> HttpResponse:
    """Many numbers, each of them named, that are a call each: a worker begins with them, and the page shows how far it
    is. Raises Refusal."""
    outcome = jobs.at_once(
        actor=request.actor,
        operation=web.posted_operation(request),
        numbers=wish.numbers,
        application_key=application_key,
        reason=wish.reason,
        seen=wish.seen,
    )
    posting.say(request, outcome)
    return web.go(request, reverse("plan", args=[outcome.operation]))


def _matching(request: web.Request, filters: str) -> tuple[int, ...]:
    """The numbers that the page's filters show, on whatever page. Raises Refusal for too many."""
    asked = rentals.read(request.actor.account, QueryDict(filters if len(filters) <= 2000 else "too=long"))
    if not asked.readable:
        why = " ".join(asked.sentences())
        raise Refusal(f"Which numbers are meant is not clear: {why} Nothing was changed. Reload the page.")
    found = tuple(row["number"] for row in islice(rentals.exported(asked), MOST_LINES + 1))
    if len(found) > MOST_LINES:
        raise Refusal(f"More than {MOST_LINES:,} numbers match. Nothing was changed. Narrow the filters down.")
    return found


def _from_file(request: web.Request) -> HttpResponse:
    """A table; where nobody can tell its encoding it is kept, and the person is asked."""
    try:
        raw, name, title = _given(request)
        table = table_reading.of_file(raw, fields.plain(request.POST, "encoding", 40))
        made = planning.from_table(actor=request.actor, lines=table.lines, title=title or name)
    except UnknownEncoding:
        table_uploads.keep(request.actor, raw=raw, name=name, title=title)
        return web.go(request, reverse("encoding"))
    table_uploads.forget(request.actor)
    posting.note(request, "warning" if table.doubtful else "success", table.said)
    return _shown(request, made)


def _given(request: web.Request) -> tuple[bytes, str, str]:
    """Content, name and title of the file that was sent, or else of the one that is kept. Raises Refusal."""
    upload = request.FILES.get("file")
    if upload is None:
        kept = table_uploads.kept(request.actor, request.POST.get("kept", ""))
        return bytes(kept.content), kept.name, kept.title
    if (upload.size or 0) > MOST_BYTES:
        raise Refusal("The file is larger than 5 MB. Nothing was changed. Do it in parts.")
    return upload.read(), clean(upload.name or "", 200), fields.line(request.POST, "title", 200)


def _from_paste(request: web.Request) -> Plan:
    title = fields.line(request.POST, "title", 200)
    key = fields.plain(request.POST, "application_key", 64)
    if not key:
        raise Refusal("Choose where the numbers are to go, or a file. Nothing was changed.")
    text = request.POST.get("text", "")
    return planning.from_paste(
        actor=request.actor, text=text, application_key="" if key == "none" else key, title=title
    )


def _one(request: web.Request, key: UUID) -> Plan:
    try:
        return planning.one(request.actor.account, key)
    except NotHere:
        raise Http404 from None


def _done(request: web.Request, key: UUID, change: Callable[..., Outcome]) -> HttpResponse:
    row = _one(request, key)
    return posting.done(request, lambda **who: change(plan=row, **who))


def _shown(request: web.Request, made: Plan) -> HttpResponse:
    return web.go(request, reverse("plan", args=[made.key]))
