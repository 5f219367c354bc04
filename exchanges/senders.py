"""Which department a name means: one of the area's bureaus, or one that sends for the first time."""

import re

from django.db.models import Q

from accounts.models import Bureau, BureauKind
from exchanges.kinds import by_name
from regions.models import Region
from regions.queries import ancestors

# Words by which the departments of exchange-formats are known; the longer name decides.
_WORDS = {
    "医疗保障": BureauKind.AGENCY,
    "医保": BureauKind.AGENCY,
    "税务": BureauKind.TAX,
    "民政": BureauKind.CIVIL_AFFAIRS,
    "乡村振兴": BureauKind.RURAL,
    "残联": BureauKind.DISABLED,
    "残疾人联合会": BureauKind.DISABLED,
    "公安": BureauKind.POLICE,
    "派出所": BureauKind.POLICE,
    "卫健": BureauKind.HEALTH,
    "卫生健康": BureauKind.HEALTH,
    "退役军人": BureauKind.VETERANS,
    "教育": BureauKind.EDUCATION,
    "教科": BureauKind.EDUCATION,
    "科教": BureauKind.EDUCATION,
    "教体": BureauKind.EDUCATION,
    "职工医保": BureauKind.EMPLOYEE_INSURANCE,
    "财政": BureauKind.FINANCE,
    "人民政府": BureauKind.GOVERNMENT,
}


# Departments whose names stand in titles whoever sends the list: it is addressed to them, or the scheme is theirs.
_ADDRESSED = {BureauKind.AGENCY, BureauKind.GOVERNMENT, BureauKind.FINANCE, BureauKind.EMPLOYEE_INSURANCE}
_OFFICE = re.compile(
    "|".join(
        rf"(?:{word})(?:(?<=残联)|(?<=联合会)|(?<=派出所)|[\u4e00-\u9fff]{{0,4}}?(?:局|委|厅))"
        for word, kind in _WORDS.items()
        if kind not in _ADDRESSED
    )
)


class UnknownSender(LookupError):
    """No department is known by that name; the message lists those of the area."""


def departments_in(text: str) -> set[BureauKind]:
    """The kinds of department that a text names as offices: 民政局, 县残联; a subject alone (教育) is none."""
    return {
        max(((word, kind) for word, kind in _WORDS.items() if word in office), key=lambda known: len(known[0]))[1]
        for office in _OFFICE.findall(text)
    }


def sender_named(name: str, *, kind: str, region: Region) -> Bureau:
    """The bureau of that name in the region or above it; one whose name says what it is, is entered when it sends for
    the first time. Raises UnknownSender."""
    here = Bureau.objects.filter(region__in=[region, *ancestors(region)]).order_by("-region_id")
    wanted = name.strip()
    named = (
        here.filter(name=wanted).first() or here.filter(name__contains=wanted, kind__in=by_name(kind).senders).first()
    )
    if named:
        return named
    _refuse_elsewhere(wanted, region)
    words = sorted((word for word in _WORDS if word in wanted), key=len)
    meant = next((value for value in BureauKind if wanted == value), _WORDS[words[-1]] if words else None)
    if meant is None:
        known = "、".join(here.values_list("name", flat=True)) or "、".join(_WORDS)
        raise UnknownSender(f"不认识报送单位“{wanted}”；可用：{known}")
    of_kind = here.filter(Q(kind=meant)).first()
    return of_kind or Bureau.objects.create(name=wanted[:80], kind=meant, region=region)


def _refuse_elsewhere(name: str, region: Region) -> None:
    """诸暨市民政局 is not the 民政局 of the area because both are called so. Raises UnknownSender."""
    places = {name[first:last] for last in range(2, len(name)) for first in range(max(0, last - 8), last - 1)}
    named = set(Region.objects.filter(name__in=places).values_list("name", flat=True))
    if named and named.isdisjoint(above.name for above in [region, *ancestors(region)]):
        raise UnknownSender(f"报送单位“{name}”不属于{region.full_name}；请核对报送单位和统筹区")
