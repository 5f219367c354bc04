from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.sign_out, name="logout"),
]
