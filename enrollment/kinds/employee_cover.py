"""Who joined employee insurance and who left it, from the agency of employee insurance (PL-8.2a, PL-2.5)."""

from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from enrollment.kinds import person_columns
from enrollment.kinds.consequences import follow_employee_cover, tell_facts
from enrollment.kinds.person_columns import PERSON_PROBLEMS
from enrollment.models import EmployeeCover
from exchanges.columns import Choice, Day, Text, Whole
from exchanges.kinds import Column, FileKind
from exchanges.staging import Chunk, Staging

COVER = EmployeeCover._meta.db_table
_JOINED, _LEFT = "joined", "left"
CHANGES = {
    "新参保": _JOINED,
    "参保": _JOINED,
    "新增": _JOINED,
    "新增参保": _JOINED,
    "恢复参保": _JOINED,
    "续保": _JOINED,
    "增员": _JOINED,
    "停保": _LEFT,
    "中断": _LEFT,
    "中断参保": _LEFT,
    "中断缴费": _LEFT,
    "断保": _LEFT,
    "暂停参保": _LEFT,
    "终止参保": _LEFT,
    "退保": _LEFT,
    "减员": _LEFT,
}
# Ends first: who left one employer and joined another has one spell after the other.
_PHASES = (f"s.change = '{_LEFT}'", f"s.change = '{_JOINED}'")
_MOST_YEARS = 70


def _refuse_before_birth(staging: Staging) -> None:
    staging.refuse(
        "changed_on", "before_birth", "WHERE s.changed_on < s.birth_date", detail="CAST(s.changed_on AS text)"
    )


def _refuse_years(staging: Staging) -> None:
    staging.refuse("years", "too_many_years", f"WHERE s.years > {_MOST_YEARS}", detail="CAST(s.years AS text)")


def _refuse_contradictions(staging: Staging) -> None:
    """Two rows that have one person join, or leave, on different days, or after different years."""
    staging.refuse(
        "changed_on",
        "rows_contradict",
        """
        JOIN (
            SELECT id_index, change, min(row_number) AS first_row, max(row_number) AS last_row
            FROM {staged} WHERE NOT bad GROUP BY id_index, change
            HAVING min(changed_on) <> max(changed_on) OR min(years) <> max(years)
        ) g ON g.id_index = s.id_index AND g.change = s.change WHERE NOT s.bad
        """,
        detail="CAST(CASE WHEN s.row_number = g.first_row THEN g.last_row ELSE g.first_row END AS text)",
    )


def _refuse_ends_before_beginnings(staging: Staging) -> None:
    staging.refuse(
        "changed_on",
        "left_before_joining",
        f"""JOIN {COVER} c ON c.id_number_index = s.id_index AND c.ended_on IS NULL
        WHERE s.change = '{_LEFT}' AND s.changed_on < c.started_on""",
        detail="CAST(c.started_on AS text)",
    )


def _refuse_beginnings_within(staging: Staging) -> None:
    """Whoever left on a later day and whose beginning is known did not join on this one."""
    staging.refuse(
        "changed_on",
        "left_since",
        f"""JOIN {COVER} c ON c.id_number_index = s.id_index AND c.ended_on > s.changed_on
        WHERE s.change = '{_JOINED}' AND c.started_on IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM {COVER} o WHERE o.id_number_index = s.id_index
            AND (o.started_on = s.changed_on OR (o.ended_on > s.changed_on AND o.ended_on < c.ended_on))
        )""",
        detail="CAST(c.ended_on AS text)",
    )


def _merge(chunk: Chunk) -> int:
    return _end(chunk) if chunk.phase == _PHASES[0] else _begin(chunk)


def _end(chunk: Chunk) -> int:
    """Ends the open spell, or enters one of which only the end is known; the same end again may add the years."""
    ended = chunk.execute(
        f"""
        UPDATE {COVER} AS c SET ended_on = s.changed_on, years = coalesce(s.years, c.years), batch_id = %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND c.id_number_index = s.id_index AND c.ended_on IS NULL AND c.started_on <= s.changed_on
            AND NOT EXISTS (
                SELECT 1 FROM {COVER} o WHERE o.id_number_index = s.id_index AND o.ended_on = s.changed_on
            )
        """
    )
    completed = chunk.execute(
        f"""
        UPDATE {COVER} AS c SET years = s.years, batch_id = %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND c.id_number_index = s.id_index AND c.ended_on = s.changed_on AND s.years IS NOT NULL
            AND (c.years IS NULL OR c.years <> s.years)
        """
    )
    entered = chunk.execute(
        f"""
        INSERT INTO {COVER} (name, document_kind, id_number, id_number_index, region_id, employer, ended_on, years,
            batch_id)
        SELECT s.name, s.document_kind, s.id_number, s.id_index, %(area)s, s.employer, s.changed_on, s.years, %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND NOT EXISTS (
            SELECT 1 FROM {COVER} c WHERE c.id_number_index = s.id_index AND c.ended_on = s.changed_on
        )
        ORDER BY s.row_number
        ON CONFLICT DO NOTHING
        """,
        area=chunk.batch.region_id,
    )
    return ended + completed + entered


