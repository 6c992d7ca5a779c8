"""Routine jobs that are due (signs, markings, gully cleansing, vegetation), from the table that a plan names."""

from __future__ import annotations

import pandas as pd

from assetplan import schema
from assetplan.config import Plan
from assetplan.delimited import csv_table
from assetplan.errors import ConfigError
from assetplan.inputs.firm import as_registered
from assetplan.prices import CONSTRUCTION, Prices

_TABLE = "routine_jobs"


def load_routine_jobs(plan: Plan, prices: Prices, assets: pd.DataFrame) -> pd.DataFrame | None:
    """Read the routine jobs that are due on the assets of a register; None where the plan names no table of them.

    Parameters
    ----------
    plan : Plan; `tables.routine_jobs` names a CSV with the columns of table `routine_jobs` of the schema
    prices : Prices; indices that bring its money to the prices of the first year
    assets : DataFrame; table `assets` of the register

    Returns
    -------
    DataFrame or None
        asset_id, job, due [year], cost and traffic_management [£, prices of the first year], price_base as stated.

    Raises
    ------
    ConfigError
        Rows break their rules, are of no asset of the register, due before the plan or there twice; every fault is
        listed.
    FileNotFoundError
        There is no such file.
    """
    if not plan.tables.routine_jobs:
        return None
    path, first_year = plan.path(plan.tables.routine_jobs), plan.first_year
    text = csv_table(path, ConfigError, schema.columns(_TABLE))
    lines = pd.Series(text.index, index=text.index)
    jobs, faults = schema.conform(text, _TABLE, str(path), lines)
    jobs["asset_id"] = as_registered(jobs["asset_id"], assets["asset_id"])
    named = jobs["asset_id"] != ""
    late = f"must be {first_year}, the plan's first year, or later: an overdue job is due in {first_year}"
    checks = [
        ("asset_id", ~named | jobs["asset_id"].isin(assets["asset_id"]), "the register has no such asset"),
        ("due", ~(jobs["due"] < first_year), late),
        ("job", ~(jobs.duplicated(["asset_id", "job", "due"]) & named), "is there twice for this asset and year"),
    ]
    faults += schema.row_faults(jobs.assign(file=str(path), row=lines), checks)
    jobs, unpriced = prices.indexed(jobs, str(path), ("cost", "traffic_management"), CONSTRUCTION)
    if faults or unpriced:
        raise ConfigError([*faults, *unpriced])
    return jobs.astype({"due": "int64"}).reset_index(drop=True)
