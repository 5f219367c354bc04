"""Synthetic residents: villages, households, names and numbers. Nobody in here exists."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严"
    "莫孔向常汤"
)
_DOUBLE_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "夏侯")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志文海波晓东红云宁飞鹏凤莲德福贵财旺"
    "顺祥安康健民家兴立新成才先忠孝义仁礼智信山川林森雨雪晨曦子涵梓轩浩然思雅欣怡佳琪嘉懿﨑"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# Share of the population by decade of age, from the youngest; rounded from the age pyramids of inland counties.
_DECADES = (11, 12, 10, 14, 13, 17, 12, 8, 3)


@dataclass(slots=True)
class Resident:
    """One synthetic person. `marks` are (category, determined_on, ended_on or None)."""

    name: str
    id_number: str
    born: date
    village: str
    household: str
    status: str = "正常"
    status_on: date | None = None
    marks: list[tuple[str, date, date | None]] = field(default_factory=list)


@dataclass(slots=True)
class Household:
    number: str
    village: str
    members: list[Resident]


def check_digit(body: str) -> str:
    """The 18th place of a number by GB 11643."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


class Numbers:
    """Hands out id numbers that are valid and never the same twice."""

    def __init__(self, prefixes: tuple[str, ...]) -> None:
        self._prefixes = prefixes
        self._next: dict[tuple[str, date], int] = {}

    def take(self, born: date, *, old: bool) -> str:
        prefix = self._prefixes[1 if old and len(self._prefixes) > 1 else 0]
        # The serial starts somewhere else every day; odd and even (men and women) come in turn.
        sequence = self._next.get((prefix, born), born.toordinal() * 7 % 500) + 1
        self._next[prefix, born] = sequence
        body = f"{prefix}{born:%Y%m%d}{sequence:03d}"
        return body + check_digit(body)


def _name(rng: random.Random, surname: str) -> str:
    length = 1 if rng.random() < 0.18 else 2
    return surname + "".join(rng.choice(_GIVEN) for _ in range(length))


def _surname(rng: random.Random) -> str:
    return rng.choice(_DOUBLE_SURNAMES) if rng.random() < 0.003 else rng.choice(_SURNAMES)


def households(*, rng: random.Random, village: str, people: int, numbers: Numbers, on: date) -> Iterator[Household]:
    """Households of a village, `people` persons in all, as they live on the day `on`."""
    made, serial = 0, 0
    while made < people:
        serial += 1
        size = min(rng.choices((1, 2, 3, 4, 5, 6), weights=(12, 24, 24, 21, 13, 6))[0], people - made)
        surname, number = _surname(rng), f"{village[-6:]}{serial:05d}"
        members = []
        for position in range(size):
            decade = rng.choices(range(len(_DECADES)), weights=_DECADES)[0]
            born = on - timedelta(days=decade * 3652 + rng.randrange(3652) + 30)
            own = surname if position % 2 == 0 else _surname(rng)
            members.append(Resident(_name(rng, own), numbers.take(born, old=born.year < 1985), born, village, number))
        made += size
        yield Household(number, village, members)
