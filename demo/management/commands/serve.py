import os
import signal
import socket
import subprocess
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "The site and its worker together on this machine, for development; production runs them as services."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("serve 只用于开发；正式运行见 README“Running for real”")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(f"端口 {port} 已被占用，请关闭占用它的程序，或用 PORT=8001 另选端口") from error
        site = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        # Development serves static files from the apps; that nothing was collected is no news.
        quiet = os.environ | {"PYTHONWARNINGS": "ignore:No directory at"}
        running = [
            subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=settings.BASE_DIR),
            subprocess.Popen(
                [*site, "--threads", "4", "--timeout", "300", "--log-level", "warning"],
                cwd=settings.BASE_DIR,
                env=quiet,
            ),
        ]

        def stop(number: int, frame: FrameType | None) -> None:
            for process in running:
                process.terminate()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        self.stdout.write(f"http://127.0.0.1:{port} 已就绪，按 Ctrl+C 停止")
        self.stdout.flush()
        # Whichever of the two ends first takes the other one with it.
        while all(process.poll() is None for process in running):
            signal.sigtimedwait([signal.SIGCHLD], 1)
        stop(signal.SIGTERM, None)
        for process in running:
            process.wait()
