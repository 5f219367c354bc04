from django.urls import path

from exchanges.outbound import views

urlpatterns = [
    path("", views.delivery_list, name="deliveries"),
    path("make/<slug:kind>/", views.make, name="make_delivery"),
    path("<int:number>/", views.delivery_page, name="delivery"),
    path("<int:number>/file/", views.delivery_file, name="delivery_file"),
    path("<int:number>/manifest/", views.delivery_manifest, name="delivery_manifest"),
    path("<int:number>/sent/", views.hand_over, name="delivery_sent"),
    path("<int:number>/send/", views.send, name="send_delivery"),
    path("<int:number>/receipt/", views.receipt, name="delivery_receipt"),
]
