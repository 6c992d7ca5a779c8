"""Tables as sheets of a workbook, the same bytes each time; text is never taken for a formula or a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xlsxwriter

_PLAIN, _FORMATTED, _WIDEST = 14, 16, 60  # widths of columns [characters]


@contextmanager
def new_book(path: Path, title: str) -> Iterator[xlsxwriter.Workbook]:
    """A workbook to add sheets to, written when this ends."""
    from datetime import UTC, datetime

    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        # A workbook carries the time it was made; a fixed one keeps the bytes the same.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC), "title": title})
        yield book


def add_sheet(
    book: xlsxwriter.Workbook,
    name: str,
    frame: pd.DataFrame,
    formats: Mapping[str, str],
    above: Sequence[str] = (),
    heads: Sequence[str] = (),
) -> None:
    """Add a table as a sheet: lines of text if there are any, then its header, frozen, and its rows.

    A column is as wide as its text, within bounds.

    Parameters
    ----------
    book : Workbook; from `new_book`
    name : str; name of the sheet, at most 31 characters
    frame : DataFrame; what it holds; a missing value is an empty cell
    formats : mapping of column → str; number formats
    above : sequence of str; lines above the header, the first as a heading
    heads : sequence of str; what the header calls the columns; their names where it is left out
    """
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    head = len(above) + 1 if above else 0
    for place, line in enumerate(above):
        sheet.write(place, 0, line, bold if place == 0 else None)
    sheet.freeze_panes(head + 1, 1)
    heads = list(heads) or [str(column) for column in frame.columns]
    sheet.write_row(head, 0, heads, book.add_format({"bold": True, "text_wrap": True, "valign": "top"}))
    made = {shown: book.add_format({"num_format": shown}) for shown in dict.fromkeys(formats.values())}
    for place, column in enumerate(frame.columns):
        shown = made.get(formats.get(str(column), ""))
        cells = frame.iloc[:, place]
        sheet.set_column(place, place, _FORMATTED if shown else _width(cells, heads[place]), shown)
        sheet.write_column(head + 1, place, cells.astype(object).where(cells.notna(), None).tolist())
    if len(frame):
        sheet.autofilter(head, 0, head + len(frame), len(frame.columns) - 1)


def _width(cells: pd.Series, head: str) -> int:
    """Width of a column of text [characters]: that of its longest cell, within bounds; its header is wrapped."""
    longest = [*map(len, cells.dropna().astype(str).unique()), *map(len, head.split())]
    return min(max(_PLAIN, *longest), _WIDEST)
