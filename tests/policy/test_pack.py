"""Loading, checking and amending packs."""

import re
from pathlib import Path

import pytest

from policy.pack import PACKS, Amendment, PackError, apply_amendments, available, load, load_file, load_text
from policy.quote import UNDETERMINED
from tests.policy.asking import amended, ask, held, yuan_of

SHANGLUO = (PACKS / "shangluo-2024.yaml").read_text("utf-8")
TONGNAN = (PACKS / "tongnan-2023.yaml").read_text("utf-8")


def problems_of(text: str) -> list:
    with pytest.raises(PackError) as error:
        load_text(text, name="draft.yaml")
    return list(error.value.problems)


def spoilt(old: str, new: str, text: str = SHANGLUO) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def test_the_five_notices_are_there():
    assert available() == ("jilin-2023", "pingli-2022", "shangluo-2024", "tongnan-2023", "zhuji-2023")


def test_a_pack_says_what_it_is():
    pack = load("shangluo-2024")
    assert pack.document_number == "商医保发〔2023〕67号"
    assert (pack.jurisdiction, pack.coverage_year) == ("611000000000", 2024)
    assert pack.assistance.classes["dibao"].amount == 19000
    assert pack.windows["collection"].clause == ("SL-4.0",)


def test_a_version_is_the_content_and_nothing_else():
    again = load_text("# a comment\n" + SHANGLUO.replace("\nstay:", "\n\nstay:"), name="elsewhere.yaml")
    assert again.version == load("shangluo-2024").version
    assert again == load("shangluo-2024")
    assert load_text(spoilt("380.00", "381.00"), name="x.yaml").version != again.version


def test_a_pack_cannot_be_changed():
    pack = load("shangluo-2024")
    with pytest.raises(ValueError, match="frozen"):
        pack.coverage_year = 2025
    with pytest.raises(TypeError):
        pack.contributions["everyone"] = None


def test_an_unknown_pack_is_an_error_that_names_the_known_ones():
    with pytest.raises(PackError, match="unknown pack; there are jilin-2023"):
        load("../../etc/passwd")


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(PackError, match="cannot be read"):
        load_file(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(PackError, match="cannot be read"):
        load_file(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("amount: 380.00", "amount: 380.005", "contributions.everyone.amount", "at most two decimals"),
        ("amount: 380.00", "amount: 3,80", "contributions.everyone.amount", "at most two decimals"),
        ("first: 2023-09-01", "first: 2023-9-1", "windows.collection.first", "YYYY-MM-DD"),
        ("first: 2023-09-01", "first: 2023-02-30", "windows.collection.first", "day"),
        ("last: 2023-12-20", "last: 2023-08-20", "windows.collection", "a day from first"),
        ("last: 2023-12-20", "last: 2024-01-10", "windows.makeup", "no overlap with window collection"),
        ("counts_as: makeup", "counts_as: extra", "windows.makeup.counts_as", "'collection', 'makeup' or 'late'"),
        ("city: 12.80", "city: 12.81", "fiscal_subsidy", "add up to 640.00"),
        ("county: 116.00", "county: 115.00", "assistance.classes.poverty_return", "add up to the amount 190.00"),
        ("{province: 45.00", "{state: 45.00", "assistance.classes.poverty_return.funds", "funds out of"),
        ("    dibao: {", "    dibau: {", "assistance.classes.dibau", "tekun"),
        ("clause: SL-1.3", "clause: SL-1.33", "contributions.everyone.clause", "a clause of the register"),
        ("    amount: 380.00\n    clause: SL-1.3", "    amount: 380.00", "contributions.everyone.clause", "required"),
        ("label: 补缴期\n", "labell: 补缴期\n", "windows.makeup.labell", "not permitted"),
        ("windows: [makeup]", "windows: [make_up]", "ways_in.newborn_of_year_before_later.windows", "a window"),
        ("paid_first: collection.first", "paid_first: spring.first", "ways_in.college_students.paid_first", "a window"),
        ("who: [lapsed]", "who: [laps]", "ways_in.lapsed.who", "a group of the pack"),
        ("reading: {R12: payment_day}", "reading: {R12: never}", "ways_in.college_students.reading.R12", "an option"),
        ("readings: [R17]", "readings: [R99]", "ways_in.newborn_at_year_end.readings", "a reading of the pack"),
        ("choice: from_january", "choice: from_march", "readings.R6", "one of from_january"),
        ("governs: tie", "governs: counting", "readings.R7", "out of event_day"),
        ("kind: payment_day}", "kind: someday}", "ways_in.college_students.start", "payment_day"),
        ("    start: {kind: birth}\n", "", "ways_in.newborn_at_year_end", "the start of benefits was expected"),
        ("  mode: net_by_mark", "  applies_to: full\n      mode: net_by_mark", "settlement.modes", "full and partial"),
        ("amount: 190.00, funds: m", "amount: 390.00, funds: m", "assistance.classes.dibao.amount", "380.00"),
        ("allowed: yes\n", "allowed: maybe\n", "refund.rules.named.allowed", "yes"),
        ('jurisdiction: "611000000000"', 'jurisdiction: "6110"', "jurisdiction", "pattern"),
        ("coverage_year: 2024", "coverage_year: soon", "coverage_year", "integer"),
        ("situations: [newborn]", "situations: [baby]", "ways_in.newborn_at_year_end.who.0.situations.0", "newborn"),
        ("order: [employee,", "order: [boss,", "duties.duplicate_order.order.0", "employee"),
        ("due: working_days\n", "due: weekly\n", "duties.report_deadlines.recognitions", "none without it"),
    ],
)
def test_an_error_names_file_line_field_and_what_was_expected(old, new, field, message):
    text = spoilt(old, new)
    found = [each for each in problems_of(text) if each.field.startswith(field)]
    assert found, problems_of(text)
    problem = found[0]
    assert problem.file == "draft.yaml"
    assert re.search(message, problem.message), problem.message
    changed = SHANGLUO[: SHANGLUO.index(old)].count("\n") + 1
    assert 0 < problem.line <= changed + 12
    assert str(problem).startswith(f"draft.yaml:{problem.line}: ")


