"""Schemes' own traffic lights: date and money now against what was approved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from assetplan.assurance.rag import AMBER, GREEN, RED, rag
from assetplan.assurance.tables import dates_of, read_own
from assetplan.errors import ConfigError
from assetplan.reference import load_table

_WORST = (RED, AMBER, GREEN)


def scheme_lights(path: Path, late_days: float | None = None, over_percent: float | None = None) -> pd.DataFrame:
    """Traffic lights of schemes on date and money.

    Each is an indicator of which less is better and whose target is 0: days later than planned, and per cent above the
    budget. GREEN is on or before its date, or within its budget; AMBER is up to the tolerance, included; RED is beyond.

    Parameters
    ----------
    path : path; a CSV with the columns of table `scheme_progress`
    late_days, over_percent : float, optional; tolerances; by default those of `scheme_tolerances.csv`

    Returns
    -------
    DataFrame
        scheme, name, planned_finish, forecast_finish, days_late, date_rag, budget, forecast [£], over [%], money_rag,
        and rag, the worse of the two.

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    table, faults = read_own("scheme_progress", path)
    (planned, no_plan), (now, no_date) = (dates_of(table, name) for name in ("planned_finish", "forecast_finish"))
    if faults := [*faults, *no_plan, *no_date]:
        raise ConfigError(faults)
    return lights_of(table.assign(planned_finish=planned, forecast_finish=now), late_days, over_percent)


def lights_of(table: pd.DataFrame, late_days: float | None = None, over_percent: float | None = None) -> pd.DataFrame:
    """Traffic lights of schemes by their dates and money, as `scheme_lights` gives them.

    Parameters
    ----------
    table : DataFrame
        scheme, name, planned_finish and forecast_finish (dates), budget and forecast [£]. What a scheme without a
        budget spends is beyond any tolerance.
    late_days, over_percent : float, optional; tolerances, as of `scheme_lights`
    """
    planned, now = table["planned_finish"], table["forecast_finish"]
    days = (now - planned).dt.days.to_numpy(dtype=float)
    budget, forecast = (table[name].to_numpy(dtype=float) for name in ("budget", "forecast"))
    without = np.where(forecast > 0, np.inf, 0.0)
    over = (100 * np.divide(forecast - budget, budget, out=without / 100, where=budget > 0)).round(9)
    tolerances = load_table("scheme_tolerances").set_index("tolerance")["value"]
    allowed = [
        float(tolerances[name] if stated is None else stated)
        for name, stated in (("late_days", late_days), ("over_percent", over_percent))
    ]
    none, less = np.zeros(len(table)), np.ones(len(table), dtype=bool)
    date, money = (rag(each, none, none + most, less) for each, most in zip((days, over), allowed, strict=True))
    worse = [next(light for light in _WORST if light in pair) for pair in zip(date, money, strict=True)]
    return pd.DataFrame(
        {
            "scheme": table["scheme"],
            "name": table["name"],
            "planned_finish": planned.dt.strftime("%Y-%m-%d"),
            "forecast_finish": now.dt.strftime("%Y-%m-%d"),
            "days_late": days,
            "date_rag": date,
            "budget": budget,
            "forecast": forecast,
            "over": np.where(np.isinf(over), np.nan, over),
            "money_rag": money,
            "rag": worse,
        }
    ).reset_index(drop=True)
