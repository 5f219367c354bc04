"""What stands beside the file of a delivery: by it the receiver sees whether the file came whole, and which it is."""

import json
from typing import Any

from django.utils import timezone

from exchanges.outbound.models import Delivery
from exchanges.writers.cells import yuan

ENDING = ".manifest.json"


def _amount(fen: int | None) -> str | None:
    return None if fen is None else yuan(str(fen))


def manifest_of(delivery: Delivery) -> dict[str, Any]:
    """The manifest. Amounts in yuan with two decimals; the same for the same delivery whenever it is asked for."""
    return {
        "kind": delivery.kind,
        "area": delivery.region_id,
        "year": delivery.coverage_year,
        "receiver": delivery.receiver_name,
        "sequence": delivery.sequence,
        "base_sequence": delivery.base_sequence,
        "on": delivery.on.isoformat(),
        "file": delivery.file_name,
        "size": delivery.size,
        "sha256": delivery.sha256,
        "columns_version": delivery.columns_version,
        "rows": delivery.rows,
        "added": delivery.added,
        "changed": delivery.changed,
        "withdrawn": delivery.withdrawn,
        "sum": _amount(delivery.sum_fen),
        "standing_rows": delivery.standing_rows,
        "standing_sum": _amount(delivery.standing_fen),
        "made_at": timezone.localtime(delivery.made_at).isoformat(timespec="seconds"),
    }


def manifest_bytes(delivery: Delivery) -> bytes:
    """The manifest as it is written beside the file."""
    return json.dumps(manifest_of(delivery), ensure_ascii=False, indent=2).encode() + b"\n"
