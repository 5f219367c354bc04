"""What the notice says of the benefits to such a person."""

from __future__ import annotations

from policy.duties import BenefitNote
from policy.facts import Facts
from policy.schema import Pack


def notes(facts: Facts, pack: Pack) -> tuple[BenefitNote, ...]:
    """What the notice says of the benefits themselves to such a person, to be shown beside an answer."""
    held = {each.category for each in facts.identities}
    return tuple(
        note
        for note in pack.duties.benefit_notes.values()
        if (not note.tiers or str(facts.tier) in note.tiers)
        and (not note.situations or facts.situation in note.situations)
        and (not note.categories or held & set(note.categories))
    )
