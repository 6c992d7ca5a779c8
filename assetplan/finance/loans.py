"""Loans and minimum revenue provision (MRP) by period, each usable alone.

Amounts are not rounded to pence: statements round what they print, so that sums hold.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from assetplan._types import Floats

Method = Literal["annuity", "eip", "maturity"]
Provision = Literal["equal", "annuity"]


def loan_schedule(
    principal: float, rate: float, years: int, method: Method = "annuity", per_year: int = 2
) -> pd.DataFrame:
    """What a fixed-rate loan costs in each period.

    Parameters
    ----------
    principal : float; sum borrowed [£, 0 or more]
    rate : float; interest [share a year, 0 or more]; each period bears rate / per_year, as the PWLB charges it
    years : int; term [1 or more]
    method : str; "annuity": equal payments; "eip": equal instalments of principal; "maturity": all of it at the end
    per_year : int; payments a year [1 or more]; the PWLB has 2

    Returns
    -------
    DataFrame
        One row a period: period and year (both from 1), opening, interest, repaid, payment, closing [£].

    Raises
    ------
    ValueError
        A figure is out of range, or there is no such method.

    Examples
    --------
    >>> round(float(loan_schedule(10e6, 0.028, 30)["interest"].sum()), 2)
    4847098.09
    >>> round(float(loan_schedule(10e6, 0.028, 30, "eip", per_year=1)["interest"].sum()), 2)
    4340000.0
    """
    _check(method, get_args(Method), "kind of loan", years=years, per_year=per_year, principal=principal, rate=rate)
    periods, each = years * per_year, rate / per_year
    period = np.arange(1, periods + 1)
    owed = principal * _left(method, each, periods)
    table = pd.DataFrame({"period": period, "year": (period - 1) // per_year + 1, "opening": owed[:-1]})
    interest, repaid = owed[:-1] * each, -np.diff(owed)
    return table.assign(interest=interest, repaid=repaid, payment=interest + repaid, closing=owed[1:])


def mrp_schedule(principal: float, years: int, method: Provision = "equal", rate: float | None = None) -> pd.DataFrame:
    """What is set aside from revenue for spend that was borrowed for, by the asset-life method.

    Source: statutory guidance on minimum revenue provision, asset-life method; due on internal borrowing too.

    Parameters
    ----------
    principal : float; spend financed by borrowing [£, 0 or more]
    years : int; life of the asset [1 or more]
    method : str; "equal": the same each year; "annuity": rising so that with interest the charge is level
    rate : float, optional; of the annuity [share a year, 0 or more]; it has to be given there, and only there

    Returns
    -------
    DataFrame
        One row a year: year (1 is the year after the spend), opening, mrp, closing [£].

    Raises
    ------
    ValueError
        A figure is out of range, a rate is missing or has no use, or there is no such method.
    """
    _check(method, get_args(Provision), "method of provision", years=years, principal=principal, rate=rate or 0.0)
    if (rate is None) == (method == "annuity"):
        raise ValueError("provision by annuity needs a rate" if rate is None else "equal provision has no rate")
    owed = principal * _left(method, rate or 0.0, years)
    year = np.arange(1, years + 1)
    return pd.DataFrame({"year": year, "opening": owed[:-1], "mrp": -np.diff(owed), "closing": owed[1:]})


def _left(method: str, rate: float, periods: int) -> Floats:
    """Share of a principal that is owed after each number of periods, from none (periods + 1,)."""
    time = np.arange(periods + 1)
    if method == "maturity":
        return np.where(time < periods, 1.0, 0.0)
    if method == "annuity" and rate:
        # expm1 keeps its digits where the rate is small
        return np.asarray(1 - np.expm1(time * np.log1p(rate)) / np.expm1(periods * np.log1p(rate)))
    return 1 - time / periods


def _check(method: str, methods: tuple[str, ...], what: str, **figures: float) -> None:
    """Refuse a method that there is none of, a count that is not whole or 0, an amount or a rate below 0."""
    for name, value in figures.items():
        count = name in ("years", "per_year")
        if count and (int(value) != value or value < 1):
            raise ValueError(f"{name} is {value}; it must be a whole number above 0")
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} is {value}; it must be a number not below 0")
    if method not in methods:
        raise ValueError(f"{method!r} is no {what}; there are {', '.join(methods[:-1])} and {methods[-1]}")
