from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.urls import reverse

from accounts import navigation
from accounts.roles import Role
from accounts.templatetags.frame import day, field, icon, masked, percent, yuan
from tests.factories import PINGLI


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (32000, "320.00"),
        (123450, "1,234.50"),
        (-123456789, "-1,234,567.89"),
        (None, ""),
    ],
)
def test_fen_are_written_as_yuan(fen, text):
    assert yuan(fen) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(Decimal("0.95125"), "95.13%"), (1, "100.00%"), (Decimal(0), "0.00%"), (Decimal("1.2"), "120.00%"), (None, "")],
)
def test_ratio_is_written_as_percentage(ratio, text):
    assert percent(ratio) == text


def test_day_is_written_in_one_spelling():
    assert day(date(2021, 12, 3)) == "2021-12-03"
    assert day(None) == ""


def test_number_is_masked():
    assert masked("610926198001010015") == "610926********0015"
    assert masked("") == ""


class Form(forms.Form):
    name = forms.CharField(label="姓名", help_text="与户口簿一致")
    student = forms.BooleanField(label="在校", required=False)


def test_field_carries_label_help_and_error():
    html = field(Form({"name": ""})["name"])
    assert 'class="field field--bad"' in html
    assert '<label class="field__label" for="id_name">' in html
    assert "与户口簿一致" in html
    assert 'class="errorlist" id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_box_stands_before_its_label():
    assert "field--check" in field(Form()["student"])


def test_form_writes_every_field_and_escapes():
    html = Template("{{ form }}").render(Context({"form": Form({"name": "<i>", "student": "on"})}))
    assert html.count('class="field') >= 2
    assert "&lt;i&gt;" in html


def test_icon_without_a_name_is_a_dot():
    assert "#dot" in icon("")


@pytest.mark.parametrize(("found", "shown"), [(9_999, ">9,999<"), (10_000, ">10,000+<")])
def test_a_card_that_counts_no_further_says_so(client, staff, tree, monkeypatch, found, shown):
    card = navigation.Waiting("等待", "workbench", lambda user: found, (), 1, at_most=10_000)
    monkeypatch.setattr(navigation, "_waiting", [card])
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    assert shown in client.get(reverse("workbench")).text


def test_cards_on_which_something_waits_come_first(client, staff, tree, monkeypatch):
    cards = [
        navigation.Waiting(title, "workbench", lambda user, found=found: found, (), order)
        for order, (title, found) in enumerate({"无": 0, "二": 2, "空": 0, "一": 1}.items())
    ]
    monkeypatch.setattr(navigation, "_waiting", cards)
    client.force_login(staff(Role.COUNTY_AGENT, PINGLI))
    waiting = client.get(reverse("workbench")).context["waiting"]
    assert [card.title for card, _count in waiting] == ["二", "一", "无", "空"]
