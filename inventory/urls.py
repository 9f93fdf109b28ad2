from django.urls import path

from inventory import number, past, plans, views

urlpatterns = [
    path("", views.inventory, name="inventory"),
    path("refresh/", views.refresh, name="refresh"),
    path("assign/", views.assign, name="assign"),
    path("unassign/", views.unassign, name="unassign"),
    path("go-on/", views.go_on, name="go_on"),
    path("export/", views.export_numbers, name="export_numbers"),
    path("views/", views.save_view, name="save_view"),
    path("views/drop/", views.drop_view, name="drop_view"),
    path("label/", number.label, name="label"),
    path("as-it-was/", past.as_it_was, name="as_it_was"),
    path("as-it-was/changes/", past.changes, name="changes"),
    path("as-it-was/changes/export/", past.export_changes, name="export_changes"),
    path("plans/", plans.plans, name="plans"),
    path("plans/encoding/", plans.plan_encoding, name="encoding"),
    path("plans/<uuid:key>/", plans.plan, name="plan"),
    path("plans/<uuid:key>/result/", plans.plan_result, name="plan_result"),
    path("plans/<uuid:key>/apply/", plans.plan_apply, name="plan_apply"),
    path("plans/<uuid:key>/pause/", plans.plan_pause, name="plan_pause"),
    path("plans/<uuid:key>/resume/", plans.plan_resume, name="plan_resume"),
    path("plans/<uuid:key>/cancel/", plans.plan_cancel, name="plan_cancel"),
    path("plans/<uuid:key>/again/", plans.plan_again, name="plan_again"),
    path("undo/", plans.undo, name="undo"),
    path("applications/", views.applications, name="applications"),
    path("<int:number>/", number.number, name="number"),
]
