"""The lists of identities: who was recognised as what and since when, and whose recognition ended (SL-3.3, JL-4.1)."""

from collections import defaultdict
from datetime import date

import polars as pl
from django.utils.translation import gettext_lazy as _

from enrollment.kinds import person_columns
from enrollment.kinds.person_columns import HUKOU_SYNONYMS, PERSON, PERSON_PROBLEMS, enter_unknown_people
from exchanges.columns import Choice, Context, Day, Refused, Staged, Text, Type
from exchanges.kinds import Column, FileKind
from exchanges.staging import Chunk, Staging
from subsidies.kinds.categories import CATEGORIES_OF, category_words
from subsidies.kinds.complete import compare, end_missing
from subsidies.kinds.course import Effect, Event, Mark, Objection, follow
from subsidies.kinds.recognised import recognised
from subsidies.models import Category, IdentityMark

MARK = IdentityMark._meta.db_table

_BEGINS, _ENDS = "new", "end"
CHANGES = {
    **dict.fromkeys(("新增", "新增人员", "新增对象", "认定", "新认定", "纳入", "新纳入", "增加"), _BEGINS),
    **dict.fromkeys(("退出", "退出人员", "退出对象", "停保退出", "取消", "清退", "减少"), _ENDS),
}


def _own_category(category: str, context: Context) -> None:
    sender = context.sender
    if sender is not None and category not in CATEGORIES_OF.get(sender.kind, frozenset()):
        raise Refused("category_of_others", f"{Category(category).label}（{sender.name}）")


def _refuse_dates(staging: Staging) -> None:
    is_end = f"coalesce(s.change, '{_BEGINS}') = '{_ENDS}'"
    staging.refuse("ended_on", "end_undated", f"WHERE {is_end} AND s.ended_on IS NULL AND NOT s.bad")
    staging.refuse("ended_on", "end_without_exit", f"WHERE NOT {is_end} AND s.ended_on IS NOT NULL AND NOT s.bad")
    staging.refuse(
        "ended_on",
        "ends_before_mark",
        f"WHERE {is_end} AND s.ended_on < s.determined_on",
        detail="CAST(s.determined_on AS text)",
    )
    staging.refuse(
        "determined_on",
        "before_birth",
        "WHERE s.determined_on < s.birth_date",
        detail="CAST(s.determined_on AS text)",
    )


def _refuse_contradictions(staging: Staging) -> None:
    """Two rows that have one recognition stand at different places."""
    staging.refuse(
        "region",
        "rows_contradict",
        """
        JOIN (
            SELECT id_index, category, determined_on, min(row_number) AS first_row, max(row_number) AS last_row
            FROM {staged} WHERE NOT bad GROUP BY id_index, category, determined_on HAVING min(region) <> max(region)
        ) g ON g.id_index = s.id_index AND g.category = s.category AND g.determined_on = s.determined_on
        WHERE NOT s.bad
        """,
        detail="CAST(CASE WHEN s.row_number = g.first_row THEN g.last_row ELSE g.first_row END AS text)",
    )


def _follow_in_time(staging: Staging) -> None:
    """Rows that end something, that share person and category with another row, or whose person has another mark of
    the category, are followed in the order of their days; all others simply begin a mark."""
    refused = "EXISTS (SELECT 1 FROM exchanges_rowerror e WHERE e.batch_id = %(batch)s AND e.row_number = s.row_number)"
    taken = f"NOT s.bad AND NOT {refused}"
    groups = f"""
        SELECT s.id_index, s.category FROM {{staged}} s WHERE {taken} GROUP BY s.id_index, s.category
        HAVING count(*) > 1 OR sum(CASE WHEN s.change = '{_ENDS}' THEN 1 ELSE 0 END) > 0
        UNION
        SELECT s.id_index, s.category FROM {{staged}} s
        JOIN {PERSON} p ON p.id_number_index = s.id_index
        JOIN {MARK} m ON m.person_id = p.id AND m.category = s.category AND m.determined_on <> s.determined_on
        WHERE {taken}"""
    events = defaultdict(list)
    for index, category, number, determined_on, ended_on in staging.fetch(
        f"""SELECT s.id_index, s.category, s.row_number, s.determined_on, s.ended_on
        FROM {{staged}} s JOIN ({groups}) g ON g.id_index = s.id_index AND g.category = s.category WHERE {taken}"""
    ):
        events[bytes(index), category].append(Event(number, _day(determined_on), _day(ended_on)))
    if not events:
        return
    marks = defaultdict(list)
    for index, category, determined_on, ended_on in staging.fetch(
        f"""SELECT p.id_number_index, m.category, m.determined_on, m.ended_on
        FROM ({groups}) g JOIN {PERSON} p ON p.id_number_index = g.id_index
        JOIN {MARK} m ON m.person_id = p.id AND m.category = g.category"""
    ):
        marks[bytes(index), category].append(Mark(_day(determined_on), _day(ended_on)))
    outcome: dict[int, Effect | Objection] = {}
    for key, own in events.items():
        outcome |= follow(marks[key], own)
    staging.refuse_rows("change", ((row, *said) for row, said in outcome.items() if isinstance(said, Objection)))
    staging.annotate(
        pl.DataFrame(
            [(row, said.begins_until, said.ends) for row, said in outcome.items() if isinstance(said, Effect)],
            {"row_number": pl.Int64, "begins_until": pl.Date, "ends": pl.Date},
            orient="row",
        )
    )


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _merge(chunk: Chunk) -> int:
    return _end_marks(chunk) if chunk.phase == _PHASES[0] else _begin_marks(chunk)


