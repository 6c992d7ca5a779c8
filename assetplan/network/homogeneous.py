"""Readings along links cut into homogeneous sections.

Cumulative difference: AASHTO Guide for Design of Pavement Structures (1993), Appendix J. A(x) is the area under the
readings up to x, Z(x) = A(x) − x · mean; a section ends where the slope of Z changes sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown
from assetplan.network.stretches import JOIN_M, order_stretches

# A reading this near to the mean, as a share of the largest reading of its run, lies on it: rounding has no slope.
_ON_THE_MEAN = 1e-9
# Places times this, modulo 2³², are shuffled (Fibonacci hashing). Taken in order along a link, equal sections would
# wait for each other from one end to the other.
_SHUFFLE = 2654435769


@dataclass(frozen=True, eq=False, repr=False)
class Sections(Shown):
    """Homogeneous sections, in order of link and chainage.

    Attributes
    ----------
    first : array (n_sections,) of int
        Row of the reading that each begins with: its link, class and surface are the section's.
    from_m, to_m : array (n_sections,); ends along the link [m]
    mean : array (n_sections,); mean of the readings by length [unit of the readings]; NaN where none was read
    in_band : array (n_sections, n_bands)
        Length in each band [m]: what figures of a network add up, for the band of a mean hides the bad lengths.
    member : array (n,) of int; section of each reading; −1 for one without link, chainage or length
    """

    first: Ints
    from_m: Floats
    to_m: Floats
    mean: Floats
    in_band: Floats
    member: Ints


def homogeneous_sections(
    link: ArrayLike,
    from_m: ArrayLike,
    to_m: ArrayLike,
    value: ArrayLike,
    barrier: ArrayLike,
    band: ArrayLike,
    n_bands: int,
    minimum: float,
) -> Sections:
    """Cut readings along links into homogeneous sections.

    Each run of readings that touch, on one link and with one barrier, is cut by cumulative difference about its own
    mean. Then sections under the minimum length join the neighbour in the run whose mean is nearest (the one before
    where both are as near), the shortest of the run first, until none is left that has a neighbour. Equal ones take
    turns in an order shuffled by their place in the run, the same each time.

    Parameters
    ----------
    link : array (n,); link of each reading: its row (−1 none) or its identifier as text ("" none)
    from_m, to_m : array (n,); ends of each reading along its link [m]
    value : array (n,)
        What was read [any unit]. NaN, not read, weighs nothing, and stays in the section that it falls in.
    barrier : array (n,)
        Changes where class, surface or anything else does that no section may cross, and at a junction (`codes_of`
        makes one of several columns).
    band : array (n,) of int; Band of each reading, 0 to n_bands − 1; −1 where it was not read
    n_bands : int; number of bands
    minimum : float; least length of a section [m, 0 or more]

    Returns
    -------
    Sections
        They cover every run from end to end.

    Raises
    ------
    ValueError
        A reading runs backwards, two overlap by more than 0.5 m, or a band is not one of n_bands.
    """
    start, end, read = (np.asarray(x, dtype=np.float64) for x in (from_m, to_m, value))
    band = np.asarray(band)
    if len(band) and not (band.min() >= -1 and band.max() < n_bands):
        raise ValueError(f"bands must be −1 to {n_bands - 1}, not {band.min()} to {band.max()}")
    rows, code = order_stretches(link, start, end)
    start, end, read, wall, band = start[rows], end[rows], read[rows], np.asarray(barrier)[rows], band[rows]
    length = end - start
    weight = np.where(np.isnan(read), 0.0, length)
    area = np.where(np.isnan(read), 0.0, read * length)
    breaks = (np.diff(code) != 0) | (wall[1:] != wall[:-1]) | (start[1:] - end[:-1] > JOIN_M)
    begins_run = np.r_[True, breaks][: len(rows)]
    begins = begins_run | _sign_changes(read, area, weight, begins_run)
    firsts = np.flatnonzero(begins)
    kept = firsts[_merge_short(np.cumsum(begins_run)[firsts] - 1, *_sums(firsts, length, area, weight), minimum)]
    return _collect(rows, kept, start, end, area, weight, band, n_bands, len(np.asarray(from_m)))


def _sign_changes(read: Floats, area: Floats, weight: Floats, begins_run: Bools) -> Bools:
    """Readings before which the slope of Z changes sign; a flat slope goes on with the sign before it."""
    if not len(read):
        return begins_run
    run = np.cumsum(begins_run) - 1
    firsts = np.flatnonzero(begins_run)
    total = np.add.reduceat(weight, firsts)
    mean = np.add.reduceat(area, firsts) / np.where(total > 0, total, 1)
    known = np.where(np.isnan(read), mean[run], read)
    slope = known - mean[run]
    flat = np.abs(slope) <= _ON_THE_MEAN * np.maximum.reduceat(np.abs(known), firsts)[run]
    sign = np.where(flat, 0, np.sign(slope)).astype(np.int8)
    latest = np.maximum.accumulate(np.where(sign != 0, np.arange(len(sign)), 0))
    held = np.where(latest >= firsts[run], sign[latest], 0)
    return ~begins_run & np.r_[False, held[1:] * held[:-1] < 0]


def _merge_short(run: Ints, length: Floats, area: Floats, weight: Floats, minimum: float) -> Bools:
    """Which sections still begin one when those under the minimum length have joined a neighbour.

    In each round every short section joins that is the shortest of itself and the two on either side. What lies further
    off cannot change whom it joins, so the end is that of joining one at a time, the shortest of the run first.
    """
    begins = np.ones(len(run), dtype=bool)
    first = np.arange(len(run))
    turn = (first - np.searchsorted(run, run)) * _SHUFFLE % 2**32
    while True:
        alike = run[1:] == run[:-1]
        joinable = (length < minimum) & (np.r_[False, alike] | np.r_[alike, False])[: len(run)]
        if not joinable.any():
            return begins
        going_on = np.bincount(run, joinable)[run] > 0
        run, first, turn = run[going_on], first[going_on], turn[going_on]
        length, area, weight = length[going_on], area[going_on], weight[going_on]
        joins = np.flatnonzero(joinable[going_on] & _shortest_of_five(run, length, turn))
        mean = area / weight
        step = np.r_[np.inf, np.where(run[1:] == run[:-1], np.abs(np.diff(mean)), np.inf), np.inf]
        gone = joins + (step[joins] > step[joins + 1])
        begins[first[gone]] = False
        stays = np.ones(len(run), dtype=bool)
        stays[gone] = False
        kept = np.flatnonzero(stays)
        run, first, turn = run[kept], first[kept], turn[kept]
        length, area, weight = _sums(kept, length, area, weight)


def _sums(firsts: Ints, length: Floats, area: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Totals from each first to before the next."""
    if not len(firsts):
        return length, area, weight
    return np.add.reduceat(length, firsts), np.add.reduceat(area, firsts), np.add.reduceat(weight, firsts)


