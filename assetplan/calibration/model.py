"""What models of decay expect of readings that they never saw, and how many assets settle where a fit begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Bools, Floats, Ints

_ENOUGH = 5_000  # assets that settle where to begin
LEVELS = (0.80, 0.95)  # of the intervals that are checked against readings not fitted


@dataclass(frozen=True, eq=False)
class Expected:
    """What a model expected of readings given those before them. Arrays (n,) unless stated otherwise.

    Attributes
    ----------
    row : array of int; reading at the end of each interval
    before, after : array; condition index at both ends [0–100]
    years : array; between them
    mean : array; index expected at the end
    low, high : array (2, n); ends of the intervals of `LEVELS`
    claimed : array (2, n); what they hold by the model: just over the level where states are counted whole
    """

    row: Ints
    before: Floats
    after: Floats
    years: Floats
    mean: Floats
    low: Floats
    high: Floats
    claimed: Floats


def sample(keep: Bools) -> Bools:
    """Some of many assets, evenly by identifier: enough to start from, where all are fitted afterwards."""
    chosen = np.flatnonzero(keep)
    out = np.zeros_like(keep)
    out[chosen[:: max(1, len(chosen) // _ENOUGH)]] = True
    return out


def counts(*notes: tuple[int, str]) -> tuple[str, ...]:
    """Notes that begin with a count, but for those of none."""
    return tuple(f"{count:,} {words}" for count, words in notes if count)
