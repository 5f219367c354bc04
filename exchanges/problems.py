"""What can be wrong with a row of any kind of list, in the words that staff read: what it is and what to do.

A kind adds problems of its own (`FileKind.problems`). `%(detail)s` stands for what the words need of the row.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROW_PROBLEMS: dict[str, str | Promise] = {
    "missing": _("is empty; please fill it in"),
    "too_many_cells": _("the row has more cells than the header; a comma or tab too many shifts the values"),
    "too_long": _("is longer than %(detail)s characters; please shorten it"),
    "control_characters": _("contains characters that cannot be printed; please type it again"),
    "digits_lost": _(
        "was stored as a number and its last digits are lost (%(detail)s); format the column as text and enter the "
        "number again from the source"
    ),
    "not_a_date": _("“%(detail)s” is not a date; write it as 2023-09-01"),
    "date_out_of_range": _("%(detail)s lies outside the time that this list can be about; please check the year"),
    "not_an_amount": _("“%(detail)s” is not an amount in yuan with at most two decimals, e.g. 320.00"),
    "amount_zero": _("is a reversal of nothing; please enter the amount that is reversed"),
    "not_a_number": _("“%(detail)s” is not a whole number"),
    "not_a_choice": _("“%(detail)s” is not known; allowed are %(choices)s"),
    "not_a_name": _("contains characters that no name has (digits, signs, “?” or “*”); please enter the full name"),
    "not_a_receipt": _("“%(detail)s” is not a receipt number: letters, digits and hyphens only"),
    "region": _("%(detail)s; please write the 12-digit code, or the full names of town and village"),
    "region_too_high": _("“%(detail)s” is no town or village; please name the town and village"),
    "newer_stands": _(
        "a list of %(detail)s says otherwise and is newer than this one; if this row is right, send it again today"
    ),
    "other_year": _("is %(detail)s, but the list is for another coverage year; please check year and list"),
}
