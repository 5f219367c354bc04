"""Pages of people, read in Chinese on 3 December 2021."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils.translation import override

TOWN, VILLAGE, NEXT_VILLAGE = "610926102000", "610926102201", "610926102200"
YEAR = {"year": 2022}


@pytest.fixture(autouse=True)
def chinese(december):
    with override("zh-hans"):
        yield


def page(client, name, /, *args, **query):
    return client.get(f"{reverse(f'enrollment:{name}', args=args)}?{urlencode({**YEAR, **query})}")


def post(client, name, /, *args, **data):
    return client.post(f"{reverse(f'enrollment:{name}', args=args)}?{urlencode(YEAR)}", data)
