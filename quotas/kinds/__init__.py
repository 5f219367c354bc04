"""Lists of tasks, from the governments that set them."""

from quotas.kinds.tasks import TASKS

__all__ = ["TASKS"]
