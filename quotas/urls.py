from django.urls import path, register_converter

from quotas.views import circular, ranking, snapshots, tasks


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
    path("", ranking.ranking_page, name="ranking"),
    path("interviews/", snapshots.interview_list, name="interviews"),
    path("snapshots/", snapshots.snapshots, name="snapshots"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<region_code:code>/", tasks.tasks, name="tasks_of"),
    path("tasks/<region_code:code>/<int:year>/", tasks.task_form, name="set_task"),
    path("tasks/<region_code:code>/<int:year>/withdraw/", tasks.task_withdraw, name="withdraw_task"),
    path("<region_code:code>/", ranking.ranking_page, name="area"),
    path("<region_code:code>/circular/", circular.circular, name="circular"),
    path("<region_code:code>/export.<slug:file_format>", circular.export, name="export"),
    path("<region_code:code>/<int:year>/freeze/", snapshots.freeze, name="freeze"),
]
