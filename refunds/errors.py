"""Why a refund does not go on. The message is what staff read: what is wrong, and what to do."""


class RefundRefused(Exception):
    """The application or the step is refused; nothing was written."""


class NotAllowedByNotice(RefundRefused):
    """The notice allows no refund for this reason on this day; `clauses` are its clauses."""

    def __init__(self, message: str, clauses: tuple[str, ...]) -> None:
        self.clauses = clauses
        super().__init__(message)


class AlreadySettled(RefundRefused):
    """Somebody else was first; the message says who, when and with what result."""


class SamePerson(RefundRefused):
    """This person has taken another step of the application."""


class NotYours(RefundRefused):
    """The role, or the part of the tree, does not take this step."""
