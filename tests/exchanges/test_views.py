"""The pages of the lists that departments send."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.models import AuditEntry
from accounts.roles import Role
from exchanges import services
from exchanges.kinds import kinds
from exchanges.models import Batch
from tests.deliveries import HEADERS, csv_bytes
from tests.factories import PINGLI, ZHUJI, make_id_number

PLACE = "610926102200"


def uploaded(rows, kind="population"):
    return SimpleUploadedFile("名单.csv", csv_bytes([HEADERS[kind], *rows]))


def row(number=None):
    return ["王小明", number or make_id_number("610926", date(1970, 5, 6)), PLACE, "", "", "", ""]


@pytest.fixture
def agent(staff):
    return staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def test_from_the_form_to_the_result(deliver, agent, signed_in):
    client = signed_in(agent)
    form = {"kind": "population", "region": PINGLI, "coverage_year": "2022", "file": uploaded([row(), row("123")])}
    form["coverage_year"] = (
        client.get(reverse("exchanges:upload")).context["form"].fields["coverage_year"].choices[0][0]
    )
    answer = client.post(reverse("exchanges:upload"), form)
    batch = Batch.objects.get()
    page = reverse("exchanges:batch", args=[batch.pk])
    assert answer.url == page
    assert (batch.uploaded_by, batch.status) == (agent, Batch.Status.RECEIVED)
    progress = reverse("exchanges:progress", args=[batch.pk])
    assert progress in client.get(page).text
    assert client.get(progress).json()["final"] is False
    assert services.run_next()
    assert client.get(progress).json() == {
        "status": "merged",
        "label": str(Batch.Status.MERGED.label),
        "done": 2,
        "total": 2,
        "rate": None,
        "left": None,
        "note": "",
        "final": True,
    }
    text = client.get(page).text
    assert progress not in text
    assert reverse("exchanges:errors", args=[batch.pk]) in text


def test_the_error_file_is_downloaded_with_a_trail(deliver, agent, signed_in):
    batch = deliver("population", [row("123")], by=agent)
    answer = signed_in(agent).get(reverse("exchanges:errors", args=[batch.pk]))
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "123" in b"".join(answer.streaming_content).decode("utf-8-sig")
    entry = AuditEntry.objects.get(verb="exchanges.download_errors")
    assert (entry.by, entry.object_id) == (agent, str(batch.pk))


def test_a_bureau_is_offered_its_own_lists(deliver, staff, signed_in):
    police = staff(Role.BUREAU_CLERK, PINGLI, bureau="police")
    form = signed_in(police).get(reverse("exchanges:upload")).context["form"]
    assert [name for name, _label in form.fields["kind"].choices] == ["population"]
    assert "sender" not in form.fields
    answer = signed_in(police).post(
        reverse("exchanges:upload"),
        {"kind": "payments", "region": PINGLI, "coverage_year": "2022", "file": uploaded([row()])},
    )
    assert answer.status_code == 200
    assert not Batch.objects.exists()


def test_a_list_for_another_area_is_not_taken(deliver, agent, signed_in):
    client = signed_in(agent)
    year = client.get(reverse("exchanges:upload")).context["form"].fields["coverage_year"].choices[0][0]
    answer = client.post(
        reverse("exchanges:upload"),
        {"kind": "population", "region": ZHUJI, "coverage_year": year, "file": uploaded([row()])},
    )
    assert "region" in answer.context["form"].errors
    assert not Batch.objects.exists()


class TestWhoSeesAList:
    @pytest.fixture
    def batch(self, deliver, staff):
        police = staff(Role.BUREAU_CLERK, PINGLI, bureau="police", username="police")
        return deliver("population", [row("123")], by=police, sender=police.bureau)

    @pytest.mark.parametrize(
        ("role", "region", "bureau", "page", "errors"),
        [
            (Role.COUNTY_AGENT, PINGLI, "agency", 200, 200),
            (Role.COUNTY_AGENT, ZHUJI, "agency", 404, 404),
            (Role.BUREAU_CLERK, PINGLI, "police", 200, 200),
            (Role.BUREAU_CLERK, PINGLI, "civil_affairs", 404, 404),
            (Role.TAX_CLERK, PINGLI, "tax", 404, 404),
            (Role.SUPERVISOR, PINGLI, None, 200, 403),
            (Role.TOWNSHIP_OFFICER, "610926102000", None, 403, 403),
        ],
    )
    def test_page_and_error_file(self, batch, staff, signed_in, role, region, bureau, page, errors):
        client = signed_in(staff(role, region, bureau=bureau))
        for name in ("batch", "progress"):
            assert client.get(reverse(f"exchanges:{name}", args=[batch.pk])).status_code == page
        assert client.get(reverse("exchanges:errors", args=[batch.pk])).status_code == errors
        shown = client.get(reverse("exchanges:batches"))
        assert (batch.file_name in shown.text) == (page == 200)

    def test_another_clerk_cannot_stop_it(self, batch, staff, signed_in):
        Batch.objects.filter(pk=batch.pk).update(status=Batch.Status.FAILED, reason="x")
        client = signed_in(staff(Role.BUREAU_CLERK, PINGLI, bureau="police"))
        assert client.post(reverse("exchanges:retry", args=[batch.pk])).status_code == 404
        assert Batch.objects.get().status == Batch.Status.FAILED


def test_stopped_and_worked_off_again(deliver, agent, signed_in):
    batch = deliver.send("population", csv_bytes([HEADERS["population"], row()]), by=agent)
    client = signed_in(agent)
    client.post(reverse("exchanges:cancel", args=[batch.pk]))
    assert Batch.objects.get().status == Batch.Status.CANCELLED
    client.post(reverse("exchanges:retry", args=[batch.pk]))
    assert Batch.objects.get().status == Batch.Status.RECEIVED
    assert client.get(reverse("exchanges:cancel", args=[batch.pk])).status_code == 302


def test_what_waits_on_the_workbench(deliver, agent, signed_in):
    deliver("population", [row("123")], by=agent)
    client = signed_in(agent)
    assert "show=mend" in client.get(reverse("workbench")).text
    assert len(client.get(reverse("exchanges:batches"), {"show": "mend"}).context["table"].rows) == 1
    deliver("population", [row()], by=agent)
    assert len(client.get(reverse("exchanges:batches"), {"show": "mend"}).context["table"].rows) == 0


@pytest.mark.parametrize("kind", [kind.name for kind in kinds()])
def test_the_empty_table_of_a_kind_can_be_filled_in_and_sent(deliver, agent, signed_in, kind):
    answer = signed_in(agent).get(reverse("exchanges:template", args=[kind]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.get_sheet_by_index(0).to_python()[0] == HEADERS.get(kind, book.get_sheet_by_index(0).to_python()[0])
    batch = deliver.take(kind, answer.content, name="空表.xlsx")
    assert batch.status == Batch.Status.REFUSED
    assert "row" in batch.reason or "行" in batch.reason


def test_there_is_no_template_of_nothing(deliver, agent, signed_in):
    assert signed_in(agent).get(reverse("exchanges:template", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("status", [status for status in Batch.Status if status not in Batch.OPEN])
def test_a_page_asks_for_progress_only_while_the_list_moves(deliver, agent, signed_in, status):
    batch = deliver.send("population", csv_bytes([HEADERS["population"], row()]), by=agent)
    client = signed_in(agent)
    assert "progress.js" in client.get(reverse("exchanges:batch", args=[batch.pk])).content.decode()
    Batch.objects.update(status=status, reason="…")
    assert "progress.js" not in client.get(reverse("exchanges:batch", args=[batch.pk])).content.decode()
    assert client.get(reverse("exchanges:progress", args=[batch.pk])).json()["final"] is True
