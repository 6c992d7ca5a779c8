"""Sections beside each other that would take the same works, joined into candidate schemes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown
from assetplan.network.stretches import codes_of, order_stretches
from assetplan.reference import load_table


@dataclass(frozen=True)
class SchemeRules:
    """Lengths that schemes keep to [m]: sound road bridged at most, shortest, longest."""

    gap: float
    minimum: float
    maximum: float

    def __post_init__(self) -> None:
        """Refuse rules that no scheme could keep."""
        if not (self.gap >= 0 and 0 < self.minimum <= self.maximum):
            raise ValueError(
                f"schemes need a gap of 0 m or more and a shortest above 0 m and not above the longest, not gap "
                f"{self.gap:g} m, {self.minimum:g} m to {self.maximum:g} m"
            )


@dataclass(frozen=True, eq=False, repr=False)
class Schemes(Shown):
    """Candidate schemes, in order of link and chainage.

    Attributes
    ----------
    member : array (n,) of int; scheme of each section, −1 for one in none
    bridged : array (n,) of bool; in a scheme only because it lies between sections that want the works
    first : array (n_schemes,) of int
        Row of the section that each begins with: its link, class and works are the scheme's.
    from_m, to_m : array (n_schemes,); ends along the link [m]
    """

    member: Ints
    bridged: Bools
    first: Ints
    from_m: Floats
    to_m: Floats

    @property
    def length(self) -> Floats:
        """Length of each scheme, what it bridges included [m] (n_schemes,)."""
        return self.to_m - self.from_m


@cache
def network_rules() -> dict[str, float]:
    """Every value of reference/network_rules.csv by name (unit in the table)."""
    table = load_table("network_rules")
    return dict(zip(table["name"], table["value"].astype(float), strict=True))


def packaged_rules() -> SchemeRules:
    """Rules of schemes in reference/network_rules.csv."""
    rules = network_rules()
    return SchemeRules(rules["gap"], rules["minimum"], rules["maximum"])


def form_schemes(
    link: ArrayLike, from_m: ArrayLike, to_m: ArrayLike, works: ArrayLike, barrier: ArrayLike, rules: SchemeRules
) -> Schemes:
    """Join sections that would take compatible works into candidate schemes.

    Sections with the same works on one link and with one barrier join where no more than the gap of sound road lies
    between them, and none that wants other works. A run longer than the longest scheme is cut, between sections, into
    as even parts as they allow. What is then under the shortest or, being one section, over the longest is no scheme:
    its sections stay single.

    Parameters
    ----------
    link : array (n,); link or road of each section: its row (−1 none) or its identifier as text ("" none)
    from_m, to_m : array (n,); ends along the link [m]
    works : array (n,) of int
        Code of the works that the section would take, the same for compatible ones; −1 none. True and False do for one
        kind.
    barrier : array (n,)
        Changes where road class, surface or anything else does that no scheme may cross (`codes_of`
        makes one of several columns).
    rules : SchemeRules; gap, shortest and longest

    Raises
    ------
    ValueError
        A section runs backwards, or two overlap by more than 0.5 m.
    """
    start, end = np.asarray(from_m, dtype=np.float64), np.asarray(to_m, dtype=np.float64)
    kind = np.asarray(works)
    kind = np.where(kind, 0, -1) if kind.dtype == bool else kind
    rows, code = order_stretches(link, start, end)
    wall = codes_of(np.asarray(barrier)[rows]) if len(rows) else code
    zone = np.cumsum(np.r_[False, (np.diff(code) != 0) | (np.diff(wall) != 0)][: len(rows)])
    wanted = np.flatnonzero(kind[rows] >= 0)
    own = rows[wanted]
    apart = (np.diff(zone[wanted]) != 0) | (np.diff(kind[own]) != 0) | (start[own][1:] - end[own][:-1] > rules.gap)
    begins = np.r_[True, apart][: len(own)]
    begins = _cut_long(begins, start[own], end[own], rules.maximum)
    first = np.flatnonzero(begins)
    last = np.r_[first[1:], len(own)][: len(first)] - 1
    length = end[own[last]] - start[own[first]]
    good = (length >= rules.minimum) & (length <= rules.maximum)
    number = np.where(good, np.cumsum(good) - 1, -1)
    scheme = np.full(len(rows), -1, dtype=np.intp)
    scheme[wanted] = number[np.cumsum(begins) - 1]
    bridging = _between(scheme, wanted)
    member, bridged = np.full(len(start), -1, dtype=np.intp), np.zeros(len(start), dtype=bool)
    member[rows] = np.where(bridging >= 0, bridging, scheme)
    bridged[rows] = bridging >= 0
    return Schemes(member, bridged, own[first[good]], start[own[first[good]]], end[own[last[good]]])


def _between(scheme: Ints, wanted: Ints) -> Ints:
    """Scheme that begins before and goes on after each section that wants no works; −1 where none does."""
    place = np.where(np.isin(np.arange(len(scheme)), wanted), scheme, np.nan)
    held = pd.Series(place)
    before, after = held.ffill().to_numpy(), held.bfill().to_numpy()
    return np.where(np.isnan(place) & (before == after), before, -1).astype(np.intp)


def _cut_long(begins: Bools, start: Floats, end: Floats, maximum: float) -> Bools:
    """Which sections begin a part when runs over the maximum are cut between sections, as evenly as these allow.

    Each round takes one part off the front of every run that is still too long: of the length left, divided by the
    least number of parts, to the nearest end of a section.
    """
    begins = begins.copy()
    head = np.flatnonzero(begins)
    stop = np.r_[head[1:], len(begins)][: len(head)]
    # Runs lie end to end on one axis, a metre apart, so that one search finds a section in its own run.
    run = np.cumsum(begins) - 1
    size = end[stop - 1] - start[head]
    shift = (np.cumsum(size + 1) - size - start[head])[run]
    begin, finish = start + shift, end + shift
    while len(head):
        left = finish[stop - 1] - begin[head]
        long = (left > maximum) & (stop - head > 1)
        head, stop, left = head[long], stop[long], left[long]
        goal = begin[head] + left / np.ceil(left / maximum)
        below = np.clip(np.searchsorted(finish, goal, side="right"), head + 1, stop - 1)
        above = np.minimum(below + 1, stop - 1)
        nearer = (finish[above - 1] - goal < goal - finish[below - 1]) & (finish[above - 1] - begin[head] <= maximum)
        head = np.where(nearer, above, below)
        begins[head] = True
    return begins
