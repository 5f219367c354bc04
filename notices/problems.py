"""What is wrong with a notice, in the words of the person who edits it: which figure, what is wrong, what to do.

`policy` names the place in the pack and says in English what it expected there, for those who write packs. An unknown
sentence is answered in general words; tests/notices/test_problems.py provokes every leaf and fails for one.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices.leaves import label_of
from notices.words import FIELDS, SECTIONS, WORDS, field_title
from policy.categories import FUND_NAMES
from policy.explain import leaves
from policy.pack import Pack, PackError, Problem
from policy.section import ELSEWHERE

_DAY = r"(\d{4}-\d{2}-\d{2})"
# What `policy` says → what staff read. The groups of the pattern, by name, go through _WORDS_OF.
_SENTENCES: tuple[tuple[str, Any], ...] = (
    (
        rf"a day from first (?P<first>{_DAY}) on was expected, not (?P<last>{_DAY})",
        gettext_lazy("the last day %(last)s lies before the first day %(first)s. Give a later last day."),
    ),
    (
        rf"no overlap with window (?P<window>\w+) was expected \((?P<first>{_DAY}) to (?P<last>{_DAY})\).*",
        gettext_lazy(
            "it overlaps with “%(window)s” (%(first)s to %(last)s). Choose days outside it, or change both windows "
            "in one amendment."
        ),
    ),
    (
        r"at most the lowest contribution (?P<most>[\d.]+) was expected, not (?P<given>[\d.]+)",
        gettext_lazy(
            "%(given)s yuan is more than the lowest contribution, %(most)s yuan. Give an amount up to that, or change "
            "the contribution in the same amendment."
        ),
    ),
    (
        r"parts that add up to (the amount )?elsewhere were expected, not to (?P<given>[\d.]+)",
        gettext_lazy("the funds add up to %(given)s yuan, but the amount is not set. Give the amount as well."),
    ),
    (
        r"parts that add up to (the amount )?(?P<wanted>[\d.]+) were expected, not to (?P<given>[\d.]+)",
        gettext_lazy(
            "the funds add up to %(given)s yuan, but the amount is %(wanted)s yuan. Change the parts of the funds or "
            "the amount, so that they agree."
        ),
    ),
    (
        r"shares that add up to 100% were expected, not to (?P<given>[\d.]+)%",
        gettext_lazy("the shares of the funds add up to %(given)s%%. Change them so that they make 100%%."),
    ),
    (
        r"an amount in yuan with at most two decimals was expected.*",
        gettext_lazy("this is no amount in yuan. Write it with at most two decimals, as 380.00."),
    ),
    (
        r"a share from 0% to 100% was expected.*",
        gettext_lazy("this is no share. Write it from 0%% to 100%%, as 50%%."),
    ),
    (
        r"funds out of (?P<funds>.*) were expected, not .*",
        gettext_lazy("a fund that the system does not know. Choose among: %(funds)s."),
    ),
    (
        r"a fund, a mapping from funds.*|one fund, or shares that add up.*",
        gettext_lazy("the funds do not suit this kind of assistance. Choose one fund, or shares that make 100%%."),
    ),
    (
        r"one of (?P<options>.*) was expected, not .*|Input should be (?P<words>'.*?')(, not .*)?",
        gettext_lazy("this cannot be chosen here. Choose among: %(options)s."),
    ),
    (
        r"one reading only may govern .*",
        gettext_lazy("two readings would decide the same question. Change the other reading in the same amendment."),
    ),
    (
        r"a contribution for everyone was expected; none for .*born (?P<born>[\d-]+), paid from (?P<paid>[\d-]+)",
        gettext_lazy(
            "somebody would have no contribution: born from %(born)s, paying from %(paid)s. Change the days so that "
            "every day of payment has a contribution."
        ),
    ),
    (
        r"modes for full and partial assistance.*|a way of settling was expected.*",
        gettext_lazy(
            "full and partial assistance would not both be settled. Choose a mode of settlement for each of them."
        ),
    ),
    (
        r"the start of benefits was expected, or refused: yes without it",
        gettext_lazy("who is let in needs a start of benefits, and who is not let in has none."),
    ),
    (
        r"the chain of an allowed refund was expected.*",
        gettext_lazy("a refund that is allowed needs its steps, and one that is not allowed has none."),
    ),
    (
        r"a date written YYYY-MM-DD.*|day is out of range for month|month must be in .*|day .* must be in range .*|"
        r"year .*out of range.*|Invalid isoformat string.*",
        gettext_lazy("there is no such day. Write the date as year, month and day, as 2021-12-31."),
    ),
    (
        r"a day from (?P<first>{d}) to (?P<last>{d}) was expected".replace("{d}", _DAY),
        gettext_lazy("this day cannot be meant. Give a day from %(first)s to %(last)s."),
    ),
    (
        r"Input should be a valid (integer|number|decimal).*",
        gettext_lazy("this is no whole number. Write it in digits."),
    ),
    (
        r"Input should be greater than or equal to (?P<least>[\d.]+).*",
        gettext_lazy("this is too small. Give at least %(least)s."),
    ),
    (r"Input should be greater than (?P<least>[\d.]+).*", gettext_lazy("this is too small. Give more than %(least)s.")),
    (
        r"Input should be less than or equal to (?P<most>[\d.]+).*",
        gettext_lazy("this is too large. Give at most %(most)s."),
    ),
    (r"Input should be a valid boolean.*", gettext_lazy("this is neither yes nor no. Choose one of them.")),
    (
        r"a value as it would stand in the pack was expected|Input should be a valid (string|dictionary|list|tuple).*",
        gettext_lazy("this is no value that a notice can hold. Choose the figure again and write it in full."),
    ),
    (
        r"a leaf of the pack was expected.*|a single leaf was expected.*|a figure, a date or a choice was expected.*",
        gettext_lazy("no amendment changes this. Choose a figure, a date or a choice of the notice."),
    ),
)
_KNOWN = tuple((re.compile(rf"{pattern}\Z", re.DOTALL), words) for pattern, words in _SENTENCES)
_NO_NAME = "Input should be a valid string"
_FIELD_FIRST = re.compile(r"([a-z_]+): (?=[a-z])")


def in_words(error: PackError, pack: Pack) -> list[str]:
    """Every problem as a line for staff: the figure by the titles of `pack`, what is wrong, the remedy."""
    # Where a name or a condition may stand, what is wrong with the condition is also told as "no name".
    plain = [problem for problem in error.problems if problem.message != _NO_NAME] or error.problems
    return list(dict.fromkeys(_line(problem, pack) for problem in plain))


def _line(problem: Problem, pack: Pack) -> str:
    path, message = problem.field, problem.message
    while found := _FIELD_FIRST.match(message):
        path, message = _beside(path, found[1], pack), message[found.end() :]
    return _("%(place)s: %(what)s") % {"place": _place(path, pack), "what": _sentence(message, pack)}


def _beside(path: str, field: str, pack: Pack) -> str:
    """The path of a field that a sentence names: inside the place, or beside it where the place is a figure."""
    rule = path.rpartition(".")[0]
    figures = {leaf.path for leaf in leaves(pack)}
    return f"{rule}.{field}" if path in figures and rule else f"{path}.{field}".lstrip(".")


def _sentence(message: str, pack: Pack) -> str:
    for pattern, words in _KNOWN:
        if found := pattern.match(message):
            return str(words) % _values(found.groupdict(), pack)
    return _("this does not fit the rest of the notice. Compare it with the document and with the figures beside it.")


def _values(groups: Mapping[str, str | None], pack: Pack) -> dict[str, str]:
    given = {name: value for name, value in groups.items() if value is not None}
    if "words" in given:
        given["options"] = given.pop("words")
    return {name: _IN_WORDS[name](value, pack) if name in _IN_WORDS else value for name, value in given.items()}


def _window(name: str, pack: Pack) -> str:
    return pack.windows[name].label if name in pack.windows else name


def _funds(names: str, pack: Pack) -> str:
    return "、".join(FUND_NAMES.get(name, name) for name in names.split(", "))


def _options(names: str, pack: Pack) -> str:
    """Options of a reading or of a kind of rule, by what they say."""
    said = {name: text for reading in pack.readings.values() for name, text in reading.options.items()}
    found = re.findall(r"\w+", names.replace(" or ", " "))
    said[ELSEWHERE] = _("set by another document")
    return "、".join(str(said.get(name) or WORDS.get(name, name)) for name in found)


def _born(day: str, pack: Pack) -> str:
    return _("any day") if day == date.min.isoformat() else day


_IN_WORDS: dict[str, Callable[[str, Pack], str]] = {
    "window": _window,
    "funds": _funds,
    "options": _options,
    "born": _born,
}


def _place(path: str, pack: Pack) -> str:
    """Section, rule and field of a figure; of a rule or a section as a whole, what it is called."""
    section, _dot, rest = path.partition(".")
    rule = path.rpartition(".")[0]
    all_leaves = list(leaves(pack))
    inside = [leaf for leaf in all_leaves if leaf.path.startswith(f"{path}.")]
    beside = [leaf for leaf in all_leaves if leaf.path.rpartition(".")[0] == rule]
    label = next((label_of(pack, leaf) for leaf in inside or beside), "") if rest else ""
    field = field_title(path) if path.rpartition(".")[2] in FIELDS and rest else ""
    return " · ".join(str(part) for part in (SECTIONS.get(section, ""), label, field) if part) or _("The notice")
