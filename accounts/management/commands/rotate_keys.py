from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts import audit
from accounts.cli import CommandRefused, JsonCommand
from accounts.models import Staff
from privacy import keyring, rotation


class Command(JsonCommand):
    help = (
        "Seal personal data anew with the first key of FIELD_KEYS; with --index compute the blind indexes anew after "
        "INDEX_KEY has changed. Can be interrupted and started again at any time."
    )
    takes = ("on",)
    refusals = (keyring.CannotDecrypt,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--batch", type=int, default=5000, help="rows a transaction")
        parser.add_argument("--dry-run", action="store_true", help="count what is to be done, change nothing")
        parser.add_argument("--index", action="store_true", help="blind indexes instead of encrypted values")

    def handle_json(
        self, *, by: Staff, on: Any, batch: int, dry_run: bool, index: bool, **rest: Any
    ) -> tuple[dict[str, Any], int]:
        if batch < 1:
            raise CommandRefused("--batch 应为正整数")
        counts = self._indexes(batch, dry_run) if index else self._values(batch, dry_run)
        if not dry_run and any(counts.values()):
            with transaction.atomic():
                verb = "privacy.recompute_indexes" if index else "privacy.rotate_keys"
                audit.record_many(by=by, on=on, verb=verb, model=Staff, counts=counts)
        return {"key": keyring.current_key_id(), "dry_run": dry_run, **counts}, 0

    def _values(self, batch: int, dry_run: bool) -> dict[str, int]:
        counts = {}
        for column in rotation.encrypted_columns():
            stale = rotation.stale_values(column)
            self.say(f"{column}：{stale} 个值由旧密钥加密")
            counts[str(column)] = (
                stale
                if dry_run or not stale
                else rotation.rotate_column(
                    column, batch=batch, progress=lambda done, total=stale: self.say(f"  已重新加密 {done} / {total}")
                )
            )
        counts["files"] = self._files(dry_run)
        return counts

    def _files(self, dry_run: bool) -> int:
        done = 0
        for storage, name in rotation.stale_files():
            if not dry_run:
                storage.reseal(name)
            done += 1
        self.say(f"文件：{done} 个由旧密钥加密" if dry_run else f"文件：已重新加密 {done} 个")
        return done

    def _indexes(self, batch: int, dry_run: bool) -> dict[str, int]:
        counts = {}
        for column, index in rotation.indexed_columns():
            self.say(f"{column.model._meta.label}.{index.name}：由明文重新计算索引")
            counts[f"{column.model._meta.label}.{index.name}"] = rotation.recompute_index(
                column, index, batch=batch, progress=lambda done: self.say(f"  已更新 {done}"), write=not dry_run
            )
        return counts

    def summary(self, result: dict[str, Any]) -> str:
        head = "演练（未改动）" if result["dry_run"] else "完成"
        rows = "\n".join(f"  {name}：{count}" for name, count in result.items() if name not in {"key", "dry_run"})
        return f"{head}，当前密钥编号 {result['key']}\n{rows}"
