from django.contrib import admin
from django.urls import include, path

handler404 = "accounts.views.not_found"
handler403 = "accounts.views.forbidden"
handler500 = "accounts.views.server_error"

urlpatterns = [
    path("", include("accounts.urls")),
    path("notices/", include("notices.urls")),
    path("exchanges/", include("exchanges.urls")),
    path("people/", include("enrollment.urls")),
    path("assistance/", include("subsidies.urls")),
    path("ranking/", include("quotas.urls")),
    path("refunds/", include("refunds.urls")),
    path("admin/", admin.site.urls),
]
