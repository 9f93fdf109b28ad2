"""The overview, with its pictures drawn as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from numberadmin import web
from numberadmin.accounts.roles import May
from numberadmin.services import overview as account
from numberadmin.services import refresh as reading
from numberadmin.services.overview import Shares, Week

# The picture of the weeks, in its own units.
STEP, BAR, HIGH = 48, 34, 120


@dataclass(frozen=True)
class Bar:
    """A row of a list with a bar beside it; `width` in hundredths of the longest."""

    name: str
    count: int
    href: str
    width: int


@dataclass(frozen=True)
class Column:
    """A week in the picture."""

    week: Week
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + BAR // 2

    @property
    def above(self) -> int:
        return self.y - 6


@require_safe
@web.needs(May.READ)
def overview(request: web.Request) -> HttpResponse:
    reading.if_stale(request.actor)
    found = account.of(request.actor.account)
    connection = found.connection
    context = {
        "overview": found,
        "lists": [
            ("Application", _bars(found.applications, "application"), found.applications.others),
            ("Country", _bars(found.countries, "country"), found.countries.others),
            ("Capability", _bars(found.capabilities, "capability"), found.capabilities.others),
        ],
        "columns": _columns(found.weeks),
        "bar": BAR,
        "base": HIGH + 24,
        "width": STEP * len(found.weeks),
        "connected": bool(connection and connection.usable_until > timezone.now()),
        "being_read": reading.being_read(found.reading),
        "days": account.DAYS,
    }
    return web.page(request, "inventory/overview.html", context)


def _bars(shares: Shares, field: str) -> list[Bar]:
    most = max((share.count for share in shares.top), default=1)
    return [
        Bar(
            share.name,
            share.count,
            f"{reverse('inventory')}?{urlencode({field: share.key})}" if share.key else "",
            max(1, round(100 * share.count / most)),
        )
        for share in shares.top
    ]


def _columns(weeks: Sequence[Week]) -> list[Column]:
    """The tallest is as high as the picture; one with any number at all can be seen."""
    most = max((week.count for week in weeks), default=0) or 1
    columns = []
    for place, week in enumerate(weeks):
        height = max(3, round(HIGH * week.count / most)) if week.count else 0
        columns.append(Column(week, place * STEP + (STEP - BAR) // 2, 24 + HIGH - height, height))
    return columns
