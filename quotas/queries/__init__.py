"""Reads of tasks and rankings: what counts on a day (`counting`), what was frozen (`ranking`), tasks (`tasks`),
lists that were overdue (`overdue`)."""

from quotas.queries.counting import Count, Tree, counts, tree
from quotas.queries.overdue import OverdueList, overdue_lists
from quotas.queries.ranking import (
    Line,
    NoSnapshot,
    Ranking,
    coverage_years,
    interviews,
    my_places,
    people_missing,
    ranking,
    ranking_area,
)
from quotas.queries.tasks import Terms, own_milestones, sum_of_tasks, task_progress, tasks_in, terms

__all__ = [
    "Count",
    "Line",
    "NoSnapshot",
    "OverdueList",
    "Ranking",
    "Terms",
    "Tree",
    "counts",
    "coverage_years",
    "interviews",
    "my_places",
    "overdue_lists",
    "own_milestones",
    "people_missing",
    "ranking",
    "ranking_area",
    "sum_of_tasks",
    "task_progress",
    "tasks_in",
    "terms",
    "tree",
]
