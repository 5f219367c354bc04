"""The population list of the public security bureau: who lives where, who died, moved, serves or is in prison."""

from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from enrollment.kinds import person_columns
from enrollment.kinds.consequences import follow_status
from enrollment.kinds.person_columns import HUKOU_SYNONYMS, PERSON, PERSON_PROBLEMS
from enrollment.models import Person
from exchanges.columns import Choice, Day, Text
from exchanges.kinds import Column, FileKind
from exchanges.staging import Chunk, Staging

STATUS_WORDS = {
    "正常": Person.Status.NORMAL.value,
    "死亡": Person.Status.DEAD.value,
    "迁出": Person.Status.MOVED_OUT.value,
    "参军": Person.Status.ENLISTED.value,
    "服刑": Person.Status.IN_PRISON.value,
}
# Other words for the same; 注销 alone may be either of two and is none of them.
STATUS_SYNONYMS = {
    Person.Status.DEAD.value: ("已死亡", "死亡注销", "死亡销户", "亡故", "去世"),
    Person.Status.MOVED_OUT.value: ("已迁出", "户口迁出", "迁出注销"),
    Person.Status.ENLISTED.value: ("已参军", "参军入伍", "入伍", "应征入伍", "服兵役", "现役"),
    Person.Status.IN_PRISON.value: ("服刑中", "正在服刑", "在监服刑"),
}
_SAYS = "coalesce(s.status, 'normal')"
# What a list says, an empty optional cell saying nothing: it does not delete what another list has brought.
_DIFFERS = f"""(
    p.name <> s.name OR p.region_id <> s.region OR p.status <> {_SAYS}
    OR (s.status_on IS NOT NULL AND (p.status_on IS NULL OR p.status_on <> s.status_on))
    OR (s.household <> '' AND p.household <> s.household)
    OR (s.residence IS NOT NULL AND (p.residence_id IS NULL OR p.residence_id <> s.residence))
)"""


# An event of its own day, beside which the row says nothing new: it finds its place whenever its list comes.
_EVENT_ALONE = f"""(
    {_SAYS} <> 'normal' AND p.name = s.name AND p.region_id = s.region
    AND (s.household = '' OR p.household = s.household) AND (s.residence IS NULL OR p.residence_id = s.residence)
    AND (p.status_on IS NULL OR p.status_on < s.status_on)
)"""


def _refuse_older(staging: Staging) -> None:
    """An older list never undoes a newer one, and nobody who died by the newer one is alive by the older."""
    staging.refuse_older(
        "", f"JOIN {PERSON} p ON p.id_number_index = s.id_index", "p.batch_id", f"{_DIFFERS} AND NOT {_EVENT_ALONE}"
    )


def _refuse_status_without_date(staging: Staging) -> None:
    staging.refuse("status_on", "status_undated", "WHERE s.status <> 'normal' AND s.status_on IS NULL AND NOT s.bad")


def _refuse_before_birth(staging: Staging) -> None:
    staging.refuse("status_on", "before_birth", "WHERE s.status_on < s.birth_date", detail="CAST(s.status_on AS text)")


def _refuse_repeated(staging: Staging) -> None:
    """Of rows with one number that say the same the first is taken; where they contradict, none."""
    if not staging.repeats_numbers():
        return
    said = f"name || '|' || region || '|' || {_SAYS} || '|' || coalesce(CAST(status_on AS text), '')".replace("s.", "")
    # An empty cell says nothing, so it contradicts nothing.
    unlike = " OR ".join(
        f"coalesce(min({said}) <> max({said}), FALSE)" for said in (said, "NULLIF(household, '')", "residence")
    )
    repeated = f"""
        JOIN (
            SELECT id_index, min(row_number) AS first_row, max(row_number) AS last_row,
                ({unlike}) AS contradict
            FROM {{staged}} WHERE NOT bad GROUP BY id_index HAVING count(*) > 1
        ) g ON g.id_index = s.id_index
        WHERE NOT s.bad AND {{which}}"""
    staging.refuse(
        "id_number",
        "rows_contradict",
        repeated.replace("{which}", "g.contradict"),
        detail="CAST(CASE WHEN s.row_number = g.first_row THEN g.last_row ELSE g.first_row END AS text)",
    )
    staging.refuse(
        "id_number",
        "row_repeated",
        repeated.replace("{which}", "NOT g.contradict AND s.row_number > g.first_row"),
        detail="CAST(g.first_row AS text)",
    )


