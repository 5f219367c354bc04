"""The pages of the deliveries."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry, BusinessDay, Staff
from accounts.roles import Role
from exchanges.outbound.models import Delivery
from tests.exchanges.outbound.conftest import ON, VILLAGE
from tests.factories import PINGLI


@pytest.fixture
def agent(staff, client):
    BusinessDay.objects.create(region_id=PINGLI, today=ON)
    user = staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")
    client.force_login(user)
    return user


def asked(tax, **more):
    return {
        "region": PINGLI,
        "coverage_year": "2022",
        "receiver": tax.pk,
        "scope": "changes",
        "format": "csv",
        **more,
    }


def test_from_the_form_by_the_counts_to_the_delivery(client, agent, registered, tax, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    registered()
    page = reverse("exchanges:make_delivery", args=["registrations"])
    counted = client.post(page, asked(tax))
    assert counted.context["counts"].rows == 1
    assert not Delivery.objects.exists()
    made = client.post(page, asked(tax, confirmed="1"), follow=True)
    delivery = Delivery.objects.get()
    assert made.redirect_chain[-1][0] == reverse("exchanges:delivery", args=[delivery.pk])
    assert delivery.sha256 in made.content.decode()
    again = client.post(page, asked(tax))
    assert again.context["counts"].rows == 0
    assert b"confirmed" not in again.content
    assert client.post(page, asked(tax, confirmed="1")).status_code == 422


def test_the_download_is_the_file_and_is_recorded(client, agent, registered, line):
    number = registered("李四").person.id_number
    delivery = line()
    answer = client.get(reverse("exchanges:delivery_file", args=[delivery.pk]))
    data = b"".join(answer.streaming_content)
    assert number in data.decode()
    assert int(answer["Content-Length"]) == len(data)
    assert AuditEntry.objects.get(verb="exchanges.download_delivery").by == agent
    page = client.get(reverse("exchanges:delivery", args=[delivery.pk])).content.decode()
    assert number not in page
    manifest = client.get(reverse("exchanges:delivery_manifest", args=[delivery.pk]))
    assert json.loads(manifest.content)["sha256"] == delivery.sha256


def test_sent_answered_and_shown(client, agent, registered, line):
    registered()
    delivery = line()
    client.post(reverse("exchanges:delivery_sent", args=[delivery.pk]))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.sent_on) == (Delivery.Status.SENT, ON)
    page = reverse("exchanges:delivery_receipt", args=[delivery.pk])
    assert client.post(page, {}).status_code == 422
    broken = client.post(page, {"file": SimpleUploadedFile("r.json", b"{")})
    assert broken.status_code == 422
    file = SimpleUploadedFile("r.json", json.dumps({"sha256": "0" * 64, "accepted": 1}).encode())
    shown = client.post(page, {"file": file}, follow=True).content.decode()
    assert "0" * 64 in shown
    assert delivery.sha256 in shown
    client.post(page, {"accepted": "1", "sha256": delivery.sha256.upper()})
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.ACKNOWLEDGED


def test_the_workbench_chases_missing_receipts(client, agent, registered, line, staff, tax):
    registered()
    delivery = line()
    client.post(reverse("exchanges:delivery_sent", args=[delivery.pk]))
    BusinessDay.objects.filter(region_id=PINGLI).update(today=date(2021, 12, 20))
    assert reverse("exchanges:deliveries") + "?show=missing" in client.get(reverse("workbench")).content.decode()
    listed = client.get(reverse("exchanges:deliveries"), {"show": "missing"})
    assert [row.record for row in listed.context["table"].rows] == [delivery]
    debtor = staff(Role.TAX_CLERK, PINGLI)
    Staff.objects.filter(pk=debtor.pk).update(bureau=tax)
    client.force_login(debtor)
    cards = {str(card.title): count for card, count in client.get(reverse("workbench")).context["waiting"]}
    assert cards["逾期未收到的回执"] == 1


def test_a_part_of_the_area_is_no_place_to_make_its_list(client, staff, tax, registered):
    client.force_login(staff(Role.VILLAGE_OFFICER, VILLAGE))
    assert client.get(reverse("exchanges:deliveries")).status_code == 403
    assert client.get(reverse("exchanges:make_delivery", args=["registrations"])).status_code == 403


def test_what_goes_to_another_bureau_is_not_there(client, staff, registered, line):
    registered()
    delivery = line()
    client.force_login(staff(Role.BUREAU_CLERK, PINGLI, bureau="civil_affairs"))
    for name in ("delivery", "delivery_file", "delivery_manifest", "delivery_receipt"):
        assert client.get(reverse(f"exchanges:{name}", args=[delivery.pk])).status_code == 404
