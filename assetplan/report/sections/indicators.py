"""The council's performance indicators, forecasts of those that the programme feeds, and schemes' own lights."""

from __future__ import annotations

from typing import Any

from assetplan.answers.indicator_forecast import indicator_forecast
from assetplan.assurance.indicators import dashboard
from assetplan.inputs.records import Records, read_records
from assetplan.inputs.settings import kept_plan
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands
from assetplan.report.tables import Noted
from assetplan.statements.indicators import dashboard_statement, forecast_statement, schemes_statement


def _data(facts: Facts) -> dict[str, Any] | None:
    records = _records(facts)
    parts: list[Noted] = []
    if records.indicators is not None:
        parts.append(as_it_stands(dashboard_statement(dashboard(records.indicators))))
        ahead = indicator_forecast(records.indicators, facts.programme)
        if len(ahead):
            parts.append(as_it_stands(forecast_statement(ahead)))
    if records.schemes is not None:
        parts.append(as_it_stands(schemes_statement(records.schemes)))
    return {"parts": parts} if parts else None


def _records(facts: Facts) -> Records:
    settings = facts.programme.settings
    if not (settings or {}).get("records"):
        return Records()
    with kept_plan(settings or {}) as plan:
        return read_records(plan)


SECTION = Section("indicators", "Performance indicators", "indicators.html", _data)
