"""Deliveries into drop boxes by the page and by the command."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.cli import CommandRefused
from accounts.roles import Role
from exchanges.channels.models import DropBox
from exchanges.outbound.models import Delivery
from tests.exchanges.outbound.conftest import ON
from tests.factories import PINGLI


@pytest.fixture
def out(make_box, tax):
    """The box in which deliveries are left for the tax bureau."""
    box = make_box("sftp", kind="tax", direction="out")
    DropBox.objects.update(bureau=tax)
    return box


def test_the_page_sends(client, staff, line, registered, out):
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    registered()
    delivery = line()
    page = reverse("exchanges:send_delivery", args=[delivery.pk])
    assert page in client.get(reverse("exchanges:delivery", args=[delivery.pk])).content.decode()
    client.post(page)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.sent_via) == (Delivery.Status.SENT, "SFTP")
    assert delivery.file_name in out.names()


def test_what_could_not_be_sent_is_not_called_sent(client, staff, line, registered, out):
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    registered()
    delivery = line()
    out.server.stop()
    answer = client.post(reverse("exchanges:send_delivery", args=[delivery.pk]), follow=True)
    delivery.refresh_from_db()
    assert delivery.status == Delivery.Status.MADE
    assert "message--error" in answer.content.decode()


def test_the_command_sends(registered, out):
    registered()
    call_command("deliver", "registrations", area=PINGLI, year="2022", send=True, on=ON)
    assert Delivery.objects.get().status == Delivery.Status.SENT
    assert len(out.names()) == 2


def test_the_command_says_that_no_box_is_entered(registered, tax, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    registered()
    with pytest.raises(CommandRefused, match="投递箱"):
        call_command("deliver", "registrations", area=PINGLI, year="2022", send=True, on=ON)
    assert Delivery.objects.get().status == Delivery.Status.MADE
