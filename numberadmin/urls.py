from django.urls import include, path

from inventory.overview import overview

handler400 = "numberadmin.web.bad_request"
handler500 = "numberadmin.web.server_error"
urlpatterns = [
    path("", overview, name="home"),
    path("", include("numberadmin.accounts.urls")),
    path("shop/", include("shop.urls")),
    path("inventory/", include("inventory.urls")),
    path("audit/", include("numberadmin.audit.urls")),
]
