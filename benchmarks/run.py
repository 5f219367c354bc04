"""Runs the measurements: `make bench`, or `make bench ARGS="decide --rows 100000"` for one of them."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """The measurements there are, one a file."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in {"run", "__init__"})


def main(arguments: list[str]) -> int:
    wanted = [name for name in arguments if name in names()] or names()
    passed_on = [argument for argument in arguments if argument not in names()]
    status = 0
    for name in wanted:
        print(f"\n=== {name}", flush=True)
        status |= subprocess.run([sys.executable, HERE / f"{name}.py", *passed_on], check=False).returncode
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