def _begin(chunk: Chunk) -> int:
    """Tells the beginning of a spell of which the end alone is known, or enters one that is open: unless one is open
    already, the same was ended since, or one that began later has ended."""
    told = chunk.execute(
        f"""
        UPDATE {COVER} AS c SET started_on = s.changed_on,
            employer = CASE WHEN c.employer = '' THEN s.employer ELSE c.employer END, batch_id = %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND c.id_number_index = s.id_index AND c.started_on IS NULL AND c.ended_on > s.changed_on
            AND NOT EXISTS (
                SELECT 1 FROM {COVER} o WHERE o.id_number_index = s.id_index AND o.id <> c.id
                AND (o.started_on = s.changed_on OR (o.started_on > s.changed_on AND o.started_on < c.ended_on)
                    OR (o.ended_on > s.changed_on AND o.ended_on < c.ended_on))
            )
        """
    )
    return told + chunk.execute(
        f"""
        INSERT INTO {COVER} (name, document_kind, id_number, id_number_index, region_id, employer, started_on, years,
            batch_id)
        SELECT s.name, s.document_kind, s.id_number, s.id_index, %(area)s, s.employer, s.changed_on, s.years, %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND NOT EXISTS (
            SELECT 1 FROM {COVER} c WHERE c.id_number_index = s.id_index
            AND (c.ended_on IS NULL OR c.started_on = s.changed_on OR c.ended_on > s.changed_on)
        )
        ORDER BY s.row_number
        ON CONFLICT DO NOTHING
        """,
        area=chunk.batch.region_id,
    )


EMPLOYEE_COVER = FileKind(
    name="employee_cover",
    label=_("Employee insurance list"),
    columns=(
        person_columns.name(),
        person_columns.id_number(purpose=EmployeeCover._meta.get_field("id_number").purpose),
        Column(
            "employer",
            "单位名称",
            Text(100),
            synonyms=(
                "单位",
                "参保单位",
                "用人单位",
                "用人单位名称",
                "工作单位",
                "工作单位名称",
                "参保单位名称",
                "缴费单位",
                "所在单位",
                "企业名称",
            ),
            example="平利县第一小学",
        ),
        Column(
            "change",
            "变动类型",
            Choice(CHANGES, listed="新参保、停保"),
            required=True,
            synonyms=(
                "变动",
                "变动类别",
                "变动情况",
                "变更类型",
                "变更类别",
                "增减类型",
                "增减变动",
                "增减",
                "业务类型",
                "参保状态",
                "参保变动",
            ),
            example="新参保",
            rule="新参保、停保",
        ),
        Column(
            "changed_on",
            "变动日期",
            Day(),
            required=True,
            synonyms=(
                "变动时间",
                "变动年月日",
                "变更日期",
                "变更时间",
                "增减日期",
                "业务日期",
                "参停保日期",
                "参保/停保日期",
                "停保/参保日期",
                "参保(停保)日期",
                "停保(参保)日期",
                "参保日期",
                "停保日期",
            ),
            example="2022-03-01",
        ),
        Column(
            "years",
            "连续参保年限",
            Whole("年"),
            synonyms=("连续缴费年限", "连续参保缴费年限", "连续参保年数", "连续缴费年数", "参保年限"),
            example="3",
            rule=_("whole years"),
        ),
    ),
    senders=frozenset({BureauKind.EMPLOYEE_INSURANCE, BureauKind.AGENCY}),
    checks=(
        person_columns.refuse_other_names,
        person_columns.refuse_contradicting_names,
        _refuse_before_birth,
        _refuse_years,
        _refuse_contradictions,
        _refuse_ends_before_beginnings,
        _refuse_beginnings_within,
    ),
    merge=_merge,
    consequences=(tell_facts, follow_employee_cover),
    tables=(COVER,),
    phases=_PHASES,
    adds_up=True,
    problems={
        **PERSON_PROBLEMS,
        "too_many_years": _("%(detail)s years are more than anyone can have; please check the number"),
        "left_since": _("the person left on %(detail)s and had joined before; please check the date"),
        "left_before_joining": _("the person joined on %(detail)s only; please check the date"),
    },
    help=_("Who joined employee insurance and who left it, with the years in a row."),
)
