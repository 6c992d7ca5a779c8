"""How much the condition of an asset counts beside that of others, from what closing its road would cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assetplan._types import Floats


def importance(criticality: ArrayLike, low: float, high: float, most: float, stated: ArrayLike | None = None) -> Floats:
    """Return the importance weight of each asset: 1 up to a low criticality, rising with its logarithm to the most.

    1 + (most − 1) · ln(c / low) / ln(high / low), held between 1 and the most: tenfold the cost of closing adds the
    same anywhere on the scale, and a weight does not depend on what else the register holds. The form is this
    project's.

    Parameters
    ----------
    criticality : array (n,)
        What closing the asset's road costs its traffic [£/day, 0 or more]; missing where that is not known.
    low, high : float
        Criticality up to which the weight is 1, and from which on it is the most [£/day, above 0, low below high].
    most : float
        Largest weight [1 or more].
    stated : array (n,), optional
        Weights that the council gives itself [above 0], which win; missing where it gives none.

    Returns
    -------
    array (n,)
        Weights; 1 where neither is known.

    Raises
    ------
    ValueError
        The scale is no scale: low is not above 0, high not above low, or the most below 1.
    """
    if not (0 < low < high and most >= 1):
        raise ValueError(f"a weight from 1 at £{low} to {most} at £{high} a day is no scale")
    cost = np.nan_to_num(np.asarray(criticality, dtype=float), nan=0.0)
    share = np.clip(np.log(np.maximum(cost, low) / low) / np.log(high / low), 0.0, 1.0)
    weight = 1.0 + (most - 1.0) * share
    if stated is None:
        return weight
    given = np.asarray(stated, dtype=float)
    return np.where(np.isnan(given), weight, given)
