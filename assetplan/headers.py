"""Which row of a table holds the names of its columns, what they are called, and what delimits them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Sequence

SEARCHED = 20
"""Records at the head of a table among which its names are looked for."""

_DELIMITERS = ",;\t|"
_SAMPLE = 65536  # characters of text, and
_LIKE = 100  # lines of it, that a delimiter is recognised by


def header_place(records: Sequence[Sequence[str]], known: Collection[str] = ()) -> int:
    """Which of the first records of a table holds the names of its columns.

    It is the one with the most known names, where it has two or more of them; else the first that fills at least half
    as many cells as the fullest: a title above the names fills one or a few.

    Parameters
    ----------
    records : sequence of sequence of str
        Cells of the first records.
    known : collection of str
        Names that some columns are likely to have.
    """
    likely = {name.lower() for name in known}
    hits = [len({cell.lower() for cell in map(_tidy, record)} & likely) for record in records]
    if hits and max(hits) >= 2:
        return hits.index(max(hits))
    filled = [sum(bool(cell.strip()) for cell in record) for record in records]
    return next((place for place, count in enumerate(filled) if count * 2 >= max(filled)), 0)


def distinct_names(header: Sequence[str]) -> list[str]:
    """Names of columns, each once: those shared become `name#1`, `name#2`, …; a column without one is `column 3`."""
    given = [name or f"column {place}" for place, name in enumerate(header, 1)]
    counts = Counter(given)
    seen: Counter[str] = Counter()
    names = []
    for name in given:
        seen[name] += 1
        names.append(f"{name}#{seen[name]}" if counts[name] > 1 else name)
    return names


def likely_delimiter(text: str, quote: str) -> str:
    """The delimiter of , ; tab and | that gives the largest share of the first lines one same number of cells.

    Parameters
    ----------
    text, quote : str; the text, and the character that values are quoted with
    """
    some = text[:_SAMPLE].split("\n")
    lines = [line for line in (some[:-1] if len(text) > _SAMPLE else some) if line.strip()][:_LIKE]
    best, delimiter = 0.0, ","
    for one in _DELIMITERS:
        try:
            counts = Counter(len(record) for record in csv.reader(lines, delimiter=one, quotechar=quote))
        except csv.Error:
            continue
        width, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and count / counts.total() > best:
            best, delimiter = count / counts.total(), one
    return delimiter


def _tidy(value: str) -> str:
    return " ".join(value.split())
