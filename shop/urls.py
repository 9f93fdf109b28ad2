from django.urls import path

from shop import views

urlpatterns = [
    path("", views.shop, name="shop"),
    path("reserve/", views.reserve, name="reserve"),
    path("cart/", views.cart, name="cart"),
    path("cart/remove/", views.remove, name="remove"),
    path("cart/decide/", views.decide, name="decide"),
    path("cart/approve/", views.approve, name="approve"),
    path("cart/decline/", views.decline, name="decline"),
    path("cart/checkout/", views.check_out, name="check_out"),
]
