"""Who goes to which school, from the education bureau (SL-6.2d)."""

from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from enrollment.kinds import person_columns
from enrollment.kinds.consequences import tell_facts
from enrollment.kinds.person_columns import PERSON, PERSON_PROBLEMS, enter_unknown_people
from enrollment.models import School, Schooling
from exchanges.columns import Choice, Day, Staged, Text, Type
from exchanges.kinds import Column, FileKind
from exchanges.staging import Chunk, Staging

SCHOOL = School._meta.db_table
SCHOOLING = Schooling._meta.db_table
_STAGE = Schooling.Stage
STAGES = {
    "幼儿园": _STAGE.KINDERGARTEN.value,
    "小学": _STAGE.PRIMARY.value,
    "初中": _STAGE.JUNIOR.value,
    "高中": _STAGE.SENIOR.value,
    "大学": _STAGE.COLLEGE.value,
}
# Other words for the same stage.
STAGE_SYNONYMS = {
    _STAGE.KINDERGARTEN.value: ("学前", "学前教育"),
    _STAGE.PRIMARY.value: ("小学教育",),
    _STAGE.JUNIOR.value: ("初级中学", "初中教育", "普通初中"),
    _STAGE.SENIOR.value: ("高级中学", "高中教育", "普通高中", "普高"),
    _STAGE.COLLEGE.value: ("高等教育", "高校", "大学本科", "本科", "大学专科", "专科", "大专"),
}
_DIFFERS = """(g.school_id <> c.id OR g.stage <> s.stage
    OR (s.entered_on IS NOT NULL AND (g.entered_on IS NULL OR g.entered_on <> s.entered_on))
    OR (s.graduates_on IS NOT NULL AND (g.graduates_on IS NULL OR g.graduates_on <> s.graduates_on)))"""


def _refuse_dates(staging: Staging) -> None:
    staging.refuse(
        "entered_on", "before_birth", "WHERE s.entered_on < s.birth_date", detail="CAST(s.entered_on AS text)"
    )
    staging.refuse("graduates_on", "graduates_first", "WHERE s.graduates_on < s.entered_on")


def _refuse_repeated(staging: Staging) -> None:
    """One person at two schools, or in two stages: only the sender knows which row is right."""
    staging.refuse(
        "id_number",
        "rows_contradict",
        """
        JOIN (
            SELECT id_index, min(row_number) AS first_row, max(row_number) AS last_row FROM {staged} WHERE NOT bad
            GROUP BY id_index HAVING min(school || '|' || stage) <> max(school || '|' || stage)
                OR min(entered_on) <> max(entered_on) OR min(graduates_on) <> max(graduates_on)
        ) g ON g.id_index = s.id_index WHERE NOT s.bad
        """,
        detail="CAST(CASE WHEN s.row_number = g.first_row THEN g.last_row ELSE g.first_row END AS text)",
    )


def _refuse_older(staging: Staging) -> None:
    """An older list never undoes a newer one; a school that was entered later is news all the same."""
    staging.refuse_older(
        "",
        f"""JOIN {PERSON} p ON p.id_number_index = s.id_index JOIN {SCHOOLING} g ON g.person_id = p.id
        JOIN {SCHOOL} c ON c.id = g.school_id""",
        "g.batch_id",
        """(c.name <> s.school OR g.stage <> s.stage OR g.entered_on <> s.entered_on
        OR g.graduates_on <> s.graduates_on) AND NOT coalesce(s.entered_on > g.entered_on, FALSE)""",
    )


def _place_in_area(staging: Staging) -> None:
    """The list names no place: whom the register does not know belongs to the area of the list until told better."""
    staging.execute("UPDATE {staged} SET region = %(area)s", area=staging.batch.region_id)


def _merge(chunk: Chunk) -> int:
    area = chunk.batch.region_id
    chunk.execute(
        f"""
        INSERT INTO {SCHOOL} (name, region_id)
        SELECT DISTINCT s.school, %(area)s FROM {{staged}} s
        WHERE {{rows}} AND NOT EXISTS (SELECT 1 FROM {SCHOOL} c WHERE c.region_id = %(area)s AND c.name = s.school)
        ORDER BY s.school
        ON CONFLICT DO NOTHING
        """,
        area=area,
    )
    enter_unknown_people(chunk)
    moved = chunk.execute(
        f"""
        UPDATE {SCHOOLING} AS g SET school_id = c.id, stage = s.stage,
            entered_on = CASE WHEN g.school_id = c.id THEN coalesce(s.entered_on, g.entered_on) ELSE s.entered_on END,
            graduates_on = CASE WHEN g.school_id = c.id AND g.stage = s.stage
                THEN coalesce(s.graduates_on, g.graduates_on) ELSE s.graduates_on END,
            batch_id = %(batch)s
        FROM {{staged}} s
        JOIN {PERSON} p ON p.id_number_index = s.id_index
        JOIN {SCHOOL} c ON c.region_id = %(area)s AND c.name = s.school
        WHERE {{rows}} AND g.person_id = p.id AND {_DIFFERS}
        """,
        area=area,
    )
    entered = chunk.execute(
        f"""
        INSERT INTO {SCHOOLING} (person_id, school_id, stage, entered_on, graduates_on, batch_id)
        SELECT p.id, c.id, s.stage, s.entered_on, s.graduates_on, %(batch)s
        FROM {{staged}} s
        JOIN {PERSON} p ON p.id_number_index = s.id_index
        JOIN {SCHOOL} c ON c.region_id = %(area)s AND c.name = s.school
        WHERE {{rows}} AND NOT EXISTS (SELECT 1 FROM {SCHOOLING} g WHERE g.person_id = p.id)
        ORDER BY p.id
        ON CONFLICT DO NOTHING
        """,
        area=area,
    )
    return moved + entered


STUDENTS = FileKind(
    name="students",
    label=_("Student list"),
    columns=(
        person_columns.name(),
        person_columns.id_number(),
        Column(
            "school",
            "学校",
            Text(80),
            required=True,
            synonyms=("学校名称", "就读学校", "就读学校名称", "在读学校", "所在学校", "所在学校名称", "学籍所在学校"),
            example="平利县第一小学",
        ),
        Column(
            "stage",
            "学段",
            Choice(
                STAGES | {word: stage for stage, words in STAGE_SYNONYMS.items() for word in words},
                listed="、".join(STAGES),
            ),
            required=True,
            synonyms=("学段名称", "就读学段", "在读学段", "所属学段", "学历层次", "教育阶段", "办学层次"),
            example="小学",
            rule="、".join(STAGES),
        ),
        Column(
            "entered_on",
            "入学日期",
            Day(),
            synonyms=("入学时间", "入学年月", "入学年月日", "入校日期", "入校时间", "入园日期"),
        ),
        Column(
            "graduates_on",
            "预计毕业日期",
            Day(years=(100, 12)),
            synonyms=("预计毕业时间", "预计毕业年月", "预毕业日期", "毕业日期", "毕业时间"),
        ),
    ),
    senders=frozenset({BureauKind.EDUCATION, BureauKind.AGENCY}),
    checks=(
        person_columns.refuse_other_names,
        person_columns.refuse_contradicting_names,
        _refuse_dates,
        _refuse_repeated,
        _refuse_older,
        _place_in_area,
    ),
    merge=_merge,
    consequences=(tell_facts,),
    tables=(PERSON, SCHOOL, SCHOOLING),
    staged=(Staged("region", Type.TEXT),),
    problems={
        **PERSON_PROBLEMS,
        "graduates_first": _("lies before the day of entering; please check the dates"),
    },
    help=_("Who goes to which school, and in which stage."),
)
