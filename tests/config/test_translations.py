"""Every text that staff can see has a Chinese translation with the placeholders of the original; none is left over."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import axes
import django
import django_filters
import django_tables2
import import_export
import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.utils.translation import override
from django.utils.translation.template import templatize

from enrollment.models import Registration
from policy.categories import REFUND_REASONS, SITUATIONS, STUDENTS
from refunds.models import Application

ROOT = Path(settings.BASE_DIR)
PARTS = sorted((ROOT / "locale" / "parts").glob("*.po"))
# Texts of installed libraries whose own Chinese catalogue lacks them.
LIBRARIES_PART = "django_extra.po"
LIBRARIES = (axes, django_filters, django_tables2, import_export, django)

# Position of context, singular and plural among the arguments.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
PLACEHOLDER = re.compile(r"%\([^)]+\)[#0\- +]*[\d.]*[a-z]|%[sdrif]|\{[^{}]*\}")
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"(?<![\w.])(n?p?gettext|_)\(\s*((?:{STRING}\s*,?\s*)+)")

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\n'

Key = tuple[str | None, str]


class Text(NamedTuple):
    """A text of the project that is to be translated."""

    key: Key
    plural: str | None
    place: str


def _text(function: str, arguments: list[str | None], place: str) -> Text | None:
    context_at, singular_at, plural_at = CALLS[function]

    def argument(position: int | None) -> str | None:
        return arguments[position] if position is not None and position < len(arguments) else None

    singular = argument(singular_at)
    return Text((argument(context_at), singular), argument(plural_at), place) if singular else None


def _python_texts(path: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if function not in CALLS:
            continue
        arguments = [
            value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
            for value in node.args
        ]
        if found := _text(function, arguments, f"{path.relative_to(ROOT)}:{node.lineno}"):
            yield found


def _template_texts(path: Path) -> Iterator[Text]:
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in TEMPLATE_CALL.finditer(source):
        arguments = [ast.literal_eval(literal) for literal in re.findall(STRING, match[2])]
        line = source.count("\n", 0, match.start()) + 1
        if found := _text(match[1], arguments, f"{path.relative_to(ROOT)}:{line}"):
            yield found


def _project_texts() -> list[Text]:
    rooms = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == ROOT]
    python = [path for room in {*rooms, ROOT / "config", ROOT / "policy"} for path in sorted(room.rglob("*.py"))]
    templates = [*(ROOT / "templates").rglob("*.*"), *(t for room in rooms for t in room.glob("templates/**/*.*"))]
    texts = [text for path in python if "migrations" not in path.parts for text in _python_texts(path)]
    return texts + [text for path in templates if path.is_file() for text in _template_texts(path)]


def _builder():
    spec = importlib.util.spec_from_file_location("build_catalogue", ROOT / "locale" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _library_files(suffix: str) -> list[Path]:
    return [
        path
        for library in LIBRARIES
        for path in Path(library.__file__).parent.rglob(suffix)
        if "conf/locale" not in str(path) or "/zh_Hans/" in str(path)
    ]


@pytest.fixture(scope="module")
def catalogue() -> dict[Key, polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in _builder().merge(PARTS)}


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return _project_texts()


@pytest.fixture(scope="module")
def of_libraries() -> dict[Key, str]:
    """What the installed libraries translate into Chinese themselves, for locale zh_Hans."""
    files = [path for path in _library_files("*.po") if "/zh_Hans/" in str(path) and path.stem == "django"]
    return {
        (entry.msgctxt, entry.msgid): entry.msgstr or "".join(entry.msgstr_plural.values())
        for path in files
        for entry in polib.pofile(str(path))
        if entry.translated()
    }


def test_every_text_has_a_chinese_translation(texts, catalogue, of_libraries):
    missing = sorted(
        f"{text.place}: {text.key[1]!r}" + (f" (context {text.key[0]!r})" if text.key[0] else "")
        for text in texts
        if not (text.key in catalogue and catalogue[text.key].translated()) and text.key not in of_libraries
    )
    assert not missing, "without Chinese translation in locale/parts:\n" + "\n".join(missing)


def test_plural_texts_are_translated_as_plural(texts, catalogue):
    wrong = sorted(
        f"{text.place}: {text.key[1]!r}"
        for text in texts
        if text.key in catalogue and (catalogue[text.key].msgid_plural or None) != text.plural
    )
    assert not wrong, "msgid_plural differs from the code:\n" + "\n".join(wrong)


def test_translations_keep_the_placeholders():
    wrong = []
    for path, entry in _builder().read_parts(PARTS):
        allowed = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
        for translation in [entry.msgstr, *entry.msgstr_plural.values()]:
            needed = allowed if entry.msgid_plural else set(PLACEHOLDER.findall(entry.msgid))
            if translation and set(PLACEHOLDER.findall(translation)) != needed:
                wrong.append(f"{path.name}:{entry.linenum}: {entry.msgid!r} → {translation!r}")
    assert not wrong, "placeholders differ:\n" + "\n".join(wrong)


def test_no_translation_is_left_over(texts):
    used = {text.key for text in texts}
    left = sorted(
        f"{path.name}:{entry.linenum}: {entry.msgid!r}"
        for path, entry in _builder().read_parts(PARTS)
        if path.name != LIBRARIES_PART and (entry.msgctxt, entry.msgid) not in used
    )
    assert not left, "translated, but no text of the project any more:\n" + "\n".join(left)


def test_texts_of_libraries_are_texts_of_libraries():
    known = {entry.msgid for path in _library_files("*.po") for entry in polib.pofile(str(path))}
    sources = "".join(path.read_text(encoding="utf-8") for path in _library_files("*.py"))
    part = ROOT / "locale" / "parts" / LIBRARIES_PART
    left = sorted(
        f"{part.name}:{entry.linenum}: {entry.msgid!r}"
        for _path, entry in _builder().read_parts([part])
        if entry.msgid not in known and f'"{entry.msgid}"' not in sources
    )
    assert not left, "no installed library says this:\n" + "\n".join(left)


def test_disagreeing_parts_are_named(tmp_path):
    for name, word in (("one.po", "人员"), ("two.po", "人")):
        (tmp_path / name).write_text(f'{HEADER}msgid "person"\nmsgstr "{word}"\n', encoding="utf-8")
    builder = _builder()
    with pytest.raises(builder.PartsDisagree, match=r"'person' is 人员 in one.po:4 but 人 in two.po:4"):
        builder.merge(sorted(tmp_path.glob("*.po")))


def test_agreeing_parts_are_merged_once(tmp_path):
    for name in ("one.po", "two.po"):
        (tmp_path / name).write_text(f'{HEADER}msgid "person"\nmsgstr "人员"\n', encoding="utf-8")
    assert [entry.msgid for entry in _builder().merge(sorted(tmp_path.glob("*.po")))] == ["person"]


@pytest.mark.parametrize(
    ("choices", "terms"),
    [
        (Registration.Situation, SITUATIONS),
        (Registration.Student, STUDENTS),
        (Application.Reason, REFUND_REASONS),
    ],
)
def test_a_legal_term_reads_on_pages_as_in_answers(choices, terms):
    with override("zh-hans"):
        assert {choice.value: str(choice.label) for choice in choices} == terms
