"""Celery is the doorbell: messages carry ids only, the rows in the database are the queue and the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("insurance")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
