"""Loans and minimum revenue provision (MRP) by period, each usable alone.

Amounts are not rounded to pence: statements round what they print, so that sums hold.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

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
    _check(principal=principal, rate=rate)
    _check_whole(years=years, per_year=per_year)
    periods, each = years * per_year, rate / per_year
    time = np.arange(periods + 1)
    if method == "eip":
        owed = principal * (1 - time / periods)
    elif method == "maturity":
        owed = np.where(time < periods, principal, 0.0)
    elif method == "annuity":
        owed = principal * (_annuity_left(each, periods, time))
    else:
        raise ValueError(f"{method!r} is no kind of loan; there are annuity, eip and maturity")
    interest, repaid = owed[:-1] * each, -np.diff(owed)
    return pd.DataFrame(
        {
            "period": time[1:],
            "year": (time[1:] - 1) // per_year + 1,
            "opening": owed[:-1],
            "interest": interest,
            "repaid": repaid,
            "payment": interest + repaid,
            "closing": owed[1:],
        }
    )


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
    _check(principal=principal, **({} if rate is None else {"rate": rate}))
    _check_whole(years=years)
    time = np.arange(years + 1)
    if method == "equal":
        if rate is not None:
            raise ValueError("equal provision has no rate")
        left = 1 - time / years
    elif method == "annuity":
        if rate is None:
            raise ValueError("provision by annuity needs a rate")
        left = _annuity_left(rate, years, time)
    else:
        raise ValueError(f"{method!r} is no method of provision; there are equal and annuity")
    owed = principal * left
    return pd.DataFrame({"year": time[1:], "opening": owed[:-1], "mrp": -np.diff(owed), "closing": owed[1:]})


def _annuity_left(rate: float, periods: int, time: np.ndarray) -> np.ndarray:
    """Share of an annuity's principal that is owed after each number of periods."""
    if rate == 0:
        return 1 - time / periods
    # expm1 keeps its digits where the rate is small
    grown, whole = np.expm1(time * np.log1p(rate)), np.expm1(periods * np.log1p(rate))
    left: np.ndarray = 1 - grown / whole
    return left


def _check(**figures: float) -> None:
    for name, value in figures.items():
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} is {value}; it must be a number not below 0")


def _check_whole(**figures: int) -> None:
    for name, value in figures.items():
        if int(value) != value or value < 1:
            raise ValueError(f"{name} is {value}; it must be a whole number above 0")
