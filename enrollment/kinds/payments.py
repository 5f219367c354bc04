"""The payments that the tax bureau received, and their reversals."""

from django.utils.translation import gettext_lazy as _

from accounts.models import BureauKind
from enrollment.kinds import person_columns
from enrollment.kinds.consequences import follow_employee_cover, follow_known_status, tell_facts
from enrollment.kinds.duplicates import follow_duplicates
from enrollment.kinds.person_columns import (
    PERSON,
    PERSON_BY_INDEX,
    PERSON_FOUND,
    PERSON_PROBLEMS,
    find_unknown_people,
)
from enrollment.models import Payment, Registration
from exchanges.columns import Choice, Code, Day, Fen, Text, Type, Year
from exchanges.kinds import Column, FileKind
from exchanges.staging import Chunk, Staging

PAYMENT = Payment._meta.db_table
REGISTRATION = Registration._meta.db_table
TIERS = {"1": 1, "2": 2, "一档": 1, "二档": 2, "第一档": 1, "第二档": 2, "1档": 1, "2档": 2}
# Channels by which a department pays for a whole roster (PL-6.1).
ROSTER_CHANNELS = ("汇总申报", "部门代缴")

# A payment (of nothing, where tax charges net of full assistance), then what cancels it: a reversal finds its receipt
# wherever in the file that stands.
_PAID, _REVERSED = "s.amount >= 0", "s.amount < 0"
_SAME_PERSON = f"(SELECT p.id_number_index FROM {PERSON} p WHERE p.id = o.person_id) = s.id_index"


def _refuse_contradicting_receipts(staging: Staging) -> None:
    """One receipt in several rows: the same payment where they say the same, refused where they do not."""
    said = "hex_index || '|' || amount || '|' || region || '|' || CAST(paid_on AS text) || '|' || coalesce(tier, 1)"
    said = said.replace("hex_index", staging.hex("id_index"))
    for sign in ("amount >= 0", "amount < 0"):
        if not staging.repeats("receipt_no", where=sign):
            continue
        staging.refuse(
            "receipt_no",
            "receipt_contradicts",
            f"""
            JOIN (
                SELECT receipt_no, min(row_number) AS first_row, max(row_number) AS last_row
                FROM {{staged}} WHERE NOT bad AND {sign}
                GROUP BY receipt_no HAVING count(*) > 1 AND min({said}) <> max({said})
            ) g ON g.receipt_no = s.receipt_no
            WHERE NOT s.bad AND s.{sign}
            """,
            detail="CAST(CASE WHEN s.row_number = g.first_row THEN g.last_row ELSE g.first_row END AS text)",
        )


def _refuse_other_content(staging: Staging) -> None:
    """A receipt that is known says the same again, or the row is refused: the register keeps what was paid."""
    staging.refuse(
        "receipt_no",
        "receipt_known",
        f"""
        JOIN {PAYMENT} o ON o.receipt_no = s.receipt_no
        WHERE s.amount >= 0 AND NOT s.bad AND (
            o.amount_fen <> s.amount OR o.paid_on <> s.paid_on OR o.region_id <> s.region
            OR o.tier <> coalesce(s.tier, 1) OR o.coverage_year <> %(year)s OR NOT {_SAME_PERSON}
        )
        """,
    )


def _refuse_before_birth(staging: Staging) -> None:
    staging.refuse("paid_on", "before_birth", "WHERE s.paid_on < s.birth_date", detail="CAST(s.paid_on AS text)")


def _refuse_unknown_documents(staging: Staging) -> None:
    """A passport says nothing of its holder: whoever has nothing else is registered at the desk first."""
    staging.refuse(
        "id_number",
        "person_unknown",
        f"""WHERE s.id_index IS NOT NULL AND s.birth_date IS NULL
        AND NOT EXISTS (SELECT 1 FROM {PERSON} p WHERE p.id_number_index = s.id_index)""",
    )