def _shortest_of_five(run: Ints, length: Floats, turn: Ints) -> Bools:
    least = np.ones(len(run), dtype=bool)
    for step in (1, 2):
        alike = run[step:] == run[:-step]
        same = length[:-step] == length[step:]
        before = (length[:-step] < length[step:]) | same & (turn[:-step] < turn[step:])
        least[step:] &= ~(alike & before)
        least[:-step] &= ~alike | before
    return least


def _collect(
    rows: Ints,
    firsts: Ints,
    start: Floats,
    end: Floats,
    area: Floats,
    weight: Floats,
    band: NDArray[np.integer],
    n_bands: int,
    count: int,
) -> Sections:
    """Sections from readings in order and the places where one begins."""
    begins = np.zeros(len(rows), dtype=np.intp)
    begins[firsts] = 1
    section = np.cumsum(begins) - 1
    member = np.full(count, -1, dtype=np.intp)
    member[rows] = section
    seen = band >= 0
    place = section[seen] * n_bands + band[seen]
    in_band = np.bincount(place, (end - start)[seen], len(firsts) * n_bands).astype(np.float64).reshape(-1, n_bands)
    total = np.bincount(section, weight, len(firsts))
    mean = np.divide(np.bincount(section, area, len(firsts)), total, out=np.full(len(firsts), np.nan), where=total > 0)
    lasts = np.r_[firsts[1:], len(rows)][: len(firsts)] - 1
    return Sections(rows[firsts], start[firsts], end[lasts], mean, in_band, member)
