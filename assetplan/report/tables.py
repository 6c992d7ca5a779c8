"""Accessible tables: caption, scopes, numbers to the right, and a scroll region that the keyboard can reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assetplan.report.markup import Part


@dataclass(frozen=True)
class Row:
    """One row of a table: its header, its cells, and how it stands out ("", "total", "muted" or "group")."""

    head: str
    cells: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Table(Part):
    """A table of the page, which a template shows by naming it.

    Attributes
    ----------
    name, caption : str; makes its element ids; what it shows, with the unit
    heads, rows : sequence of str, of Row
        Column headers, that of the row headers first; a row of kind "group" heads the rows after it.
    text_columns : sequence of int; cells (0 the first after the row header) that hold text, set to the left
    basis : str; which money the amounts are in, stated under the caption
    """

    name: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[Row]
    text_columns: Sequence[int] = ()
    basis: str = ""


@dataclass(frozen=True)
class Noted(Part):
    """A table with what a reader must know of it below."""

    table: Table
    note: str


@dataclass(frozen=True)
class Fold(Part):
    """A part that is closed on the screen until it is asked for, and open on paper."""

    title: str
    body: Table | Noted
