"""Carriageways: the SCANNER road condition indicator (RCI), visual surveys, and how the results are reported.

The RCI is built up per 10 m length. What is reported is the share of surveyed length in each band, so keep
the lengths apart until they are counted.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints
from assetplan.condition.bands import share_in_bands
from assetplan.condition.index import from_index, to_index
from assetplan.reference import load_table

INDICATORS: dict[str, tuple[str, ...]] = {"130-01": ("A",), "130-02": ("B", "C")}
"""National indicator → the road classes it counts."""


@cache
def _kinds_of_road() -> pd.MultiIndex:
    table = load_table("rci_parameters")
    return pd.MultiIndex.from_frame(table[["road_class", "environment"]].drop_duplicates())


@cache
def _parameter(name: str) -> pd.DataFrame:
    """Return the rows of one parameter, in the order of `_kinds_of_road`."""
    table = load_table("rci_parameters")
    rows = table[table["parameter"] == name].set_index(["road_class", "environment"])
    return rows[["lower", "upper", "relevance", "reliability"]].loc[_kinds_of_road()]


def _kind_of_road(road_class: ArrayLike, environment: ArrayLike, size: int) -> Ints:
    classes = np.broadcast_to(np.asarray(road_class, dtype=object), size)
    places = np.broadcast_to(np.asarray(environment, dtype=object), size)
    kind = _kinds_of_road().get_indexer(pd.MultiIndex.from_arrays([classes, places]))
    if (kind < 0).any():
        wrong = sorted({(str(classes[i]), str(places[i])) for i in np.flatnonzero(kind < 0)})
        raise ValueError(f"no RCI parameters for road class and environment {wrong}: A, B, C, U; urban, rural")
    return kind


def _score(name: str, measured: ArrayLike, kind: Ints) -> Floats:
    rows = _parameter(name)
    lower, upper, relevance, reliability = rows.to_numpy(dtype=np.float64)[kind].T
    # Texture is worse when low: its thresholds stand the other way round, and the same fraction serves.
    fraction = (np.asarray(measured, dtype=np.float64) - lower) / (upper - lower)
    return np.clip(100.0 * fraction, 0.0, 100.0) * relevance * reliability


def rci(
    road_class: ArrayLike,
    environment: ArrayLike,
    *,
    rut: ArrayLike,
    lv3: ArrayLike,
    lv10: ArrayLike,
    cracking: ArrayLike,
    texture: ArrayLike,
    rut_right: ArrayLike | None = None,
) -> Floats:
    """Return the SCANNER road condition indicator of 10 m lengths (revised RCI, in use since 2008).

    Each parameter scores 0 at its lower threshold and 100 at its upper, times relevance and reliability. Only
    the larger of the two profile variances counts. The sum is held at the published maximum for the kind of
    road.

    Source: SCANNER user guide; TRL PPR199 for the maxima. Values in `reference/rci_parameters.csv`.

    Parameters
    ----------
    road_class : array (n,) or str; A, B, C or U: one each, or one for all
    environment : array (n,) or str; urban or rural, likewise
    rut : array (n,); depth of the deeper wheel-track rut, or of the left one if `rut_right` is given [mm]
    lv3 : array (n,); 3 m moving-average longitudinal profile variance [mm²]
    lv10 : array (n,); 10 m moving-average longitudinal profile variance [mm²]
    cracking : array (n,); whole-carriageway cracking [% of area]
    texture : array (n,); nearside wheel-track texture depth [mm]
    rut_right : array (n,), optional; right wheel-track rut depth [mm]; the deeper of the two counts

    Returns
    -------
    array (n,)
        RCI [points, 0 to 315]; missing where any parameter is (one wheel track is enough).

    Raises
    ------
    ValueError
        A road class or environment is unknown, or the shapes do not fit.

    Examples
    --------
    >>> rci("A", "rural", rut=[14], lv3=[7], lv10=[49], cracking=[0.5], texture=[0.55]).round(3).tolist()
    [136.851]
    """
    depth = np.asarray(rut, dtype=np.float64)
    if rut_right is not None:
        depth = np.fmax(depth, np.asarray(rut_right, dtype=np.float64))
    depth = np.atleast_1d(depth)
    kind = _kind_of_road(road_class, environment, depth.size)
    profile = np.maximum(_score("lv3", lv3, kind), _score("lv10", lv10, kind))
    total = _score("rut", depth, kind) + profile + _score("cracking", cracking, kind)
    total += _score("texture", texture, kind)
    limits = _parameter("total")
    return np.clip(total, limits["lower"].to_numpy()[kind], limits["upper"].to_numpy()[kind])


def texture_points(road_class: ArrayLike, environment: ArrayLike, texture: ArrayLike) -> Floats:
    """Return what texture alone adds to the RCI, 0 where it is sound.

    Parameters
    ----------
    road_class, environment : array (n,) or str; as of `rci`
    texture : array (n,); nearside wheel-track texture depth [mm]

    Returns
    -------
    array (n,)
        Points of the RCI; missing where texture is.

    Raises
    ------
    ValueError
        A road class or environment is unknown, or the shapes do not fit.

    Examples
    --------
    >>> texture_points("A", "rural", [0.55, 0.7]).round(3).tolist()
    [37.5, 0.0]
    """
    depth = np.atleast_1d(np.asarray(texture, dtype=np.float64))
    return np.abs(_score("texture", depth, _kind_of_road(road_class, environment, depth.size)))


def with_sound_texture(index: ArrayLike, points: ArrayLike) -> Floats:
    """Return the condition index once texture is sound and all else is as it was, any shape [0–100].

    Parameters
    ----------
    index : array; condition index before [0–100]
    points : array; what texture adds to the RCI [points], broadcast to it; no more than all of it goes
    """
    value = np.maximum(from_index("rci", index) - np.asarray(points, dtype=np.float64), 0.0)
    return to_index("rci", value)[0]


def national_indicators(road_class: ArrayLike, value: ArrayLike, length: ArrayLike) -> pd.DataFrame:
    """Return the national indicators of classified roads: 130-01 (A) and 130-02 (B and C).

    Parameters
    ----------
    road_class : array (n,); A, B, C or U of each surveyed length
    value : array (n,); RCI [points]; lengths not surveyed are missing and do not count
    length : array (n,); length surveyed [m]

    Returns
    -------
    DataFrame
        Share of surveyed length, rows 130-01 and 130-02, columns green, amber, red; a row adds up to 1, and is missing
        where nothing was surveyed. The red share is the one published.

    Raises
    ------
    ValueError
        The shapes do not fit, or a length is negative or missing.
    """
    classes = np.asarray(road_class, dtype=object)
    values, lengths = np.asarray(value, dtype=np.float64), np.asarray(length, dtype=np.float64)
    shares = {}
    for indicator, counted in INDICATORS.items():
        inside = np.isin(classes, counted)
        shares[indicator] = share_in_bands("rci", values[inside], lengths[inside])
    return pd.DataFrame(shares).T.rename_axis("indicator")


def default_width(road_class: ArrayLike, environment: ArrayLike) -> Floats:
    """Return the carriageway width to assume where the register has none [m], shape (n,).

    Parameters
    ----------
    road_class : array (n,) or str; A, B, C or U: one each, or one for all
    environment : array (n,); urban or rural

    Raises
    ------
    ValueError
        A road class or environment is unknown, or the shapes do not fit.
    """
    places = np.atleast_1d(np.asarray(environment, dtype=object))
    classes = np.atleast_1d(np.asarray(road_class, dtype=object))
    kind = _kind_of_road(classes, places, max(places.size, classes.size))
    widths = load_table("default_widths").set_index(["road_class", "environment"])["width_m"]
    return widths.loc[_kinds_of_road()].to_numpy(dtype=np.float64)[kind]
