"""What `indicators` and `risk` print."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from assetplan._types import Ints
from assetplan.assurance.rag import AMBER, GREEN, RED
from assetplan.assurance.risk_scale import level_labels
from assetplan.assurance.risks import heat_map
from assetplan.cli.layout import block, items, paragraph, table
from assetplan.words import financial_year, is_missing, plural, pounds

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


def register_text(report: pd.DataFrame) -> str:
    """A register of risks: how many of each band, how they moved, what is overdue, and the risks themselves.

    Parameters
    ----------
    report : DataFrame; from `risk_report`
    """
    now = report[report["status"] == "open"]
    bands = ", ".join(f"{(now['band'] == band).sum():,} {band}" for band in ("high", "medium", "low"))
    counts = now["movement"].value_counts()
    moves = [f"{counts[name]:,} {name}" for name in ("up", "down", "same", "new") if name in counts]
    gone = int((report["movement"] == "closed").sum())
    moved = ", ".join([*moves, *([f"{gone:,} closed"] if gone else [])])
    late = plural(int((now["overdue"] == "yes").sum()), "review")
    lines = [f"{plural(len(now), 'open risk')}: {bands}", *([f"since the last report: {moved}"] if moved else [])]
    lines.append(f"{late} overdue; {plural(int(now['late_actions'].sum()), 'action')} past the planned date")
    body = [
        [
            f"{row['risk_id']} {row['title'] or row['event']}"[:_NAME],
            f"{row['likelihood']:.0f} × {row['impact']:.0f}", f"{row['score']:.0f} {row['band']}",
            f"{row['target_score']:.0f} {row['target_band']}", row["movement"] or "–",
            row["review_due"] or row["status"], row["owner"],
        ]
        for row in report.to_dict("records")
    ]  # fmt: skip
    heads = ["risk", "now", "score", "target", "moved", "review due", "owner"]
    heat = heat_text(heat_map(now["likelihood"].to_numpy(dtype=int), now["impact"].to_numpy(dtype=int)))
    return "\n\n".join(["\n".join(lines), table(heads, body), heat])


def heat_text(counts: Ints, title: str = "open risks") -> str:
    """A heat map in text, the likeliest first and the gravest to the right.

    Parameters
    ----------
    counts, title : array (5, 5), str; from `heat_map`, and what is counted
    """
    likelihood, impact = level_labels("likelihood"), level_labels("impact")
    body = [
        [f"{level} {likelihood[level - 1]}", *(f"{count:,}" if count else "·" for count in counts[level - 1])]
        for level in range(5, 0, -1)
    ]
    return table([title, *(f"{k} {name}" for k, name in enumerate(impact, 1))], body)


def assets_text(risks: pd.DataFrame, classes: pd.DataFrame, schemes: pd.DataFrame) -> str:
    """Risk of assets without and with the plan, and what removing it costs.

    Parameters
    ----------
    risks : DataFrame; from `asset_risks`
    classes, schemes : DataFrame; from `grouped_risks`
    """
    heats = [
        heat_text(heat_map(risks[f"likelihood_{case}"].to_numpy(dtype=int), risks["impact"].to_numpy(dtype=int)), title)
        for case, title in (("nothing", "assets, if nothing is done"), ("plan", "assets, with the plan"))
    ]
    parts = [*heats, _removed("class", classes)]
    removing = schemes[schemes["risk_removed"] > 0] if len(schemes) else schemes
    if len(removing):
        parts.append(_removed(f"scheme, of {len(schemes):,}, by risk removed per £1", removing.head(_MOST)))
    return "\n\n".join(parts)


_MOST = 10


def _removed(head: str, rows: pd.DataFrame) -> str:
    body = [
        [
            str(row["of"]), f"{row['assets']:,}", f"{row['high_nothing']:,}", f"{row['high_plan']:,}",
            pounds(row["cost"]), pounds(row["risk_removed"]),
            "–" if is_missing(row["per_pound"]) else f"{row['per_pound']:.2f}",
        ]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    heads = [head, "assets", "high, do nothing", "high, plan", "cost", "risk removed", "per £1"]
    return table(heads, body)


def triggers_text(rows: pd.DataFrame) -> str:
    """Triggers of risk, from `risk_triggers`."""
    lines = [f"{row['trigger']}: {row['raised']}; {row['detail']}" for row in rows.to_dict("records")]
    return block("Triggers", *items(lines)) if lines else ""
