"""Build the Chinese catalogue: merge locale/parts/*.po (one a room) and compile it for gettext.

    python locale/build.py        (or: make messages)

Neither result is kept in the repository: the parts are the source, and both files follow from them.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import polib

HERE = Path(__file__).resolve().parent
PARTS = HERE / "parts"
CATALOGUE = HERE / "zh_Hans" / "LC_MESSAGES" / "django.po"
METADATA = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str | None, str]


class PartsDisagree(Exception):
    """Two parts translate one msgid differently; the message names both, with their lines."""


def read_parts(parts: Iterable[Path]) -> list[tuple[Path, polib.POEntry]]:
    """Every entry of the parts with the file that it stands in."""
    return [(path, entry) for path in parts for entry in polib.pofile(str(path), encoding="utf-8")]


def merge(parts: Iterable[Path]) -> polib.POFile:
    """One catalogue of the parts. The same msgid with the same translation may stand in several of them."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = METADATA
    first: dict[Key, tuple[Path, polib.POEntry]] = {}
    conflicts = []
    for path, entry in read_parts(parts):
        key = (entry.msgctxt, entry.msgid)
        if key not in first:
            first[key] = (path, entry)
            catalogue.append(entry)
            continue
        other_path, other = first[key]
        if (entry.msgstr, entry.msgstr_plural) != (other.msgstr, other.msgstr_plural):
            conflicts.append(
                f"{entry.msgid!r} is {other.msgstr or other.msgstr_plural} in {other_path.name}:{other.linenum} "
                f"but {entry.msgstr or entry.msgstr_plural} in {path.name}:{entry.linenum}"
            )
    if conflicts:
        raise PartsDisagree("\n".join(conflicts))
    return catalogue


def main() -> int:
    try:
        catalogue = merge(sorted(PARTS.glob("*.po")))
    except PartsDisagree as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
