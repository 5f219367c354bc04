from django.urls import path

from notices.views import amendments, calculator, packs

app_name = "notices"

urlpatterns = [
    path("", packs.notice_list, name="list"),
    path("calculator/", calculator.calculate, name="calculator"),
    path("diff/", packs.difference, name="diff"),
    path("readings/", packs.readings, name="readings"),
    path("amendments/", amendments.amendment_list, name="amendments"),
    path("amendments/<int:pk>/", amendments.amendment_page, name="amendment"),
    path("amendments/<int:pk>/impact/", amendments.amendment_impact, name="impact"),
    path("amendments/<int:pk>/impact/progress/", amendments.impact_progress, name="impact_progress"),
    path("amendments/<int:pk>/<slug:verb>/", amendments.settle_amendment, name="settle"),
    path("<slug:name>/", packs.notice_page, name="notice"),
    path("<slug:name>/amend/", amendments.propose, name="propose"),
]
