"""The command line: each command calls public functions only."""

from assetplan.cli.main import main

__all__ = ["main"]
