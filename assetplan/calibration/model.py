"""The face that all models of decay show to calibration, and what they expect of readings they never saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.calibration.inspections import Inspections
from assetplan.calibration.pooling import Estimate
from assetplan.deterioration.fits.maximum import Prior

_ENOUGH = 5_000  # assets that settle where to begin
LEVELS = (0.80, 0.95)  # of the intervals that are checked against readings not fitted


@dataclass(frozen=True, eq=False)
class Expected:
    """What a model expected of readings given those before them. Arrays (n,) unless stated otherwise.

    Attributes
    ----------
    row : array of int
        Reading at the end of each interval.
    before, after : array
        Condition index at both ends [0–100].
    years : array
        Between them.
    mean : array
        Index expected at the end.
    low, high : array (2, n)
        Ends of the intervals of `LEVELS`.
    claimed : array (2, n)
        What they hold by the model: just over the level where states are counted whole.
    """

    row: Ints
    before: Floats
    after: Floats
    years: Floats
    mean: Floats
    low: Floats
    high: Floats
    claimed: Floats


class DecayModel(Protocol):
    """A model of decay that inspections can teach; `keep` (n_assets,) says which assets take part."""

    @property
    def inspections(self) -> Inspections:
        """The readings that it learns from."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """What the parameters are."""
        ...

    def counted(self, keep: Bools) -> int:
        """Pairs of readings that bear on decay."""
        ...

    def whole(self, keep: Bools, start: Floats | None = None) -> Estimate:
        """All as one group; `start` is where to begin, if that is known."""
        ...

    def part(self, keep: Bools, prior: Prior, start: Floats, tolerance: float) -> Estimate:
        """A group under a prior, to within half a `tolerance` of log-likelihood."""
        ...

    def expected(self, keep: Bools, parameters: Floats) -> Expected:
        """What the parameters expect of each reading."""
        ...

    def life(self, parameters: Floats) -> float:
        """Years that an asset of this group lasts: from new to an index of 40, to the worst state, or to failure."""
        ...

    def path(self, parameters: Floats, ages: Floats) -> Floats:
        """Index expected at ages [years] of an asset that began as new."""
        ...

    def row(self, parameters: Floats) -> dict[str, object]:
        """Columns of the table of groups that say what was learned."""
        ...


def sample(keep: Bools) -> Bools:
    """Some of many assets, evenly by identifier: enough to start from, where all are fitted afterwards."""
    chosen = np.flatnonzero(keep)
    out = np.zeros_like(keep)
    out[chosen[:: max(1, len(chosen) // _ENOUGH)]] = True
    return out
