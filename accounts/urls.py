from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.ChoosePassword.as_view(), name="choose_password"),
    path("language/", views.set_language, name="set_language"),
]
