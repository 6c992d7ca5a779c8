"""Curves by the share of a life that is spent: 100 at the start, 40 at a share of one.

Every family that starts at 100 is of this form, so a life only stretches time, and one shape is all that is left.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from assetplan._types import Floats
from assetplan.deterioration.curves import Curve, age_at

POOR = 40.0  # the index whose age is a curve's life, by which all families are told
SHAPED = ("power", "weibull")
_LOST, _FALL = 100.0 - POOR, float(np.log(100.0 / POOR))
# A logistic has no new: 99 at age 0 stands for it.
_BEFORE = float(np.log(99.0))
_STEEP = _BEFORE + float(np.log(_LOST / POOR))
_LEAST = 1e-30  # share of a life, whose logarithm is still a number


class Level(NamedTuple):
    """Index [0–100], and its derivatives by the share of a life and by the logarithm of the shape."""

    value: Floats
    by_share: Floats
    by_shape: Floats


def curve_of(family: str, life: float, shape: float = 1.0) -> Curve:
    """The curve that starts at 100 and reaches an index of 40 at an age `life` [years]."""
    return Curve(family, **_constants(family, life, shape))


def _constants(family: str, life: float, shape: float) -> dict[str, Any]:
    k, b, a50 = 0.0, 1.0, 0.0
    if family == "linear":
        k = _LOST / life
    elif family == "power":
        k, b = _LOST / life**shape, shape
    elif family == "exponential":
        k = _FALL / life
    elif family == "weibull":
        k, b = life / _FALL ** (1 / shape), shape
    elif family == "logistic":
        k = _STEEP / life
        a50 = _BEFORE / k
    else:
        raise ValueError(f"no such family: {family!r}")
    return {"c0": 100.0, "k": k, "b": b, "a50": a50, "cmin": 0.0}


def scaled_age(family: str, index: Floats, shape: float) -> Floats:
    """Share of a life at which a curve has an index, 0 or more."""
    return age_at(family, index, **_constants(family, 1.0, shape))


def level(family: str, share: Floats, shape: float) -> Level:
    """Index and its derivatives at shares of a life, 0 or more."""
    if family in SHAPED:
        live = share > _LEAST
        log = np.log(np.maximum(share, _LEAST))
        spent = np.exp(shape * log)
        if family == "power":
            index = 100.0 - _LOST * spent
            turn = np.where(index > 0.0, -_LOST * shape * spent, 0.0)
            index = np.maximum(index, 0.0)
        else:
            index = 100.0 * np.exp(-_FALL * spent)
            turn = -_FALL * shape * spent * index
        by_share = np.divide(turn, share, out=np.zeros_like(share), where=live)
        return Level(index, by_share, turn * log)
    nothing = np.zeros_like(share)
    if family == "linear":
        index = np.maximum(100.0 - _LOST * share, 0.0)
        return Level(index, np.where(index > 0.0, -_LOST, 0.0), nothing)
    if family == "exponential":
        index = 100.0 * np.exp(-_FALL * share)
        return Level(index, -_FALL * index, nothing)
    index = 100.0 / (1.0 + np.exp(_STEEP * share - _BEFORE))
    return Level(index, -_STEEP * index * (1.0 - index / 100.0), nothing)
