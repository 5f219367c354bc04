from django.urls import path

from refunds import views

app_name = "refunds"

urlpatterns = [
    path("", views.application_list, name="list"),
    path("new/", views.find_payment, name="find"),
    path("new/<int:payment>/", views.new_application, name="new"),
    path("<int:pk>/", views.application_page, name="application"),
    path("<int:pk>/account/", views.show_account, name="account"),
    path("<int:pk>/<slug:verb>/", views.take_step, name="step"),
]
