"""Condition: bands by asset class, the forecast for roads, the years ahead, weight limits on bridges."""

from __future__ import annotations

from typing import Any

import pandas as pd

from assetplan.condition import band_meanings, band_names, poor_bands
from assetplan.finance.statement import Statement
from assetplan.report.charts import NOTHING_COLOUR, PLAN_COLOUR, Beside, Series, lines
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.sections.weight_limits import weight_limits
from assetplan.report.sections.years_ahead import years_ahead
from assetplan.report.statement_table import as_it_stands
from assetplan.report.tables import Noted, Row, Table
from assetplan.report.wording import CASES, percent, unit_of
from assetplan.words import capitalised, financial_year, number

INDEX = "index"
_STANDSTILL = ("standstill", "standstill_condition")
_GRADES = ("grades", "life_expired")


def _data(facts: Facts) -> dict[str, Any]:
    return {
        "bands": _class_bands(facts),
        "forecast": _forecast(facts),
        "ahead": years_ahead(facts),
        "grades": [as_it_stands(facts.statements[name]) for name in _GRADES if name in facts.statements],
        "standstill": [_standstill(facts.statements[name]) for name in _STANDSTILL if name in facts.statements],
        "limits": weight_limits(facts),
    }


def _standstill(statement: Statement) -> Noted:
    """Stand-still money, or the condition that it brings, under what people call the lines and classes."""
    return as_it_stands(statement, [str(name) for name in statement.rows.columns[1:]])


def _class_bands(facts: Facts) -> list[Table]:
    """A table for each scale that classes are shown in: bands of the index first."""
    rows = pd.DataFrame(facts.summary.condition)
    if rows.empty:
        return []
    present = sorted(rows["asset_class"].astype(str).unique(), key=facts.classes.order)
    scales = sorted({facts.classes[name].bands for name in present}, key=lambda scale: (scale != INDEX, scale))
    return [_bands(facts, rows, scale, [n for n in present if facts.classes[n].bands == scale]) for scale in scales]


def _bands(facts: Facts, rows: pd.DataFrame, scale: str, classes: list[str]) -> Table:
    bands, poorly = band_names(scale), list(poor_bands(scale))
    out: list[Row] = []
    for asset_class in classes:
        own = rows[rows["asset_class"] == asset_class]
        totals = own.groupby(["year", "case"])["quantity"].sum()
        unit = unit_of(own["unit"].iloc[0], float(totals.max()))
        out.append(Row(f"{facts.classes[asset_class].plural}, {unit.label}", kind="group"))
        for label, year, case in facts.cases:
            inside = own[(own["year"] == year) & (own["case"] == case)].groupby("band")["quantity"].sum()
            if not inside.empty:
                cells = [number(inside.get(band, 0.0) / unit.divisor, unit.decimals) for band in bands]
                poor = inside.reindex(poorly).sum() / inside.sum() if inside.sum() > 0 else float("nan")
                out.append(Row(label, (*cells, percent(poor, 1))))
    heads = [f"{band} {meaning}".strip() for band, meaning in zip(bands, band_meanings(scale), strict=True)]
    name, what = "class-bands", "condition band, by asset class"
    if scale != INDEX:
        name, what = f"class-{scale}", f"of the {scale}, by asset class: expected, by chances of decay"
    heads = ["Asset class and case", *map(capitalised, heads), capitalised(" or ".join(poorly))]
    return Table(name, f"Quantity in each {what}", heads, out)


def _forecast(facts: Facts) -> Beside | None:
    if not facts.has_roads:
        return None
    years = [facts.base, *facts.years]
    labels = [financial_year(year) for year in years]
    poor = {label: [facts.poor_km(year, case) for year in years] for label, case in CASES}
    km = {label: tuple(number(value, facts.road_decimals) for value in values) for label, values in poor.items()}
    rows = [Row("Poor or very poor, km", kind="group"), *(Row(label, cells) for label, cells in km.items())]
    rows.append(Row("Average condition index, by length", kind="group"))
    rows += [Row(label, tuple(number(facts.mean_index(year, case), 1) for year in years)) for label, case in CASES]
    chart = lines(
        "forecast",
        "Length of road in poor or very poor condition",
        f"From {km['Plan'][0]} km today to {km['Plan'][-1]} km at the end of {labels[-1]} with the plan, and "
        f"{km['Do nothing'][-1]} km if nothing is done.",
        "km of road in poor or very poor condition",
        labels,
        [
            Series("Do nothing", poor["Do nothing"], NOTHING_COLOUR, "7 4", "square"),
            Series("Plan", poor["Plan"], PLAN_COLOUR),
        ],
    )
    table = Table("forecast-table", "Road condition at the end of each year", ("Case", *labels), rows)
    return Beside(chart, table, len(years))


SECTION = Section("condition", "Condition", "condition.html", _data)
