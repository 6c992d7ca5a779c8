"""Discounting, price changes, depreciation and gains of condition.

Everything here is in real terms, prices of year 1, unless it says otherwise: the Green Book's rates are real,
and must never meet cash that has inflation in it. Take the inflation out with `deflate` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from assetplan._types import Floats
from assetplan.reference import load_table


@cache
def _forward_rates(years: int) -> Floats:
    """Return the real discount rate of each of the years 1 to `years`."""
    table = load_table("discount_rates").sort_values("first_year")
    place = np.searchsorted(table["first_year"].to_numpy(), np.arange(1, years + 1), side="right") - 1
    rates = table["rate"].to_numpy(dtype=np.float64)[place]
    rates.flags.writeable = False
    return rates


def discount_factors(years: int, rate: float | None = None) -> Floats:
    """Return what £1 in each year is worth now.

    Source: HM Treasury Green Book. Rates in `reference/discount_rates.csv`.

    Parameters
    ----------
    years : int; how many years from now [0 or more]
    rate : float, optional
        One real rate for all years [fraction a year, above −1]; by default the Green Book's declining rates, each used
        as the forward rate of its years.

    Returns
    -------
    array (years + 1,)
        Factors of the years 0 to `years`; the first is 1.

    Raises
    ------
    ValueError
        `years` is negative, or the rate is −1 or less.

    Examples
    --------
    >>> discount_factors(31)[[5, 30, 31]].round(6).tolist()
    [0.841973, 0.356278, 0.345901]
    """
    if years < 0:
        raise ValueError(f"the number of years cannot be negative, and is {years}")
    _check_rate(rate)
    rates = _forward_rates(years) if rate is None else np.full(years, float(rate))
    return np.concatenate([[1.0], 1.0 / np.cumprod(1.0 + rates)])


NO_RISE = (0.0,)
"""Prices that do not rise."""


def price_levels(rises: Sequence[float], years: ArrayLike) -> Floats:
    """Return what costs £1 in year 0 in other years.

    Parameters
    ----------
    rises : sequence of float
        Rise of prices from year 0 to 1, from 1 to 2 and so on [fraction a year, above −1]; the last goes on.
    years : int or array of int; years [0 or more], any shape

    Returns
    -------
    array
        Product of 1 + rise over the years before, same shape as `years`.

    Examples
    --------
    >>> price_levels([0.04, 0.02], [0, 1, 2, 3]).round(6).tolist()
    [1.0, 1.04, 1.0608, 1.082016]
    """
    *early, last = 1.0 + np.asarray(rises, dtype=np.float64)
    place = np.asarray(years)
    level = np.cumprod([1.0, *early])[np.minimum(place, len(early))]
    return np.asarray(level * last ** np.maximum(place - len(early), 0), dtype=np.float64)


def deflate(cash: ArrayLike, rate: float | Sequence[float]) -> Floats:
    """Return how much work, at prices of year 1, yearly cash buys while prices rise.

    Parameters
    ----------
    cash : array (..., years); money of the day [£], years 1, 2, …
    rate : float or sequence of float
        Rise in construction prices [fraction a year, above −1]; of a sequence from year to year, the last goes on.

    Returns
    -------
    array
        Cash of year t over (1 + rate)^(t − 1), or over `price_levels` [£ at prices of year 1], same shape.

    Raises
    ------
    ValueError
        `cash` is a single number, or a rate is −1 or less.
    """
    amounts = np.asarray(cash, dtype=np.float64)
    if amounts.ndim == 0:
        raise ValueError("cash needs an axis of years")
    rises = [rate] if isinstance(rate, float | int) else rate
    for each in rises:
        _check_rate(each)
    return amounts / price_levels(rises, np.arange(amounts.shape[-1]))


def drc(grc: ArrayLike, useful_life: ArrayLike, remaining_life: ArrayLike) -> Floats:
    """Return the depreciated replacement cost of components, depreciated in a straight line: GRC·RUL/UL.

    Parameters
    ----------
    grc : array; gross replacement cost [£], any shape
    useful_life : array; life of the component when new [years, above 0], same shape
    remaining_life : array; life it has left [years], same shape; held between 0 and the useful life

    Returns
    -------
    array
        Depreciated replacement cost [£, 0 to `grc`], broadcast shape.

    Raises
    ------
    ValueError
        A useful life is not above 0.

    Examples
    --------
    >>> float(drc(1800, 40, 40 - 22))
    810.0
    """
    life = np.asarray(useful_life, dtype=np.float64)
    if not (life > 0).all():
        raise ValueError("every useful life must be above 0 years")
    left = np.clip(np.asarray(remaining_life, dtype=np.float64), 0.0, life)
    return np.asarray(np.asarray(grc, dtype=np.float64) * left / life, dtype=np.float64)


def _check_rate(rate: float | None) -> None:
    if rate is not None and not rate > -1.0:
        raise ValueError(f"a rate must be above −1, and is {rate}")


def condition_gain(do_nothing: ArrayLike, treated: ArrayLike, cut_off: float) -> Floats:
    """Return the area between a treated and a do-nothing curve of condition, above a cut-off [index-years].

    Source: the usual effectiveness of pavement management, before weighting by length and traffic.

    Parameters
    ----------
    do_nothing : array (..., years + 1); condition index at the end of each year [0–100]
    treated : array; the same with treatment, same shape
    cut_off : float; index below which condition earns nothing [0–100]

    Returns
    -------
    array (...)
        Area by the trapezium rule.
    """
    above = np.maximum(np.asarray(treated, dtype=float), cut_off) - np.maximum(
        np.asarray(do_nothing, dtype=float), cut_off
    )
    return np.trapezoid(above, axis=-1)
