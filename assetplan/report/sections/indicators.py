"""The council's performance indicators, forecasts of those that the programme feeds, and schemes' own lights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assetplan.assurance.indicators import ACTIVITY
from assetplan.assurance_tables import indicator_tables, kept_records
from assetplan.finance.statement import Statement
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands, held
from assetplan.report.tables import Noted

_TITLES = {"target": "Indicators with a target", "activity": "Indicators of activity"}
_TARGETS, _ACTIVITY = ("kind", "as_expected", "low", "high"), ("kind", "target", "floor", "rag", "to_date_rag")

_DECIMALS = 2  # of figures that are forecast


def _data(facts: Facts) -> dict[str, Any] | None:
    parts: list[Noted] = []
    for table in indicator_tables(kept_records(facts.programme), facts.programme):
        if table.name == "indicators":
            parts += _dashboard(table)
        else:
            mixed = table.name == "indicator_forecast"
            parts.append(as_it_stands(replace(table, rows=table.rows.round(_DECIMALS)), mixed=mixed))
    return {"parts": parts} if parts else None


def _dashboard(statement: Statement) -> list[Noted]:
    """Indicators with a target, and those of activity, each kind with the columns that mean something for it."""
    activity = statement.rows["kind"] == ACTIVITY
    kinds = (("target", ~activity, _TARGETS, statement.note), ("activity", activity, _ACTIVITY, ""))
    out = []
    for name, mine, left_out, note in kinds:
        if mine.any():
            part = replace(
                statement,
                name=f"{statement.name}_{name}",
                title=_TITLES[name],
                rows=statement.rows[mine].round({"of_target": 1, "of_original": 1}),
                note=note,
            )
            out.append(as_it_stands(part, [column for column in held(part) if column not in left_out], mixed=True))
    return out


SECTION = Section("indicators", "Performance indicators", "indicators.html", _data)
