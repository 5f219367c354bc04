"""Celery is the doorbell: messages carry ids only, the rows in the database are the queue and the truth."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("insurance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_site_s_logging(**_kwargs: Any) -> None:
    """Celery would put handlers of its own in place of the site's, and beside them for tasks: lines without masks."""


# Asia/Shanghai. A look every minute finds the rows of which no message told; one that was not taken up in that time
# is made up for by the next. The week's ranking is frozen at its end where nobody did it before; twice changes nothing.
app.conf.beat_schedule = {
    "run-waiting": {
        "task": "exchanges.run_waiting",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "freeze-weeks": {
        "task": "quotas.tasks.freeze_due_weeks",
        "schedule": crontab(hour=22, minute=30, day_of_week="sunday"),
    },
}
