"""Traffic in the years ahead: growth areas raise it nearby."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike

from assetplan._types import Floats, Shapes


def growth_rate(places: Shapes, areas: Shapes, rate: ArrayLike, within: float, base: float = 0.0) -> Floats:
    """Return the growth of traffic at each place: that of the fastest growing area near it, or the base.

    Parameters
    ----------
    places : array (n,) of geometry; links or bridges [m]
    areas : array (m,) of Point or Polygon; growth areas, in the same coordinates [m]
    rate : array (m,); growth of traffic near each area [share a year, above −1]
    within : float; farthest that a place may be from an area to share its growth [m, 0 or more]
    base : float; growth away from all areas, and the least near one [share a year, above −1]

    Returns
    -------
    array (n,)
        [share a year].

    Raises
    ------
    ValueError
        A rate is −1 or less, rates do not fit the areas, or `within` is negative.
    """
    rates = np.asarray(rate, dtype=np.float64)
    if rates.shape != (len(areas),):
        raise ValueError(f"rates of shape {rates.shape} do not fit {len(areas)} areas")
    if not (np.r_[rates, base] > -1.0).all():
        raise ValueError("every rate of growth must be above −1")
    if not within >= 0:
        raise ValueError("the distance within which traffic grows must be 0 m or more")
    out = np.full(len(places), float(base))
    area, place = shapely.STRtree(places).query(areas, predicate="dwithin", distance=within)
    np.maximum.at(out, place, rates[area])
    return out


def growth_factor(rate: ArrayLike, year: int, lasts: float = np.inf) -> Floats:
    """Return how many times the base year's traffic there is: (1 + rate)^min(year, lasts).

    Parameters
    ----------
    rate : array; growth, compound [share a year, above −1], any shape
    year : int; years after the base year [0 or more]
    lasts : float; years for which traffic grows [0 or more]; by default without end

    Returns
    -------
    array
        Same shape.
    """
    return np.asarray((1.0 + np.asarray(rate, dtype=np.float64)) ** min(year, lasts), dtype=np.float64)


def growth(aadt: ArrayLike, rate: ArrayLike, years: int, lasts: float = np.inf) -> Floats:
    """Return traffic by year: AADT·(1 + rate)^min(t, lasts) in year t.

    Parameters
    ----------
    aadt : array (...); traffic in the base year [vehicles/day]
    rate : array (...); growth, compound [share a year, above −1], broadcast to it
    years : int; years after the base year [1 or more]
    lasts : float; as for `growth_factor`

    Returns
    -------
    array (..., years)
        Traffic in years 1, 2, … [vehicles/day].

    Raises
    ------
    ValueError
        A rate is −1 or less, or there are no years.
    """
    rates = np.asarray(rate, dtype=np.float64)
    if not (rates > -1.0).all():
        raise ValueError("every rate of growth must be above −1")
    if years < 1:
        raise ValueError(f"there must be at least one year, and there are {years}")
    grown = np.stack([growth_factor(rates, year, lasts) for year in range(1, years + 1)], axis=-1)
    return np.asarray(np.asarray(aadt, dtype=np.float64)[..., None] * grown, dtype=np.float64)
