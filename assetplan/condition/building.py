"""Buildings: component grades, the facility condition index (FCI) and the maintenance backlog."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from assetplan.condition.bands import band_names, classify

GRADES: tuple[str, ...] = band_names("grade")
"""Condition grades, best first: A good, B satisfactory, C poor, D life-expired, E failed."""


def grade_number(grade: ArrayLike) -> NDArray[np.float64]:
    """Return each grade as a number: A 1 to E 5, the form in which `to_index` takes it.

    Parameters
    ----------
    grade : array
        Letters, any shape; missing values stay missing.

    Returns
    -------
    array
        Numbers [1–5], same shape.

    Raises
    ------
    ValueError
        A letter that is not a grade.
    """
    letters = np.asarray(grade, dtype=object)
    flat = letters.reshape(-1)
    codes = pd.Index(GRADES).get_indexer(pd.Index(flat))
    missing = pd.isna(flat)
    unknown = sorted({str(letter) for letter in flat[(codes < 0) & ~missing]})
    if unknown:
        raise ValueError(f"unknown grades {unknown}: {', '.join(GRADES)}")
    return np.where(missing, np.nan, codes + 1.0).reshape(letters.shape)


def grade_letter(number: ArrayLike) -> NDArray[np.object_]:
    """Return the letter of each grade number [1–5], None where missing; 2.7 is still a B, not yet a C."""
    return classify("grade", number)


def facility_condition_index(deferred_cost: ArrayLike, replacement_value: ArrayLike) -> NDArray[np.float64]:
    """Return the facility condition index: what has been put off over what it would cost to build again.

    Parameters
    ----------
    deferred_cost : array
        Cost of the works put off [£, 0 or more], any shape.
    replacement_value : array
        Current replacement value [£, above 0], same shape, same price base.

    Returns
    -------
    array
        FCI as a fraction [0 best; 0.08 is 8 %], same shape.

    Raises
    ------
    ValueError
        A replacement value is not above 0.
    """
    value = np.asarray(replacement_value, dtype=np.float64)
    if (value <= 0).any():
        raise ValueError("every replacement value must be above 0")
    return np.asarray(deferred_cost, dtype=np.float64) / value


def fci_band(value: ArrayLike) -> NDArray[np.object_]:
    """Return good, fair, poor or critical for each FCI [fraction], None where missing."""
    return classify("fci", value)


def repair_cost(share: ArrayLike, quantity: ArrayLike, unit_cost: ArrayLike) -> NDArray[np.float64]:
    """Return the cost of repairing components whose condition is spread over the grades.

    Parameters
    ----------
    share : array (..., 5)
        Share of the component in each grade [0–1], grades A to E.
    quantity : array (...)
        Size of the component [any unit].
    unit_cost : array (5,) or (..., 5)
        Cost of repair from each grade [£ a unit]; give E the cost of D where it has none of its own.

    Returns
    -------
    array (...)
        Cost [£].

    Raises
    ------
    ValueError
        There is not one share and one cost for each grade.
    """
    shares, costs = np.asarray(share, dtype=np.float64), np.asarray(unit_cost, dtype=np.float64)
    if shares.shape[-1:] != (len(GRADES),) or costs.shape[-1:] != (len(GRADES),):
        raise ValueError(f"shares and unit costs need one column a grade: {', '.join(GRADES)}")
    return np.asarray(quantity, dtype=np.float64) * (shares * costs).sum(axis=-1)


def backlog(share: ArrayLike, quantity: ArrayLike, unit_cost: ArrayLike) -> NDArray[np.float64]:
    """Return the maintenance backlog: the cost of bringing all that is worse than B up to B.

    Parameters
    ----------
    share : array (..., 5)
        Share of the component in each grade [0–1], grades A to E.
    quantity : array (...)
        Size of the component [any unit].
    unit_cost : array (5,) or (..., 5)
        Cost of bringing each grade to B [£ a unit]; those of A and B are not used.

    Returns
    -------
    array (...)
        Backlog [£].

    Raises
    ------
    ValueError
        There is not one share and one cost for each grade.
    """
    costs = np.asarray(unit_cost, dtype=np.float64)
    if costs.shape[-1:] != (len(GRADES),):
        raise ValueError(f"unit costs need one column a grade: {', '.join(GRADES)}")
    worse_than_b = np.arange(len(GRADES)) > GRADES.index("B")
    return repair_cost(share, quantity, np.where(worse_than_b, costs, 0.0))
