"""Indicators as tables for a workbook, a page and the terminal."""

from __future__ import annotations

import pandas as pd

from assetplan.finance.statement import Statement, declared
from assetplan.words import financial_year

_DECIMALS = 4  # of values, which have the unit of their indicator


def dashboard_statement(rows: pd.DataFrame) -> Statement:
    """The dashboard of indicators, from `assetplan.assurance.indicators.dashboard`."""
    shown = rows.drop(columns="before").rename(columns={"in_range": "as_expected"})
    note = (
        "GREEN is at or beyond the target, AMBER at the floor or between floor and target, RED beyond the floor. "
        "Activity is Yes within its expected range, its ends included. A snapshot has no year to date."
    )
    return declared("indicators").table(_rounded(shown), "", note)


def forecast_statement(rows: pd.DataFrame) -> Statement:
    """Indicators as a programme forecasts them, from `assetplan.answers.indicator_forecast.indicator_forecast`."""
    note = "Figures of the programme at the end of each year or in it, against the target of the whole year."
    years = [financial_year(int(year)) for year in rows["year"]]
    return declared("indicator_forecast").table(_rounded(rows.assign(year=years)), "", note)


def schemes_statement(rows: pd.DataFrame) -> Statement:
    """Traffic lights of schemes, from `assetplan.assurance.schemes`; rows may have other columns beside."""
    note = "GREEN is on or before the planned date, or within the budget; AMBER up to the tolerance; RED beyond it."
    spec = declared("scheme_lights")
    return spec.table(_rounded(rows[[column.name for column in spec.columns]]), "", note)


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.round(dict.fromkeys(rows.select_dtypes("number").columns, _DECIMALS))
