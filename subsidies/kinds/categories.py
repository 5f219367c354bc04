"""Which department determines which identity, and the words by which departments call them."""

from accounts.models import BureauKind
from subsidies.models import Category

# Who determines what: a department's list counts for its own categories only.
CATEGORIES_OF: dict[str, frozenset[Category]] = {
    BureauKind.CIVIL_AFFAIRS: frozenset(
        {
            Category.TEKUN,
            Category.ORPHAN,
            Category.UNSUPPORTED_CHILD,
            Category.DIBAO,
            Category.DIBAO_MARGIN,
            Category.UNSTABLE_EXIT,
            Category.AT_RISK,
            Category.SUDDEN_HARDSHIP,
        }
    ),
    BureauKind.RURAL: frozenset(
        {
            Category.POVERTY_RETURN,
            Category.UNSTABLE_EXIT,
            Category.AT_RISK,
            Category.SUDDEN_HARDSHIP,
            Category.POVERTY_EXIT,
        }
    ),
    BureauKind.DISABLED: frozenset({Category.SEVERE_DISABILITY}),
    BureauKind.HEALTH: frozenset({Category.FAMILY_PLANNING}),
    BureauKind.VETERANS: frozenset({Category.ENTITLED_GROUP}),
    BureauKind.AGENCY: frozenset(Category),
}
_SEVERE = (
    "重度残疾{}级",
    "重度残疾({}级)",
    "重度残疾人{}级",
    "重度残疾人({}级)",
    "重残{}级",
    "{}级重度残疾",
    "{}级重残",
    "{}级残疾",
    "残疾{}级",
)


def _town_and_country(*words: str) -> tuple[str, ...]:
    """Each word by itself and with where its holders live, which no notice tells apart."""
    return tuple(where + word for word in words for where in ("", "城乡", "农村", "城市", "城镇"))


# The names that departments use beside those of the notices. A wider word (脱贫人口, 优抚对象) is none of them: it does
# not say that its holder is among those who are assisted.
CATEGORY_SYNONYMS: dict[Category, tuple[str, ...]] = {
    Category.TEKUN: (
        *_town_and_country(
            "特困人员", "特困供养人员", "特困", "特困供养", "五保", "五保户", "五保对象", "五保供养对象"
        ),
        "特困对象",
        "特困供养对象",
        "特困救助供养人员",
        "特困救助供养对象",
        "特困救助供养",
        "集中供养特困人员",
        "分散供养特困人员",
        "特困集中供养",
        "特困分散供养",
        "特困人员(集中供养)",
        "特困人员(分散供养)",
    ),
    Category.ORPHAN: ("散居孤儿", "社会散居孤儿", "集中供养孤儿", "机构供养孤儿"),
    Category.UNSUPPORTED_CHILD: ("事实无人抚养", "事实孤儿"),
    Category.DIBAO: _town_and_country(
        "低保",
        "低保对象",
        "低保户",
        "低保家庭",
        "低保人员",
        "最低生活保障对象",
        "最低生活保障家庭",
        "最低生活保障人员",
        "最低生活保障",
    ),
    Category.DIBAO_MARGIN: (
        "低保边缘家庭",
        "低保边缘户",
        "低保边缘家庭成员",
        "低保边缘人口",
        "低保边缘人员",
        "低保边缘对象",
    ),
    Category.POVERTY_RETURN: ("返贫致贫", "返贫致贫户", "返贫人口", "致贫返贫人口"),
    Category.UNSTABLE_EXIT: ("脱贫不稳定", "脱贫不稳定人口"),
    Category.AT_RISK: ("边缘易致贫", "边缘易致贫人口"),
    Category.SUDDEN_HARDSHIP: ("突发严重困难", "突发严重困难人口"),
    Category.POVERTY_EXIT: (
        "稳定脱贫人口",
        "未纳入监测的脱贫人口",
        "未纳入监测脱贫人口",
        "未纳入监测范围的稳定脱贫人口",
        "未纳入农村低收入人口监测范围的稳定脱贫人口",
    ),
    Category.SEVERE_DISABILITY: (
        "重残",
        "重残人员",
        "重度残疾",
        "重度残疾人员",
        # Levels one and two are what is called severe; the law leaves level three to each place.
        *(form.format(level) for level in "一二" for form in _SEVERE),
    ),
    Category.FAMILY_PLANNING: (
        "计生家庭",
        "计生户",
        "计生特殊家庭",
        "计划生育户",
        "计划生育特殊家庭",
        "计划生育家庭(户)",
        "原计划生育家庭",
        "原计划生育家庭(户)",
    ),
    Category.ENTITLED_GROUP: ("重点优抚",),
}


def category_words() -> dict[str, str]:
    """Word in a list → category."""
    words = {category.label: category.value for category in Category}
    words |= {category.value: category.value for category in Category}
    return words | {word: category.value for category, more in CATEGORY_SYNONYMS.items() for word in more}
