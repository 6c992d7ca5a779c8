"""A road divided into the stretches that are worth most to close for works, by dynamic programming.

A stretch closed in a mode is worth what works bring on those of its sections where they bring anything, less what
closing costs. Stretches do not overlap, hold no more road than the longest scheme, leave no more of it untreated than
a stated share, and treat no less of it than the shortest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown

# Lengths are kept to within this [m]: sums of them are rounded.
ROUNDING = 1e-6


@dataclass(frozen=True)
class StretchRules:
    """What every stretch keeps to.

    Attributes
    ----------
    maximum : float; most length of a stretch [m]; a longer section may be one by itself
    untreated : float; most of its length that may stay untreated [share, 0 to below 1]
    """

    maximum: float
    untreated: float


@dataclass(frozen=True, eq=False, repr=False)
class Division(Shown):
    """Runs of sections divided.

    Attributes
    ----------
    stretch : array (n,) of int; number of the stretch of each section, in order; −1 where it lies in none
    mode : array (n_stretches,) of int; mode in which each stretch is worth most
    worth : array (n_stretches,); what it is then worth
    """

    stretch: Ints
    mode: Ints
    worth: Floats


def divide(
    run: Ints, length: Floats, value: Floats, second: Bools, cost: Floats, minimum: Floats, rules: StretchRules
) -> Division:
    """Divide runs of sections into the stretches that are worth most in all.

    Parameters
    ----------
    run : array (n,) of int; run of each section; sections of a run stand together, in order along it
    length : array (n,); length of each [m]
    value : array (n, n_modes)
        What treating each section in each mode is worth; where it is not above 0 the section stays untreated.
    second : array of bool (n, n_modes); whether it is treated in the second of two closures, in modes that have two
    cost : array (n_modes,); what closing a stretch in each mode costs, in the unit of the values
    minimum : array (n_closures, n_modes); least length treated in the first closure and, with two of them, the second
    [m]
    rules : StretchRules

    Returns
    -------
    Division
        Of divisions worth the same, that of the shortest last stretch; one worth nothing has no stretch.
    """
    n = len(value)
    along = np.concatenate([[0.0], np.cumsum(length)])
    treated = value > 0
    worth = _before(np.where(treated, value, 0.0))
    done = [_before((treated & (second == again)) * length[:, None]) for again in range(len(minimum))]
    first = np.flatnonzero(np.r_[True, np.diff(run) != 0][:n])
    size = np.diff(np.append(first, n))
    best, origin, mode = np.zeros(n), np.full(n, -1), np.zeros(n, dtype=np.intp)
    for step in range(int(size.max(initial=0))):
        active = first[size > step]
        end = active + step
        lowest = np.minimum(np.maximum(active, np.searchsorted(along, along[end + 1] - rules.maximum - ROUNDING)), end)
        begin = end[:, None] - np.arange(int((end - lowest).max()) + 1)
        allowed = begin >= lowest[:, None]
        begin = np.maximum(begin, 0)
        total = (along[end + 1][:, None] - along[begin])[..., None]
        first_done, *other = (part[end + 1][:, None, :] - part[begin] for part in done)
        gain = worth[end + 1][:, None, :] - worth[begin] - cost
        enough = first_done >= minimum[0] - ROUNDING
        for part in other:
            enough &= part >= minimum[1] - ROUNDING
        enough &= sum(other, first_done) >= (1 - rules.untreated) * total - ROUNDING
        gain[~(enough & allowed[..., None])] = -np.inf
        at = gain.argmax(axis=2)
        whole = np.take_along_axis(gain, at[..., None], axis=2)[..., 0]
        whole += np.where(begin > active[:, None], best[begin - 1], 0.0)
        place = whole.argmax(axis=1)
        row = np.arange(len(end))
        before = best[end - 1] if step else np.zeros(len(end))
        better = whole[row, place] > before
        best[end] = np.where(better, whole[row, place], before)
        origin[end] = np.where(better, begin[row, place], -1)
        mode[end] = at[row, place]
    return _read_back(first, size, origin, mode, worth, cost)


def _before(amount: Floats) -> Floats:
    """Sums of all rows before each, and of all, (n + 1, n_modes)."""
    return np.concatenate([np.zeros((1, amount.shape[1])), np.cumsum(amount, axis=0)])


def _read_back(first: Ints, size: Ints, origin: Ints, mode: Ints, worth: Floats, cost: Floats) -> Division:
    """The stretches of the best division, from the ends of the runs backwards."""
    at, begins, ends = first + size - 1, [], []
    start = first
    while len(at):
        closed = origin[at] >= 0
        begins.append(origin[at][closed])
        ends.append(at[closed])
        at = np.where(closed, origin[at], at) - 1
        at, start = at[at >= start], start[at >= start]
    begin, end = (np.concatenate([np.zeros(0, dtype=np.intp), *part]) for part in (begins, ends))
    order = np.argsort(begin)
    begin, end = begin[order], end[order]
    stretch = np.full(len(origin), -1)
    inside = np.zeros(len(origin) + 1, dtype=np.intp)
    np.add.at(inside, begin, 1)
    np.add.at(inside, end + 1, -1)
    within = np.cumsum(inside)[:-1] > 0
    stretch[within] = np.searchsorted(begin, np.flatnonzero(within), side="right") - 1
    took = mode[end]
    return Division(stretch, took, worth[end + 1, took] - worth[begin, took] - cost[took])