def _refuse_reversals_without_receipt(staging: Staging) -> None:
    """A reversal needs its receipt, in the register or in an accepted row of the file, of the same person, year and
    amount, not younger than itself; and a receipt is reversed once."""
    refused = "(SELECT 1 FROM exchanges_rowerror e WHERE e.batch_id = %(batch)s AND e.row_number = {row}.row_number)"
    here = f"""
        SELECT 1 FROM {{staged}} t WHERE t.receipt_no = s.receipt_no AND t.amount >= 0
        AND NOT EXISTS {refused.format(row="t")}"""
    known = f"SELECT 1 FROM {PAYMENT} o WHERE o.receipt_no = s.receipt_no"
    reversal = "WHERE s.amount < 0 AND NOT s.bad"
    fits = "{row}.{amount} = -s.amount AND {row}.paid_on <= s.paid_on"
    staging.refuse("receipt_no", "reversal_unknown", f"{reversal} AND NOT EXISTS ({known}) AND NOT EXISTS ({here})")
    staging.refuse(
        "amount",
        "reversal_differs",
        f"""{reversal} AND (EXISTS ({known}) OR EXISTS ({here}))
        AND NOT EXISTS ({known} AND {_SAME_PERSON} AND {fits.format(row="o", amount="amount_fen")}
            AND o.coverage_year = %(year)s)
        AND NOT EXISTS ({here} AND t.id_index = s.id_index AND {fits.format(row="t", amount="amount")})""",
    )
    staging.refuse(
        "receipt_no",
        "reversal_again",
        f"JOIN {PAYMENT} o ON o.receipt_no = s.receipt_no {reversal} AND o.reversed_on <> s.paid_on",
        detail="CAST(o.reversed_on AS text)",
    )


def _merge(chunk: Chunk) -> int:
    return _reverse(chunk) if chunk.phase == _REVERSED else _enter(chunk)


def _enter(chunk: Chunk) -> int:
    known = f"EXISTS (SELECT 1 FROM {PAYMENT} o WHERE o.receipt_no = s.receipt_no)"
    if not chunk.keep_news(f"NOT {known}", order="s.id_index, s.row_number", found=PERSON_FOUND, by=PERSON_BY_INDEX):
        return 0
    find_unknown_people(chunk)
    roster = " OR ".join(f"s.channel LIKE '%%{channel}%%'" for channel in ROSTER_CHANNELS)
    entered = chunk.execute(
        f"""
        INSERT INTO {PAYMENT} (receipt_no, person_id, coverage_year, region_id, tier, amount_fen, paid_on, channel,
            by_roster, batch_id)
        SELECT s.receipt_no, s.person_id, %(year)s, s.region, coalesce(s.tier, 1), s.amount, s.paid_on, s.channel,
            ({roster}), %(batch)s
        FROM {{staged}} s WHERE {{rows}}
        ORDER BY s.person_id, s.row_number
        ON CONFLICT (receipt_no) DO NOTHING
        """
    )
    if entered:
        _register(chunk, "SELECT DISTINCT s.person_id FROM {staged} s WHERE {rows}", expected=entered)
    return entered


# The place of enrolment is that of the earliest payment that stands (commands.md, "What a ranking counts"). It is
# looked up person by person: without statistics a planner would pair every payment of the year with every row.
_FIRST_PAYMENTS = f"""
    SELECT f.person_id, f.region_id, f.tier, f.paid_on
    FROM ({{people}}) theirs
    JOIN {PAYMENT} f ON f.id = (
        SELECT o.id FROM {PAYMENT} o
        WHERE o.person_id = theirs.person_id AND o.coverage_year = %(year)s
            AND o.reversed_on IS NULL AND o.refunded_on IS NULL
        ORDER BY o.paid_on, o.id LIMIT 1
    )
"""


def _register(chunk: Chunk, people: str, *, expected: int) -> None:
    """The registration of each of these people (SQL for their `person_id`) for the year: entered where there is none,
    moved to where its payment was made. `expected` rows are the most that can be missing."""
    first_payments = _FIRST_PAYMENTS.replace("{people}", people)
    entered = chunk.execute(
        f"""
        INSERT INTO {REGISTRATION} (person_id, coverage_year, region_id, situation, student, tier,
            employee_cover_years, registered_on, end_reason)
        SELECT f.person_id, %(year)s, f.region_id, 'general', 'none', f.tier, 0, f.paid_on, ''
        FROM ({first_payments}) f
        WHERE NOT EXISTS (
            SELECT 1 FROM {REGISTRATION} r
            WHERE r.person_id = f.person_id AND r.coverage_year = %(year)s AND r.ended_on IS NULL
        )
        ORDER BY f.person_id
        ON CONFLICT DO NOTHING
        """
    )
    if entered == expected:
        return
    chunk.execute(
        f"""
        UPDATE {REGISTRATION} AS r SET region_id = f.region_id, tier = f.tier
        FROM ({first_payments}) f
        WHERE r.person_id = f.person_id AND r.coverage_year = %(year)s AND r.ended_on IS NULL
            AND (r.region_id <> f.region_id OR r.tier <> f.tier)
        """
    )
    # Whoever was registered already may have paid already.
    follow_duplicates(chunk)


