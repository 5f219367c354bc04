from django.urls import path, register_converter

from quotas import views


class CodeConverter:
    """A 12-digit division code, or that of an area outside the register."""

    regex = "[0-9A-Z]{12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "region_code")

app_name = "quotas"

urlpatterns = [
    path("", views.ranking_page, name="ranking"),
    path("interviews/", views.interview_list, name="interviews"),
    path("snapshots/", views.snapshots, name="snapshots"),
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/<region_code:code>/", views.tasks, name="tasks_of"),
    path("tasks/<region_code:code>/<int:year>/", views.task_form, name="set_task"),
    path("tasks/<region_code:code>/<int:year>/withdraw/", views.task_withdraw, name="withdraw_task"),
    path("<region_code:code>/", views.ranking_page, name="area"),
    path("<region_code:code>/circular/", views.circular, name="circular"),
    path("<region_code:code>/export.<slug:file_format>", views.export, name="export"),
    path("<region_code:code>/<int:year>/freeze/", views.freeze, name="freeze"),
]
