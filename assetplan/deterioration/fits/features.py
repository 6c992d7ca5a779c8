"""Covariates that set the pace of an asset: its time goes exp(βx) times as fast as that of one whose features x are 0.

The same for a chain and for a life, which is then one of accelerated failure (Cox and Oakes 1984, *Analysis of survival
data*, chapter 5).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assetplan._types import Floats

LIMIT = 5.0  # of a coefficient
_EXPONENT = 700.0  # of e, in doubles


def features_of(features: ArrayLike | None, count: int) -> Floats:
    """Check features (count, k); none gives k = 0."""
    if features is None:
        return np.zeros((count, 0))
    out = np.asarray(features, dtype=float)
    out = out[:, None] if out.ndim == 1 else out
    if out.ndim != 2 or len(out) != count:
        raise ValueError(f"features must have one row for each of {count}, not the shape {out.shape}")
    wrong = ~np.isfinite(out).all(axis=1)
    if wrong.any():
        raise ValueError(f"features must be numbers; row {int(np.argmax(wrong))} is {out[np.argmax(wrong)].tolist()}")
    return out


def refuse_alike(features: Floats) -> None:
    """Refuse features whose effects no fit could tell apart, from each other or from the time that all share."""
    if features.shape[1] and np.linalg.matrix_rank(features - features.mean(axis=0)) < features.shape[1]:
        raise ValueError("features must each vary and none follow from others, or their effects cannot be separated")


def pace_of(features: Floats, coefficients: Floats) -> Floats:
    """How many times as fast time goes (n,)."""
    return np.asarray(np.exp(np.clip(features @ coefficients, -_EXPONENT, _EXPONENT)), dtype=float)
