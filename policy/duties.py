"""What a notice asks of those who carry it out: who is eligible, where people enrol, goals, milestones, rankings,
reports.

None of it decides a person's answer; the rooms that work with it read it here, each with its clause.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from policy.categories import CATEGORIES, SITUATIONS
from policy.money import Fen, Share
from policy.period import Day
from policy.section import IsoDate, Named, Rule, Section, Words

Bureau = Literal[
    "agency",
    "tax",
    "civil_affairs",
    "rural_revitalization",
    "disabled_federation",
    "police",
    "health",
    "veterans",
    "education",
    "employee_insurance",
    "finance",
    "government",
]
FileKind = Literal["identities", "payments", "employee_cover", "population", "students", "tasks", "waivers"]


class Eligibility(Rule):
    """People who may enrol, in the notice's words."""


class PlaceRule(Rule):
    """The place of enrolment must equal one of these places of the person."""

    one_of: tuple[Literal["hukou", "residence_permit", "usual_residence", "school", "place_of_recognition"], ...]


class DuplicateOrder(Rule):
    """Of several enrolments at one time, the first in this order gives the benefits."""

    order: tuple[Literal["employee", "college_student", "usual_residence"], ...]


class CoverageGoal(Rule):
    """The share of people who are to be enrolled. `categories` empty: everyone; `level`: the divisions it is counted
    by.
    """

    share: Share
    categories: Words = ()
    level: Literal["county", "town", "village"]

    @model_validator(mode="after")
    def _known(self):
        unknown = [category for category in self.categories if category not in CATEGORIES]
        if unknown:
            raise ValueError(f"categories: unknown {', '.join(unknown)}")
        return self


class Target(Rule):
    """People to enrol, as the text says; `annex` is what the annex adds up to where it says otherwise."""

    people: int = Field(ge=1)
    annex: int | None = Field(default=None, ge=1)


class Milestone(Rule):
    """By a day, a share of the target."""

    on: IsoDate
    share: Share


class AssessmentDay(Rule):
    """Payments after this day do not count for assessment and ranking."""

    on: IsoDate


class TaskMissed(Rule):
    """What follows for whoever has not reached the task by the day on which it is due, in the notice's words."""


class Ranking(Rule):
    """Who is behind in a week of the ranking.

    `level` is the divisions ranked. `behind`: the last one, or the last share of them rounded up; whoever has reached
    the target never is. `interview_after` weeks behind in a row an interview is due. Weeks run from Monday to Sunday.
    """

    level: Literal["town", "village"]
    behind: Literal["last_one", "last_share"]
    behind_share: Share = 0
    interview_after: int = Field(ge=1)

    @model_validator(mode="after")
    def _share_given(self):
        if (self.behind == "last_share") is not bool(self.behind_share):
            raise ValueError("behind_share: a share was expected with behind: last_share, and none without it")
        return self

    def behind_count(self, regions: int) -> int:
        """How many of so many regions are behind, before those that reached the target are left out."""
        if self.behind == "last_one":
            return min(regions, 1)
        return -(-regions * self.behind_share // 10_000)


class ReportDeadline(Rule):
    """By when whom a file of a kind reaches.

    `due`: `on` a day; so many `working_days` after the event; `monthly` before a day of the month; `weekly`; so many
    `days` after the event. `event`: what the count starts from; a recognition is each row's own. `first` and `last`
    bound the days on which the duty stands (`policy.deadlines.in_force`).
    """

    file: FileKind
    senders: tuple[Bureau, ...]
    receiver: Bureau
    due: Literal["on", "working_days", "monthly", "weekly", "days", "promptly"]
    day: IsoDate | None = None
    number: int | None = Field(default=None, ge=1, le=366)
    event: Literal["recognition", "collection_end", ""] = ""
    first: Day = None
    last: Day = None

    @model_validator(mode="after")
    def _complete(self):
        if (self.due == "on") is not (self.day is not None):
            raise ValueError("day: the day was expected with due: on, and none without it")
        if (self.due in ("working_days", "monthly", "days")) is not (self.number is not None):
            raise ValueError(
                "number: a number was expected with due: working_days, monthly or days, and none without it"
            )
        if (self.due in ("working_days", "days")) is not bool(self.event):
            raise ValueError("event: an event was expected with due: working_days or days, and none without it")
        return self

    @property
    def each_row(self) -> bool:
        """Whether it runs from the recognition of each row, so that rows are late and not the list."""
        return self.event == "recognition"

    @property
    def outgoing(self) -> bool:
        """Whether the agency sends the list: as its own duty, or because it passes on to another office what the
        senders tell it.
        """
        return self.receiver != "agency" or "agency" in self.senders


class WorkSubsidy(Rule):
    """Paid to a village for each person enrolled and paid. Fen."""

    per_person: Fen


class Options(Rule):
    """A list to choose from, each with its Chinese words."""

    options: Annotated[Mapping[str, str], Named]


class BenefitNote(Rule):
    """Of the benefits themselves: it decides no answer, but whoever is enrolled should know it.

    For everyone, or for those of a tier, a situation or an identity. `amount` in fen, where it is about one.
    """

    amount: Fen | None = None
    tiers: tuple[Literal["1", "2"], ...] = ()
    situations: tuple[Literal[tuple(SITUATIONS)], ...] = ()
    categories: tuple[Literal[tuple(CATEGORIES)], ...] = ()


class Duties(Section):
    """All of it. Absent: the notice has no such rule."""

    eligibility: Annotated[Mapping[str, Eligibility], Named] = Field(default_factory=dict)
    benefit_notes: Annotated[Mapping[str, BenefitNote], Named] = Field(default_factory=dict)
    place_rule: PlaceRule | None = None
    duplicate_order: DuplicateOrder | None = None
    coverage_goals: Annotated[Mapping[str, CoverageGoal], Named] = Field(default_factory=dict)
    target: Target | None = None
    milestones: Annotated[Mapping[str, Milestone], Named] = Field(default_factory=dict)
    assessment_day: AssessmentDay | None = None
    task_missed: TaskMissed | None = None
    ranking: Ranking | None = None
    report_deadlines: Annotated[Mapping[str, ReportDeadline], Named] = Field(default_factory=dict)
    work_subsidy: WorkSubsidy | None = None
    waiver_reasons: Options | None = None
    not_enrolled_special_situations: Options | None = None
