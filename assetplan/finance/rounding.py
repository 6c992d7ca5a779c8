"""Money in whole steps of what is printed, so that printed sums hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assetplan._types import Ints

# Unit → pounds in it, and the decimals with which it is printed.
_PRINTED = {"£": (1.0, 0), "£000": (1e3, 1), "£m": (1e6, 3)}


def in_steps(pounds: ArrayLike, unit: str) -> Ints:
    """Amounts [£] as whole numbers of the least amount that a unit prints; sums of these are exact.

    Raises
    ------
    ValueError
        The unit is none of "£", "£000" and "£m".
    """
    worth, decimals = _printed(unit)
    return np.rint(np.asarray(pounds, dtype=float) / worth * 10**decimals).astype(np.int64)


def printed(steps: ArrayLike, unit: str) -> NDArray[Any]:
    """Whole steps as they are printed in a unit: whole pounds, £000 to one decimal, £m to three."""
    _, decimals = _printed(unit)
    whole = np.asarray(steps, dtype=np.int64)
    return whole / 10**decimals if decimals else whole


def _printed(unit: str) -> tuple[float, int]:
    if unit not in _PRINTED:
        raise ValueError(f"{unit!r} is no unit of money; there are {', '.join(_PRINTED)}")
    return _PRINTED[unit]
