"""Who is asked about as a newborn where nobody says so: lists and receipts know only the day of birth."""


def first_birth_year(coverage_year: int) -> int:
    """Year of birth from which a child is asked about as a newborn for the coverage year."""
    return coverage_year - 1


def situation_by_birth(situation: str, birth_year: int, coverage_year: int) -> str:
    """`newborn` instead of `general` for a child born in the coverage year or the year before it.

    Newborns pay for the year of their birth or for the next one (SL-4.2.2a, SL-4.2.2b, PL-4.2.2, ZJ-3.2.1, TN-3.1,
    JL-3.1). Whether the 90 days were kept, and what follows if not, is for the notice to say; where it says nothing of
    that day of birth the general rules hold (R17).
    """
    return "newborn" if situation == "general" and birth_year >= first_birth_year(coverage_year) else situation
