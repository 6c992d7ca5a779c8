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
from assetplan.words import is_missing, months_of, months_words

_MONEY = ("mobilisation", "traffic_management", "minimum_cost")
_LEAST = ("minimum_length", "minimum_area", "minimum_cost")
_RULES = (
    ("mobilisation", 0.0, "must be a number not below 0"),
    ("setup_days", 0.0, "must be a number not below 0"),
    ("traffic_management", 0.0, "must be a number not below 0"),
    ("per_day", 1e-9, "must be above 0: state what the crew does in a day, or leave the row out"),
)
ALL_YEAR = (1 << 12) - 1
"""The months of a whole year, as `month_bits` has them."""


def month_bits(months: Collection[int]) -> int:
    """Months of the year (1–12) as one number, a bit for each."""
    return sum(1 << (month - 1) for month in set(months))


def bits_words(bits: int) -> str:
    """What `month_bits` made, in words: "April to September"; "" for none."""
    return months_words([month for month in range(1, 13) if bits >> (month - 1) & 1])


def crew_season(sites: pd.DataFrame, crew: str) -> int:
    """Months in which some treatment of a crew may be laid, as `month_bits`; `sites` as of `load_sites`."""
    return int(np.bitwise_or.reduce(sites.loc[sites["crew"] == crew, "months"].to_numpy(dtype=np.int64)))


def season_weeks(bits: int) -> float:
    """Weeks of the year that months hold; `bits` as of `month_bits`."""
    return bits.bit_count() * 52 / 12


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
        [unit of the group's quantity; typical NaN where each site is its own], minimum_length [m], minimum_area [unit
        of the group's quantity] and minimum_cost [£] (NaN: no least), estate and whole ("yes" or "no"), season and
        price_base as stated, verified (bool), `months` of the season, as `month_bits`, all year where none is stated,
        and `fixed`: what a site costs whatever its size, mobilisation and the traffic management of setting up [£].

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
        (
            "season",
            table["season"].map(_is_season),
            "must be months, as 4-9, 11-2 or April-September, or blank: all year",
        ),
        ("typical", table["typical"].isna() | (table["typical"] > 0), "must be above 0, or blank"),
        *((column, table[column].isna() | (table[column] >= 0), "must not be below 0, or blank") for column in _LEAST),
        *((column, table[column].isin(["yes", "no"]), "must be yes or no") for column in ("estate", "whole")),
    ]
    faults = row_faults(table.assign(file=file, row=table.index), checks)
    table, unpriced = (prices or load_prices()).indexed(table, file, _MONEY, CONSTRUCTION)
    if faults or unpriced:
        raise ConfigError([*faults, *unpriced])
    fixed = table["mobilisation"] + table["setup_days"] * table["traffic_management"]
    months = table["season"].map(lambda text: ALL_YEAR if pd.isna(text) else month_bits(months_of(text)))
    kept = table.assign(
        months=months.astype(np.int64),
        fixed=fixed,
        verified=table["verified"] == "yes",
        typical=table["typical"].astype(np.float64),
        **{name: table[name].astype(np.float64) for name in _LEAST},
    )
    return kept.set_index("treatment")


def _is_season(text: object) -> bool:
    try:
        return is_missing(text) or bool(months_of(str(text)))
    except ValueError:
        return False
