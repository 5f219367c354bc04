"""The register of clauses."""

from policy.clauses import notices, register
from policy.explain import leaves
from policy.pack import available, load


def test_the_register_holds_114_clauses_of_five_notices():
    assert len(register()) == 114
    assert {clause.notice.number for clause in register().values()} == set(notices())
    assert all(clause.rule and clause.where and clause.area for clause in register().values())


def test_every_clause_is_said_in_chinese_as_well():
    assert [key for key, clause in register().items() if not clause.rule_zh] == []


def test_a_clause_names_its_document():
    assert register()["SL-2.2"].title == "商医保发〔2023〕67号 二(二)"


def test_packs_and_register_name_the_same_documents():
    by_document = {notice.document_number: notice for notice in notices().values()}
    for pack in map(load, available()):
        notice = by_document[pack.document_number]
        assert (pack.title, pack.issued_on) == (notice.title, notice.issued_on)


def test_every_leaf_of_a_pack_stands_under_a_clause_of_its_own_notice():
    for pack in map(load, available()):
        for leaf in leaves(pack):
            assert {register()[each].notice.document_number for each in leaf.clause} == {pack.document_number}, leaf
