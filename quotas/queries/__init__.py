"""Reads of tasks and rankings: what counts today (`counting`), what was frozen (`ranking`), tasks and sums (`tasks`)."""

from quotas.queries.counting import Count, Tree, counts, tree
from quotas.queries.ranking import Line, NoSnapshot, Ranking, interviews, my_places, ranking, ranking_area
from quotas.queries.tasks import Terms, sum_of_tasks, task_progress, tasks_in, terms

__all__ = [
    "Count",
    "Line",
    "NoSnapshot",
    "Ranking",
    "Terms",
    "Tree",
    "counts",
    "interviews",
    "my_places",
    "ranking",
    "ranking_area",
    "sum_of_tasks",
    "task_progress",
    "tasks_in",
    "terms",
    "tree",
]
