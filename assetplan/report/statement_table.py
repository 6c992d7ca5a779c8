"""A statement of finance as a table of the page: as it stands, or with its years from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assetplan.finance.statement import Statement
from assetplan.report.tables import Noted, Row, Table
from assetplan.words import capitalised, is_missing, number

_HEADS = {
    "mtfp_base": "Tax base in the medium-term plan",
    "mtfp_growth": "Growth in the medium-term plan",
    "homes": "Homes added",
    "extra": "Homes beyond the plan",
    "band_d": "Council tax at Band D, £",
    "cumulative": "Extra council tax to date",
    "increment": "What the year adds",
    "buys": "£1 more in the year buys",
    "buys_from_then_on": "£1 more from then on buys",
    "other_left": "Other money left",
    "could_have_paid": "Other money that could have paid",
    "capital_financing_requirement": "Capital financing requirement",
    "operational_boundary": "Limit: operational boundary",
    "authorised_limit": "Limit: authorised limit",
    "cfr_limit": "Limit: capital financing requirement",
    "debt_cost_of_plan": "Debt cost of this plan",
    "financing_ratio": "Financing cost as a share of net revenue",
    "low": "To date, less the swing",
    "high": "To date, with the swing",
    "label": "What it is",
    "multiple": "Late, times early",
    "multiple_a_year": "The same, a year of life",
}


def as_it_stands(statement: Statement, columns: Sequence[str] = ()) -> Noted:
    """Return a statement as a table of the page, a row for each of its own.

    Parameters
    ----------
    statement : Statement
        The statement.
    columns : sequence of str
        Columns to show, the row header first; by default all that hold anything.
    """
    shown = list(columns) or [name for name in statement.rows.columns if statement.rows[name].map(_holds).any()]
    rows = []
    for values in statement.rows[shown].itertuples(index=False, name=None):
        cells = [cell(value, statement.decimals.get(name)) for name, value in zip(shown, values, strict=True)]
        rows.append(Row(cells[0], tuple(cells[1:]), "total" if "total" in cells else ""))
    text = [place for place, name in enumerate(shown[1:]) if name not in statement.decimals]
    return noted(statement, [heading(str(name)) for name in shown], rows, text)


def years_across(statement: Statement, verbatim: Sequence[str] = ()) -> Noted:
    """Return a statement of years as a table of the page with the years from left to right.

    Parameters
    ----------
    statement : Statement
        A statement whose first column is the year.
    verbatim : sequence of str
        Columns that are names that somebody gave, shown as they are; all the statement's are then amounts, with as many
        decimals each.
    """
    decimals = statement.decimals
    places = dict.fromkeys(decimals, max(decimals.values())) if verbatim else decimals
    first, *others = [str(column) for column in statement.rows.columns]
    rows = [
        Row(
            column if column in verbatim else heading(column),
            tuple(cell(value, places.get(column)) for value in statement.rows[column]),
        )
        for column in others
    ]
    return noted(statement, ["", *(capitalised(year) for year in statement.rows[first])], rows)


def noted(statement: Statement, heads: Sequence[str], rows: Sequence[Row], text: Sequence[int] = ()) -> Noted:
    """Return rows under the title and the basis of a statement, its note below them."""
    name = f"finance-{statement.name}".replace("_", "-")
    return Noted(Table(name, statement.title, heads, rows, text, statement.basis), statement.note)


def heading(column: str) -> str:
    """Return what a reader calls a column."""
    return _HEADS.get(column, capitalised(column.replace("_", " ")))


def cell(value: Any, decimals: int | None) -> str:
    """Return the text of a cell: a number with its decimals, text as it is, a dash where there is nothing."""
    if is_missing(value):
        return "–"
    return str(value) if isinstance(value, str) else number(value, decimals or 0)


def span(low: float, high: float, decimals: int) -> str:
    """Return a range as its two ends, one figure where they are the same."""
    ends = [number(end, decimals) for end in (low, high)]
    return ends[0] if low == high else "–".join(ends)


def _holds(value: object) -> bool:
    return not is_missing(value) and value != ""
