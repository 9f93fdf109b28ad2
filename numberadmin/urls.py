from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_safe

from inventory.overview import overview


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answers while the process can serve, without asking the database or Sinch."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


handler400 = "numberadmin.web.bad_request"
handler500 = "numberadmin.web.server_error"
urlpatterns = [
    path("", overview, name="home"),
    path("", include("numberadmin.accounts.urls")),
    path("shop/", include("shop.urls")),
    path("inventory/", include("inventory.urls")),
    path("audit/", include("numberadmin.audit.urls")),
    path("healthz", healthz, name="healthz"),
]
