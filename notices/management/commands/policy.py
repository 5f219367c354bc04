"""`manage.py policy list | check FILE | show ID | diff A B`: packs as text; ID, A and B are ids or YAML files."""

import sys
from argparse import ArgumentParser
from io import TextIOWrapper
from typing import Any, ClassVar

from django.core.management import BaseCommand

from policy import cli


class Command(BaseCommand):
    help = "Checks, shows and compares the packs of the notices."
    requires_system_checks: ClassVar[list[str]] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True, metavar="list|check|show|diff")
        commands.add_parser("list", help="the packs there are")
        commands.add_parser(
            "check", help="check the pack of a file: every problem with file, line and field"
        ).add_argument("file")
        commands.add_parser("show", help="a pack as a readable page").add_argument("pack")
        differing = commands.add_parser("diff", help="what differs between two packs")
        differing.add_argument("a")
        differing.add_argument("b")

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        for stream in (sys.stdout, sys.stderr):
            # The words of the notices are Chinese whatever the locale of a scheduler says.
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8")
        names = [options[name] for name in ("file", "pack", "a", "b") if options.get(name) is not None]
        status = cli.main([subcommand, *names])
        if status:
            sys.exit(status)
