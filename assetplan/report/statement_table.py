"""A statement of finance as a table of the page: as it stands, or with its years from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assetplan.finance.statement import Statement
from assetplan.report.tables import Noted, Row, Table
from assetplan.words import capitalised, is_missing, number


def as_it_stands(statement: Statement, columns: Sequence[str] = ()) -> Noted:
    """Return a statement as a table, a row for each of its own, with some columns or all that hold anything."""
    shown = list(columns) or [name for name in statement.rows.columns if statement.rows[name].map(_holds).any()]
    rows = []
    for values in statement.rows[shown].itertuples(index=False, name=None):
        cells = [cell(value, statement.decimals.get(name)) for name, value in zip(shown, values, strict=True)]
        rows.append(Row(cells[0], tuple(cells[1:]), "total" if "total" in cells else ""))
    text = [place for place, name in enumerate(shown[1:]) if name not in statement.decimals]
    return noted(statement, [statement.heading(str(name)) for name in shown], rows, text)


def years_across(statement: Statement, verbatim: Sequence[str] = ()) -> Noted:
    """Return a statement of years as a table of the page with the years from left to right.

    Parameters
    ----------
    statement : Statement; a statement whose first column is the year
    verbatim : sequence of str
        Columns that are names that somebody gave, shown as they are; all the statement's are then amounts, with as many
        decimals each.
    """
    decimals = statement.decimals
    places = dict.fromkeys(decimals, max(decimals.values())) if verbatim else decimals
    first, *others = [str(column) for column in statement.rows.columns]
    rows = [
        Row(
            column if column in verbatim else statement.heading(column),
            tuple(cell(value, places.get(column)) for value in statement.rows[column]),
        )
        for column in others
    ]
    return noted(statement, ["", *(capitalised(year) for year in statement.rows[first])], rows)


def noted(statement: Statement, heads: Sequence[str], rows: Sequence[Row], text: Sequence[int] = ()) -> Noted:
    """Return rows under the title and the basis of a statement, its note below them.

    Parameters
    ----------
    statement, heads, rows, text : Statement, sequences; `heads`, `rows` and `text_columns` as of `Table`
    """
    name = f"finance-{statement.name}".replace("_", "-")
    return Noted(Table(name, statement.title, heads, rows, text, statement.basis), statement.note)


def cell(value: Any, decimals: int | None) -> str:
    """Return the text of a cell: a number with its decimals, text as it is, a dash where there is nothing."""
    if is_missing(value):
        return "–"
    return str(value) if isinstance(value, str) else number(value, decimals or 0)


def span(low: float, high: float, decimals: int) -> str:
    """Return a range as its two ends, one figure where they are the same.

    Parameters
    ----------
    low, high, decimals : float, float, int; its ends, and the decimals that they are shown with
    """
    ends = [number(end, decimals) for end in (low, high)]
    return ends[0] if low == high else "–".join(ends)


def _holds(value: object) -> bool:
    return not is_missing(value) and value != ""
