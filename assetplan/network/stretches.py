"""Stretches of links: a link with from and to chainage, put in order, laid over each other, carried to others.

A stretch without a link, a chainage or a length is in no order and overlaps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown

# Ends nearer than this meet [m]: chainages are kept to the metre or to a tenth of it.
JOIN_M = 0.5


def codes_of(*columns: ArrayLike) -> Ints:
    """Number rows that agree in every column.

    Parameters
    ----------
    columns : arrays (n,); class, surface, number of the junction last passed and whatever else a section must not cross

    Returns
    -------
    array (n,) of int
        Equal where and only where all columns are; from 0 in order of appearance. A missing value equals itself.
    """
    code = np.zeros(len(np.asarray(columns[0])), dtype=np.intp)
    for column in columns:
        mine = pd.factorize(np.asarray(column), use_na_sentinel=False)[0]
        code = pd.factorize(code * (int(mine.max(initial=0)) + 1) + mine)[0]
    return code.astype(np.intp)


def link_codes(link: ArrayLike) -> Ints:
    """Number links: rows of links stay as they are, texts are numbered from 0; −1 where there is no link."""
    link = np.asarray(link)
    if np.issubdtype(link.dtype, np.integer):
        return np.maximum(link, -1).astype(np.intp)
    codes, names = pd.factorize(link)
    blank = np.flatnonzero(np.asarray(names, dtype=object) == "")
    return np.where(np.isin(codes, blank), -1, codes).astype(np.intp)


def order_stretches(link: ArrayLike, from_m: Floats, to_m: Floats) -> tuple[Ints, Ints]:
    """Rows of stretches that do not overlap, in order along each link.

    Parameters
    ----------
    link : array (n,); link of each: its row (−1 none) or its identifier as text ("" none)
    from_m, to_m : array (n,); ends along the link [m]

    Returns
    -------
    (array of int, array of int)
        Rows in order, those without link, chainage or length left out; and the number of each one's link.

    Raises
    ------
    ValueError
        A stretch runs backwards, or two overlap by more than 0.5 m.
    """
    codes = link_codes(link)
    rows = _usable(codes, from_m, to_m)
    if (np.diff(codes[rows]) < 0).any() or ((np.diff(codes[rows]) == 0) & (np.diff(from_m[rows]) < 0)).any():
        rows = rows[np.lexsort((to_m[rows], from_m[rows], codes[rows]))]
    lap = _laps(codes[rows], from_m[rows], to_m[rows])
    if lap.any():
        first, second = rows[:-1][lap][0], rows[1:][lap][0]
        raise ValueError(f"{lap.sum()} stretches overlap the one before on their link, first rows {first} and {second}")
    return rows, codes[rows]


def tangled(link: ArrayLike, from_m: Floats, to_m: Floats) -> Bools:
    """Say which stretches lie on a link on which any two overlap, so that none of them is beside another.

    Parameters
    ----------
    link, from_m, to_m : array (n,); as for `order_stretches` [m]

    Returns
    -------
    array (n,) of bool
    """
    codes = link_codes(link)
    rows = np.flatnonzero((codes >= 0) & (to_m > from_m) & np.isfinite(to_m - from_m))
    rows = rows[np.lexsort((to_m[rows], from_m[rows], codes[rows]))]
    return np.isin(codes, codes[rows][1:][_laps(codes[rows], from_m[rows], to_m[rows])])


def _laps(codes: Ints, from_m: Floats, to_m: Floats) -> Bools:
    """Whether each stretch but the first begins before the one before it ends; in order along each link."""
    return (codes[1:] == codes[:-1]) & (to_m[:-1] - from_m[1:] > JOIN_M)


def _usable(codes: Ints, from_m: Floats, to_m: Floats) -> Ints:
    backward = (to_m < from_m) & (codes >= 0)
    if backward.any():
        raise ValueError(f"{backward.sum()} stretches run backwards, first row {np.flatnonzero(backward)[0]}")
    return np.flatnonzero((codes >= 0) & (to_m > from_m) & np.isfinite(to_m - from_m))


def overlaps(
    link: ArrayLike, from_m: Floats, to_m: Floats, other_link: ArrayLike, other_from: Floats, other_to: Floats
) -> tuple[Ints, Ints, Floats]:
    """Every pair of a stretch of one set and a stretch of another that share some length of a link.

    Parameters
    ----------
    link, other_link : array (n,), (m,); link of each, both by row (−1 none) or both by text ("" none)
    from_m, to_m, other_from, other_to : array (n,), (n,), (m,), (m,)
        Ends along the link [m]. Stretches of one set may overlap each other.

    Returns
    -------
    (array of int, array of int, array of float)
        Row in the first set, row in the other, and the length shared [m, above 0]; in order of the other set's rows.

    Raises
    ------
    ValueError
        A stretch runs backwards.
    """
    both = link_codes(np.concatenate([np.asarray(link), np.asarray(other_link)]))
    mine, theirs = both[: len(from_m)], both[len(from_m) :]
    a, b = _usable(mine, from_m, to_m), _usable(theirs, other_from, other_to)
    if not len(a) or not len(b):
        return a[:0], b[:0], np.zeros(0)
    shift = _one_axis(np.r_[mine[a], theirs[b]], np.r_[from_m[a], other_from[b]], np.r_[to_m[a], other_to[b]])
    a = a[np.argsort(shift[mine[a]] + from_m[a], kind="stable")]
    start = shift[mine[a]] + from_m[a]
    # Nothing up to a row reaches beyond `reach`, so rows before the first that reaches a stretch cannot overlap it.
    reach = np.maximum.accumulate(shift[mine[a]] + to_m[a])
    first = np.searchsorted(reach, shift[theirs[b]] + other_from[b], side="right")
    last = np.searchsorted(start, shift[theirs[b]] + other_to[b], side="left")
    row, place = ranges(first, np.maximum(last - first, 0))
    a, b = a[place], b[row]
    shared = np.minimum(to_m[a], other_to[b]) - np.maximum(from_m[a], other_from[b])
    kept = (mine[a] == theirs[b]) & (shared > 0)
    return a[kept], b[kept], shared[kept]


def _one_axis(code: Ints, from_m: Floats, to_m: Floats) -> Floats:
    """What to add to chainages on each link so that all links lie end to end, a metre apart."""
    low = np.full(int(code.max()) + 1, np.inf)
    high = np.full(len(low), -np.inf)
    np.minimum.at(low, code, from_m)
    np.maximum.at(high, code, to_m)
    used = np.isfinite(low)
    span = np.where(used, np.where(used, high, 0) - np.where(used, low, 0) + 1, 0)
    return np.cumsum(span) - span - np.where(used, low, 0)


def ranges(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """The whole numbers first, first + 1, …, `count` of them, of every row in turn: row of each, and the number."""
    row = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, first[row] + step


@dataclass(frozen=True, eq=False, repr=False)
class Carried(Shown):
    """What a survey says of other sections.

    Attributes
    ----------
    value : array (n,) or (n, k); mean of what was surveyed on the section, by length; NaN where nothing was
    coverage : array (n,)
        Share of the section's length that was surveyed [0 to 1]; two surveys of one stretch cover it once.
    thin : array (n,) of bool; less of it was surveyed than is asked for: the value says little
    """

    value: Floats
    coverage: Floats
    thin: Bools


def carry_survey(
    old_link: ArrayLike,
    old_from: ArrayLike,
    old_to: ArrayLike,
    old_value: ArrayLike,
    link: ArrayLike,
    from_m: ArrayLike,
    to_m: ArrayLike,
    least_coverage: float,
) -> Carried:
    """Carry values from the stretches that were surveyed to the sections there are now.

    Parameters
    ----------
    old_link, link : array (n_old,), (n,)
        Link of each, both by row (−1 none) or both by identifier as text ("" none). Links must be the same in both.
    old_from, old_to, from_m, to_m : array (n_old,), (n_old,), (n,), (n,); ends along the link [m]
    old_value : array (n_old,) or (n_old, k)
        What was surveyed by unit of length, such as a mean or the share in each of k bands; rows with a NaN were not
        surveyed. Of surveys of one stretch, such as two lanes, the mean is taken.
    least_coverage : float; share of a section under which it is called thin [0 to 1]

    Raises
    ------
    ValueError
        A stretch runs backwards, or the least coverage is not a share.
    """
    if not 0 <= least_coverage <= 1:
        raise ValueError(f"the least coverage is a share from 0 to 1, not {least_coverage:g}")
    start, end = np.asarray(from_m, dtype=np.float64), np.asarray(to_m, dtype=np.float64)
    value = np.asarray(old_value, dtype=np.float64)
    table = value[:, None] if value.ndim == 1 else value
    seen = ~np.isnan(table).any(axis=1)
    before = (np.asarray(old_link)[seen], np.asarray(old_from, float)[seen], np.asarray(old_to, float)[seen])
    old, new, metres = overlaps(*before, link, start, end)
    weight = np.bincount(new, metres, len(start))
    area = np.array([np.bincount(new, metres * column[old], len(start)) for column in table[seen].T])
    mean = np.divide(area, weight, out=np.full(area.shape, np.nan), where=weight > 0)
    _, covered, length = overlaps(*_union(*before), link, start, end)
    total = np.bincount(covered, length, len(start))
    coverage = np.divide(total, end - start, out=np.zeros(len(start)), where=end > start)
    # A section wholly covered by pieces sums to a hair less or more than its length.
    coverage = np.where(np.isclose(coverage, 1, rtol=0, atol=1e-9), 1.0, coverage)
    return Carried(mean.T.reshape(len(start), *value.shape[1:]), coverage, coverage < least_coverage)


def _union(link: ArrayLike, from_m: Floats, to_m: Floats) -> tuple[np.ndarray, Floats, Floats]:
    """Stretches that cover what the given ones do, none overlapping another."""
    code = link_codes(link)
    rows = np.flatnonzero((code >= 0) & (to_m > from_m))
    rows = rows[np.lexsort((from_m[rows], code[rows]))]
    code, start, end = code[rows], from_m[rows], to_m[rows]
    reach = np.array(pd.Series(end).groupby(code).cummax(), dtype=np.float64)
    begins = np.r_[True, (code[1:] != code[:-1]) | (start[1:] > reach[:-1])][: len(rows)]
    ends = np.r_[begins[1:], True][: len(rows)]
    return np.asarray(link)[rows[begins]], start[begins], reach[ends]
