"""Tables that benchmarks print as they go, and which of them are long.

With ASSETPLAN_BENCHMARK=full all of them run, at every size; without, the short ones, which CI runs.
"""

from __future__ import annotations

import os

import pytest

FULL = os.environ.get("ASSETPLAN_BENCHMARK") == "full"
full_only = pytest.mark.skipif(not FULL, reason="ASSETPLAN_BENCHMARK=full runs it")


def row(*cells: object) -> None:
    """One row."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def head(title: str, *cells: str) -> None:
    """A title and the names of the columns."""
    print(f"\n{title}\n", flush=True)
    row(*cells)
    print("|" + "---|" * len(cells), flush=True)
