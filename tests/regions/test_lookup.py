from datetime import date

import pytest

from accounts.queries import system_staff
from regions.models import AreaMember, Level, Region, RegionAlias
from regions.queries import AmbiguousRegion, RegionNotFound, lookup, lookup_many
from regions.services import BUNDLED_ALIASES, BUNDLED_AREAS, BUNDLED_REGISTER, load_aliases, load_areas, load_divisions
from tests.factories import PINGLI, ZHUJI

ON = date(2022, 1, 1)
VILLAGE = "341323117205"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("610926102000", "610926102000"),
        (" 610926102000 ", "610926102000"),
        ("６１０９２６１０２０００", "610926102000"),
        ("610926102000.0", "610926102000"),
        ("610926102", "610926102000"),
        ("610926", PINGLI),
        ("平利县", PINGLI),
        ("平利", PINGLI),
        ("陕西省安康市平利县老县镇", "610926102000"),
        ("平利县老县镇", "610926102000"),
        ("陕西平利老县镇", "610926102000"),
        ("陕西省 平利县 老县镇 蒋家坪村", "610926102201"),
        ("平利县老县镇蒋家坪村民委员会", "610926102201"),
        ("安徽省宿州市灵璧县朱集镇", ZHUJI),
        ("朱集镇人民政府", ZHUJI),
        ("平利县/老县镇/蒋家坪村", "610926102201"),
        ("蒋家坪村村委会", "610926102201"),
        ("老县镇蒋家坪村委", "610926102201"),
        ("蒋家坪村（610926102201）", "610926102201"),
        ("双扬村委会", VILLAGE),
        ("双扬村", VILLAGE),
        ("双扬", VILLAGE),
        ("西城社区", "610926100001"),
        ("西城居委会", "610926100001"),
        ("城关镇西城社区居民委员会", "610926100001"),
    ],
)
def test_what_people_write(tree, text, code):
    assert lookup(text).pk == code


@pytest.mark.parametrize("text", ["蒋家坪村（610926102200）", "蒋家坪社区", "蒋家坪村三组"])
def test_what_contradicts_itself_or_says_more_is_not_found(tree, text):
    with pytest.raises(RegionNotFound):
        lookup(text)


def test_within_a_parent(tree):
    Region.objects.create(
        code="610926102202",
        name="双扬村委会",
        full_name="…双扬村委会",
        level=Level.VILLAGE,
        parent=tree["610926102000"],
    )
    with pytest.raises(AmbiguousRegion) as raised:
        lookup("双扬村")
    assert {region.pk for region in raised.value.candidates} == {"610926102202", VILLAGE}
    assert "610926102202" in str(raised.value)
    assert lookup("双扬村", within=ZHUJI).pk == VILLAGE
    assert lookup("双扬村", within=tree[PINGLI]).pk == "610926102202"
    assert lookup("灵璧县双扬村").pk == VILLAGE


def test_a_village_and_a_community_of_one_name(tree):
    Region.objects.create(
        code="610926100003", name="西城村委会", full_name="…", level=Level.VILLAGE, parent=tree["610926100000"]
    )
    assert lookup("西城村").pk == "610926100003"
    assert lookup("西城社区").pk == "610926100001"
    with pytest.raises(AmbiguousRegion):
        lookup("西城")


def test_alias(tree):
    RegionAlias.objects.create(region=tree[VILLAGE], name="双杨村")
    assert lookup("双杨村").pk == VILLAGE
    assert lookup("朱集镇双杨村委会").pk == VILLAGE


@pytest.mark.parametrize("text", ["", "  ", "无名村", "老县镇姜山村", "99", "999999999999", "灵璧县老县镇"])
def test_not_found(tree, text):
    with pytest.raises(RegionNotFound):
        lookup(text)


def test_not_found_says_where_and_what_is_near(tree):
    with pytest.raises(RegionNotFound, match=r"朱集镇范围内.*双扬村委会"):
        lookup("双阳村", within=ZHUJI)


def test_a_code_of_elsewhere_is_not_found_within(tree):
    with pytest.raises(RegionNotFound, match="平利县"):
        lookup(VILLAGE, within=PINGLI)


def test_successor_from_the_day_of_the_merger(tree):
    Region.objects.filter(pk="610926102200").update(successor="610926102201", ended_on=ON)
    assert lookup("老县村", on=date(2021, 12, 31)).pk == "610926102200"
    assert lookup("老县村", on=ON).pk == "610926102201"
    assert lookup("610926102200", on=ON).pk == "610926102201"


def test_merged_into_another_town(tree):
    Region.objects.filter(pk="610926102200").update(successor="610926100001", ended_on=ON)
    assert lookup("老县村", within="610926100000", on=ON).pk == "610926100001"
    with pytest.raises(RegionNotFound, match="并入"):
        lookup("老县村", within="610926102000", on=ON)


def test_ended_without_successor(tree):
    Region.objects.filter(pk="610926102200").update(ended_on=ON)
    with pytest.raises(RegionNotFound, match="撤销"):
        lookup("老县村", on=ON)


def test_the_one_that_stands_is_meant_where_another_of_the_name_has_ended(tree):
    Region.objects.create(
        code="610926102299", name="老县村委会", full_name="…", level=Level.VILLAGE, parent=tree["610926102000"]
    )
    Region.objects.filter(pk="610926102200").update(ended_on=ON, successor="610926102299")
    assert lookup("老县村").pk == "610926102299"
    assert lookup("老县村", on=ON).pk == "610926102299"


def test_area_of_members(tree):
    area = Region.objects.create(code="61A000000000", name="两镇片区", full_name="两镇片区", level=Level.AREA)
    AreaMember.objects.create(area=area, member=tree["610926102000"])
    assert lookup("蒋家坪村", within=area).pk == "610926102201"
    assert lookup("61A000000000").pk == area.pk
    with pytest.raises(RegionNotFound):
        lookup("西城社区", within=area)


def test_many_in_a_fixed_number_of_queries(tree, django_assert_max_num_queries):
    texts = ["老县村", "蒋家坪村委会", "西城社区", "无名村", "610926102201"] * 200
    with django_assert_max_num_queries(8):
        answers = lookup_many(texts, within=PINGLI)
    assert len(answers) == 5
    assert isinstance(answers["无名村"], RegionNotFound)
    assert answers["老县村"].pk == "610926102200"


@pytest.fixture
def register(db):
    by = system_staff()
    load_divisions(BUNDLED_REGISTER, by, ON)
    load_areas(BUNDLED_AREAS, by, ON)
    load_aliases(BUNDLED_ALIASES, by, ON)


@pytest.mark.parametrize(
    ("text", "within", "code"),
    [
        ("双杨村", ZHUJI, VILLAGE),
        ("姜山村", ZHUJI, "341323117209"),
        ("朱集村", ZHUJI, "341323117200"),
        ("安徽省宿州市灵璧县朱集镇双杨村", None, VILLAGE),
        ("重庆市潼南区", None, "500152000000"),
        ("重庆市市辖区潼南区", None, "500152000000"),
        ("长白山管委会", None, "22A000000000"),
        ("新月村委会", "220103014000", "220103014200"),
        ("延边州", None, None),
        ("八仙镇", PINGLI, "610926107000"),
    ],
)
def test_the_register(register, text, within, code):
    if code is None:
        with pytest.raises(RegionNotFound):
            lookup(text, within=within)
    else:
        assert lookup(text, within=within).pk == code
