"""Checks of the arrays that a fit is given."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats


def columns_of(**given: ArrayLike) -> list[Floats]:
    """Arrays of numbers (n,); a ValueError, naming them, where they are not of one length."""
    columns = [np.asarray(values, dtype=float).reshape(-1) for values in given.values()]
    if len({len(column) for column in columns}) > 1:
        lengths = ", ".join(str(len(column)) for column in columns)
        raise ValueError(f"{', '.join(given)} must be of one length, not {lengths}")
    return columns


def require(name: str, values: Floats, good: Bools, rule: str) -> None:
    """Refuse an array that breaks a rule, with its first item that does.

    Parameters
    ----------
    name, rule : str; of the array, and what its items must be
    values, good : array (n,); the items, and whether each is as it must be
    """
    if not good.all():
        item = int(np.argmin(good))
        raise ValueError(f"{name} must be {rule}; item {item} is {values[item]:g}")
