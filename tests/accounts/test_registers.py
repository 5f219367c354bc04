"""Small registers as files: what comes in, what goes out, and what stays behind."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import AuditEntry, Bureau, Posting
from accounts.registers import as_meant, neutral
from accounts.roles import Role
from regions.models import Region, RegionAlias
from tests.factories import PINGLI, ZHUJI

BUREAUS, ALIASES, REGIONS = "/admin/accounts/bureau/", "/admin/regions/regionalias/", "/admin/regions/region/"
HEAD = "区划代码,部门名称,类别\r\n"


@pytest.fixture
def client(staff):
    client = Client()
    client.force_login(staff(Role.SYSTEM_ADMIN, PINGLI))
    return client


def preview(client, address, text, name="名单.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(f"{address}import/", {"import_file": SimpleUploadedFile(name, data), "format": "0"})


def confirm(client, address, page, **changed):
    assert "confirm_form" in page.context, page.content.decode()
    form = page.context["confirm_form"]
    return client.post(f"{address}process_import/", {**form.initial, **changed})


def exported(client, address, number="0"):
    assert client.get(f"{address}export/").status_code == 200
    answer = client.post(f"{address}export/", {"format": number, "resource": "0"})
    assert answer.status_code == 200
    return answer


def test_bureaus_come_in_after_a_look_and_leave_their_audit_rows(client, tmp_path, settings, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    settings.MEDIA_ROOT = tmp_path / "media"
    Bureau.objects.create(region_id=PINGLI, name="平利县财政局", kind="government")
    page = preview(client, BUREAUS, HEAD + f"{PINGLI},平利县财政局,财政局\r\n{PINGLI},平利县医保中心,agency\r\n")
    assert Bureau.objects.count() == 1, "a preview writes nothing"
    assert not AuditEntry.objects.exists()
    assert "<ins>平利县医保中心</ins>" in page.content.decode()
    assert confirm(client, BUREAUS, page).status_code == 302
    assert set(Bureau.objects.values_list("name", "kind")) == {
        ("平利县财政局", "finance"),
        ("平利县医保中心", "agency"),
    }
    verbs = dict(AuditEntry.objects.values_list("verb", "after"))
    assert verbs["accounts.change_bureau"] == {"kind": "finance"}
    assert verbs["accounts.add_bureau"]["name"] == "平利县医保中心"
    assert not list(tmp_path.rglob("*")), "no upload is left behind"


def test_rows_outside_the_area_are_refused_and_not_shown(client):
    Bureau.objects.create(region_id=ZHUJI, name="朱集税务分局", kind="tax")
    page = preview(client, BUREAUS, HEAD + f"{ZHUJI},朱集税务分局,财政局\r\n{ZHUJI},新设局,财政局\r\n")
    text = page.content.decode()
    assert "confirm_form" not in page.context
    assert f"{ZHUJI} 不是您辖区内的区划代码" in text
    assert "<del>" not in text
    assert Bureau.objects.get().kind == "tax"
    assert "朱集税务分局" not in exported(client, BUREAUS).content.decode("utf-8-sig")


def test_a_row_with_an_error_keeps_the_whole_file_out(client):
    page = preview(client, BUREAUS, HEAD + f"{PINGLI},甲局,财政局\r\n{PINGLI},乙局,厨房\r\n")
    assert "厨房" in page.content.decode()
    assert "confirm_form" not in page.context
    assert not Bureau.objects.exists()


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01", "甲,乙\r\n1,2\r\n".encode(), "部门".encode("gb18030"), HEAD.encode()]
)
def test_a_file_that_is_no_register_is_refused_in_words(client, data):
    page = preview(client, BUREAUS, data)
    assert page.status_code == 200
    assert "Traceback" not in page.content.decode()
    assert "confirm_form" not in page.context


def test_a_bomb_is_not_unpacked(client):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (21 * 1024 * 1024))
    answer = client.post(
        f"{BUREAUS}import/", {"import_file": SimpleUploadedFile("a.xlsx", packed.getvalue()), "format": "1"}
    )
    assert "文件过大" in answer.content.decode()


@pytest.mark.parametrize(
    "changed", [{"import_file_name": "/etc/passwd"}, {"import_file_name": "x:y:z"}, {"format": "9"}, {"format": "a"}]
)
def test_the_confirmation_takes_only_what_was_previewed(client, changed):
    page = preview(client, BUREAUS, HEAD + f"{PINGLI},甲局,财政局\r\n")
    assert confirm(client, BUREAUS, page, **changed).status_code == 200
    assert not Bureau.objects.exists()


def test_what_changed_since_the_preview_stops_the_import(client):
    page = preview(client, BUREAUS, HEAD + f"{PINGLI},甲局,财政局\r\n")
    Posting.objects.update(region_id=ZHUJI)
    assert confirm(client, BUREAUS, page).status_code == 302
    assert not Bureau.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "＝", " ="])
def test_formulas_are_neutralised_and_come_back_as_they_were(client, sign):
    name = f"{sign}1+1"
    Bureau.objects.create(region_id=PINGLI, name=name, kind="tax")
    text = exported(client, BUREAUS).content.decode("utf-8-sig")
    assert f"'{name}" in text
    cells = [c.value for row in load_workbook(io.BytesIO(exported(client, BUREAUS, "1").content)).active for c in row]
    assert f"'{name}" in cells
    assert as_meant(neutral(name)) == name
    assert as_meant("'平利") == "'平利"
    entry = AuditEntry.objects.filter(verb="accounts.export_bureau").first()
    assert entry.after == {"rows": 1}


def test_what_was_exported_changes_nothing_when_it_comes_back(client, tree):
    RegionAlias.objects.create(region_id="610926102000", name="老县", source="附件一")
    Bureau.objects.create(region_id=PINGLI, name="平利县税务局", kind="tax")
    for address in (REGIONS, ALIASES, BUREAUS):
        page = preview(client, address, _own_rows(exported(client, address).content))
        assert confirm(client, address, page).status_code == 302
    assert not AuditEntry.objects.exclude(verb__contains=".export_").exists()


def _own_rows(content: bytes) -> bytes:
    head, *rows = content.splitlines(keepends=True)
    return head + b"".join(row for row in rows if row.startswith(b"610926"))


def test_regions_are_renamed_by_file_with_all_that_is_below(client, tree):
    head = "区划代码,名称,级别,上级区划代码,撤销日期,承接区划代码\r\n"
    rows = f"610926102000,新老县镇,乡镇,{PINGLI},,\r\n610926102202,新村村委会,village,610926102000,,\r\n"
    page = preview(client, REGIONS, head + rows)
    assert confirm(client, REGIONS, page).status_code == 302
    assert Region.objects.get(pk="610926102201").full_name == "陕西省安康市平利县新老县镇蒋家坪村委会"
    assert Region.objects.get(pk="610926102202").full_name == "陕西省安康市平利县新老县镇新村村委会"
    for wrong in (
        f"{ZHUJI},改名镇,town,341323000000,,",
        f"341323117299,新村,village,{ZHUJI},,",
        f"610926102203,村,village,{ZHUJI},,",
        "61092A000000,片区,area,61092A000000,,",
        "610926102204,村,village,610926102000,2020-01-01,610926102204",
    ):
        page = preview(client, REGIONS, head + wrong + "\r\n")
        assert "confirm_form" not in page.context, wrong


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SYSTEM, Role.SYSTEM_ADMIN}])
def test_only_the_system_administrator_sends_and_fetches_registers(staff, role):
    client = Client()
    client.force_login(staff(role, PINGLI))
    for address in (BUREAUS, ALIASES, REGIONS):
        assert client.get(f"{address}import/").status_code == 403
        assert client.get(f"{address}export/").status_code == 403
        assert client.post(f"{address}process_import/").status_code == 403
