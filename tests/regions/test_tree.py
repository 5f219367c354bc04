from datetime import date

from regions.models import AreaMember, Level, Region
from regions.queries import ancestors, by_code, children, code_ranges, own_range, within_ranges
from tests.factories import PINGLI


def test_ranges_are_half_open_and_hold_what_is_below(tree):
    assert own_range(tree[PINGLI]) == ("610926000000", "610927000000")
    assert within_ranges("610926102201", code_ranges(tree["610926102000"]))
    assert not within_ranges("610926103000", code_ranges(tree["610926102000"]))
    village = code_ranges(tree["610926102201"])
    assert within_ranges("610926102201", village)
    assert not within_ranges("610926102202", village)


def test_ancestors_from_the_province_down(tree):
    assert [region.name for region in ancestors(tree["610926102201"])] == ["陕西省", "安康市", "平利县", "老县镇"]
    assert ancestors(tree["610000000000"]) == []


def test_children_that_stand(tree):
    Region.objects.filter(pk="610926102200").update(ended_on=date(2022, 1, 1))
    town = tree["610926102000"]
    assert [r.pk for r in children(town)] == ["610926102200", "610926102201"]
    assert [r.pk for r in children(town, on=date(2022, 1, 1))] == ["610926102201"]


def test_children_of_an_area_are_its_members(tree):
    area = Region.objects.create(code="61A000000000", name="片区", full_name="片区", level=Level.AREA)
    AreaMember.objects.create(area=area, member=tree["610926102000"])
    assert [r.pk for r in children(area)] == ["610926102000"]


def test_by_code_follows_successors_on_a_day(tree):
    Region.objects.filter(pk="610926102200").update(successor="610926102201", ended_on=date(2022, 1, 1))
    assert by_code("610926102200").pk == "610926102200"
    assert by_code("610926102200", on=date(2021, 12, 31)).pk == "610926102200"
    assert by_code("610926102200", on=date(2022, 1, 1)).pk == "610926102201"
