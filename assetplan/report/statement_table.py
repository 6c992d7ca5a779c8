"""A statement of finance as a table of the page: as it stands, or with its years from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assetplan.finance.statement import Statement, decimals_of
from assetplan.report.tables import Noted, Row, Table
from assetplan.words import capitalised, day, is_missing, number

_SUMS = {"total", "all"}  # cells that say that a row sums those above it


def as_it_stands(statement: Statement, columns: Sequence[str] = (), mixed: bool = False) -> Noted:
    """Return a statement as a table, a row for each of its own, with some columns or all that hold anything.

    Parameters
    ----------
    statement, columns : Statement, sequence of str
    mixed : bool; whether its rows have units of their own, so that each figure has as many decimals as it needs
    """
    shown = list(columns) or held(statement)
    rows = []
    for values in statement.rows[shown].itertuples(index=False, name=None):
        places = [
            decimals_of([value]) if mixed else statement.decimals.get(name)
            for name, value in zip(shown, values, strict=True)
        ]
        cells = [cell(value, each) for value, each in zip(values, places, strict=True)]
        rows.append(Row(cells[0], tuple(cells[1:]), "total" if _SUMS & {*cells} else ""))
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
    """Return the text of a cell: a number with its decimals, a date in words, text as it is, a dash for nothing."""
    if is_missing(value):
        return "–"
    return day(str(value)) if isinstance(value, str) else number(value, decimals or 0)


def in_whole(statement: Statement, *columns: str) -> Statement:
    """Return a statement with some columns of money in whole pounds, or with all its numbers."""
    named = columns or [name for name, column in statement.known.items() if column.kind != "text"]
    return replace(statement, rows=statement.rows.round(dict.fromkeys(named, 0)))


def span(low: float, high: float, decimals: int) -> str:
    """Return a range as its two ends, one figure where they are the same.

    Parameters
    ----------
    low, high, decimals : float, float, int; its ends, and the decimals that they are shown with
    """
    ends = [number(end, decimals) for end in (low, high)]
    return ends[0] if low == high else "–".join(ends)


def held(statement: Statement) -> list[str]:
    """Columns of a statement that hold anything."""
    return [str(name) for name in statement.rows.columns if statement.rows[name].map(_holds).any()]


def _holds(value: object) -> bool:
    return not is_missing(value) and value != ""
