"""Accessible tables: caption, scopes, numbers to the right, and a scroll region that the keyboard can reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assetplan.report.markup import render


@dataclass(frozen=True)
class Row:
    """One row of a table: its header, its cells, and how it stands out ("", "total", "muted" or "group")."""

    head: str
    cells: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the page, which a template shows by naming it.

    Attributes
    ----------
    name : str
        Names the table within the page; makes its element ids.
    caption : str
        What the table shows, with the unit.
    heads : sequence of str
        Column headers, that of the row headers first.
    rows : sequence of Row
        Rows from the top; a row of kind "group" heads the rows after it.
    text_columns : sequence of int
        Cells (0 the first after the row header) that hold text, set to the left.
    basis : str
        Which money the amounts are in, stated under the caption.
    """

    name: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[Row]
    text_columns: Sequence[int] = ()
    basis: str = ""

    def __html__(self) -> Markup:
        """Return the table as HTML."""
        return render("table.html", table=self)


@dataclass(frozen=True)
class Noted:
    """A table with what a reader must know of it below."""

    table: Table
    note: str

    def __html__(self) -> Markup:
        """Return the table and its note as HTML."""
        return render("noted.html", noted=self)


@dataclass(frozen=True)
class Fold:
    """A part that is closed on the screen until it is asked for, and open on paper."""

    title: str
    body: Table | Noted

    def __html__(self) -> Markup:
        """Return the part as HTML."""
        return render("fold.html", fold=self)
