"""Assets replaced by age (signals, lighting, drainage): the chance of failing soon, corrected by observed condition."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def failure_probability(
    age: ArrayLike, years: ArrayLike, shape: float, scale: float, index: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return the chance that assets of a Weibull life fail within some years: P = 1 − S(a + Δ)/S(a).

    S(t) = exp(−(t/η)^β). Where condition was observed it overrides the age: the asset counts as old as the life has
    the same index, 100·S(a).

    Parameters
    ----------
    age : array (n,)
        Age now [years, 0 or more]; may be missing where `index` is not.
    years : array (n,) or float
        Years ahead Δ [0 or more].
    shape : float
        β of the life [above 0].
    scale : float
        η of the life [years, above 0].
    index : array (n,), optional
        Observed condition index [0–100], missing where nobody looked; an asset found at 0 has failed.

    Returns
    -------
    array (n,)
        Probability [0–1]; missing where neither age nor condition is known.

    Raises
    ------
    ValueError
        A number is out of its range, or the shapes do not fit.
    """
    if not (shape > 0 and scale > 0):
        raise ValueError(f"shape and scale must be above 0, not {shape:g} and {scale:g}")
    old, ahead = np.asarray(age, dtype=np.float64), np.asarray(years, dtype=np.float64)
    if (old < 0).any() or not (ahead >= 0).all():
        raise ValueError("an age and the years ahead must be 0 or more, and the years not missing")
    life = old / scale  # age in lives, so that S = exp(−lifeᵝ)
    if index is not None:
        seen = np.asarray(index, dtype=np.float64)
        if ((seen < 0) | (seen > 100)).any():
            raise ValueError("a condition index must be from 0 to 100")
        with np.errstate(divide="ignore"):
            life = np.where(np.isnan(seen), life, (-np.log(seen / 100.0)) ** (1.0 / shape))
    failed = np.isinf(life)
    life = np.where(failed, 0.0, life)
    # In old age the ratio of two survivals loses all digits, the difference of their logarithms none.
    return np.where(failed, 1.0, -np.expm1(life**shape - (life + ahead / scale) ** shape))
