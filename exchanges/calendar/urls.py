from django.urls import path

from exchanges.calendar import views

urlpatterns = [
    path("", views.calendar_page, name="calendar"),
    path("make/<slug:kind>/", views.make, name="make_due"),
]
