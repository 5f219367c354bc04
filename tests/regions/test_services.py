from datetime import date

import pytest

from accounts.models import AuditEntry
from accounts.queries import system_staff
from regions.models import Level, Region
from regions.queries import code_ranges, within_ranges
from regions.services import (
    BUNDLED_ALIASES,
    BUNDLED_AREAS,
    BUNDLED_REGISTER,
    RegisterRefused,
    load_aliases,
    load_areas,
    load_divisions,
    load_successors,
)

ON = date(2022, 1, 1)
HEADER = "code12,name,level,parent_code12\n"
TOWN = (
    "610000000000,陕西省,province,\n610900000000,安康市,city,610000000000\n"
    "610926000000,平利县,county,610900000000\n610926102000,老县镇,town,610926000000\n"
)


@pytest.fixture
def write(tmp_path):
    def make(text, name="register.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def load(db):
    return lambda path: load_divisions(path, system_staff(), ON)


def test_the_shipped_register(load):
    first, second = load(BUNDLED_REGISTER), load(BUNDLED_REGISTER)
    assert (first.rows, first.created) == (15277, 15277)
    assert (second.created, second.changed, second.unchanged) == (0, 0, 15277)
    names = dict(Region.objects.filter(level=Level.TOWN).values_list("code", "full_name"))
    assert names["341323117000"] == "安徽省宿州市灵璧县朱集镇"
    assert names["610926102000"] == "陕西省安康市平利县老县镇"
    assert Region.objects.get(pk="500152000000").full_name == "重庆市潼南区"


def test_the_area_that_no_register_knows(load):
    load(BUNDLED_REGISTER)
    assert load_areas(BUNDLED_AREAS, system_staff(), ON) == 1
    area = Region.objects.get(level=Level.AREA)
    ranges = code_ranges(area)
    assert not area.pk.isdigit()
    assert all(within_ranges(code, ranges) for code in ("220621120001", "220621121000", "222426120000", area.pk))
    assert not within_ranges("220621100000", ranges)


def test_aliases_once(load):
    load(BUNDLED_REGISTER)
    load_areas(BUNDLED_AREAS, system_staff(), ON)
    assert load_aliases(BUNDLED_ALIASES, system_staff(), ON) == 3
    assert load_aliases(BUNDLED_ALIASES, system_staff(), ON) == 0


def test_every_load_that_changes_something_leaves_one_audit_row(load, write):
    load(write(HEADER + TOWN))
    load(write(HEADER + TOWN))
    entry = AuditEntry.objects.get(verb="regions.load_divisions")
    assert entry.after["created"] == 4
    assert entry.model == "regions.region"


def test_a_new_name_reaches_the_full_names_below(load, write):
    load(write(HEADER + TOWN))
    loaded = load(write(HEADER + "610926000000,新平利县,county,610900000000\n"))
    assert (loaded.changed, loaded.kept) == (2, 3)
    assert Region.objects.get(pk="610926102000").full_name == "陕西省安康市新平利县老县镇"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("61092610200,某镇,town,610926000000", "不是12位"),
        ("610926103000,,town,610926000000", "name 为空"),
        ("610926103000,某镇,hamlet,610926000000", "level"),
        ("610926103001,某镇,town,610926000000", "610926103001"),
        ("610926103000,某镇,town,", "上级"),
        ("610927103000,某镇,town,610927000000", "请补上这一级"),
        ("610927103000,某镇,town,610926000000", "不是 610927103000 的上级"),
        ("610926102000,老县镇,town,610926000000", "重复"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_loaded(load, write, line, says):
    with pytest.raises(RegisterRefused, match=f"第6行.*{says}"):
        load(write(HEADER + TOWN + line + "\n"))
    assert not Region.objects.exists()


def test_files_that_are_no_register(load, write, tmp_path):
    with pytest.raises(RegisterRefused, match="level、parent_code12"):
        load(write("code12,name\n"))
    with pytest.raises(RegisterRefused, match="不存在"):
        load(tmp_path / "none.csv")
    gbk = tmp_path / "gbk.csv"
    gbk.write_bytes((HEADER + TOWN).encode("gbk"))
    with pytest.raises(RegisterRefused, match="UTF-8"):
        load(gbk)


def test_successors(tree, write):
    text = "code,successor,ended_on\n610926102200,610926102201,2022-01-01\n"
    assert load_successors(write(text), system_staff(), ON) == 1
    assert load_successors(write(text), system_staff(), ON) == 0
    region = Region.objects.get(pk="610926102200")
    assert (region.successor_id, region.ended_on) == ("610926102201", ON)


def test_successors_that_cannot_be(tree, write):
    with pytest.raises(RegisterRefused, match="绕成了圈"):
        load_successors(
            write(
                "code,successor,ended_on\n610926102200,610926102201,2022-01-01\n610926102201,610926102200,2022-01-01\n"
            ),
            system_staff(),
            ON,
        )
    with pytest.raises(RegisterRefused, match="999999999999"):
        load_successors(write("code,successor,ended_on\n610926102200,999999999999,2022-01-01\n"), system_staff(), ON)
    with pytest.raises(RegisterRefused, match="YYYY-MM-DD"):
        load_successors(write("code,successor,ended_on\n610926102200,,soon\n"), system_staff(), ON)
    assert not Region.objects.filter(ended_on__isnull=False).exists()
