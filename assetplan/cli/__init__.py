"""The command line: each command calls public functions only."""

import os
import sys

# What sets the threads of linear algebra; read when numpy is loaded.
_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    """Run `assetplan` with the arguments of its process; an interruption while it loads ends as any other does."""
    # On one thread sums are added in one order: the same input gives the same programme on any number of cores.
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    try:
        from assetplan.cli.main import main as commands
    except KeyboardInterrupt:
        print("\nAborted!", file=sys.stderr)
        sys.exit(1)
    commands()
