from django.urls import path

from subsidies.views import decisions, marks, reconciliation

app_name = "subsidies"

urlpatterns = [
    path("", decisions.decisions, name="decisions"),
    path("in/<str:code>/", decisions.decisions, name="decisions_in"),
    path("decide/<str:code>/", decisions.decide, name="decide"),
    path("runs/<int:pk>/", decisions.run, name="run"),
    path("runs/<int:pk>/progress/", decisions.run_progress, name="run_progress"),
    path("assisted/", decisions.assisted_people, name="assisted"),
    path("assisted/<str:code>/", decisions.assisted_people, name="assisted_in"),
    path("undetermined/", decisions.undetermined_people, name="undetermined"),
    path("undetermined/<str:code>/", decisions.undetermined_people, name="undetermined_in"),
    path("marks/", marks.marks, name="marks"),
    path("marks/in/<str:code>/", marks.marks, name="marks_in"),
    path("marks/add/<int:person>/", marks.add_mark, name="add_mark"),
    path("marks/<int:pk>/end/", marks.end_mark, name="end_mark"),
    path("marks/<int:pk>/take-back/", marks.take_back, name="take_back"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path(
        "reconciliation/runs/<int:pk>/progress/", reconciliation.reconciliation_progress, name="reconciliation_progress"
    ),
    path("reconciliation/<str:code>/", reconciliation.reconciliation, name="reconciliation_in"),
]
