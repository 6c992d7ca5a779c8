"""A survey on last year's sections carried to this year's, by length of overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats
from assetplan.display import Shown
from assetplan.network.stretches import link_codes, overlaps


@dataclass(frozen=True, eq=False, repr=False)
class Carried(Shown):
    """What a survey says of other sections.

    Attributes
    ----------
    value : array (n,) or (n, k)
        Mean of what was surveyed on the section, by length; NaN where nothing was.
    coverage : array (n,)
        Share of the section's length that was surveyed [0 to 1]; two surveys of one stretch cover it once.
    thin : array (n,) of bool
        Less of it was surveyed than is asked for: the value says little.
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
        Link of each, both by row (−1 none) or both by identifier as text ("" none). Links must be the same in both:
        where the network was drawn anew, `project_lines` places last year's sections on this year's links.
    old_from, old_to, from_m, to_m : array (n_old,), (n_old,), (n,), (n,)
        Ends along the link [m].
    old_value : array (n_old,) or (n_old, k)
        What was surveyed by unit of length, such as a mean or the share in each of k bands; rows with a NaN were not
        surveyed. Of surveys of one stretch, such as two lanes, the mean is taken.
    least_coverage : float
        Share of a section under which it is called thin [0 to 1].

    Returns
    -------
    Carried

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
