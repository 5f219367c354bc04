"""The frame: what its policy allows, what every page carries, and pages that must answer when little else does."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django_tables2 import Column, Table

from accounts import navigation, views
from accounts.roles import Role

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path
    for folder in [ROOT / "templates", *ROOT.glob("*/templates")]
    for path in folder.rglob("*")
    if path.is_file() and path.suffix in {".html", ".svg", ".txt"}
)
STATIC = sorted(path for path in (ROOT / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"})
FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "inline style": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "asset of another host": re.compile(
        r"""(?:src|srcset|action|<link[^>]*href)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE
    ),
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_template_keeps_the_policy(path):
    # What stands in a tag is Django's: {% querystring only="…" %} is no attribute.
    text = re.sub(r"\{%.*?%\}", "", path.read_text(encoding="utf-8"))
    found = [
        f"line {text.count(chr(10), 0, m.start()) + 1}: {what}"
        for what, rule in FORBIDDEN.items()
        for m in rule.finditer(text)
    ]
    assert not found


@pytest.mark.parametrize("path", STATIC, ids=_name)
def test_static_file_loads_nothing_from_elsewhere(path):
    text = path.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://|url\(\s*['\"]?//|@import|\beval\(|new Function|innerHTML|insertAdjacentHTML", text)


def test_every_template_extends_the_frame_or_is_a_part():
    """A whole page begins in base.html alone; a file that extends nothing is a part of another."""
    pages = [
        path for path in TEMPLATES if path.suffix == ".html" and "{% extends" not in path.read_text(encoding="utf-8")
    ]
    whole = [_name(path) for path in pages if re.search(r"<(html|body)\b", path.read_text(encoding="utf-8"))]
    assert whole == ["templates/base.html"]


def _symbols() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons/icons.svg").read_text(encoding="utf-8")))


def test_sidebar_entries_have_addresses_sections_and_icons():
    from accounts.templatetags.frame import SECTIONS

    for entry in navigation._entries:
        assert reverse(entry.url_name)
        assert entry.section in SECTIONS, entry
        assert not entry.icon or entry.icon in _symbols(), f"{entry.title}: no icon {entry.icon!r}"
    for card in navigation._waiting:
        assert reverse(card.url_name)


def test_icons_named_in_templates_exist():
    named = {
        (name, _name(path))
        for path in TEMPLATES
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert {pair for pair in named if pair[0] not in _symbols()} == set()


def test_assets_of_the_frame_are_found():
    for path in re.findall(r'{% static "([^"]+)"', "".join(p.read_text(encoding="utf-8") for p in TEMPLATES)):
        assert finders.find(path), path


def test_server_error_page_needs_neither_database_nor_session():
    class Broken:
        def __getattr__(self, name):
            raise ConnectionError("the database is away")

    request = RequestFactory().get("/people/")
    request.user = request.session = Broken()
    answer = views.server_error(request)
    assert answer.status_code == 500
    assert 'href="/"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_frame_shows_who_where_and_when(client, staff, role):
    client.force_login(staff(role, "610926000000"))
    page = client.get(reverse("workbench"))
    text = page.content.decode()
    assert page.status_code == 200
    assert str(role.label) in text
    assert "平利县" in text
    assert f'action="{reverse("logout")}"' in text
    assert 'aria-current="page"' in text or not page.context["navigation"]
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_current_entry_is_marked_on_pages_below_it(rf):
    from accounts.templatetags.frame import sidebar

    entries = [navigation.Entry("Workbench", "workbench", "Work", 1), navigation.Entry("Out", "logout", "Work", 2)]
    ((_title, lines),) = sidebar(entries, rf.get("/logout/of/something/"))
    assert [line.current for line in lines] == [False, True]
    ((_title, lines),) = sidebar(entries, rf.get("/"))
    assert [line.current for line in lines] == [True, False]


@pytest.mark.django_db
def test_hidden_and_missing_look_the_same(client, staff):
    client.force_login(staff(Role.VILLAGE_OFFICER, "610926102200"))
    one, other = (client.get(path) for path in ("/there/is/no/such/page/", "/admin/there/is/none/"))
    assert one.status_code == other.status_code == 404
    hide = re.compile(r'name="(?:csrfmiddlewaretoken|next)" value="[^"]*"')
    assert hide.sub("", one.content.decode()) == hide.sub("", other.content.decode())


class Rows(Table):
    name = Column(verbose_name="姓名")
    amount = Column(verbose_name="金额", attrs={"cell": {"class": "num"}}, footer="9")


def test_table_names_its_cells_for_narrow_screens(rf):
    table = Rows([{"name": "<b>甲</b>", "amount": 3}], order_by="-name")
    html = render_to_string("tables/table.html", {"table": table}, rf.get("/"))
    assert 'data-label="姓名"' in html
    assert "&lt;b&gt;甲" in html
    assert 'aria-sort="descending"' in html
    assert 'class="table table--cards"' in html


def test_empty_table_says_so(rf):
    html = render_to_string("tables/table.html", {"table": Rows([], empty_text="还没有人。")}, rf.get("/"))
    assert "还没有人。" in html
    assert "table__empty" in html


@pytest.mark.django_db
def test_chinese_until_somebody_switches(client, staff):
    client.force_login(staff(Role.SUPERVISOR, "610926000000"))
    assert '<html lang="zh-hans">' in client.get("/", headers={"accept-language": "en-US,en"}).content.decode()
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "zh-CN"}).content.decode()
