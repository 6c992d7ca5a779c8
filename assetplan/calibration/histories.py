"""What of a history bears on decay: readings between works, with improvements that nothing explains cut out.

An asset does not heal. A reading better than the one before is noise, or works that nobody wrote down; within the noise
it is kept and outweighed, beyond it the history is cut there and begins anew. Neither is averaged in as slow decay.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.calibration.inspections import Inspections

_BEYOND = 3.0  # standard deviations: 1 in 740 improvements of pure noise is cut by mistake
_LEAST = 1.0  # index points: what no survey can tell apart


def jumps(inspections: Inspections) -> Bools:
    """Readings so much better than the one before that noise does not explain them, before any curve is known.

    Noise is taken from the middle half of all changes between visits, which works and rapid decay do not reach.
    """
    change = np.diff(inspections.index, prepend=np.nan)
    change[inspections.first | inspections.worked] = np.nan
    known = change[~np.isnan(change)]
    if not len(known):
        return np.zeros(len(change), dtype=bool)
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    spread = max((high - low) / 1.349, _LEAST)
    with np.errstate(invalid="ignore"):
        return change - middle > _BEYOND * spread


def unexpected(inspections: Inspections, row: Ints, mean: Floats, spread: Floats) -> Bools:
    """Readings that are better than the one before and beyond what a fit expected of them.

    Parameters
    ----------
    inspections : Inspections; readings (n,)
    row : array (k,) of int; readings of which something was expected
    mean, spread : array (k,); what was expected of them, and its standard deviation [index points]
    """
    out = np.zeros(len(inspections.index), dtype=bool)
    better = np.diff(inspections.index, prepend=np.nan) > _LEAST
    out[row] = (inspections.index[row] - mean > _BEYOND * spread) & better[row]
    return out


def path_codes(inspections: Inspections, cuts: Bools) -> Ints:
    """Number of the path of each reading: a new one at each asset, after known works, and at each cut."""
    return np.cumsum(inspections.first | inspections.worked | cuts) - 1


class StatePairs(NamedTuple):
    """Pairs of states of one asset: rows of both readings, years between, and how many were set aside.

    `improved` pairs ended better than they began; `worked` had works between them; `blips` are readings better than
    the one before that the next reading did not bear out: noise, left out so that their return is not taken for decay.
    """

    before: Ints
    after: Ints
    years: Floats
    improved: int
    worked: int
    blips: int


def state_pairs(inspections: Inspections, state: Ints) -> StatePairs:
    """Pairs of successive readings with a state (−1: none)."""
    rows = np.flatnonzero(state >= 0)
    # Of several readings on one day the worst stands.
    order = rows[np.lexsort((state[rows], inspections.time[rows], inspections.asset[rows]))]
    last = np.append((np.diff(inspections.asset[order]) != 0) | (np.diff(inspections.time[order]) != 0), True)
    worked = np.add.accumulate(inspections.worked)[order]
    keep = order[last]
    works = worked[last]
    blip = _blips(inspections.asset[keep], state[keep], works)
    keep, works = keep[~blip], works[~blip]
    same = np.diff(inspections.asset[keep]) == 0
    before, after = keep[:-1][same], keep[1:][same]
    straddles = (np.diff(works) > 0)[same]
    improved = ~straddles & (state[after] < state[before])
    use = ~straddles & ~improved
    before, after = before[use], after[use]
    years = inspections.time[after] - inspections.time[before]
    return StatePairs(before, after, years, int(improved.sum()), int(straddles.sum()), int(blip.sum()))


def _blips(asset: Ints, state: Ints, works: Ints) -> Bools:
    out = np.zeros(len(state), dtype=bool)
    inside = (asset[:-2] == asset[2:]) & (works[:-2] == works[2:])
    out[1:-1] = inside & (state[1:-1] < state[:-2]) & (state[2:] >= state[:-2])
    return out
