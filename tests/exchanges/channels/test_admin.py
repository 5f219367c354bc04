"""Drop boxes in the back office: the password goes in and never comes out."""

import asyncssh
import pytest
from django.urls import reverse

from accounts.models import AuditEntry, Bureau
from accounts.roles import Role
from exchanges.channels.models import DropBox
from tests.factories import PINGLI, ZHUJI

KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()


@pytest.fixture
def given(tree, client, staff):
    """Signs the system administrator of Pingli in; what the form is given for an SFTP box."""
    client.force_login(staff(Role.SYSTEM_ADMIN, PINGLI))
    bureau = Bureau.objects.create(name="县公安局", kind="police", region_id=PINGLI)
    return {
        "bureau": bureau.pk,
        "direction": "in",
        "channel": "sftp",
        "address": "sftp.example",
        "user": "bureau",
        "new_password": "correct horse",
        "host_key": KEY,
        "folder": "/in",
        "is_active": "on",
    }


def test_the_secret_is_sealed_and_shown_nowhere(client, given):
    assert client.post(reverse("admin:exchanges_dropbox_add"), given).status_code == 302
    box = DropBox.objects.get()
    assert box.secret == "correct horse"
    page = client.get(reverse("admin:exchanges_dropbox_change", args=[box.pk])).content.decode()
    assert "correct horse" not in page
    assert "correct horse" not in str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.get(verb="exchanges.add_dropbox").region_id == PINGLI


def test_left_empty_it_stays(client, given):
    client.post(reverse("admin:exchanges_dropbox_add"), given)
    box = DropBox.objects.get()
    client.post(
        reverse("admin:exchanges_dropbox_change", args=[box.pk]), {**given, "new_password": "", "user": "other"}
    )
    box.refresh_from_db()
    assert (box.user, box.secret) == ("other", "correct horse")


@pytest.mark.parametrize(
    "wrong", [{"host_key": ""}, {"host_key": "ssh-ed25519 ???"}, {"host_key": "x"}, {"address": ""}]
)
def test_a_server_has_an_address_and_its_key(client, given, wrong):
    assert client.post(reverse("admin:exchanges_dropbox_add"), {**given, **wrong}).status_code == 200
    assert not DropBox.objects.exists()


def test_boxes_of_another_area_and_for_another_role_are_not_there(client, given, staff):
    other = Bureau.objects.create(name="派出所", kind="police", region_id=ZHUJI)
    box = DropBox.objects.create(bureau=other, channel="folder", folder="x")
    assert client.get(reverse("admin:exchanges_dropbox_change", args=[box.pk])).status_code == 404
    client.force_login(staff(Role.COUNTY_AGENT, ZHUJI))
    assert client.get(reverse("admin:exchanges_dropbox_changelist")).status_code == 403


def test_the_connection_can_be_tried(client, given, make_box):
    box = make_box("sftp")
    box.leave("a.csv", b"x")
    page = reverse("admin:exchanges_dropbox_change", args=[box.row.pk])
    change = {
        **given,
        "bureau": box.row.bureau_id,
        "address": box.row.address,
        "port": box.row.port,
        "host_key": box.row.host_key,
        "folder": box.row.folder,
        "new_password": "",
        "_test": "1",
    }
    answer = client.post(page, change, follow=True).content.decode()
    assert "连接正常，箱内有1个文件" in answer
    assert "保存并测试连接" in answer
    assert "用户名或密码" in client.post(page, {**change, "new_password": "wrong"}, follow=True).content.decode()


def test_the_connections_of_several_boxes_can_be_tried(client, given, make_box):
    make_box("folder")
    gone = make_box("ftp")
    gone.server.stop()
    posted = {"action": "test_connection", "_selected_action": list(DropBox.objects.values_list("pk", flat=True))}
    answer = client.post(reverse("admin:exchanges_dropbox_changelist"), posted, follow=True).content.decode()
    assert "连接正常" in answer
    assert "核对端口" in answer


def test_the_last_files_are_shown_with_what_came_of_them(client, given, make_box):
    box = make_box("folder")
    page = reverse("admin:exchanges_dropbox_change", args=[box.row.pk])
    assert "尚无文件" in client.get(page).content.decode()
    box.leave("<b>.csv", b"x")
    box.collect()
    answer = client.get(page).content.decode()
    assert "&lt;b&gt;.csv · 未受理" in answer


@pytest.mark.parametrize("wrong", ["x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_a_certificate_that_is_none_is_refused(client, given, wrong):
    answer = client.post(reverse("admin:exchanges_dropbox_add"), {**given, "channel": "ftps", "host_key": wrong})
    assert "应填写证书" in answer.content.decode()
    assert not DropBox.objects.exists()
