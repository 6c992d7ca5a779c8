"""Buildings: component grades, the maintenance backlog by grade and priority, the facility condition index (FCI)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints
from assetplan.condition.bands import band_names

GRADES: tuple[str, ...] = band_names("grade")
"""Condition grades, best first: A good, B satisfactory, C poor, D life-expired, E failed."""

PRIORITIES: tuple[str, ...] = band_names("priority")
"""How soon a defect must be put right: priority 1, the most urgent, to 4."""

NOT_STATED = "not stated"
"""Column of the backlog whose priority nobody has judged."""

_WORSE_THAN_B = slice(GRADES.index("B") + 1, None)


def grade_number(grade: ArrayLike) -> Floats:
    """Return each grade as a number: A 1 to E 5, the form in which `to_index` takes it.

    Parameters
    ----------
    grade : array; letters, any shape; missing values stay missing

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


def grade_share(grade: ArrayLike) -> Floats:
    """Return components of a single grade as shares: all of each in its grade.

    Parameters
    ----------
    grade : array (n,); letters

    Returns
    -------
    array (n, 5)
        1 in the grade of each, 0 in the others.

    Raises
    ------
    ValueError
        A letter is missing or is not a grade.
    """
    number = np.atleast_1d(grade_number(grade))
    if np.isnan(number).any():
        raise ValueError(f"item {int(np.isnan(number).argmax())} has no grade, so no share of it is known")
    return (number[:, None] == np.arange(1, len(GRADES) + 1)).astype(np.float64)


def cost_by_grade(share: ArrayLike, quantity: ArrayLike, unit_cost: ArrayLike) -> Floats:
    """Return the cost of works on components (..., 5) [£], by the grade that each part is in now.

    Parameters
    ----------
    share : array (..., 5); share of the component in each grade [0–1], grades A to E
    quantity : array (...); size of the component [any unit]
    unit_cost : array (5,) or (..., 5)
        Cost of works on each grade [£ a unit]; give E the cost of D where it has none of its own.

    Raises
    ------
    ValueError
        There is not one share and one cost for each grade, or the shares of a component do not add up to 1.
    """
    shares, costs = np.asarray(share, dtype=np.float64), np.asarray(unit_cost, dtype=np.float64)
    if shares.shape[-1:] != (len(GRADES),) or costs.shape[-1:] != (len(GRADES),):
        raise ValueError(f"shares and unit costs need one column a grade: {', '.join(GRADES)}")
    # Published shares are rounded, some to four decimals.
    if not ((shares >= 0).all() and np.isclose(shares.sum(axis=-1), 1.0, rtol=0.0, atol=2.5e-4).all()):
        raise ValueError("the shares of a component in each grade must be 0 or more and add up to 1, none missing")
    return np.asarray(quantity, dtype=np.float64)[..., None] * shares * costs


def backlog_table(
    building: ArrayLike, share: ArrayLike, priority: ArrayLike, quantity: ArrayLike, unit_cost: ArrayLike
) -> pd.DataFrame:
    """Return the backlog of each building by grade and priority: the cost of bringing all worse than B up to B.

    Parameters
    ----------
    building : array (n,) or str; name of the building of each component: one each, or one for all
    share : array (n, 5)
        Share of the component in each grade [0–1], grades A to E; `grade_share` makes it of single grades.
    priority : array (n,)
        1 urgent, 2 within two years, 3 in three to five, 4 beyond five; missing where nobody has judged it.
    quantity : array (n,); size of the component [any unit, 0 or more]
    unit_cost : array (5,) or (n, 5); cost of bringing each grade to B [£ a unit]; those of A and B are not used

    Returns
    -------
    DataFrame
        Backlog [£], indexed by `building` (in order of first appearance) and `grade` (C, D, E); one column a priority,
        as `PRIORITIES`, and last `not stated`. `.groupby("grade").sum()` is the whole estate.

    Raises
    ------
    ValueError
        As `cost_by_grade`; shapes do not fit, a priority is not one of the four, a quantity or cost is negative, or a
        building, quantity or cost is missing.
    """
    urgency, size = _priority_codes(priority), np.asarray(quantity, dtype=np.float64)
    names = np.broadcast_to(np.asarray(building, dtype=object), urgency.shape)
    shares = np.asarray(share, dtype=np.float64)
    if size.shape != urgency.shape or shares.shape[:-1] != urgency.shape:
        raise ValueError(f"{shares.shape} shares, {size.shape} quantities and {urgency.shape} priorities do not fit")
    cost = cost_by_grade(shares, size, unit_cost)[:, _WORSE_THAN_B]
    if not ((size >= 0).all() and (cost >= 0).all()):
        raise ValueError("every quantity and unit cost must be 0 or more, and none missing")
    place, distinct = pd.factorize(names)
    if (place < 0).any():
        raise ValueError("a component names no building")
    grades, columns = GRADES[_WORSE_THAN_B], [*PRIORITIES, NOT_STATED]
    row = place[:, None] * len(grades) + np.arange(len(grades))
    cell = (row * len(columns) + urgency[:, None]).ravel()
    amount = np.bincount(cell, cost.ravel(), len(distinct) * len(grades) * len(columns))
    index = pd.MultiIndex.from_product([distinct, grades], names=["building", "grade"])
    return pd.DataFrame(amount.reshape(-1, len(columns)), index, pd.Index(columns, name="priority"))


def _priority_codes(priority: ArrayLike) -> Ints:
    """Column of each priority in a backlog table: 0 the most urgent, the last where it is not stated."""
    number = np.atleast_1d(np.asarray(priority, dtype=np.float64))
    missing = np.isnan(number)
    wrong = ~missing & ~np.isin(number, np.arange(1, len(PRIORITIES) + 1))
    if wrong.any():
        item = int(wrong.argmax())
        raise ValueError(
            f"priority must be a whole number from 1 to {len(PRIORITIES)}; item {item} is {number[item]:g}"
        )
    return np.where(missing, len(PRIORITIES), np.nan_to_num(number) - 1).astype(np.intp)


def fci_by_priority(table: pd.DataFrame, replacement_value: pd.Series | Mapping[str, float]) -> pd.DataFrame:
    """Return the facility condition index of each building: what has been put off over what it costs to build again.

    Parameters
    ----------
    table : DataFrame; backlog of the buildings, from `backlog_table` [£]
    replacement_value : Series or mapping; building → current replacement value [£, above 0], same price base

    Returns
    -------
    DataFrame
        FCI [fraction], indexed by `building`. Each column counts the priorities before it too: works of priority 1, of
        1 and 2, and so on; the last, `not stated`, counts all.

    Raises
    ------
    ValueError
        A building has no replacement value, or one that is not above 0.
    """
    so_far = table.groupby(level="building", sort=False).sum().cumsum(axis=1)
    value = pd.Series(replacement_value, dtype=np.float64).reindex(so_far.index)
    if value.isna().any():
        raise ValueError(f"no replacement value for buildings {value.index[value.isna()].tolist()}")
    if (value <= 0).any():
        raise ValueError("every replacement value must be above 0")
    return so_far.div(value, axis=0)
