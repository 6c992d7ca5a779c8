"""Spending by year and budget line against the limits."""

from __future__ import annotations

from typing import Any

from assetplan.report.charts import Beside, Chart, Series, stacked_bars
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.tables import Row, Table
from assetplan.words import financial_year, is_missing, millions, pounds


def spend_chart(facts: Facts) -> Chart | None:
    """Spend by year and budget line against the limits; None where nothing is spent."""
    amounts = {label: facts.line_years(label, "amount") for label in facts.lines}
    if not any(map(any, amounts.values())):
        return None
    labels = [financial_year(year) for year in facts.years]
    totals = _totals(amounts)
    by_year = ", ".join(f"{pounds(total, 4)} in {label}" for total, label in zip(totals, labels, strict=True))
    return stacked_bars(
        "spend",
        "Spend by year and budget line",
        f"{by_year}. Marks show the limit of each year.",
        "£ million",
        labels,
        [Series(label, [value / 1e6 for value in amounts[label]]) for label in facts.stack],
        [value / 1e6 for value in facts.limits],
        "limit of the year",
    )


def _totals(amounts: dict[str, list[float]]) -> list[float]:
    return [sum(values) for values in zip(*amounts.values(), strict=True)]


def _data(facts: Facts) -> dict[str, Any]:
    chart = spend_chart(facts)
    if chart is None:
        return {"spending": None}
    amounts = {label: facts.line_years(label, "amount") for label in facts.lines}
    labels = [financial_year(year) for year in facts.years]
    prices = f"{financial_year(facts.summary.price_base)} prices"
    caption = f"Spend by budget line, £m, {prices}, with the limit of each below it"
    table = Table("spend-table", caption, ("Budget line", *labels, "Total"), _rows(facts, amounts, _totals(amounts)))
    return {"spending": Beside(chart, table, len(labels) + 2)}


def _rows(facts: Facts, amounts: dict[str, list[float]], totals: list[float]) -> list[Row]:
    rows = []
    for label, values in amounts.items():
        rows.append(Row(label, (*map(millions, values), millions(sum(values)))))
        rows += _limit(facts.line_years(label, "limit"))
    rows.append(Row("All lines", (*map(millions, totals), millions(sum(totals))), "total"))
    return rows + _limit(facts.limits)


def _limit(limits: list[float]) -> list[Row]:
    known = [value for value in limits if not is_missing(value)]
    if not known:
        return []
    total = millions(sum(known)) if len(known) == len(limits) else "–"
    return [Row("limit", (*map(millions, limits), total), "muted")]


SECTION = Section("spend", "Spending", "spending.html", _data)
