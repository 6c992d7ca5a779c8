"""Native measures to the condition index and back: 0 to 100, 100 as new, one scale for every kind of asset.

Each measure maps by straight lines through the points of `reference/measure_points.csv`. Most of those points
are this package's own choice, marked unverified: a council that has calibrated its own changes the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats, Ints
from assetplan.condition.bands import band_codes, band_names, measure_of, poor_bands
from assetplan.reference import load_table

BANDS: tuple[str, ...] = band_names("index")
"""The five bands of the condition index, best first."""


class _Measure(NamedTuple):
    low: float
    high: float
    native: Floats  # values of the mapped points, ascending
    mapped: Floats  # their index, strictly rising or strictly falling


@cache
def _measures() -> dict[str, _Measure]:
    measures = load_table("measures").set_index("measure")
    points = load_table("measure_points").sort_values("value").set_index("measure")
    return {
        str(name): _Measure(
            float(measures["low"][name]),
            float(measures["high"][name]),
            points["value"].loc[[name]].to_numpy(dtype=np.float64),
            points["index"].loc[[name]].to_numpy(dtype=np.float64),
        )
        for name in measures.index
    }


def _find(measure: object) -> _Measure:
    try:
        return _measures()[str(measure)]
    except KeyError:
        known = ", ".join(measure_names())
        raise ValueError(f"no measure {measure!r}; the measures are {known}") from None


def _by_measure(measure: ArrayLike, values: Floats) -> Iterator[tuple[_Measure, Ints | slice]]:
    """Yield each distinct measure and where it applies; a blank one may only stand by a missing value."""
    names = np.asarray(measure, dtype=object)
    if names.ndim == 0:
        yield _find(names.item()), slice(None)
        return
    if names.shape != values.shape:
        raise ValueError(f"{names.shape} measures do not fit {values.shape} values: pass one name, or one a value")
    codes, distinct = pd.factorize(names, use_na_sentinel=False)
    for code, name in enumerate(distinct):
        where = np.flatnonzero(codes == code)
        if (pd.isna(name) or name == "") and np.isnan(values[where]).all():
            continue
        yield _find(name), where


def measure_names() -> tuple[str, ...]:
    """Return the native measures that map to the index, in the order of `reference/measures.csv`."""
    return tuple(_measures())


def measure_range(measure: str) -> tuple[float, float]:
    """Return the (low, high) that a register may hold for `measure` [unit of the measure].

    Raises ValueError, naming the measures there are, if `measure` is unknown.
    """
    points = _find(measure)
    return points.low, points.high


def to_index(measure: ArrayLike, value: ArrayLike) -> tuple[Floats, Bools]:
    """Return the condition index of native measurements, and where a value lay beyond the mapping.

    Parameters
    ----------
    measure : array (n,) or str
        Name of the measure of each value, or one name for all. It may be blank or missing where the value is missing.
    value : array (n,); measured values [unit of each measure]; missing values stay missing

    Returns
    -------
    index : array (n,)
        Condition index [0–100, 100 as new].
    clamped : array (n,) of bool
        True where the value was outside the mapped points and the index is therefore held at that end.

    Raises
    ------
    ValueError
        A measure is unknown, or the shapes do not fit.
    """
    array = np.asarray(value, dtype=np.float64)
    flat = array.reshape(-1)
    index = np.full_like(flat, np.nan)
    clamped = np.zeros(flat.shape, dtype=np.bool_)
    for points, where in _by_measure(measure, flat):
        index[where] = np.interp(flat[where], points.native, points.mapped)
        clamped[where] = (flat[where] < points.native[0]) | (flat[where] > points.native[-1])
    return index.reshape(array.shape), clamped.reshape(array.shape)


def from_index(measure: ArrayLike, index: ArrayLike) -> Floats:
    """Return the native value at each condition index: the inverse of `to_index` within the mapped points.

    Parameters
    ----------
    measure : array (n,) or str; name of the measure wanted for each, or one name for all
    index : array (n,)
        Condition index [0–100]; missing values stay missing. An index that no point reaches (some measures stop short
        of 0) gives the value at that end.

    Returns
    -------
    array (n,)
        Values [unit of each measure]; not rounded to whole grades or categories.

    Raises
    ------
    ValueError
        A measure is unknown, or the shapes do not fit.
    """
    array = np.asarray(index, dtype=np.float64)
    flat = array.reshape(-1)
    value = np.full_like(flat, np.nan)
    for points, where in _by_measure(measure, flat):
        rising = np.argsort(points.mapped)
        value[where] = np.interp(flat[where], points.mapped[rising], points.native[rising])
    return value.reshape(array.shape)


def codes_of_index(scale: str, index: ArrayLike) -> Ints:
    """Return the number of the band that a condition index falls in, of any scale that cuts a measure of condition.

    Parameters
    ----------
    scale : str; a scale of `reference/bands.csv` with a measure, such as "index" or "grades"
    index : array; condition index [0–100], any shape

    Returns
    -------
    array of int
        Codes into `band_names(scale)`, 0 the best, −1 where the index is missing; same shape as `index`.

    Raises
    ------
    ValueError
        `scale` has no bands, or cuts no measure of condition.
    """
    measure = measure_of(scale)
    return band_codes(scale, index if measure == "index" else from_index(measure, index))


def is_poor(scale: str, index: ArrayLike) -> Bools:
    """Return where a condition index counts as poor on a scale; arguments and errors as `codes_of_index`."""
    names = band_names(scale)
    return np.asarray(np.isin(codes_of_index(scale, index), [names.index(band) for band in poor_bands(scale)]))
