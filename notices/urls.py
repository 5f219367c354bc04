from django.urls import path

from notices import views

app_name = "notices"

urlpatterns = [
    path("", views.notice_list, name="list"),
    path("calculator/", views.calculate, name="calculator"),
    path("diff/", views.difference, name="diff"),
    path("readings/", views.readings, name="readings"),
    path("amendments/", views.amendment_list, name="amendments"),
    path("amendments/<int:pk>/", views.amendment_page, name="amendment"),
    path("amendments/<int:pk>/impact/", views.amendment_impact, name="impact"),
    path("amendments/<int:pk>/<slug:verb>/", views.settle_amendment, name="settle"),
    path("<slug:name>/", views.notice_page, name="notice"),
    path("<slug:name>/amend/", views.propose, name="propose"),
]
