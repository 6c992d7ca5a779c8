"""Money in whole steps of what is printed, so that printed sums hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assetplan._types import Ints
from assetplan.config.base import POUNDS

_DECIMALS = {"£": 0, "£000": 1, "£m": 3}  # with which each unit is printed


def in_steps(pounds: ArrayLike, unit: str) -> Ints:
    """Amounts [£] as whole numbers of the least amount that a unit prints; sums of these are exact.

    Raises
    ------
    ValueError
        The unit is none of "£", "£000" and "£m".
    """
    decimals = _decimals(unit)
    return np.rint(np.asarray(pounds, dtype=float) / POUNDS[unit] * 10**decimals).astype(np.int64)


def printed(steps: ArrayLike, unit: str) -> NDArray[Any]:
    """Whole steps as they are printed in a unit: whole pounds, £000 to one decimal, £m to three."""
    decimals = _decimals(unit)
    whole = np.asarray(steps, dtype=np.int64)
    return whole / 10**decimals if decimals else whole


def _decimals(unit: str) -> int:
    if unit not in _DECIMALS:
        raise ValueError(f"{unit!r} is no unit of money; there are {', '.join(_DECIMALS)}")
    return _DECIMALS[unit]
