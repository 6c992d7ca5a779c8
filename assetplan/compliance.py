"""Statutory compliance: the regimes, as rows of three kinds, and when a test that they ask for is due.

A financial year begins on 1 April, the first day of a month, so the year in which a test is due follows from its month
alone, whatever the day: month arithmetic is exact, and only a date that is shown needs its day. A date n months after
another has the same day of the month, or the last day of a shorter month; every repeat is counted from the first due
date, so that a test of 31 January is due on 28 February and on 31 March, not on the 28th.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from assetplan._types import Ints
from assetplan.asset_classes import AssetClasses
from assetplan.errors import ConfigError
from assetplan.prices import CONSTRUCTION, Prices
from assetplan.schema import extended_table, row_faults

FIXED, SCHEME, EVENT = KINDS = ("fixed", "scheme", "event")
"""Kinds of regime: a longest interval in law or practice; the interval of a scheme; a review when things change."""

CAPITAL, REVENUE = FUNDING = ("capital", "revenue")
"""What tests and remedial works are charged to."""

NEVER = 2**31
"""Month of what is not due, beyond every other."""

APRIL = 3  # months of a calendar year before the financial year begins
_NUMBERS = ("months", "floor_area_over", "floor_area_to", "cost", "price_base")


def load_regimes(classes: AssetClasses, path: Path | None = None, prices: Prices | None = None) -> pd.DataFrame:
    """Read the regimes.

    Parameters
    ----------
    classes : AssetClasses; asset classes that they may apply to
    path : path, optional
        A CSV with the columns of reference/regimes.csv, whose rows are added to the packaged ones or replace those of
        the same regime.
    prices : Prices, optional; indices that bring the cost of a test to the prices of one year

    Returns
    -------
    DataFrame
        Indexed by regime: the columns of regimes.csv; numbers NaN and text "" where blank; `cost` [£] in the prices of
        the plan's first year.

    Raises
    ------
    ConfigError
        The file is no such table, or a row breaks its rules; every fault is listed.
    """
    table = extended_table("regimes", "regime", path)
    for name in _NUMBERS:
        stated = table[name].notna()
        table[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
        table[f"{name}_read"] = ~stated | np.isfinite(table[name])
    for name in table.columns.difference([*_NUMBERS, *(f"{name}_read" for name in _NUMBERS), "row"]):
        table[name] = table[name].fillna("").astype("str")
    kinds, months = table["kind"], table["months"]
    checks = [
        *((name, table[f"{name}_read"], "must be a finite number") for name in _NUMBERS),
        ("label", table["label"] != "", "a value is required"),
        ("kind", kinds.isin(KINDS), f"must be one of {', '.join(KINDS)}"),
        ("months", months.isna() | ((months >= 1) & (months % 1 == 0)), "must be a whole number of at least 1"),
        ("months", (kinds != FIXED) | months.notna(), f"a regime of kind {FIXED} needs its interval"),
        ("asset_class", table["asset_class"].isin(["", *classes.names]), f"must be one of {', '.join(classes.names)}"),
        ("everywhere", table["everywhere"].isin(["yes", "no"]), "must be yes or no"),
        ("instead_of", table["instead_of"].isin(["", *table["regime"]]), "there is no such regime"),
        ("funding", table["funding"].isin(FUNDING), f"must be one of {', '.join(FUNDING)}"),
        ("cost", ~(table["cost"] < 0), "must be at least 0"),
    ]
    faults = row_faults(table, checks)
    priced = table["cost"] > 0
    if prices is not None and priced.any():
        own = table[priced].set_index("row")
        own, more = prices.indexed(own, str(path), ["cost"], CONSTRUCTION)
        table.loc[priced, "cost"] = own["cost"].to_numpy()
        faults += more
    if faults:
        raise ConfigError(faults)
    return table.drop(columns=[f"{name}_read" for name in _NUMBERS]).set_index("regime")


def month_of(dates: pd.Series) -> Ints:
    """Months from January 1970 to each date (n,); `NEVER` where there is none."""
    known = dates.notna().to_numpy(dtype=bool)
    months = dates.to_numpy(dtype="datetime64[M]").astype(np.int64)
    return np.where(known, months, NEVER)


def first_month(year: int) -> int:
    """Months from January 1970 to the April in which a financial year begins."""
    return (year - 1970) * 12 + APRIL


def months_later(dates: pd.Series, months: pd.Series) -> pd.Series:
    """The same day so many months later, or the last day of a shorter month; none where either is missing.

    Parameters
    ----------
    dates : Series of datetime64, (n,)
    months : Series of float; whole months, NaN where not known

    Examples
    --------
    >>> months_later(pd.Series(pd.to_datetime(["2019-01-31"])), pd.Series([1.0])).dt.strftime("%d %b %Y").tolist()
    ['28 Feb 2019']
    """
    known = dates.notna() & months.notna()
    start = dates.to_numpy(dtype="datetime64[D]")
    ahead = months.fillna(0).to_numpy(dtype=np.int64).astype("timedelta64[M]")
    month = start.astype("datetime64[M]") + ahead
    day = start - start.astype("datetime64[M]").astype("datetime64[D]")
    last = (month + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    due = np.minimum(month.astype("datetime64[D]") + day, last)
    return pd.Series(due.astype("datetime64[s]"), index=dates.index).where(known)


def due_counts(due: Ints, interval: Ints, first_year: int, years: int) -> Ints:
    """How often each test falls due in each of the years ahead, done on time from the first of them on.

    What is overdue as the first year begins is done on its first day; every other test on the day when it is due, and
    again one interval after that.

    Parameters
    ----------
    due : array (n,) of int; month in which each is next due, as `month_of`; `NEVER` where it is not
    interval : array (n,) of int; months between two tests; 0 where it falls due once
    first_year, years : int; first financial year, and how many

    Returns
    -------
    array (n, years) of int
    """
    ends = first_month(first_year) + 12 * np.arange(years + 1)
    first = np.maximum(due, ends[0])[:, None]
    every = np.maximum(interval, 1)[:, None]
    before = np.maximum(-((first - ends) // every), 0)  # rounded up
    before = np.where(interval[:, None] > 0, before, np.minimum(before, 1))
    return np.diff(before, axis=1)
