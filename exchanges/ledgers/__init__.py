"""Ledgers that leave the house. The room that owns the rows registers its ledgers in `AppConfig.ready()`.

    register(Ledger("enrolled", _("People enrolled"), COLUMNS, enrolled_rows, "enrollment.view_payment"))

A ledger's rows come as the database holds them: text, dates, money in fen, id numbers sealed. How a cell looks in a
file is said by its column (`exchanges.writers`), once for every format.
"""

from exchanges.ledgers.registry import (
    Column,
    Kind,
    Ledger,
    RowFunction,
    Rows,
    Sql,
    UnknownLedger,
    by_name,
    export_title,
    ledgers,
    ledgers_for,
    name_export,
    register,
)

__all__ = [
    "Column",
    "Kind",
    "Ledger",
    "RowFunction",
    "Rows",
    "Sql",
    "UnknownLedger",
    "by_name",
    "export_title",
    "ledgers",
    "ledgers_for",
    "name_export",
    "register",
]