def _merge(chunk: Chunk) -> int:
    stands = f"EXISTS (SELECT 1 FROM {PERSON} p WHERE p.id_number_index = s.id_index AND NOT {_DIFFERS})"
    news = chunk.keep_news(f"NOT {stands}", order="s.id_index")
    if not news:
        return 0
    entered = chunk.execute(
        f"""
        INSERT INTO {PERSON} (name, document_kind, id_number, id_number_index, birth_date, region_id, residence_id,
            household, status, status_on, batch_id)
        SELECT s.name, s.document_kind, s.id_number, s.id_index, s.birth_date, s.region, s.residence, s.household,
            {_SAYS}, s.status_on, %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND NOT EXISTS (SELECT 1 FROM {PERSON} p WHERE p.id_number_index = s.id_index)
        ORDER BY s.id_index
        ON CONFLICT (id_number_index) DO NOTHING
        """
    )
    if entered == news:
        return entered
    corrected = chunk.execute(
        f"""
        UPDATE {PERSON} AS p SET
            name = s.name,
            region_id = s.region,
            residence_id = coalesce(s.residence, p.residence_id),
            household = CASE WHEN s.household = '' THEN p.household ELSE s.household END,
            status = {_SAYS},
            status_on = CASE WHEN {_SAYS} = 'normal' THEN s.status_on ELSE coalesce(s.status_on, p.status_on) END,
            batch_id = %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND p.id_number_index = s.id_index AND {_DIFFERS}
        """
    )
    return entered + corrected


POPULATION = FileKind(
    name="population",
    label=_("Population list"),
    columns=(
        person_columns.name(),
        person_columns.id_number(),
        person_columns.place("region", "户籍地区划", HUKOU_SYNONYMS),
        Column(
            "household",
            "户号",
            Text(40),
            synonyms=("户编号", "户口簿号", "户口簿号码", "户口本号", "户号码", "户口号", "家庭编号"),
        ),
        person_columns.place(
            "residence",
            "居住地区划",
            (
                "居住地",
                "居住地区划代码",
                "居住地行政区划",
                "现居住地",
                "现居住地区划",
                "现居住地区划代码",
                "实际居住地",
                "常住地",
                "常住地区划",
                "常住地区划代码",
            ),
            required=False,
            anywhere=True,
        ),
        Column(
            "status",
            "状态",
            Choice(
                STATUS_WORDS | {word: status for status, words in STATUS_SYNONYMS.items() for word in words},
                listed="、".join(STATUS_WORDS),
            ),
            synonyms=("人员状态", "人口状态", "户籍状态", "户口状态", "居民状态", "当前状态"),
            example="正常",
            rule="正常、死亡、迁出、参军、服刑",
        ),
        Column(
            "status_on",
            "状态日期",
            Day(),
            synonyms=("状态时间", "状态变动日期", "状态变更日期", "变动日期", "变更日期"),
            rule=_("required but for 正常"),
        ),
    ),
    senders=frozenset({BureauKind.POLICE, BureauKind.AGENCY}),
    checks=(_refuse_status_without_date, _refuse_before_birth, _refuse_repeated, _refuse_older),
    merge=_merge,
    consequences=(follow_status,),
    tables=(PERSON,),
    problems={
        **PERSON_PROBLEMS,
        "status_undated": _("is needed for every status but 正常; please add the date"),
    },
    help=_("Who belongs to the area, and who died, moved away, enlisted or is in prison."),
)
