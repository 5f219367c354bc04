"""Readers of cells: a column of text comes in, typed columns and the faults of single rows go out."""

from exchanges.columns.amounts import Fen
from exchanges.columns.base import Context, Distinct, Faults, OneByOne, Parsed, Parser, Refused, Staged, Type
from exchanges.columns.choices import Choice, Whole, Year
from exchanges.columns.dates import Day
from exchanges.columns.regions import Place
from exchanges.columns.text import Code, Name, Text

__all__ = [
    "Choice",
    "Code",
    "Context",
    "Day",
    "Distinct",
    "Faults",
    "Fen",
    "Name",
    "OneByOne",
    "Parsed",
    "Parser",
    "Place",
    "Refused",
    "Staged",
    "Text",
    "Type",
    "Whole",
    "Year",
]
