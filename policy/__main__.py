"""`python -m policy`, see cli.py."""

import sys

from policy.cli import main

if __name__ == "__main__":
    sys.exit(main())
