"""The accounts of the demonstration: one for each role, in each of the two areas. For demonstration only."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.models import Bureau, BureauKind, Posting, Staff
from accounts.roles import Role

PASSWORD = "canbao-2022"
PINGLI, LAOXIAN, LAOXIAN_VILLAGE = "610926000000", "610926102000", "610926102200"
ZHUJI, ZHUJI_VILLAGE = "341323117000", "341323117205"


@dataclass(frozen=True)
class Account:
    """Who signs in: user name, name shown, role, parts of the tree, kind of bureau and its name."""

    username: str
    name: str
    role: Role
    regions: tuple[str, ...]
    bureau: BureauKind | None = None
    bureau_name: str = ""


def _bureaus_of(prefix: str, region: str, names: dict[BureauKind, str]) -> list[Account]:
    return [
        Account(
            f"{prefix}.{kind.value.split('_')[0]}",
            name,
            Role.TAX_CLERK if kind == BureauKind.TAX else Role.BUREAU_CLERK,
            (region,),
            kind,
            name,
        )
        for kind, name in names.items()
    ]


ACCOUNTS = [
    Account("pingli.agent", "县医保经办员", Role.COUNTY_AGENT, (PINGLI,), BureauKind.AGENCY, "平利县医疗保险经办中心"),
    Account(
        "pingli.reviewer", "县医保复核员", Role.AGENCY_APPROVER, (PINGLI,), BureauKind.AGENCY, "平利县医疗保险经办中心"
    ),
    Account(
        "pingli.cashier", "县医保拨付员", Role.AGENCY_CASHIER, (PINGLI,), BureauKind.AGENCY, "平利县医疗保险经办中心"
    ),
    Account(
        "pingli.supervisor", "县联合督导组", Role.SUPERVISOR, (PINGLI,), BureauKind.GOVERNMENT, "平利县人民政府办公室"
    ),
    Account("pingli.township", "老县镇社保站", Role.TOWNSHIP_OFFICER, (LAOXIAN,)),
    Account("pingli.village", "太山庙村代办员", Role.VILLAGE_OFFICER, (LAOXIAN_VILLAGE,)),
    *_bureaus_of(
        "pingli",
        PINGLI,
        {
            BureauKind.TAX: "平利县税务局",
            BureauKind.CIVIL_AFFAIRS: "平利县民政局",
            BureauKind.RURAL: "平利县乡村振兴局",
            BureauKind.DISABLED: "平利县残疾人联合会",
            BureauKind.POLICE: "平利县公安局",
            BureauKind.HEALTH: "平利县卫生健康局",
            BureauKind.VETERANS: "平利县退役军人事务局",
            BureauKind.EDUCATION: "平利县教育体育和科技局",
            BureauKind.EMPLOYEE_INSURANCE: "平利县职工医保经办窗口",
            BureauKind.FINANCE: "平利县财政局",
            BureauKind.GOVERNMENT: "平利县人民政府办公室",
        },
    ),
    Account("zhuji.agent", "镇医保办经办员", Role.COUNTY_AGENT, (ZHUJI,), BureauKind.AGENCY, "朱集镇医保办"),
    Account("zhuji.reviewer", "镇医保办复核员", Role.AGENCY_APPROVER, (ZHUJI,), BureauKind.AGENCY, "朱集镇医保办"),
    Account("zhuji.cashier", "镇医保办拨付员", Role.AGENCY_CASHIER, (ZHUJI,), BureauKind.AGENCY, "朱集镇医保办"),
    Account("zhuji.supervisor", "镇督导组", Role.SUPERVISOR, (ZHUJI,), BureauKind.GOVERNMENT, "朱集镇人民政府"),
    Account("zhuji.township", "朱集镇包村干部", Role.TOWNSHIP_OFFICER, (ZHUJI,)),
    Account("zhuji.village", "双杨村代办员", Role.VILLAGE_OFFICER, (ZHUJI_VILLAGE,)),
    *_bureaus_of(
        "zhuji",
        ZHUJI,
        {
            BureauKind.TAX: "灵璧县税务局朱集分局",
            BureauKind.CIVIL_AFFAIRS: "朱集镇民政办",
            BureauKind.RURAL: "朱集镇乡村振兴工作站",
            BureauKind.DISABLED: "朱集镇残联",
            BureauKind.POLICE: "朱集派出所",
            BureauKind.HEALTH: "朱集镇卫健办",
            BureauKind.VETERANS: "朱集镇退役军人服务站",
            BureauKind.GOVERNMENT: "朱集镇人民政府",
        },
    ),
    Account("admin.system", "系统管理员", Role.SYSTEM_ADMIN, (PINGLI, ZHUJI)),
    Account("admin.security", "安全管理员", Role.SECURITY_ADMIN, (PINGLI, ZHUJI)),
    Account("admin.audit", "审计管理员", Role.AUDIT_ADMIN, (PINGLI, ZHUJI)),
]


def make_accounts() -> None:
    """Makes the accounts that are not there yet; all of them have the same password, hashed once."""
    there = set(Staff.objects.values_list("username", flat=True))
    password = make_password(PASSWORD)
    for account in ACCOUNTS:
        if account.username in there:
            continue
        bureau = None
        if account.bureau:
            bureau, _ = Bureau.objects.get_or_create(
                region_id=account.regions[0], name=account.bureau_name, defaults={"kind": account.bureau}
            )
        staff = Staff.objects.create(
            username=account.username, password=password, full_name=account.name, role=account.role, bureau=bureau
        )
        Posting.objects.bulk_create(Posting(staff=staff, region_id=code) for code in account.regions)


def table() -> str:
    """The accounts as lines of text: user name, role, where."""
    lines = [f"  {'用户名':<20}{'角色':<14}姓名"]
    lines += [f"  {account.username:<22}{account.role.label:<14}{account.name}" for account in ACCOUNTS]
    return "\n".join([*lines, f"  密码均为 {PASSWORD}"])
