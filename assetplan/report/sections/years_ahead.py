"""The years ahead, with an interval: length by residual life, potholes, claims, backlog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from assetplan.programme.summary_ahead import CURRENT_SPEND
from assetplan.report.charts import CURRENT_COLOUR, NOTHING_COLOUR, PLAN_COLOUR, Beside, Chart, Series, lines
from assetplan.report.facts import Facts
from assetplan.report.tables import Row, Table
from assetplan.report.wording import FORECAST_CASES
from assetplan.words import financial_year, number

_HEADS = {
    ("length", "under 5"): "Road with under 5 years of residual life, km",
    ("length", "5 to 15"): "Road with 5 to 15 years, km",
    ("length", "over 15"): "Road with over 15 years, km",
    ("potholes", ""): "Safety potholes in the year",
    ("claims", ""): "Claims in the year",
    ("claims_paid", ""): "Paid for claims in the year, large ones apart, £000",
    ("large_claims", ""): "Large claims, what they cost in a mean year, £000",
    ("backlog", ""): "Cost of bringing building components to grade B, £m",
}
_FIRST = "under 5"


def years_ahead(facts: Facts) -> dict[str, Any] | None:
    """Return the forecasts of the years ahead, or None where the programme holds none."""
    rows = pd.DataFrame(facts.summary.forecast)
    if rows.empty:
        return None
    years = [facts.base, *facts.years]
    labels = [financial_year(year) for year in years]
    out: list[Row] = []
    for (measure, band), head in _HEADS.items():
        figures = _figures(rows, measure, band, years)
        if figures:
            show = _shown(measure, max(high for values in figures.values() for _, _, high in values))
            out.append(Row(head, kind="group"))
            shown_of = {label: figures[case] for label, case in FORECAST_CASES if case in figures}
            out += [Row(label, tuple(_cell(figure, show) for figure in own)) for label, own in shown_of.items()]
    basis = facts.summary.futures
    table = Table("outlook", "What the years ahead hold, with ranges", ("Case", *labels), out)
    chart = _chart(_figures(rows, "length", _FIRST, years), labels)
    shown = Beside(chart, table, len(years) + 2) if chart else table
    return {**basis, "figures": shown}


Figure = tuple[float, float, float]


def _figures(rows: pd.DataFrame, measure: str, band: str, years: list[int]) -> dict[str, list[Figure]]:
    """Middle, low and high of each year by case; {} where the measure is not there in full."""
    own = rows[(rows["measure"] == measure) & (rows["band"] == band)]
    columns = (own[name].tolist() for name in ("case", "year", "middle", "low", "high"))
    keyed = {(case, year): (middle, low, high) for case, year, middle, low, high in zip(*columns, strict=True)}
    cases = [case for _, case in FORECAST_CASES if case != CURRENT_SPEND or (case, years[0]) in keyed]
    if any((case, year) not in keyed for case in cases for year in years):
        return {}
    return {case: [keyed[case, year] for year in years] for case in cases}


def _shown(measure: str, largest: float) -> Callable[[float], str]:
    if measure in ("claims_paid", "large_claims"):
        return lambda value: number(value / 1e3, 1 if largest < 100e3 else 0)
    if measure == "backlog":
        return lambda value: number(value / 1e6, 1 if largest < 100e6 else 0)
    return lambda value: number(value, 1 if measure == "length" and largest < 100 else 0)


def _cell(figure: Figure, show: Callable[[float], str]) -> str:
    middle, low, high = (show(value) for value in figure)
    return middle if low == high else f"{middle} ({low}\u2060\u2013\u2060{high})"  # a range is never broken


def _chart(figures: dict[str, list[Figure]], labels: list[str]) -> Chart | None:
    if not figures:
        return None
    series = []
    for label, case, colour, dash, marker in (
        ("Do nothing", "do-nothing", NOTHING_COLOUR, "7 4", "square"),
        ("Current spend", CURRENT_SPEND, CURRENT_COLOUR, "2 3", "square"),
        ("Plan", "plan", PLAN_COLOUR, "", "circle"),
    ):
        if case not in figures:
            continue
        middle, low, high = zip(*figures[case], strict=True)
        series.append(Series(label, middle, colour, dash, marker, low, high))
    last = {case: number(values[-1][0]) for case, values in figures.items()}
    title = "Length of road with under five years of residual life"
    today = f", {last[CURRENT_SPEND]} km at current spend" if CURRENT_SPEND in last else ""
    nothing = f"{last['do-nothing']} km if nothing is done"
    text = f"At the end of {labels[-1]} {last['plan']} km with the plan{today} and {nothing}."
    return lines("short-life", title, text, "km of road with under five years of residual life", labels, series)
