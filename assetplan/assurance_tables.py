"""Risks and indicators of a programme as tables: for its workbook and its report."""

from __future__ import annotations

from dataclasses import replace

from assetplan.answers.indicator_forecast import indicator_forecast
from assetplan.answers.programme_risk import ProgrammeRisks, programme_risks
from assetplan.assurance.indicators import dashboard
from assetplan.finance.statement import Statement
from assetplan.inputs.records import Records, read_records
from assetplan.inputs.settings import kept_plan
from assetplan.programme import Programme
from assetplan.statements.indicators import dashboard_statement, forecast_statement, schemes_statement
from assetplan.statements.risks import asset_statements, register_statements, triggers_statement


def assurance_tables(programme: Programme) -> tuple[Statement, ...]:
    """Every table on risks and indicators; none where the plan says nothing of them.

    Of assets they list those whose risk is high, if nothing is done or with the plan: the command `risk` lists all.

    Parameters
    ----------
    programme : Programme; the plan's
    """
    risks = programme_risks(programme)
    return (*_risks(risks), *indicator_tables(kept_records(programme), programme))


def _risks(risks: ProgrammeRisks) -> list[Statement]:
    out: list[Statement] = []
    if risks.assets is not None:
        *others, every = asset_statements(risks.assets, risks.classes, risks.schemes)
        high = (risks.assets[["band_nothing", "band_plan"]] == "high").any(axis=1)
        out += [*others, replace(every, title="Assets of high risk", rows=every.rows[high.to_numpy()])]
    if risks.any and len(risks.triggers):
        out.append(triggers_statement(risks.triggers))
    if risks.records.risks is not None:
        out += register_statements(risks.records.risks)
    return out


def kept_records(programme: Programme) -> Records:
    """The council's own registers and indicators, as a programme keeps them.

    Parameters
    ----------
    programme : Programme; the plan's
    """
    settings = programme.settings or {}
    if not settings.get("records"):
        return Records()
    with kept_plan(settings) as plan:
        return read_records(plan)


def indicator_tables(records: Records, programme: Programme) -> list[Statement]:
    """The dashboard of indicators, what a programme makes of them, and schemes' own lights, those that there are.

    Parameters
    ----------
    records : Records; from `kept_records`
    programme : Programme; the plan's
    """
    out: list[Statement] = []
    if records.indicators is not None:
        out.append(dashboard_statement(dashboard(records.indicators)))
        ahead = indicator_forecast(records.indicators, programme)
        if len(ahead):
            out.append(forecast_statement(ahead))
    if records.schemes is not None:
        out.append(schemes_statement(records.schemes))
    return out
