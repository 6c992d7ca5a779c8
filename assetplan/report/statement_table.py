"""A statement of finance as a table of the page: as it stands, or with its years from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assetplan.finance.statement import Statement
from assetplan.report.tables import Row, table
from assetplan.report.wording import escape, is_missing, number, sentence

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


def statement(found: Statement, columns: Sequence[str] = (), verbatim: bool = False) -> str:
    """Return a statement as it stands, its note below it.

    Parameters
    ----------
    found : Statement
        The statement.
    columns : sequence of str
        Columns to show, the row header first; by default all that hold anything.
    verbatim : bool
        Whether its columns are names that somebody gave, shown as they are.
    """
    shown = list(columns) or [name for name in found.rows.columns if found.rows[name].map(_holds).any()]
    heads = [str(name) if verbatim else heading(str(name)) for name in shown]
    rows = []
    for cells in found.rows[shown].itertuples(index=False, name=None):
        said = [cell(value, found.decimals.get(name)) for name, value in zip(shown, cells, strict=True)]
        rows.append(Row(said[0], tuple(said[1:]), "total" if "total" in said else ""))
    text = [place for place, name in enumerate(shown[1:]) if name not in found.decimals]
    return listing(found, heads, rows, text) + note(found)


def across(found: Statement, name: str = "", verbatim: Sequence[str] = ()) -> str:
    """Return a statement of years with the years from left to right and its note below it.

    Parameters
    ----------
    found : Statement
        A statement whose first column is the year.
    name : str
        Names the table within the page where that is not its own name.
    verbatim : sequence of str
        Columns that are names that somebody gave, shown as they are; all the statement's are then amounts, with as many
        decimals each.
    """
    places = dict.fromkeys(found.decimals, max(found.decimals.values())) if verbatim else found.decimals
    first, *others = [str(column) for column in found.rows.columns]
    years = [sentence(year) for year in found.rows[first]]
    rows = [
        Row(
            column if column in verbatim else heading(column),
            tuple(cell(value, places.get(column)) for value in found.rows[column]),
        )
        for column in others
    ]
    return listing(found, ["", *years], rows, name=name) + note(found)


def listing(
    found: Statement, heads: Sequence[str], rows: Sequence[Row], text: Sequence[int] = (), name: str = ""
) -> str:
    """Return rows under the title and the basis of a statement."""
    return table(f"finance-{name or found.name}".replace("_", "-"), found.title, heads, rows, text, found.basis)


def note(found: Statement) -> str:
    """Return what a reader must know of a statement."""
    return f'<p class="small">{escape(found.note)}</p>' if found.note else ""


def heading(column: str) -> str:
    """Return what a reader calls a column."""
    return _HEADS.get(column, sentence(column.replace("_", " ")))


def cell(value: Any, decimals: int | None) -> str:
    """Return what a cell says: a number with its decimals, text as it is, a dash where there is nothing."""
    if is_missing(value):
        return "–"
    return str(value) if isinstance(value, str) else number(value, decimals or 0)


def span(low: float, high: float, decimals: int) -> str:
    """Return a range as its two ends, one figure where they are the same."""
    ends = [number(end, decimals) for end in (low, high)]
    return ends[0] if low == high else "–".join(ends)


def _holds(value: object) -> bool:
    return not is_missing(value) and value != ""
