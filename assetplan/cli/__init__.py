"""The command line: each command calls public functions only."""

import sys

from assetplan.process import collect_seldom, one_thread


def main() -> None:
    """Run `assetplan` with the arguments of its process; an interruption while it loads ends as any other does."""
    one_thread()
    collect_seldom()
    try:
        from assetplan.cli.main import main as commands
    except KeyboardInterrupt:
        print("\nAborted!", file=sys.stderr)
        sys.exit(1)
    commands()