def test_all_problems_are_named_at_once():
    text = spoilt("380.00", "x").replace("first: 2023-09-01", "first: soon").replace("kind: birth", "kind: luck", 1)
    assert {each.field for each in problems_of(text)} >= {
        "contributions.everyone.amount",
        "windows.collection.first",
    }


def test_people_without_a_contribution_are_found():
    (problem, *_) = problems_of(TONGNAN.replace('- tiers: ["2"]', '- tiers: ["1"]'))
    assert "none for situation" in problem.message
    assert "tier 2" in problem.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "one mapping"),
        ("- a\n", "one mapping"),
        ("a: 1\n---\nb: 2\n", "one mapping"),
        ("a: [1\n", "no readable YAML"),
        ("a: 1\na: 2\n", "stands twice"),
        ("a: &x 1\nb: *x\n", "anchors"),
        ("? [a]\n: 1\n", "a word was expected as key"),
        ("a: " + "[" * 5000 + "]" * 5000, "nested deeper"),
        ("a: \x00\n", "no readable YAML"),
        ("a: x\n" * 1 + "#" * 1_000_001, "characters were expected"),
    ],
)
def test_what_is_no_pack_at_all(text, message):
    assert message in problems_of(text)[0].message


def test_text_stays_text():
    assert load("zhuji-2023").data["jurisdiction"] == "341323117000"
    assert load("shangluo-2024").data["assistance"]["classes"]["dibao"]["amount"] == "190.00"


# Amendments -----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("SL-4.0")
def test_an_extension_of_collection_moves_everything_that_hangs_on_it():
    longer = amended("shangluo-2024", windows__collection__last="2023-12-28")
    assert ask("shangluo-2024", "2023-12-25").outcome == "not_allowed"
    answer = ask(longer, "2023-12-25", identities=[held("dibao", "2023-01-01")])
    assert (answer.window, str(answer.benefit.start), answer.net_cost) == ("collection", "2024-01-01", 19000)
    assert ask(longer, "2023-12-29").outcome == "not_allowed"


