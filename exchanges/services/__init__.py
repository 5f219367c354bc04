"""What can be done with a batch: take a file in, work it off, cancel it, try it again."""

from exchanges.services.holding import NotTaken
from exchanges.services.life import (
    BatchIsFinal,
    NeedsSecondPerson,
    approve_batch,
    cancel_batch,
    reject_batch,
    retry_batch,
)
from exchanges.services.receive import receive_file, remove_unless_entered
from exchanges.services.run import run_batch, run_line, run_next

__all__ = [
    "BatchIsFinal",
    "NeedsSecondPerson",
    "NotTaken",
    "approve_batch",
    "cancel_batch",
    "receive_file",
    "reject_batch",
    "remove_unless_entered",
    "retry_batch",
    "run_batch",
    "run_line",
    "run_next",
]
