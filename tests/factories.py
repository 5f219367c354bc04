"""Makers of test data. People are synthetic: numbers are computed, never taken from anyone."""

from datetime import date
from itertools import count

from accounts.models import Bureau, Posting, Staff
from accounts.roles import Role
from enrollment.models import DocumentKind, Payment, Person
from privacy.keyring import blind_index
from regions.models import Level, Region

PROVINCE, CITY = "610000000000", "610900000000"
PINGLI, ZHUJI = "610926000000", "341323117000"
# code: (name, level, parent)
TREE = {
    "610000000000": ("陕西省", Level.PROVINCE, None),
    "610900000000": ("安康市", Level.CITY, "610000000000"),
    "610926000000": ("平利县", Level.COUNTY, "610900000000"),
    "610926100000": ("城关镇", Level.TOWN, "610926000000"),
    "610926100001": ("西城社区居委会", Level.VILLAGE, "610926100000"),
    "610926100002": ("南城社区居委会", Level.VILLAGE, "610926100000"),
    "610926102000": ("老县镇", Level.TOWN, "610926000000"),
    "610926102200": ("老县村委会", Level.VILLAGE, "610926102000"),
    "610926102201": ("蒋家坪村委会", Level.VILLAGE, "610926102000"),
    "340000000000": ("安徽省", Level.PROVINCE, None),
    "341300000000": ("宿州市", Level.CITY, "340000000000"),
    "341323000000": ("灵璧县", Level.COUNTY, "341300000000"),
    "341323117000": ("朱集镇", Level.TOWN, "341323000000"),
    "341323117200": ("朱集村委会", Level.VILLAGE, "341323117000"),
    "341323117205": ("双扬村委会", Level.VILLAGE, "341323117000"),
}
_numbers = count(1)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def make_tree() -> dict[str, Region]:
    """The divisions of TREE."""
    made: dict[str, Region] = {}
    for code, (name, level, parent) in TREE.items():
        full_name = (made[parent].full_name if parent else "") + name
        made[code] = Region.objects.create(code=code, name=name, full_name=full_name, level=level, parent_id=parent)
    return made


def make_id_number(region: str = "610926", born: date = date(1980, 1, 1), sequence: int | None = None) -> str:
    """A number that is valid by GB 11643."""
    body = f"{region[:6]}{born:%Y%m%d}{(sequence or next(_numbers)) % 1000:03d}"
    digit = "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
    return body + digit


def make_staff(role: Role, *regions: str, bureau: str | None = None, username: str | None = None) -> Staff:
    """A member of staff posted to the regions; `bureau` is a BureauKind value, at the first region."""
    office = None
    if bureau:
        office, _ = Bureau.objects.get_or_create(
            region_id=regions[0], name=f"{bureau}@{regions[0]}", defaults={"kind": bureau}
        )
    user = Staff(username=username or f"{role}-{next(_numbers)}", full_name=str(role), role=role, bureau=office)
    # Hashing a password costs most of a second; tests sign in by force_login.
    user.set_unusable_password()
    user.save()
    Posting.objects.bulk_create(Posting(staff=user, region_id=code) for code in regions)
    return user


def make_person(region: str, *, name: str = "张三", born: date = date(1980, 1, 1), number: str = "", **more) -> Person:
    """A person of the place with a valid synthetic number."""
    number = number or make_id_number(region, born)
    return Person.objects.create(
        name=name,
        document_kind=DocumentKind.RESIDENT_ID,
        id_number=number,
        id_number_index=blind_index(number, purpose="id_number"),
        birth_date=born,
        region_id=region,
        **more,
    )


def make_payment(
    person: Person,
    *,
    region: str | None = None,
    coverage_year: int = 2022,
    paid_on: date = date(2021, 11, 1),
    amount_fen: int = 32_000,
    **more,
) -> Payment:
    """A receipt of the person, by default at the hukou place."""
    return Payment.objects.create(
        receipt_no=f"R{next(_numbers):09d}",
        person=person,
        coverage_year=coverage_year,
        region_id=region or person.region_id,
        paid_on=paid_on,
        amount_fen=amount_fen,
        **more,
    )
