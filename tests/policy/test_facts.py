"""Reading a question."""

from datetime import date

import pytest

from policy.facts import Facts, FactsError, Identity, parse

GOOD = {"policy": "jilin-2023", "birth_date": "1975-04-12", "paid_on": "2022-11-11"}


def test_a_short_question_has_the_defaults_of_the_contract():
    assert parse(GOOD) == Facts("jilin-2023", date(1975, 4, 12), date(2022, 11, 11))


def test_null_and_absent_mean_the_same():
    assert parse({**GOOD, **{field: None for field in Facts.__slots__ if field not in GOOD}}) == parse(GOOD)


def test_an_identity_is_marked_when_determined_unless_said_otherwise():
    plain, marked = (
        Identity("dibao", date(2022, 1, 1), marked_on=marked_on).marked_from for marked_on in (None, date(2022, 3, 1))
    )
    assert (plain, marked) == (date(2022, 1, 1), date(2022, 3, 1))


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({"policy": None}, "policy"),
        ({"policy": ""}, "policy"),
        ({"policy": 7}, "policy"),
        ({"birth_date": None}, "birth_date"),
        ({"birth_date": 19750412}, "birth_date"),
        ({"birth_date": "1975-4-12"}, "birth_date"),
        ({"birth_date": "19750412  "}, "birth_date"),
        ({"birth_date": "2023-W01-1"}, "birth_date"),
        ({"birth_date": "１９７５-04-12"}, "birth_date"),
        ({"birth_date": "0001-01-01"}, "birth_date"),
        ({"paid_on": "2023-02-29"}, "paid_on"),
        ({"paid_on": "9999-12-31"}, "paid_on"),
        ({"paid_on": "2022-11-11T00:00:00"}, "paid_on"),
        ({"paid_on": ["2022-11-11"]}, "paid_on"),
        ({"paid_on": True}, "paid_on"),
        ({"paid_on": "1975-04-11"}, "paid_on"),
        ({"situation": "martian"}, "situation"),
        ({"situation": ["general"]}, "situation"),
        ({"student": "university"}, "student"),
        ({"tier": 3}, "tier"),
        ({"tier": True}, "tier"),
        ({"tier": 1.0}, "tier"),
        ({"tier": "1"}, "tier"),
        ({"ltc_pilot": 1}, "ltc_pilot"),
        ({"ltc_pilot": "yes"}, "ltc_pilot"),
        ({"identities": {}}, "identities"),
        ({"identities": "dibao"}, "identities"),
        ({"identities": [None]}, "identities[0]"),
        ({"identities": [{}]}, "identities[0].category"),
        ({"identities": [{"category": "dibao"}]}, "identities[0].determined_on"),
        ({"identities": [{"category": {}, "determined_on": "2020-01-01"}]}, "identities[0].category"),
        ({"identities": [{"category": "dibao", "determined_on": "2020-01-01", "since": 1}]}, "identities[0]"),
        ({"identities": [{"category": "dibao", "determined_on": "2020-01-01"}] * 101}, "identities"),
        ({"employee_cover_years": -1}, "employee_cover_years"),
        ({"employee_cover_years": 2.5}, "employee_cover_years"),
        ({"employee_cover_years": 10**400}, "employee_cover_years"),
        ({"employee_cover_ended_on": "yesterday"}, "employee_cover_ended_on"),
        ({"missed_years": 1, "made_up_years": 2}, "made_up_years"),
        ({"refund": {}}, "refund.reason"),
        ({"refund": {"reason": "death"}}, "refund.applied_on"),
        ({"refund": []}, "refund"),
        ({"stay": {"admitted_on": "2022-12-28", "discharged_on": "2023-01-06"}}, "stay.same_area"),
        ({"stay": {"admitted_on": "2022-12-28", "discharged_on": "2023-01-06", "same_area": "yes"}}, "stay.same_area"),
        ({"case": ["a"]}, "case"),
        ({"case": float("nan")}, "case"),
        ({"birthdate": "1975-04-12"}, "birthdate"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_the_field(spoilt, field):
    with pytest.raises(FactsError) as error:
        parse({**GOOD, **spoilt})
    assert field in str(error.value)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    "odd",
    [
        {"identities": [{"category": "dibao", "determined_on": "2020-01-01", "ended_on": "2019-12-31"}]},
        {"refund": {"reason": "death", "applied_on": "2022-11-10"}},
        {"stay": {"admitted_on": "2022-12-28", "discharged_on": "2022-12-27", "same_area": True}},
        {"employee_cover_ended_on": "2030-01-01"},
    ],
)
def test_what_can_be_read_is_a_question_however_odd(odd):
    assert parse({**GOOD, **odd})


@pytest.mark.parametrize("value", [None, 1, "x", [], True, float("inf")])
def test_only_an_object_is_a_question(value):
    with pytest.raises(FactsError, match="an object was expected"):
        parse(value)


@pytest.mark.parametrize("label", ["甲", 7, 1.5, True, ""])
def test_a_label_is_given_back_as_it_came(label):
    assert parse({**GOOD, "case": label}).case == label
