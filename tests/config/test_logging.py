"""No id number in what the site and its workers write into their logs."""

import io
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils.module_loading import import_string

from accounts.access import public
from tests.factories import make_id_number

NUMBER = make_id_number()


def failing(request):
    raise ValueError(f"no such person: {NUMBER}, {request.POST['number']}")


urlpatterns = [path("failing/", public(failing))]
handler500 = "tests.config.test_logging.answer"


def answer(request):
    return HttpResponse(status=500)


@pytest.fixture
def lines():
    """What the handler of the settings writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(import_string(settings.LOGGING["filters"]["personal_data"]["()"])())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_page_that_fails(lines):
    client = Client(raise_request_exception=False)
    assert client.post(f"/failing/?q={NUMBER}", {"number": NUMBER}).status_code == 500
    assert "ValueError" in lines.getvalue()
    assert NUMBER not in lines.getvalue()


def test_every_handler_of_the_settings_masks():
    assert all("personal_data" in handler["filters"] for handler in settings.LOGGING["handlers"].values())


def test_a_worker_keeps_the_masks_of_the_site():
    """Celery takes the handlers of the root logger away and sets its own, unless it is told otherwise."""
    code = (
        "import logging; from config.celery import app; import django; django.setup(); "
        "app.log.setup(loglevel='INFO', redirect_stdouts=True); "
        f"logging.getLogger('exchanges').error('refused {NUMBER}'); "
        f"logging.getLogger('celery.app.trace').error('Task failed: {NUMBER}'); "
        f"from celery.utils.log import get_task_logger; get_task_logger('exchanges').error('Task says: {NUMBER}')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True)
    assert "refused" in run.stderr
    assert "Task failed" in run.stderr
    assert "Task says" in run.stderr
    assert NUMBER not in run.stderr + run.stdout
