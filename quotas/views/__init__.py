"""Pages of the ranking: a week, the circular, frozen weeks and interviews, tasks."""
