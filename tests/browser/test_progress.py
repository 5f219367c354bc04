"""How far a list has come shows on its page without a reload, on a desk and on a phone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from exchanges.models import Batch
from tests.browser.conftest import DESK, PHONE, runs_off_sideways
from tests.deliveries import csv_bytes
from tests.factories import PINGLI
from tests.faults.conftest import listed, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_rows_rate_and_time_left_show_by_themselves(deliver, staff, signed_in, viewport):
    agent = staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
    older, batch = (deliver.send("population", csv_bytes(listed(people(5))), by=agent) for _list in range(2))
    Batch.objects.filter(pk=older.pk).update(status="cancelled")
    page = signed_in(agent, viewport=viewport)
    page.goto(page.base + reverse("exchanges:batch", args=[batch.pk]))
    page.wait_for_selector("[data-progress-url]")
    page.evaluate("window.stillTheSamePage = true")
    began = timezone.now() - timedelta(seconds=200)
    for status, done in (("staging", 400_000), ("merging", 800_000)):
        Batch.objects.filter(pk=batch.pk).update(status=status, step_at=began, done=done, total=1_000_000)
        page.wait_for_selector(f"[data-progress-count]:has-text('{done:,}')")
        text = page.locator(".progress__text").inner_text()
        assert "1,000,000 行" in text
        assert "每秒" in text
        assert "约剩" in text
        assert page.locator("progress").evaluate("bar => bar.value / bar.max") == done / 1_000_000
        assert not runs_off_sideways(page), status
    assert page.evaluate("window.stillTheSamePage")
    Batch.objects.filter(pk=batch.pk).update(status="received", reason="磁盘已满（第1次处理）")
    page.wait_for_selector("main:has-text('磁盘已满')")
    for status, waits in (("failed", True), ("cancelled", False)):
        Batch.objects.filter(pk=older.pk).update(status=status, reason="磁盘已满（第3次处理）")
        page.wait_for_selector(f"main:has-text('#{older.pk}')" if waits else f"main:not(:has-text('#{older.pk}'))")
    Batch.objects.filter(pk=batch.pk).update(status="held", reason="等待确认")
    page.wait_for_selector("[data-progress-url]", state="detached")
    assert "等待确认" in page.inner_text("main")
