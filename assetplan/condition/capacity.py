"""What a bridge can carry as its condition falls: its assessed capacity, less what has been lost since.

Capacity does not follow from condition: what a bridge carries today stands as it was assessed. Only what is lost from
here on follows condition, by the condition factor of reference/condition_factor.csv.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from assetplan._types import Floats
from assetplan.condition.bridge import full_loading
from assetplan.reference import load_table


@cache
def _factors() -> tuple[Floats, Floats]:
    table = load_table("condition_factor").sort_values("index")
    return table["index"].to_numpy(dtype=np.float64), table["share"].to_numpy(dtype=np.float64)


def condition_factor(index: ArrayLike) -> Floats:
    """Return the share of a bridge's resistance that is left at a condition index [0–100], any shape."""
    return np.asarray(np.interp(np.asarray(index, dtype=np.float64), *_factors()), dtype=np.float64)


def capacity_today(assessed: ArrayLike, index: ArrayLike, sound: float) -> Floats:
    """Return what bridges carry today.

    An assessment that a bridge carries full loading does not say how much more it would carry, so it counts as one
    that was never assessed: what a sound bridge carries, at its condition, and full loading at the least.

    Parameters
    ----------
    assessed : array (n,); assessed capacity [t, 0 or more]; missing where not assessed
    index : array (n,); condition index today [0–100]
    sound : float; what a bridge carries at an index of 100 [t]

    Returns
    -------
    array (n,)
        [t].
    """
    tonnes = np.asarray(assessed, dtype=np.float64)
    known = np.where(np.isnan(tonnes), full_loading(), tonnes)
    return np.where(known >= full_loading(), np.maximum(known, sound * condition_factor(index)), known)


def capacity_at(index: ArrayLike, today: ArrayLike, index_today: ArrayLike) -> Floats:
    """Return what is left of a capacity at a later condition: no more than today's.

    Parameters
    ----------
    index : array; condition index then [0–100], any shape
    today : array; capacity today [t], broadcast to it
    index_today : array; condition index today [0–100], broadcast to it

    Returns
    -------
    array
        today · min(1, F(index) / F(index today)), F the condition factor [t].
    """
    left = condition_factor(index) / condition_factor(index_today)
    return np.asarray(np.asarray(today, dtype=np.float64) * np.minimum(left, 1.0))


def index_to_carry(load: ArrayLike, today: ArrayLike, index_today: ArrayLike) -> Floats:
    """Return the condition index below which a bridge no longer carries a load: `capacity_at` turned round.

    Parameters
    ----------
    load : array; [t, above 0], any shape
    today, index_today : array; as for `capacity_at`, broadcast to it

    Returns
    -------
    array
        Condition index [0–100]; infinite where the load is above today's capacity.
    """
    tonnes, most, now = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (load, today, index_today)))
    index, share = _factors()
    # Of a level stretch its lowest index carries as much.
    rising, first = np.unique(share, return_index=True)
    carried = tonnes <= most
    part = np.divide(tonnes, most, out=np.ones(tonnes.shape), where=carried)
    return np.where(carried, np.interp(part * condition_factor(now), rising, index[first]), np.inf)