@pytest.mark.clause("SL-4.0")
def test_an_extension_into_the_makeup_period_is_refused():
    with pytest.raises(PackError, match="no overlap"):
        amended("shangluo-2024", windows__collection__last="2024-01-05")


@pytest.mark.clause("TN-4.3")
@pytest.mark.clause("TN-4.1a")
def test_figures_of_other_documents_make_the_answer_determined():
    pack = amended(
        "tongnan-2023",
        contributions__tier_one_from_july__amount="990.00",
        assistance__classes__dibao__amount="280.00",
        assistance__classes__dibao__funds="{medical_assistance: 200.00, county: 80.00}",
        settlement__modes__elsewhere__mode="reimbursed",
    )
    dibao = {"identities": [held("dibao", "2022-01-01")]}
    assert ask("tongnan-2023", "2023-08-01", **dibao).outcome == UNDETERMINED
    answer = ask(pack, "2023-08-01", **dibao)
    assert yuan_of(answer) == {"standard": "990.00", "charged": "990.00", "reimbursed": "280.00", "net_cost": "710.00"}
    assert dict(answer.assistance.funds) == {"medical_assistance": 20000, "county": 8000}


@pytest.mark.clause("SL-2.4")
def test_family_planning_has_its_amount_once_it_is_entered():
    pack = amended(
        "shangluo-2024",
        assistance__classes__family_planning__amount="200.00",
        assistance__classes__family_planning__funds="county",
    )
    both = {"identities": [held("family_planning", "2015-01-01"), held("dibao", "2020-01-01")]}
    open_answer = ask("shangluo-2024", "2023-10-10", **both)
    assert (open_answer.outcome, open_answer.assistance.amount) == (UNDETERMINED, None)
    assert ask(pack, "2023-10-10", **both).as_json()["assistance"] == {
        "category": "family_planning",
        "amount": "200.00",
        "funds": {"county": "200.00"},
    }


def test_an_amendment_is_a_new_version_that_says_why():
    pack = load("shangluo-2024")
    correction = Amendment("contributions.everyone.amount", "390.00", "商医保发〔2023〕80号", "更正")
    changed = apply_amendments(pack, [correction])
    assert changed.version != pack.version
    assert changed.id == pack.id
    assert (changed.amendments[0].document_number, changed.amendments[0].reason) == ("商医保发〔2023〕80号", "更正")
    assert pack.contributions["everyone"].amount == 38000
    again = apply_amendments(pack, [correction])
    assert again.version == changed.version
    twice = apply_amendments(changed, [Amendment("stay.other_area", "discharge_year", "商医保发〔2023〕81号", "补充")])
    assert len(twice.amendments) == 2


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("contributions.everyone", "1.00", "a single leaf"),
        ("contributions.nobody.amount", "1.00", "a leaf of the pack was expected: there is no nobody"),
        ("contributions.everyone.amount", "", "a value"),
        ("contributions.everyone.amount", "a lot", "amount in yuan"),
        ("contributions.everyone.amount", "[", "a value"),
        ("contributions.everyone.clause", "SL-1.4", "no subject of amendments"),
        ("id", "other", "no subject of amendments"),
        ("fiscal_subsidy.total", "641.00", "add up to 641.00"),
        ("assistance.classes.dibao.amount", "500.00", "at most the lowest contribution"),
        ("", "x", "a leaf of the pack"),
        ("windows.collection.last.1", "x", "a leaf of the pack"),
    ],
)
def test_an_amendment_that_cannot_stand_is_refused(path, value, message):
    with pytest.raises(PackError, match=message):
        apply_amendments(load("shangluo-2024"), [Amendment(path, value, "文〔2024〕1号", "理由")])


def test_an_amendment_needs_its_document_and_reason():
    with pytest.raises(PackError) as error:
        apply_amendments(load("shangluo-2024"), [Amendment("stay.same_area", "each_year", " ", "")])
    assert len(error.value.problems) == 2
