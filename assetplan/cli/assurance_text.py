"""What `indicators` and `risk` print."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from assetplan.assurance.rag import AMBER, GREEN, RED
from assetplan.cli.layout import block, paragraph, table
from assetplan.words import financial_year, is_missing, plural

_NAME = 44  # characters of a name


def dashboard_text(rows: pd.DataFrame) -> str:
    """The dashboard: how many of each light, and what each indicator shows.

    Parameters
    ----------
    rows : DataFrame; from `dashboard`
    """
    judged, activity = rows[rows["kind"] != "activity"], rows[rows["kind"] == "activity"]
    counts = [f"{(judged['rag'] == light).sum():,} {light}" for light in (GREEN, AMBER, RED)]
    silent = int((rows["period"] == "").sum())
    head = f"{plural(len(rows), 'indicator')}: {', '.join(counts)}" + (f", {silent:,} not reported" if silent else "")
    parts = [head]
    if len(judged):
        body = [
            [
                _named(row), row["unit"], row["period"] or "–",
                *(_value(row[name]) for name in ("value", "target", "floor")), row["rag"] or "–",
                row["direction"] or "–", _value(row["year_to_date"]), row["to_date_rag"] or "–",
            ]
            for row in judged.to_dict("records")
        ]  # fmt: skip
        heads = ["indicator", "unit", "period", "value", "target", "floor", "RAG", "direction", "to date", "RAG"]
        parts.append(table(heads, body))
    if len(activity):
        body = [
            [
                _named(row), row["unit"], row["period"] or "–", _value(row["value"]), _value(row["low"]),
                _value(row["high"]), row["in_range"] or "–", _value(row["year_to_date"]),
            ]
            for row in activity.to_dict("records")
        ]  # fmt: skip
        parts.append(table(["activity", "unit", "period", "value", "from", "to", "as expected", "to date"], body))
    parts += _receipts(rows[rows["kind"] == "receipts"])
    return "\n\n".join(parts)


def _receipts(rows: pd.DataFrame) -> list[str]:
    """Receipts as a share of their target, and of the original one where it was rebased."""
    lines = []
    for row in rows[rows["period"] != ""].to_dict("records"):
        before = "" if is_missing(row["of_original"]) else f", {row['of_original']:.1f} % of the original one"
        lines.append(paragraph(f"{row['name']}: {row['of_target']:.1f} % of the target{before}"))
    return [block("Capital receipts, banked and exchanged", *lines)] if lines else []


def forecast_text(rows: pd.DataFrame) -> str:
    """Indicators as a programme forecasts them; the years from left to right.

    Parameters
    ----------
    rows : DataFrame; from `indicator_forecast`
    """
    years = sorted(set(rows["year"]))
    body = []
    for (indicator, name, unit), own in rows.groupby(["indicator", "name", "unit"], sort=False):
        head = {"indicator": indicator, "name": name}
        for label, value, light in (("plan", "value", "rag"), ("do nothing", "do_nothing", "do_nothing_rag")):
            if label == "plan" or own[value].notna().any():
                cells = [_lit(*pair) for pair in zip(own[value], own[light], strict=True)]
                body.append([_named(head), str(unit), label, *cells])
    return table(["forecast by the programme", "unit", "case", *map(financial_year, years)], body)


def schemes_text(rows: pd.DataFrame) -> str:
    """Traffic lights of schemes.

    Parameters
    ----------
    rows : DataFrame; from `scheme_lights`
    """
    body = [
        [
            f"{row['scheme']} {row['name']}"[:_NAME].strip(), row["planned_finish"], row["forecast_finish"],
            row["date_rag"], f"{row['budget']:,.0f}", f"{row['forecast']:,.0f}", row["money_rag"], row["rag"],
        ]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    return table(["scheme", "planned", "now", "date", "budget, £", "forecast, £", "money", "RAG"], body)


def _named(row: dict) -> str:
    return f"{row['indicator']} {row['name']}"[:_NAME]


def _value(value: float) -> str:
    return "–" if is_missing(value) else f"{value:,.10g}" if abs(value) >= 1e6 else f"{value:,.6g}"


def _lit(value: float, light: str) -> str:
    return _value(value) + (f" {light}" if light else "")


def shown(texts: Sequence[str]) -> str:
    """Parts of what a command prints, those that say anything."""
    return "\n\n".join(text for text in texts if text)
