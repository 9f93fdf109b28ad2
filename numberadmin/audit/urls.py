from django.urls import path

from numberadmin.audit import views

urlpatterns = [
    path("", views.audit, name="audit"),
    path("export/", views.export, name="export"),
]
