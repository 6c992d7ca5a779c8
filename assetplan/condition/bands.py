"""Bands of any scale in `reference/bands.csv`, and how much of the stock lies in each.

A reported share is always the sum of what lies in the band over the sum of what was measured: never the band
of a mean, which hides the bad lengths that the money is for.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints, Texts
from assetplan.reference import load_table


class _Scale(NamedTuple):
    cuts: Floats  # lower ends of all bands but the lowest, ascending
    codes: Ints  # code of the band below the first cut, then above each cut
    names: tuple[str, ...]  # by code: best first
    meanings: tuple[str, ...]
    measure: str  # whose values it cuts, "" where it is none of the measures of condition
    poor: tuple[str, ...]  # names of the bands that count as poor condition


@cache
def _scale(scale: str) -> _Scale:
    table = load_table("bands")
    rows = table[table["scale"] == scale].sort_values("rank", ignore_index=True)
    if rows.empty:
        known = ", ".join(dict.fromkeys(table["scale"]))
        raise ValueError(f"no bands for scale {scale!r}; the scales are {known}")
    names = tuple(rows["band"])
    rising = rows.sort_values("low")
    codes = rising.index.to_numpy(dtype=np.int64)
    low = rising["low"].to_numpy(dtype=np.float64)
    # A band that leaves its low end to the band below starts at the next number after it.
    cuts = np.where(rising["includes_low"].to_numpy() == "yes", low, np.nextafter(low, np.inf))[1:]
    measure, meanings = rows["measure"].fillna("").iloc[0], tuple(rows["meaning"].fillna(""))
    return _Scale(cuts, codes, names, meanings, str(measure), tuple(rows.loc[rows["poor"] == "yes", "band"]))


def band_names(scale: str) -> tuple[str, ...]:
    """Return the bands of `scale` (such as `"index"`, `"rci"`, `"bci"`), best first.

    Raises ValueError, naming the scales there are, if `scale` has no bands.
    """
    return _scale(scale).names


def band_meanings(scale: str) -> tuple[str, ...]:
    """Return what each band of `scale` means, best first, "" where its name says so; errors as `band_names`."""
    return _scale(scale).meanings


def poor_bands(scale: str) -> tuple[str, ...]:
    """Return the bands of `scale` that count as poor condition, best first; errors as `band_names`."""
    return _scale(scale).poor


def measure_of(scale: str) -> str:
    """Return the measure whose values `scale` cuts, "" where it is none of condition; errors as `band_names`."""
    return _scale(scale).measure


def band_codes(scale: str, values: ArrayLike) -> Ints:
    """Return the number of each value's band: 0 the best, −1 where the value is missing.

    Parameters
    ----------
    scale : str; a scale of `reference/bands.csv`
    values : array
        Measured values [unit of the scale], any shape. A value beyond the ends of the scale falls in the band at that
        end: ranges are checked where data comes in, not here.

    Returns
    -------
    array of int
        Codes into `band_names(scale)`, same shape as `values`.

    Raises
    ------
    ValueError
        `scale` has no bands.
    """
    bands = _scale(scale)
    array = np.asarray(values, dtype=np.float64)
    codes = bands.codes[np.searchsorted(bands.cuts, array, side="right")]
    return np.where(np.isnan(array), -1, codes)


def classify(scale: str, values: ArrayLike) -> Texts:
    """Return each value's band by name, None where the value is missing.

    Parameters and errors as `band_codes`; the result is an array of objects of the same shape as `values`.
    """
    names = np.array([*band_names(scale), None], dtype=object)
    return names[band_codes(scale, values)]


def quantity_in_bands(scale: str, values: ArrayLike, quantity: ArrayLike) -> Floats:
    """Return the quantity that lies in each band, year by year if there are years.

    Parameters
    ----------
    scale : str; a scale of `reference/bands.csv`
    values : array (n,) or (n, n_years); measured values [unit of the scale]; missing values count nowhere
    quantity : array (n,); length, area or number of each [any unit, 0 or more]

    Returns
    -------
    array (n_bands,) or (n_bands, n_years)
        Best band first, in the unit of `quantity`.

    Raises
    ------
    ValueError
        `scale` has no bands, the shapes do not fit, or a quantity is negative or missing.
    """
    codes, weight = _weighed(scale, values, quantity)
    years = codes if codes.ndim == 2 else codes[:, None]
    place = (years + 1) * years.shape[1] + np.arange(years.shape[1])  # row 0 takes what is missing
    each = np.broadcast_to(weight[:, None], years.shape)
    total = np.bincount(place.ravel(), each.ravel(), (len(band_names(scale)) + 1) * years.shape[1])
    return total.reshape(-1, *codes.shape[1:])[1:].astype(np.float64, copy=False)


def _weighed(scale: str, values: ArrayLike, quantity: ArrayLike) -> tuple[Ints, Floats]:
    codes = band_codes(scale, values)
    weight = np.asarray(quantity, dtype=np.float64)
    if codes.ndim not in (1, 2) or weight.shape != codes.shape[:1]:
        raise ValueError(f"values of shape {codes.shape} do not fit quantities of shape {weight.shape}")
    if not (weight >= 0).all():
        raise ValueError("every quantity must be 0 or more, and none missing")
    return codes, weight


def share_in_bands(scale: str, values: ArrayLike, quantity: ArrayLike) -> pd.Series:
    """Return the share of the measured quantity in each band; the shares add up to 1.

    Parameters
    ----------
    scale : str; a scale of `reference/bands.csv`
    values : array (n,)
        Measured values [unit of the scale]. Missing ones are left out of the whole too.
    quantity : array (n,); length, area or number of each [any unit, 0 or more]

    Returns
    -------
    Series
        Series indexed by band name, best first; all missing if nothing was measured.

    Raises
    ------
    ValueError
        As `quantity_in_bands`, or `values` has more than one dimension.
    """
    inside = quantity_in_bands(scale, values, quantity)
    if inside.ndim != 1:
        raise ValueError("shares are taken of one set of values at a time: pass one dimension")
    total = inside.sum()
    share = inside / total if total > 0 else np.full(inside.shape, np.nan)
    return pd.Series(share, index=pd.Index(band_names(scale), name="band"), name="share")


def share_by(scale: str, values: ArrayLike, quantity: ArrayLike, by: ArrayLike) -> pd.DataFrame:
    """Return the share of the measured quantity in each band, group by group.

    Length of footway by level and hierarchy is `share_by("fns", level, length, hierarchy)`; the red, amber and green of
    surveyed 10 m lengths by road class is `share_by("rci", value, length, road_class)`.

    Parameters
    ----------
    scale : str; a scale of `reference/bands.csv`
    values : array (n,)
        Measured values [unit of the scale]. Missing ones are left out of their group's whole too.
    quantity : array (n,); length, area or number of each [any unit, 0 or more]
    by : array (n,); group of each, such as hierarchy, road class or district

    Returns
    -------
    DataFrame
        One row a group, indexed by `group` in order of first appearance; one column a band, best first. A row adds up
        to 1, and is missing where nothing of the group was measured.

    Raises
    ------
    ValueError
        As `share_in_bands`, the groups do not fit the values, or a group is missing or blank.
    """
    codes, weight = _weighed(scale, values, quantity)
    groups = np.asarray(by, dtype=object)
    if codes.ndim != 1 or groups.shape != codes.shape:
        raise ValueError(f"values of shape {codes.shape} do not fit groups of shape {groups.shape}")
    if (pd.isna(groups) | (groups == "")).any():
        raise ValueError("a group is missing: give what is not known a name of its own")
    place, distinct = pd.factorize(groups)
    names = band_names(scale)
    known = codes >= 0
    cell = place[known] * len(names) + codes[known]
    inside = np.bincount(cell, weight[known], len(distinct) * len(names)).reshape(-1, len(names))
    total = inside.sum(axis=1, keepdims=True)
    share = np.divide(inside, total, out=np.full(inside.shape, np.nan), where=total > 0)
    return pd.DataFrame(share, pd.Index(distinct, name="group"), pd.Index(names, name="band"))
