"""Weight limits on bridges in the years ahead: how many, what their detours cost, which bridges, which places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assetplan.programme.summary_ahead import CutOffPlace, FallingBridge, RestrictionYear
from assetplan.register.no_map import NO_DETOURS
from assetplan.report.facts import Facts
from assetplan.report.tables import Row, Table
from assetplan.report.wording import CASES
from assetplan.words import capitalised, financial_year, number, pounds

MOST = 20
"""Rows of the table of bridges whose limit falls, and of the list of places cut off."""

_UNKNOWN = ("not worked out", "not worked out")


def weight_limits(facts: Facts) -> dict[str, Any] | None:
    """Return the weight limits of the years ahead, or None where no bridge has one."""
    forecast = facts.summary.restrictions
    years = forecast["years"]
    if not any(row["restricted"] for row in years):
        return None
    places = forecast["cut_off"]
    return {
        "years": _years(years, facts.without_network),
        "falling": _falling(forecast["falling"], facts.without_network),
        "no_detours": f"{capitalised(NO_DETOURS)}." if facts.without_network else "",
        "places": [{"name": row["place"], "kind": row["kind"], "cases": _cases(row)} for row in places[:MOST]],
        "more_places": len(places[MOST:]),
    }


def _years(rows: list[RestrictionYear], bare: bool) -> Table:
    labels = [financial_year(year) for year in dict.fromkeys(row["year"] for row in rows)]
    out: list[Row] = []
    shown: tuple[tuple[str, Callable[[RestrictionYear], str]], ...] = (
        ("Bridges with a limit", lambda row: number(row["restricted"])),
        ("Cost of all detours in the year", lambda row: pounds(row["detour_cost"])),
        ("Places cut off for the heaviest lorries", lambda row: number(row["cut_off"])),
    )
    for head, show in shown[:1] if bare else shown:
        out.append(Row(head, kind="group"))
        for label, case in CASES:
            out.append(Row(label, tuple(show(row) for row in rows if row["case"] == case)))
    return Table("limits", "Weight limits at the end of each year", ("Case", *labels), out)


def _falling(rows: list[FallingBridge], bare: bool) -> Table | None:
    """Bridges whose limit falls; `bare` of a network, their detours are not known."""
    if not rows:
        return None
    listed = [
        Row(
            f"{row['name']} ({row['asset_id']})" if row["name"] else row["asset_id"],
            (
                financial_year(row["year"]),
                _tonnes(row["today_t"]),
                _tonnes(row["limit_t"]),
                *(_UNKNOWN if bare else (_kilometres(row["detour_km"]), number(row["cost"]))),
                row["plan"] or "Nothing",
                _tonnes(row["plan_t"]),
            ),
        )
        for row in rows[:MOST]
    ]
    heads = ("Bridge", "Year", "Today", "Limit", "Detour, km", "£ a year", "The plan's works", "Limit after them")
    first = "first" if bare else "dearest"
    caption = f"Bridges whose limit falls if nothing is done: the {len(listed)} {first} of {number(len(rows))}"
    return Table("falling", caption, heads, listed, (0, 1, 2, 5, 6))


def _kilometres(detour: float | None) -> str:
    return "no way round" if detour is None else number(detour, 1)


def _tonnes(limit: float | None) -> str:
    if limit is None:
        return "none"
    return "closed" if limit == 0 else f"{limit:g} t"


def _cases(row: CutOffPlace) -> str:
    years = (("plan", row["plan"]), ("do nothing", row["do-nothing"]))
    return "; ".join(f"{label}: {_span(cut)}" for label, cut in years if cut)


def _span(years: list[int]) -> str:
    first, last = financial_year(years[0]), financial_year(years[-1])
    return first if len(years) == 1 else f"{first} to {last}"
