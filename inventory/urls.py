from django.urls import path

from inventory import past, views

urlpatterns = [
    path("", views.inventory, name="inventory"),
    path("refresh/", views.refresh, name="refresh"),
    path("assign/", views.assign, name="assign"),
    path("unassign/", views.unassign, name="unassign"),
    path("go-on/", views.go_on, name="go_on"),
    path("export/", views.export_numbers, name="export_numbers"),
    path("views/", views.save_view, name="save_view"),
    path("views/drop/", views.drop_view, name="drop_view"),
    path("label/", views.label, name="label"),
    path("as-it-was/", past.as_it_was, name="as_it_was"),
    path("as-it-was/changes/", past.changes, name="changes"),
    path("as-it-was/changes/export/", past.export_changes, name="export_changes"),
    path("applications/", views.applications, name="applications"),
    path("<int:number>/", views.number, name="number"),
]
