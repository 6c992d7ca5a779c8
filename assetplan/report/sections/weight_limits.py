"""Weight limits on bridges in the years ahead: how many, what their detours cost, which bridges, which places."""

from __future__ import annotations

from typing import Any

from assetplan.report.facts import Facts
from assetplan.report.tables import Row, table
from assetplan.report.wording import escape, financial_year, money, number, sentence

MOST = 20
"""Rows of the table of bridges whose limit falls, and of the list of places cut off."""

_CASES = (("Plan", "plan"), ("Do nothing", "do-nothing"))


def restrictions(facts: Facts) -> str:
    """Return the weight limits of the years ahead, or "" where the programme tells of none."""
    found = facts.summary.get("restrictions") or {}
    years = found.get("years") or []
    if not any(row["restricted"] for row in years):
        return ""
    said = (
        "A bridge is posted with a weight limit where it was assessed to carry less than full loading, or where its "
        "condition is forecast to take it that low. Detours are the best legal ways round with all limits of the year "
        "holding at once."
    )
    parts = [f"<p>{escape(said)}</p>", _years(years), _falling(found.get("falling") or [])]
    return f"<h3>Weight limits on bridges</h3>{''.join(parts)}{_places(found.get('cut_off') or [])}"


def _years(rows: list[dict[str, Any]]) -> str:
    labels = [financial_year(year) for year in dict.fromkeys(row["year"] for row in rows)]
    out: list[Row] = []
    for head, key, show in (
        ("Bridges with a limit", "restricted", number),
        ("Cost of all detours in the year", "detour_cost", money),
        ("Places cut off for the heaviest lorries", "cut_off", number),
    ):
        out.append(Row(head, kind="group"))
        for label, case in _CASES:
            out.append(Row(label, tuple(show(row[key]) for row in rows if row["case"] == case)))
    return table("limits", "Weight limits at the end of each year", ("Case", *labels), out)


def _falling(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>No bridge's limit falls within the plan years, even if nothing is done.</p>"
    listing = [
        Row(
            f"{row['name']} ({row['asset_id']})" if row["name"] else row["asset_id"],
            (
                financial_year(row["year"]),
                _tonnes(row["today_t"]),
                _tonnes(row["limit_t"]),
                "no way round" if row["detour_km"] is None else number(row["detour_km"], 1),
                number(row["cost"]),
                row["plan"] or "Nothing",
                _tonnes(row["plan_t"]),
            ),
        )
        for row in rows[:MOST]
    ]
    heads = ("Bridge", "Year", "Today", "Limit", "Detour, km", "£ a year", "The plan's works", "Limit after them")
    caption = f"Bridges whose limit falls if nothing is done: the {len(listing)} dearest of {number(len(rows))}"
    return table("falling", caption, heads, listing, text_columns=(0, 1, 2, 5, 6))


def _tonnes(limit: float | None) -> str:
    if limit is None:
        return "none"
    return "closed" if limit == 0 else f"{limit:g} t"


def _places(rows: list[dict[str, Any]]) -> str:
    """Places that limits cut off in some year, with the case."""
    items = []
    for row in rows[:MOST]:
        cases = [f"{label.lower()}: {_span(row[case])}" for label, case in _CASES if row[case]]
        items.append(f"<li>{escape(row['place'])} ({escape(row['kind'])}), {escape('; '.join(cases))}</li>")
    if not items:
        return ""
    rest = len(rows) - len(items)
    more = f"<li>{escape(sentence(f'and {number(rest)} more'))}</li>" if rest else ""
    head = "<h4>Places that limits cut off for the heaviest lorries</h4>"
    return f"{head}<ul>{''.join(items)}{more}</ul>"


def _span(years: list[int]) -> str:
    first, last = financial_year(years[0]), financial_year(years[-1])
    return first if len(years) == 1 else f"{first} to {last}"
