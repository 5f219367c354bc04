"""Lists from the wrong bureau or area, or without a row, wait for a second person: by whichever door they came."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry, Bureau
from accounts.roles import Role
from enrollment.models import Person
from exchanges import services
from exchanges.models import Batch, Brake
from exchanges.queries import to_mend
from exchanges.senders import UnknownSender, departments_in, sender_named
from subsidies.models import IdentityMark
from tests.deliveries import HEADERS, csv_bytes
from tests.exchanges.channels.conftest import make_box  # noqa: F401  fixture
from tests.factories import PINGLI, ZHUJI, make_id_number
from tests.faults.conftest import work_off

HERE, ELSEWHERE = "610926102200", "341323117200"
ON = date(2021, 12, 1)


def people(here: int, elsewhere: int) -> list[list[str]]:
    places = [HERE] * here + [ELSEWHERE] * elsewhere
    return [
        ["王小明", make_id_number(place, date(1970, 1, 1 + n % 28)), place, "", "", "", ""]
        for n, place in enumerate(places)
    ]


def marks(count: int, category: str = "低保对象") -> list[list[str]]:
    return [
        ["王小明", make_id_number("610926", date(1970, 1, 1 + n)), HERE, category, "2021-06-01", "", "", ""]
        for n in range(count)
    ]


@pytest.fixture
def civil(tree):
    return Bureau.objects.create(name="平利县民政局", kind="civil_affairs", region=tree[PINGLI])


@pytest.fixture
def clerk(staff):
    return staff(Role.COUNTY_AGENT, PINGLI, bureau="agency")


@pytest.fixture
def reviewer(staff):
    return staff(Role.AGENCY_APPROVER, PINGLI)


def titled(title: str, rows: list[list[str]], kind: str = "population") -> bytes:
    return csv_bytes([[title], HEADERS[kind], *rows])


def test_rows_of_another_area_wait_and_a_second_person_lets_the_others_in(deliver, clerk, reviewer, client):
    batch = deliver("population", people(5, 25), by=clerk)
    assert (batch.status, batch.rows, batch.accepted, batch.refused) == (Batch.Status.HELD, 30, 5, 25)
    assert "30 行中有 25 行的地点在陕西省安康市平利县查不到" in batch.reason
    assert not Person.objects.exists()
    client.force_login(clerk)
    page = client.get(reverse("exchanges:batch", args=[batch.pk])).text
    assert "查不到" in page
    assert "将有 5 行写入登记" in page
    assert reverse("exchanges:approve", args=[batch.pk]) not in page
    with pytest.raises(services.NeedsSecondPerson):
        services.approve_batch(batch_id=batch.pk, by=clerk, on=ON)
    client.force_login(reviewer)
    client.post(reverse("exchanges:approve", args=[batch.pk]))
    work_off()
    batch.refresh_from_db()
    assert (batch.status, batch.accepted, batch.refused, batch.approved_by) == (Batch.Status.MERGED, 5, 25, reviewer)
    assert Person.objects.count() == 5
    assert batch.errors_file


def test_the_second_person_sends_a_list_back_and_its_sender_reads_why(deliver, clerk, reviewer, client):
    batch = deliver("population", people(5, 25), by=clerk)
    back = reverse("exchanges:reject", args=[batch.pk])
    client.force_login(clerk)
    assert client.post(back, {"why": "不是本县名单"}).status_code == 403
    with pytest.raises(PermissionDenied):
        services.reject_batch(batch_id=batch.pk, by=clerk, on=ON, why="不是本县名单")
    client.force_login(reviewer)
    assert back in client.get(reverse("exchanges:batch", args=[batch.pk])).text
    client.post(back, {"why": " "})
    batch.refresh_from_db()
    assert batch.status == Batch.Status.HELD
    client.post(back, {"why": "不是本县名单"})
    work_off()
    batch.refresh_from_db()
    assert (batch.status, Person.objects.exists()) == (Batch.Status.REFUSED, False)
    assert list(to_mend(clerk)) == [batch]
    entry = AuditEntry.objects.get(verb="exchanges.reject_batch")
    assert (entry.by, entry.why) == (reviewer, "不是本县名单")
    client.force_login(clerk)
    assert "经复核退回：不是本县名单" in client.get(reverse("exchanges:batch", args=[batch.pk])).text


def test_the_share_is_that_of_the_area_and_few_rows_never_wait(deliver, tree):
    assert deliver("population", people(5, 19)).status == Batch.Status.MERGED
    assert deliver("population", people(30, 25)).status == Batch.Status.MERGED
    Brake.objects.create(region=tree[PINGLI], most_outside_percent=40)
    assert deliver("population", people(30, 25)).status == Batch.Status.HELD


def test_rows_that_another_department_determines_wait(deliver, civil):
    batch = deliver("identities", marks(25, "重度残疾人"), sender=civil)
    assert (batch.status, batch.accepted) == (Batch.Status.HELD, 0)
    assert "25 行应由其他部门认定" in batch.reason


def test_a_department_of_another_area_waits(deliver, tree):
    police = Bureau.objects.create(name="灵璧县公安局", kind="police", region=tree["341323000000"])
    batch = deliver("population", people(2, 0), sender=police)
    assert batch.status == Batch.Status.HELD
    assert "灵璧县公安局" in batch.reason


def test_a_department_above_the_area_does_not_wait(deliver, tree):
    police = Bureau.objects.create(name="安康市公安局", kind="police", region=tree["610900000000"])
    assert deliver("population", people(2, 0), sender=police).status == Batch.Status.MERGED


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("平利县残疾人联合会2021年名单", "其他部门"),
        ("平利县退役军人事务局优抚对象名单", "其他部门"),
        ("灵璧县民政局低保对象名单", "灵璧县"),
        ("宿州市低保对象名单", "宿州市"),
    ],
)
def test_a_title_of_another_department_or_area_waits(deliver, civil, title, said):
    batch = deliver.take("identities", titled(title, marks(2), "identities"), sender=civil)
    assert batch.status == Batch.Status.HELD
    assert said in batch.reason


@pytest.mark.parametrize(
    "title",
    [
        "平利县民政局低保对象名单",
        "安康市平利县2021年名单",
        "报送：平利县医疗保障局",
        "义务教育阶段低保对象名单",
        "低保对象名单（民政局、残联比对后）",
        "老县镇低保对象名单",
    ],
)
def test_a_title_that_fits_does_not_wait(deliver, civil, title):
    batch = deliver.take("identities", titled(title, marks(2), "identities"), sender=civil)
    assert batch.status == Batch.Status.MERGED


def test_what_the_agency_passes_on_may_be_of_any_department_that_sends_it(deliver, tree):
    agency = Bureau.objects.create(name="平利县医疗保障局", kind="agency", region=tree[PINGLI])
    content = titled("平利县残联名单", marks(2, "重度残疾人"), "identities")
    assert deliver.take("identities", content, sender=agency).status == Batch.Status.MERGED
    assert deliver.take("population", titled("平利县民政局名单", people(2, 0))).status == Batch.Status.HELD


def test_a_complete_list_without_a_row_waits_and_ends_what_its_department_brought(
    deliver, civil, clerk, reviewer, tree
):
    rural = Bureau.objects.create(name="平利县乡村振兴局", kind="rural_revitalization", region=tree[PINGLI])
    deliver("identities", marks(3), sender=civil)
    deliver("identities", [[*marks(1)[0][:3], "返贫致贫人口", *marks(1)[0][4:]]], sender=rural)
    batch = deliver("identities", [], sender=civil, is_full=True, by=clerk)
    assert (batch.status, batch.rows) == (Batch.Status.HELD, 0)
    assert "没有任何行" in batch.reason
    assert (batch.preview["standing"], batch.preview["ended"]) == (3, 3)
    with pytest.raises(services.NeedsSecondPerson):
        services.approve_batch(batch_id=batch.pk, by=clerk, on=ON)
    services.approve_batch(batch_id=batch.pk, by=reviewer, on=ON)
    work_off()
    batch.refresh_from_db()
    assert (batch.status, batch.changed) == (Batch.Status.MERGED, 3)
    assert list(IdentityMark.objects.filter(ended_on=None).values_list("category", flat=True)) == ["poverty_return"]


def test_changes_without_a_row_and_a_department_that_never_sends_the_kind_are_refused(deliver, civil):
    assert deliver("identities", [], sender=civil).status == Batch.Status.REFUSED
    refused = deliver("population", people(1, 0), sender=civil)
    assert refused.status == Batch.Status.REFUSED
    assert "平利县民政局" in refused.reason


def test_by_upload(deliver, clerk, client):
    client.force_login(clerk)
    form = client.get(reverse("exchanges:upload")).context["form"]
    posted = {
        "kind": "population",
        "region": PINGLI,
        "coverage_year": form.fields["coverage_year"].choices[0][0],
        "file": SimpleUploadedFile("名单.csv", csv_bytes([HEADERS["population"], *people(1, 30)])),
    }
    assert client.post(reverse("exchanges:upload"), posted).status_code == 302
    work_off()
    assert Batch.objects.get().status == Batch.Status.HELD


def test_by_the_command_line(deliver, tmp_path, capsys):
    path = tmp_path / "名单.csv"
    path.write_bytes(csv_bytes([HEADERS["population"], *people(1, 30)]))
    call_command("receive", "population", str(path), "--area", PINGLI, "--year", "2022", "--on", "2021-12-01")
    assert "查不到" in "".join(capsys.readouterr())
    assert Batch.objects.get().status == Batch.Status.HELD


def test_by_a_drop_box(make_box):  # noqa: F811
    box = make_box("folder")
    box.leave("list.csv", csv_bytes([HEADERS["population"], *people(1, 30)]), kind="population", year=2022)
    box.collect()
    assert Batch.objects.get().status == Batch.Status.HELD
    assert box.receipts("done") == box.receipts("failed") == []


@pytest.mark.parametrize("name", ["灵璧县公安局", "宿州市灵璧县公安局", "老县镇派出所"])
def test_a_department_of_another_area_is_not_taken_for_the_one_of_the_area(tree, name):
    Bureau.objects.create(name="平利县公安局", kind="police", region=tree[PINGLI])
    with pytest.raises(UnknownSender) as told:
        sender_named(name, kind="population", region=tree[PINGLI])
    assert "不属于" in str(told.value)
    assert Bureau.objects.count() == 1


def test_a_department_with_the_names_above_it_is_that_of_the_area(tree):
    police = Bureau.objects.create(name="平利县公安局", kind="police", region=tree[PINGLI])
    assert sender_named("安康市平利县公安局", kind="population", region=tree[PINGLI]) == police
    assert sender_named("朱集镇派出所", kind="population", region=tree[ZHUJI]).region_id == ZHUJI


def test_offices_in_a_text():
    assert departments_in("县民政局、残联、卫生健康委员会") == {"civil_affairs", "disabled_federation", "health"}
    assert departments_in("职工医保、财政补助、义务教育、城乡居民医疗保障局") == set()
