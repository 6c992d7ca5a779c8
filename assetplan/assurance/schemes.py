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
    days = (now - planned).dt.days.to_numpy(dtype=float)
    over = (100 * (table["forecast"] / table["budget"] - 1)).to_numpy(dtype=float).round(9)
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
            "budget": table["budget"],
            "forecast": table["forecast"],
            "over": over,
            "money_rag": money,
            "rag": worse,
        }
    ).reset_index(drop=True)
