"""Tables that benchmarks print as they go."""

from __future__ import annotations


def row(*cells: object) -> None:
    """One row."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def head(title: str, *cells: str) -> None:
    """A title and the names of the columns."""
    print(f"\n{title}\n", flush=True)
    row(*cells)
    print("|" + "---|" * len(cells), flush=True)
