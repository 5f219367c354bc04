"""What a receiver answers, as json or csv.

json: {"kind": "marks", "area": "610926000000", "year": 2022, "sequence": 3, "sha256": "…", "accepted": 118,
"sum": "37760.00", "refused": [{"row": 7, "reason": "证件号码不符"}]}; sum and refused may be left out.
csv: lines of a name and a value (序号, SHA-256, 接收行数, 合计金额, and to tell which list: 报送种类, 区划, 年度), then
the line 退回行号,原因 and a line for each refused row. Row numbers are those of the rows of the file, from 1.
"""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from exchanges.writers.cells import printable
from privacy.masks import mask_text

MOST_BYTES = 5 * 1024 * 1024
MOST_REFUSED = 20_000
_NAMES = {
    "报送种类": "kind",
    "种类": "kind",
    "区划": "area",
    "年度": "year",
    "参保年度": "year",
    "序号": "sequence",
    "编号": "sequence",
    "sha-256": "sha256",
    "接收行数": "accepted",
    "接受行数": "accepted",
    "合计金额": "sum",
    "合计": "sum",
}
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_YUAN = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,2}))?\Z", re.ASCII)


class ReceiptUnreadable(Exception):
    """The file is no receipt; the message names the field and what was expected."""


@dataclass(frozen=True)
class ReceiptFile:
    """A receipt as it says of itself. `refused` are rows, each once with its reasons, personal data masked."""

    accepted: int
    sha256: str = ""
    sequence: int | None = None
    kind: str = ""
    area: str = ""
    year: int | None = None
    sum_fen: int | None = None
    refused: list[tuple[int, str]] = field(default_factory=list)


def read_receipt(data: bytes) -> ReceiptFile:
    """Raises ReceiptUnreadable."""
    if len(data) > MOST_BYTES:
        raise ReceiptUnreadable(_("The receipt is larger than 5 MB."))
    text = _decoded(data)
    values = _from_json(text) if text.lstrip().startswith("{") else _from_csv(text)
    refused = _refused(values.get("refused") or [])
    if values.get("accepted") in (None, ""):
        raise ReceiptUnreadable(_("The receipt does not say how many rows were accepted (accepted, 接收行数)."))
    sha256 = str(values.get("sha256") or "").strip().lower()
    if sha256 and not _HASH.match(sha256):
        raise ReceiptUnreadable(_("SHA-256 in the receipt is not 64 hexadecimal digits."))
    sequence = _whole(values, "sequence")
    if not sha256 and sequence is None:
        raise ReceiptUnreadable(_("The receipt names neither the SHA-256 nor the number of the delivery."))
    return ReceiptFile(
        accepted=_whole(values, "accepted") or 0,
        sha256=sha256,
        sequence=sequence,
        kind=_text(values, "kind"),
        area=_text(values, "area"),
        year=_whole(values, "year"),
        sum_fen=_fen(values.get("sum")),
        refused=refused,
    )


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReceiptUnreadable(_("The receipt is neither UTF-8 nor GB18030 text."))


def _from_json(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReceiptUnreadable(_("The receipt is not valid JSON.")) from error
    return values


def _from_csv(text: str) -> dict[str, Any]:
    values: dict[str, Any] = {"refused": []}
    try:
        for cells in csv.reader(io.StringIO(text)):
            name, value = ([cell.strip() for cell in cells] + ["", ""])[:2]
            if name.isascii() and name.isdigit():
                values["refused"].append({"row": name, "reason": value})
            elif name:
                values[_NAMES.get(name.lower(), name.lower())] = value
    except csv.Error as error:
        raise ReceiptUnreadable(_("The receipt is neither JSON nor csv.")) from error
    return values


def _refused(rows: Any) -> list[tuple[int, str]]:
    if not isinstance(rows, list) or len(rows) > MOST_REFUSED:
        raise ReceiptUnreadable(_("Refused rows are a list of row and reason, at most 20,000 of them."))
    found: dict[int, list[str]] = {}
    for row in rows:
        if not isinstance(row, dict):
            raise ReceiptUnreadable(_("Refused rows are a list of row and reason, at most 20,000 of them."))
        number = _whole(row, "row")
        if not number:
            raise ReceiptUnreadable(_("A refused row is named by its number in the file, counted from 1."))
        found.setdefault(number, []).append(mask_text(_text(row, "reason")))
    return [(number, "；".join(reasons)[:300]) for number, reasons in found.items()]


def _text(values: dict[str, Any], name: str) -> str:
    """Without control characters and halves of characters, which not every database keeps."""
    return printable(str(values.get(name) or "")).strip()


def _whole(values: dict[str, Any], name: str) -> int | None:
    value = values.get(name)
    if value in (None, ""):
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ReceiptUnreadable(_("“%(name)s” in the receipt is not a whole number.") % {"name": name})
    return int(text)


def _fen(value: Any) -> int | None:
    if value in (None, ""):
        return None
    match = _YUAN.match(str(value).strip().replace(",", ""))
    if not match:
        raise ReceiptUnreadable(_("The sum in the receipt is not an amount in yuan."))
    fen = int(match[2]) * 100 + int((match[3] or "").ljust(2, "0"))
    return -fen if match[1] else fen
