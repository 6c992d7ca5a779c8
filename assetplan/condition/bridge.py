"""Bridges: the CSS bridge condition index (BCI) from element inspections, NBI ratings, and weight limits.

Condition and capacity are separate: a bridge in good condition may be too weak for full loading, and the
other way about.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats
from assetplan.reference import load_table


@cache
def _rows(kind: str) -> pd.DataFrame:
    table = load_table("bridge_elements")
    return table[table["kind"] == kind].set_index("key")


@cache
def _elements() -> pd.DataFrame:
    elements = _rows("element")[["importance", "critical"]]
    return elements.set_axis(elements.index.astype(int), axis=0)


def _roles(element: ArrayLike) -> pd.DataFrame:
    """Return the importance of each element number, and whether it is critical."""
    known, numbers = _elements(), pd.Index(np.asarray(element))
    unknown = numbers[~numbers.isin(known.index)].unique().tolist()
    if unknown:
        raise ValueError(f"unknown CSS element numbers {unknown}")
    return known.loc[numbers]


def _element_score(severity: ArrayLike, extent: ArrayLike) -> Floats:
    """Score (n,) [1 best to 5 worst] of severities [1–5] and extents [A–E], missing where either is; see volume 2."""
    degree = np.atleast_1d(np.asarray(severity, dtype=np.float64))
    spread = np.atleast_1d(np.asarray(extent, dtype=object))
    inspected = ~(np.isnan(degree) | pd.isna(spread))
    scores = _rows("score")["score"]
    pairs = pd.Index([f"{d:g}{e}" for d, e in zip(degree[inspected], spread[inspected], strict=True)], dtype=object)
    unknown = ~pairs.isin(scores.index)
    if unknown.any():
        raise ValueError(f"no element score for severity and extent {sorted(set(pairs[unknown]))}")
    score = np.full(degree.shape, np.nan)
    score[inspected] = scores.reindex(pairs).to_numpy(dtype=np.float64)
    return score


def _element_index(score: ArrayLike, importance: ArrayLike) -> Floats:
    """Element index (n,) [1–5]: ECI = max(1, ECS − ECF), ECF = F − (ECS − 1)·F/4, F by importance; volume 3."""
    ecs = np.asarray(score, dtype=np.float64)
    factor = _importance(importance, "condition_factor")
    return np.maximum(1.0, ecs - (factor - (ecs - 1.0) * factor / 4.0))


def _importance(importance: ArrayLike, column: str) -> Floats:
    names = pd.Index(np.atleast_1d(np.asarray(importance, dtype=object)))
    factors = _rows("importance")[column]
    unknown = sorted({str(name) for name in names[~names.isin(factors.index)]})
    if unknown:
        raise ValueError(f"unknown importance {unknown}: {', '.join(factors.index)}")
    return factors.reindex(names).to_numpy(dtype=np.float64)


def _bci_from_score(bcs: ArrayLike) -> Floats:
    """Bridge condition index [100 best to 0 worst] of a bridge condition score [1 best to 5 worst]; volume 3."""
    score = np.asarray(bcs, dtype=np.float64)
    return 100.0 - 2.0 * (score**2 + 6.5 * score - 7.5)


def bridge_condition(bridge: ArrayLike, element: ArrayLike, severity: ArrayLike, extent: ArrayLike) -> pd.DataFrame:
    """Return the condition of bridges from the inspection of their elements.

    BCS_av = Σ(ECI·EIF)/ΣEIF over the inspected elements; BCS_crit is the worst ECI of the critical ones.

    Source: CSS Bridge Condition Indicators, volumes 2 and 3 (2002) and addendum (2004).

    Parameters
    ----------
    bridge : array (n,); name of the bridge of each element
    element : array (n,); CSS element number [1–34]
    severity : array (n,); severity of the worst defect [1–5]; missing where not inspected
    extent : array (n,); extent of it [A–E]; missing likewise

    Returns
    -------
    DataFrame
        One row a bridge, indexed by `bridge` in order of first appearance, columns `bcs_av`, `bcs_crit`, `bci_av`,
        `bci_crit` and `elements` (how many were inspected; the others are left out). Missing where no element, or no
        critical one, was.

    Raises
    ------
    ValueError
        An element number, or a severity and extent, is unknown, or the shapes do not fit.
    """
    role = _roles(element)
    weight = _importance(role["importance"], "importance_factor")
    index = _element_index(_element_score(severity, extent), role["importance"])
    inspected = ~np.isnan(index)
    rows = pd.DataFrame(
        {
            "bridge": np.asarray(bridge),
            "weight": np.where(inspected, weight, np.nan),
            "weighted": index * weight,
            "critical": np.where(role["critical"].to_numpy() == "yes", index, np.nan),
            "inspected": inspected,
        }
    )
    groups = rows.groupby("bridge", sort=False)
    average = groups["weighted"].sum(min_count=1) / groups["weight"].sum(min_count=1)
    critical = groups["critical"].max()
    return pd.DataFrame(
        {
            "bcs_av": average,
            "bcs_crit": critical,
            "bci_av": _bci_from_score(average),
            "bci_crit": _bci_from_score(critical),
            "elements": groups["inspected"].sum(),
        }
    )


def stock_index(bci: ArrayLike, deck_area: ArrayLike) -> float:
    """Return the condition index of a stock of bridges: the mean weighted by deck area.

    Parameters
    ----------
    bci : array (n,); bridge condition index [0–100]; bridges without one are left out
    deck_area : array (n,); deck area [m², 0 or more]

    Returns
    -------
    float
        Stock BCI [0–100]; missing if no bridge with an area has an index.

    Raises
    ------
    ValueError
        The shapes differ, or a deck area is negative or missing.
    """
    value, area = np.asarray(bci, dtype=np.float64), np.asarray(deck_area, dtype=np.float64)
    if value.shape != area.shape:
        raise ValueError(f"indices of shape {value.shape} do not fit deck areas of shape {area.shape}")
    if not (area >= 0).all():
        raise ValueError("every deck area must be 0 or more, and none missing")
    known = ~np.isnan(value)
    total = area[known].sum()
    return float(value[known] @ area[known] / total) if total > 0 else float("nan")


def nbi_rating(deck: ArrayLike, superstructure: ArrayLike, substructure: ArrayLike, culvert: ArrayLike) -> Floats:
    """Return the rating of bridges in the US National Bridge Inventory: the lowest of their parts.

    Parameters
    ----------
    deck : array (n,); item 58 [0–9]; missing where it does not apply (coded N), as for a culvert
    superstructure : array (n,); item 59, likewise
    substructure : array (n,); item 60, likewise
    culvert : array (n,); item 62, likewise; missing for a bridge that is not one

    Returns
    -------
    array (n,)
        Rating [0–9]; missing where all parts are.
    """
    parts = [np.asarray(part, dtype=np.float64) for part in (deck, superstructure, substructure, culvert)]
    return np.fmin.reduce(np.broadcast_arrays(*parts))


@cache
def _levels() -> Floats:
    return np.sort(load_table("posting_levels")["level_t"].to_numpy(dtype=np.float64))


def full_loading() -> float:
    """Return the highest posting level [t]: full loading, which is not signed."""
    return float(_levels()[-1])


def posting_level(capacity: ArrayLike) -> Floats:
    """Return the weight limit to post: the highest level not above the assessed capacity.

    Parameters
    ----------
    capacity : array; assessed capacity [t gross vehicle weight, 0 or more], any shape; missing if not assessed

    Returns
    -------
    array
        Limit [t], same shape. The highest level is full loading, which is not signed; 0 closes the bridge.

    Raises
    ------
    ValueError
        A capacity is negative.

    Examples
    --------
    >>> posting_level([16, 44, 2]).tolist()
    [7.5, 44.0, 0.0]
    """
    tonnes = np.asarray(capacity, dtype=np.float64)
    if (tonnes < 0).any():
        raise ValueError("an assessed capacity cannot be negative")
    place = np.searchsorted(_levels(), tonnes, side="right") - 1
    return np.where(np.isnan(tonnes), np.nan, _levels()[place])


def substandard(capacity: ArrayLike) -> Bools:
    """Return where an assessed capacity [t] is below full loading; false where not assessed."""
    return np.asarray(capacity, dtype=np.float64) < full_loading()
