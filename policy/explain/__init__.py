"""Why: a pack as leaves and differences, and an answer as sentences, rows and a timeline."""

from policy.explain.clauses import clauses_of
from policy.explain.leaves import Difference, Leaf, diff, leaves, readable
from policy.explain.notes import notes
from policy.explain.rows import Row, fund_text, rows
from policy.explain.sentences import Sentence, sentences
from policy.explain.timeline import Stretch, Timeline, timeline

__all__ = [
    "Difference",
    "Leaf",
    "Row",
    "Sentence",
    "Stretch",
    "Timeline",
    "clauses_of",
    "diff",
    "fund_text",
    "leaves",
    "notes",
    "readable",
    "rows",
    "sentences",
    "timeline",
]
