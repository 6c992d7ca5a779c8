"""What a works site costs besides the works: getting there, setting up, guarding the traffic."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan.errors import ConfigError
from assetplan.prices import CONSTRUCTION, Prices, load_prices
from assetplan.reference import load_table
from assetplan.schema import own_table, row_faults

_MONEY = ("mobilisation", "traffic_management")
_RULES = (
    ("mobilisation", 0.0, "must be a number not below 0"),
    ("setup_days", 0.0, "must be a number not below 0"),
    ("traffic_management", 0.0, "must be a number not below 0"),
    ("per_day", 1e-9, "must be above 0"),
)


def load_sites(treatments: Collection[str], path: Path | None = None, prices: Prices | None = None) -> pd.DataFrame:
    """Read what sites cost by treatment.

    Parameters
    ----------
    treatments : collection of str
        Names that the council's own rows may have; packaged rows of other treatments are left out.
    path : path, optional
        A CSV with the columns of reference/sites.csv; by default that table.
    prices : Prices, optional; indices that bring costs to one year; by default the table's latest price base

    Returns
    -------
    DataFrame
        Indexed by treatment: crew, mobilisation [£], setup_days, traffic_management [£/day], per_day and typical
        [unit of the group's quantity; typical NaN where each site is its own], price_base as stated,
        verified (bool), and `fixed`: what a site costs whatever its size, mobilisation and the traffic management of
        setting up [£].

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    if path is None:
        table = load_table("sites")
        table, file = table[table["treatment"].isin(list(treatments))], "reference/sites.csv"
    else:
        table, file = own_table("sites", path), str(path)
    checks = [(column, table[column] >= low, rule) for column, low, rule in _RULES]
    checks += [
        ("treatment", table["treatment"].isin(list(treatments)), "no such treatment"),
        ("treatment", ~table["treatment"].duplicated(), "is there twice"),
        ("crew", table["crew"].notna(), "a value is required"),
        ("typical", table["typical"].isna() | (table["typical"] > 0), "must be above 0, or blank"),
    ]
    faults = row_faults(table.assign(file=file, row=table.index), checks)
    table, unpriced = (prices or load_prices()).indexed(table, file, _MONEY, CONSTRUCTION)
    if faults or unpriced:
        raise ConfigError([*faults, *unpriced])
    fixed = table["mobilisation"] + table["setup_days"] * table["traffic_management"]
    kept = table.assign(fixed=fixed, verified=table["verified"] == "yes", typical=table["typical"].astype(np.float64))
    return kept.set_index("treatment")
