import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from accounts import audit_words
from accounts.models import AuditEntry
from accounts.roles import PERMISSIONS, Role
from notices.models import Amendment
from refunds.chain import TRANSITIONS
from tests.factories import PINGLI

ROOMS = ("accounts", "regions", "notices", "exchanges", "enrollment", "subsidies", "quotas", "refunds", "privacy")


@pytest.fixture(autouse=True)
def _in_chinese():
    with override("zh-hans"):
        yield


def _verbs_in_the_code() -> set[str]:
    """Every text handed over as `verb=`, and every other one that looks like a verb and is no permission."""
    rights = frozenset().union(*PERMISSIONS.values())
    found = set()
    for path in (p for room in ROOMS for p in (Path(settings.BASE_DIR) / room).rglob("services*/**/*.py")):
        found |= _texts(ast.parse(path.read_text(encoding="utf-8"))) - rights
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                for keyword in call.keywords:
                    if keyword.arg == "verb":
                        found |= _texts(keyword.value)
    return found


def _texts(tree: ast.AST) -> set[str]:
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    shapes = [(text, *text.split(".")) for text in texts if text.count(".") == 1]
    return {text for text, room, verb in shapes if room in ROOMS and verb.isidentifier() and not verb.endswith("_")}


def test_every_verb_of_the_code_has_words():
    verbs = _verbs_in_the_code()
    verbs |= {f"refunds.{transition.verb}" for transition in TRANSITIONS}
    verbs |= {f"notices.amendment_{status}" for status in Amendment.Status.values if status != "proposed"}
    unnamed = sorted(verb for verb in verbs if audit_words.verb_label(verb) == verb)
    assert not unnamed, f"{unnamed}: give them words in trail.py of their room"
    assert len(verbs) > 40


def test_steps_of_the_admin_are_named_by_their_model():
    assert audit_words.verb_label("accounts.change_businessday") == "修改业务日期"
    assert audit_words.verb_label("nobody.knows_this") == "nobody.knows_this"


def test_values_are_read_in_words():
    after = {"status": "taken_in", "amount_fen": 32_000, "allowed": True, "clauses": ["PL-7.3a", "PL-7.3b"]}
    entry = AuditEntry(model="refunds.application", before={"status": "applied"}, after={**after, "remark": ""})
    assert audit_words.changes(entry) == [
        ("状态", "待税务受理", "待医保终审"),
        ("金额", "—", "320.00元"),
        ("通知是否允许", "—", "是"),
        ("依据条款", "—", "PL-7.3a、PL-7.3b"),
        ("备注", "—", "—"),
    ]


@pytest.mark.parametrize(
    ("verb", "model", "after", "shown"),
    [
        ("enrollment.record_reason", "enrollment.person", {"reason": "migrant_work"}, ("原因", "—", "外出务工")),
        ("enrollment.record_reason", "enrollment.person", {"coverage_year": 2022}, ("参保年度", "—", "2022")),
        ("enrollment.register_person", "enrollment.person", {"situation": "general"}, ("参保情形", "—", "一般居民")),
        ("enrollment.register_person", "enrollment.person", {"id_number": "6***"}, ("证件号码", "—", "6***")),
        ("enrollment.refuse_registration", "enrollment.person", {"cause": "gone"}, ("原因", "—", "gone")),
        ("exchanges.merge", "exchanges.batch", {"kind": "payments"}, ("名单种类", "—", "缴费名单")),
        ("exchanges.make_delivery", "exchanges.delivery", {"kind": "registrations"}, ("报送种类", "—", "新增参保登记")),
        ("exchanges.export_ledger", "exchanges.ledgerexport", {"ledger": "enrolled"}, ("台账", "—", "参保人员台账")),
        ("exchanges.merge", "exchanges.batch", {"kind": "abolished"}, ("名单种类", "—", "abolished")),
    ],
)
def test_facts_are_named_by_the_record_that_they_are_of(verb, model, after, shown):
    assert audit_words.changes(AuditEntry(verb=verb, model=model, before=None, after=after)) == [shown]


def test_the_trail_is_read_in_words_and_filtered_by_them(staff):
    by = staff(Role.COUNTY_AGENT, PINGLI)
    for verb in ("refunds.take_in", "quotas.set_task"):
        AuditEntry.objects.create(
            by=by, on="2021-12-03", origin="t", verb=verb, model="accounts.staff", object_id="1", region_id=PINGLI
        )
    client = Client()
    client.force_login(staff(Role.AUDIT_ADMIN, PINGLI))
    page = client.get("/admin/accounts/auditentry/").content.decode()
    assert "税务受理退费" in page
    assert "refunds.take_in</" not in page
    only = client.get("/admin/accounts/auditentry/?verb=quotas.set_task")
    assert [found.verb for found in only.context["cl"].queryset] == ["quotas.set_task"]
    assert client.get("/admin/accounts/auditentry/?verb=nothing").status_code == 200
    one = client.get(f"/admin/accounts/auditentry/{AuditEntry.objects.first().pk}/change/").content.decode()
    assert "2021-12-03" in one
