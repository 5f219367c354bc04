"""Every write of staff leaves its trace, and without the trace there is no write: pages of every room."""

from datetime import date

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, BusinessDay
from accounts.roles import Role
from notices.services import set_season
from regions.models import Region
from tests.deliveries import HEADERS, csv_bytes
from tests.factories import PINGLI, make_id_number, make_payment, make_person

TOWN, VILLAGE, ON = "610926102000", "610926102201", date(2021, 12, 3)
# Rows of the sign-in and of its locks are the door's, not the staff's.
MACHINERY = {"sessions", "axes", "admin", "contenttypes", "auth"}


@pytest.fixture
def someone(person, staff, tree, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    by = staff(Role.SYSTEM_ADMIN, PINGLI)
    set_season(region=Region.objects.get(pk=PINGLI), coverage_year=2022, pack_id="pingli-2022", by=by, on=ON)
    BusinessDay.objects.create(region_id=PINGLI, today=ON)
    return person(VILLAGE, name="张小明")


def _writes(someone, colleague):
    """(role, address, what is sent) of one write of every room."""
    agent, system, security = Role.COUNTY_AGENT, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN
    paid = make_payment(make_person(VILLAGE), paid_on=date(2021, 11, 1))
    mark = {"category": "dibao", "determined_on": "2021-11-01", "remark": "", "why": "批复"}
    application = {
        "reason": "duplicate",
        "applied_on": "2021-12-03",
        "account_holder": "张",
        "account": "6222021234567",
    }
    milestones = {"milestones-TOTAL_FORMS": 0, "milestones-INITIAL_FORMS": 0}
    desk = {
        "situation": "general",
        "student": "none",
        "tier": 1,
        "enrol_at": "hukou",
        "region": VILLAGE,
        "name": "王五",
    }
    rows = csv_bytes([HEADERS["population"]])
    return [
        (agent, f"/people/{someone.pk}/correct/", {"name": "张大明", "why": "笔误"}),
        (agent, f"/people/{someone.pk}/number/", {"why": "核对"}),
        (agent, f"/people/{someone.pk}/reason/", {"reason": "migrant_work", "detail": "", "evidence": ""}),
        (agent, "/people/register/", {**desk, "name": "王五", "document": make_id_number("610926")}),
        (agent, f"/assistance/marks/add/{someone.pk}/", mark),
        (agent, f"/assistance/decide/{PINGLI}/", {}),
        (agent, f"/ranking/tasks/{TOWN}/2022/", {"target": 100, "population": "", "why": "", **milestones}),
        (agent, f"/ranking/{PINGLI}/2022/freeze/", {}),
        (agent, f"/refunds/new/{paid.pk}/", application),
        (agent, "/exchanges/ledgers/enrolled/", {"area": PINGLI, "year": 2022, "format": "csv"}),
        (
            agent,
            "/exchanges/send/",
            {"kind": "population", "region": PINGLI, "coverage_year": 2022, "file": SimpleUploadedFile("a.csv", rows)},
        ),
        (system, "/admin/accounts/bureau/add/", {"name": "税务局", "kind": "tax", "region": PINGLI}),
        (security, f"/admin/accounts/staff/{colleague.pk}/reset-password/", {}),
        (security, "/admin/accounts/staff/", {"action": "close_accounts", "_selected_action": [colleague.pk]}),
    ]


def _rows() -> dict[str, list]:
    """Every row of every table of staff's work."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.app_label not in MACHINERY and model is not AuditEntry
    }


WRITES = 14


@pytest.mark.parametrize("number", range(WRITES))
def test_a_write_and_its_trace_stand_or_fall_together(someone, staff, monkeypatch, number):
    colleague = staff(Role.TOWNSHIP_OFFICER, TOWN)
    writes = _writes(someone, colleague)
    assert len(writes) == WRITES
    role, address, sent = writes[number]
    client = Client(raise_request_exception=False)
    user = staff(role, PINGLI, bureau="agency")
    client.force_login(user)
    before, traces = _rows(), AuditEntry.objects.count()

    def broken(*args, **kwargs):
        raise RuntimeError("the trail cannot be written")

    with monkeypatch.context() as patched:
        patched.setattr(audit, "_write", broken)
        assert client.post(address, sent).status_code == 500
    assert _rows() == before
    if "file" in sent:
        sent["file"].seek(0)
    answer = client.post(address, sent)
    assert answer.status_code in {200, 302}
    assert _rows() != before or "number" in address
    assert AuditEntry.objects.count() > traces
    assert AuditEntry.objects.first().by == user
