from django.urls import path

from numberadmin.accounts import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/organisation/", views.organisation, name="organisation"),
    path("logout/", views.logout, name="logout"),
]
