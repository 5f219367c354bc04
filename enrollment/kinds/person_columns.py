"""What lists about people share: columns, problems, checks against the register, and entering people it lacks."""

from django.utils.translation import gettext_lazy as _

from enrollment.documents import DOCUMENT_PROBLEMS, SEALED_PURPOSE, IdNumber
from enrollment.models import Person
from exchanges.columns import Name, Place
from exchanges.kinds import Column
from exchanges.staging import Chunk, Staging

PERSON = Person._meta.db_table
# For Chunk.keep_news: the person of each row, NULL where the register does not know the number.
PERSON_FOUND, PERSON_BY_INDEX = "p.id AS person_id", f"LEFT JOIN {PERSON} p ON p.id_number_index = s.id_index"

NUMBER_SYNONYMS = (
    "证件号码",
    "公民身份号码",
    "公民身份证号",
    "公民身份证号码",
    "身份证号码",
    "身份证",
    "身份证件号码",
    "居民身份证号",
    "居民身份证号码",
    "居民身份证",
    "证件号",
    "身份证件号",
    "身份号码",
    "公民身份号",
    "有效证件号码",
    "有效身份证件号码",
    "参保人证件号码",
    "参保人身份证号",
    "参保人身份证号码",
    "缴费人证件号码",
    "缴费人身份证号",
    "缴费人身份证件号码",
    "人员证件号码",
    "人员身份证号",
    "个人证件号码",
    "学生身份证号",
    "学生身份证号码",
    "学生身份证件号",
    "残疾人身份证号",
    "对象身份证号",
    "救助对象身份证号",
    "社会保障号码",
    "身份证号/证件号",
    "身份证号(证件号)",
    "证件号码(身份证号)",
    "身份证号18位",
    "18位身份证号",
    "二代身份证号",
)
NAME_SYNONYMS = (
    "人员姓名",
    "参保人姓名",
    "参保人员姓名",
    "参保人",
    "缴费人姓名",
    "缴费人名称",
    "缴费人",
    "被保险人姓名",
    "居民姓名",
    "公民姓名",
    "学生姓名",
    "幼儿姓名",
    "职工姓名",
    "员工姓名",
    "对象姓名",
    "保障对象姓名",
    "救助对象姓名",
    "低保对象姓名",
    "特困人员姓名",
    "优抚对象姓名",
    "残疾人姓名",
    "中文姓名",
    "名字",
)
HUKOU_SYNONYMS = (
    "户籍地",
    "户籍",
    "户籍区划",
    "户籍所在地",
    "户籍所在地区划",
    "户籍所在地区划代码",
    "户籍地区划代码",
    "户籍地行政区划",
    "户籍地行政区划代码",
    "户籍地址",
    "户籍地村",
    "户籍村",
    "户籍村(社区)",
    "户籍所在村",
    "户口地",
    "户口所在地",
    "户口所在地区划",
    "行政区划",
    "行政区划代码",
    "区划",
    "区划代码",
    "所属区划",
    "所属行政区划",
    "所属村",
    "所属村(社区)",
    "村(社区)",
)

PERSON_PROBLEMS = {
    **DOCUMENT_PROBLEMS,
    "name_differs": _(
        "differs from the name in the register (%(detail)s); please check name and number, and correct the one that is "
        "wrong"
    ),
    "rows_contradict": _("row %(detail)s says something else of the same number; please leave only the right row"),
    "row_repeated": _("the same number stands in row %(detail)s already; please delete one of the rows"),
    "before_birth": _("%(detail)s lies before the date of birth; please check the date"),
    "person_unknown": _("this document is not registered; please register the person at the desk first"),
}


def id_number(*, passports: bool = False, purpose: str = SEALED_PURPOSE) -> Column:
    """The column of document numbers, sealed for the column into which it is merged."""
    return Column(
        "id_number",
        "身份证号",
        IdNumber(passports=passports, purpose=purpose),
        required=True,
        synonyms=NUMBER_SYNONYMS,
        example="610926198003100015",
        rule=_("18 characters, formatted as text"),
    )


def name() -> Column:
    """The column of names."""
    return Column("name", "姓名", Name(), required=True, synonyms=NAME_SYNONYMS, example="张三")


def place(
    field: str, header: str, synonyms: tuple[str, ...], *, required: bool = True, anywhere: bool = False
) -> Column:
    """A column of towns and villages: of the area, or with `anywhere` of any area."""
    return Column(
        field,
        header,
        Place(anywhere=anywhere),
        required=required,
        synonyms=synonyms,
        example="610926100001",
        rule=_("12-digit division code, or the full name of town and village"),
    )


def refuse_other_names(staging: Staging) -> None:
    """Rows whose name is not that of the person in the register: the number or the name is somebody else's."""
    staging.refuse(
        "name",
        "name_differs",
        f"JOIN {PERSON} p ON p.id_number_index = s.id_index WHERE s.name <> '' AND p.name <> s.name",
        detail="substr(p.name, 1, 1) || substr('**********', 1, length(p.name) - 1)",
    )


def refuse_contradicting_names(staging: Staging) -> None:
    """Rows of one number with different names."""
    if not staging.repeats_numbers():
        return
    staging.refuse(
        "name",
        "rows_contradict",
        """
        JOIN (
            SELECT id_index, min(row_number) AS first_row, max(row_number) AS last_row
            FROM {staged} WHERE id_index IS NOT NULL GROUP BY id_index HAVING min(name) <> max(name)
        ) g ON g.id_index = s.id_index
        """,
        detail="CAST(CASE WHEN s.row_number = g.first_row THEN g.last_row ELSE g.first_row END AS text)",
    )


def enter_unknown_people(chunk: Chunk) -> int:
    """People of the chunk whom the register does not know, with the list as their origin; returns how many."""
    return chunk.execute(
        f"""
        INSERT INTO {PERSON} (name, document_kind, id_number, id_number_index, birth_date, region_id, household,
            status, batch_id)
        SELECT s.name, s.document_kind, s.id_number, s.id_index, s.birth_date, s.region, '', 'normal', %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND NOT EXISTS (SELECT 1 FROM {PERSON} p WHERE p.id_number_index = s.id_index)
        ORDER BY s.id_index
        ON CONFLICT (id_number_index) DO NOTHING
        """
    )


def find_unknown_people(chunk: Chunk) -> None:
    """Enters the people whom the register does not know, and fills `person_id` of the news (PERSON_FOUND) with them."""
    if chunk.fetch("SELECT 1 FROM {staged} s WHERE s.person_id IS NULL LIMIT 1"):
        enter_unknown_people(chunk)
        chunk.execute(
            f"""
            UPDATE {{staged}} AS s SET person_id = p.id FROM {PERSON} p
            WHERE s.person_id IS NULL AND p.id_number_index = s.id_index
            """
        )