def _end_marks(chunk: Chunk) -> int:
    """Closes marks that stand. A mark that the list itself begins is written with its end; that is a change as well."""
    chunk.execute(
        f"""
        UPDATE {MARK} AS m SET ended_on = s.ended_on, batch_id = %(batch)s
        FROM {{staged}} s JOIN {PERSON} p ON p.id_number_index = s.id_index
        WHERE {{rows}} AND m.person_id = p.id AND m.category = s.category AND m.determined_on = s.ends
            AND m.ended_on IS NULL
        """
    )
    return len(chunk)


def _begin_marks(chunk: Chunk) -> int:
    enter_unknown_people(chunk)
    begun = chunk.execute(
        f"""
        INSERT INTO {MARK} (person_id, region_id, category, determined_on, marked_on, ended_on, remark, batch_id)
        SELECT p.id, s.region, s.category, s.determined_on, %(on)s, s.begins_until, s.remark, %(batch)s
        FROM {{staged}} s JOIN {PERSON} p ON p.id_number_index = s.id_index
        WHERE {{rows}} AND NOT EXISTS (
            SELECT 1 FROM {MARK} m
            WHERE m.person_id = p.id AND m.category = s.category AND m.determined_on = s.determined_on
        )
        ORDER BY s.row_number
        ON CONFLICT DO NOTHING
        """
    )
    corrected = chunk.execute(
        f"""
        UPDATE {MARK} AS m SET region_id = s.region, remark = CASE WHEN s.remark = '' THEN m.remark ELSE s.remark END
        FROM {{staged}} s JOIN {PERSON} p ON p.id_number_index = s.id_index
        WHERE {{rows}} AND m.person_id = p.id AND m.category = s.category AND m.determined_on = s.determined_on
            AND (m.region_id <> s.region OR (s.remark <> '' AND m.remark <> s.remark))
        """
    )
    return begun + corrected


# Ends first: an open mark makes way for the new one of the same category.
_PHASES = ("s.ends IS NOT NULL", f"coalesce(s.change, '{_BEGINS}') = '{_BEGINS}'")

IDENTITIES = FileKind(
    name="identities",
    label=_("Identity list"),
    columns=(
        person_columns.name(),
        person_columns.id_number(),
        person_columns.place("region", "户籍地区划", HUKOU_SYNONYMS),
        Column(
            "category",
            "身份类别",
            Choice(category_words(), listed="、".join(Category.labels), allowed=_own_category),
            required=True,
            synonyms=(
                "身份",
                "身份类型",
                "类别",
                "人员类别",
                "人员类型",
                "人员身份",
                "人员身份类别",
                "人员属性",
                "困难类别",
                "困难类型",
                "困难身份",
                "困难人员类别",
                "困难人员类型",
                "困难群众类别",
                "困难群众类型",
                "救助类别",
                "救助类型",
                "救助对象类别",
                "救助对象类型",
                "医疗救助对象类别",
                "对象类别",
                "对象类型",
                "资助类别",
                "资助对象类别",
                "保障类别",
                "监测对象类别",
                "特殊人员类别",
                "认定类别",
            ),
            example="低保对象",
            rule="、".join(Category.labels),
        ),
        Column(
            "determined_on",
            "认定日期",
            Day(),
            required=True,
            synonyms=(
                "认定时间",
                "认定年月日",
                "身份认定日期",
                "身份认定时间",
                "批准日期",
                "批准时间",
                "审批日期",
                "审批时间",
                "纳入日期",
                "纳入时间",
                "识别日期",
                "识别时间",
                "确认日期",
                "确认时间",
            ),
            example="2021-06-01",
        ),
        Column(
            "change",
            "变动类型",
            Choice(CHANGES, listed="新增、退出"),
            synonyms=(
                "变动",
                "变动类别",
                "变动情况",
                "变更类型",
                "变更类别",
                "变更情况",
                "变化类型",
                "增减类型",
                "增减情况",
                "增减变动",
                "增减",
                "新增/退出",
                "新增或退出",
            ),
            example="新增",
            rule="新增、退出",
        ),
        Column(
            "ended_on",
            "退出日期",
            Day(),
            synonyms=("退出时间", "终止日期", "终止时间", "停止日期", "停止时间", "取消日期", "身份终止日期"),
            rule=_("required for 退出: the first day on which the identity no longer counts"),
        ),
        Column("remark", "备注", Text(200), synonyms=("说明", "备注说明", "附注")),
    ),
    senders=frozenset(CATEGORIES_OF),
    checks=(
        person_columns.refuse_other_names,
        person_columns.refuse_contradicting_names,
        _refuse_dates,
        _refuse_contradictions,
        _follow_in_time,
    ),
    merge=_merge,
    tables=(PERSON, MARK),
    phases=_PHASES,
    adds_up=True,
    compare=compare,
    end_missing=end_missing,
    recognised=recognised,
    staged=(Staged("begins_until", Type.DATE), Staged("ends", Type.DATE)),
    codes_of_others=frozenset({"category_of_others"}),
    problems={
        **PERSON_PROBLEMS,
        "category_of_others": _(
            "%(detail)s: this department does not determine this identity; please take the row out"
        ),
        "end_undated": _("is needed for 退出; please add the date"),
        "end_without_exit": _("stands in a row that is not 退出; please delete the date or write 退出"),
        "ends_before_mark": _("lies before the recognition on %(detail)s; please check the dates"),
        "mark_open": _(
            "the person has had this identity since %(detail)s without an end; send 退出 for it first, or correct the "
            "recognition date"
        ),
        "mark_overlaps": _("the person had this identity in %(detail)s; a new recognition begins after that"),
        "mark_ended": _("this identity has ended on %(detail)s already"),
        "mark_unknown": _("the person has no such identity that could end; please check number and category"),
    },
    help=_("Who was recognised as what and since when, and whose recognition ended."),
)