def _reverse(chunk: Chunk) -> int:
    reversed_now = chunk.execute(
        f"""
        UPDATE {PAYMENT} AS o SET reversed_on = s.paid_on, reversal_batch_id = %(batch)s
        FROM {{staged}} s
        WHERE {{rows}} AND o.receipt_no = s.receipt_no AND o.reversed_on IS NULL
        """
    )
    if reversed_now:
        people = f"SELECT DISTINCT p.id AS person_id FROM {{staged}} s {PERSON_BY_INDEX} WHERE {{rows}}"
        _register(chunk, people, expected=reversed_now)
    return reversed_now


PAYMENTS = FileKind(
    name="payments",
    label=_("Payment list"),
    columns=(
        Column(
            "receipt_no",
            "电子税票号码",
            Code(60, "not_a_receipt"),
            required=True,
            synonyms=(
                "电子税票号",
                "电子税票",
                "税票号码",
                "税票号",
                "税收票证号码",
                "票证号码",
                "票证号",
                "票据号码",
                "票据号",
                "电子票据号码",
                "电子票据号",
                "电子票号",
                "完税凭证号码",
                "完税凭证号",
                "税收完税证明号码",
                "缴费凭证号码",
                "缴费凭证号",
            ),
            example="361096211015000001",
            rule=_("unique; formatted as text"),
        ),
        person_columns.name(),
        person_columns.id_number(passports=True),
        person_columns.place(
            "region",
            "参保地区划",
            (
                "参保地",
                "参保地区划代码",
                "参保区划",
                "参保地行政区划",
                "参保地行政区划代码",
                "参保行政区划",
                "参保所在地",
                "参保登记地",
                "参保村",
                "参保村(社区)",
                "参保地(村)",
                "行政区划",
                "行政区划代码",
                "区划代码",
            ),
        ),
        Column(
            "coverage_year",
            "参保年度",
            Year(),
            required=True,
            synonyms=(
                "年度",
                "参保年份",
                "保障年度",
                "参保缴费年度",
                "缴费年度",
                "缴费所属年度",
                "费款所属年度",
                "费款年度",
                "所属年度",
                "医保年度",
            ),
            example="2022",
        ),
        Column(
            "tier",
            "档次",
            Choice(TIERS, type=Type.INTEGER, listed="1、2"),
            synonyms=("缴费档次", "参保档次", "参保缴费档次"),
            example="1",
        ),
        Column(
            "amount",
            "缴费金额",
            Fen(),
            required=True,
            synonyms=(
                "金额",
                "缴费额",
                "实缴金额",
                "实缴额",
                "实缴费额",
                "实际缴费金额",
                "个人缴费",
                "个人缴费额",
                "个人缴费金额",
                "缴款金额",
                "缴纳金额",
                "入库金额",
                "实缴(退)金额",
            ),
            example="320.00",
            rule=_("yuan with at most two decimals; a minus sign reverses the same receipt"),
        ),
        Column(
            "paid_on",
            "缴费日期",
            Day(years=(1, 1)),
            required=True,
            synonyms=("缴费时间", "缴款日期", "缴款时间", "缴纳日期", "入库日期", "实缴日期", "交费日期", "缴费年月日"),
            example="2021-11-05",
        ),
        Column(
            "channel",
            "缴费渠道",
            Text(40),
            synonyms=("渠道", "缴费方式", "缴费途径", "申报渠道", "征收渠道", "支付渠道"),
        ),
    ),
    senders=frozenset({BureauKind.TAX, BureauKind.AGENCY}),
    checks=(
        person_columns.refuse_other_names,
        person_columns.refuse_contradicting_names,
        _refuse_before_birth,
        _refuse_unknown_documents,
        _refuse_contradicting_receipts,
        _refuse_other_content,
        _refuse_reversals_without_receipt,
    ),
    merge=_merge,
    consequences=(tell_facts, follow_employee_cover, follow_known_status),
    tables=(PERSON, PAYMENT, REGISTRATION),
    phases=(_PAID, _REVERSED),
    adds_up=True,
    problems={
        **PERSON_PROBLEMS,
        "receipt_contradicts": _(
            "row %(detail)s has the same receipt with other content; please leave only the right row"
        ),
        "receipt_known": _(
            "this receipt was taken before with other content; if the payment was wrong, send its reversal and a new "
            "receipt"
        ),
        "reversal_unknown": _("there is no payment with this receipt to reverse; please send the payment first"),
        "reversal_differs": _(
            "the reversal does not fit its receipt: person, year and amount must be the same and the day not earlier"
        ),
        "reversal_again": _("this receipt was reversed on %(detail)s already"),
    },
    help=_("Receipts of the year's contributions, with their reversals."),
)
