"""Reads the files that are named on standard input, one a line, in a process of its own, and answers a line of JSON for
each: the reason why it was refused (null: it was read), and the most memory that this process and those below it have
had so far, in bytes. Run as a module, from the root of the project.
"""

import json
import re
import resource
import sys
from pathlib import Path


def _own_peak() -> int:
    """What getrusage says of a process has in it what its parent had when it started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def main() -> None:
    import django

    django.setup()
    from enrollment.kinds import POPULATION
    from exchanges.reading import FileRefused, open_source

    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        reason = None
        try:
            for _block in open_source(lambda path=path: path.open("rb"), POPULATION).blocks():
                pass
        except FileRefused as refused:
            reason = str(refused)
        below = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        answer = {"reason": reason, "own": _own_peak(), "below": below}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
