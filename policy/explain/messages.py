"""Marking msgids without Django."""


def gettext_noop(message: str) -> str:
    """Marks a msgid for the catalogue."""
    return message
