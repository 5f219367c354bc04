"""`manage.py quote`: the calculator of docs/commands.md as a stream, one JSON object a line in and out."""

import sys
from argparse import ArgumentParser
from typing import Any, ClassVar

from django.core.management import BaseCommand

from policy import cli


class Command(BaseCommand):
    help = "Answers one JSON question a line on standard input, one JSON answer a line on standard output."
    requires_system_checks: ClassVar[list[str]] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="accepted for symmetry; the output is always JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        status = cli.main(["quote"])
        if status:
            sys.exit(status)
