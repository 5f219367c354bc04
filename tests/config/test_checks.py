import os

import pytest

from config.checks import chinese_catalogue


@pytest.fixture
def parts(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "locale" / "parts").mkdir(parents=True)
    (tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES").mkdir(parents=True)
    part = tmp_path / "locale" / "parts" / "room.po"
    part.write_text("")
    return part


def test_a_catalogue_that_was_never_built_is_named(parts):
    assert [(found.id, "make messages" in found.hint) for found in chinese_catalogue(None)] == [("config.W001", True)]


def test_a_catalogue_is_built_anew_when_a_part_has_changed(parts):
    built = parts.parent.parent / "zh_Hans" / "LC_MESSAGES" / "django.mo"
    built.write_bytes(b"")
    os.utime(parts, (1, 1))
    assert chinese_catalogue(None) == []
    os.utime(built, (0, 0))
    assert "room.po" in chinese_catalogue(None)[0].msg
