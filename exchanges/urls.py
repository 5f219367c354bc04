from django.urls import include, path

from exchanges import ledger_views, views

app_name = "exchanges"

urlpatterns = [
    path("", views.batch_list, name="batches"),
    path("send/", views.upload, name="upload"),
    path("send/<slug:kind>.xlsx", views.template_file, name="template"),
    path("<int:number>/", views.batch_page, name="batch"),
    path("<int:number>/progress/", views.batch_progress, name="progress"),
    path("<int:number>/errors/", views.error_file, name="errors"),
    path("<int:number>/cancel/", views.cancel, name="cancel"),
    path("<int:number>/approve/", views.approve, name="approve"),
    path("<int:number>/reject/", views.reject, name="reject"),
    path("<int:number>/retry/", views.retry, name="retry"),
    path("calendar/", include("exchanges.calendar.urls")),
    path("deliveries/", include("exchanges.outbound.urls")),
    path("ledgers/", ledger_views.ledger_list, name="ledgers"),
    path("ledgers/<slug:name>/", ledger_views.ledger_page, name="ledger"),
]
