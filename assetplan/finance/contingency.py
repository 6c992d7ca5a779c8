"""Latent defects as a contingency: how likely each is and what it costs, as a distribution of their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from assetplan._types import Floats
from assetplan.display import Shown

# Points of the lattice of sums; costs are rounded to its step where exact sums would have more.
_POINTS = 200_000


@dataclass(frozen=True, eq=False, repr=False)
class DefectCosts(Shown):
    """What latent defects may cost in all, each there or not by itself.

    Attributes
    ----------
    step : float; apart of two sums [£]
    chance : array (n,); how likely each sum 0, step, 2 step, … is
    mean, deviation : float; expected sum and its standard deviation, in closed form [£]
    """

    step: float
    chance: Floats
    mean: float
    deviation: float

    def at(self, share: float) -> float:
        """The least sum that is enough with a chance of at least `share` [£]: P80 at 0.8."""
        return float(np.searchsorted(np.cumsum(self.chance), share - 1e-12) * self.step)


def defect_costs(number: Sequence[int], chance: Sequence[float], cost: Sequence[float]) -> DefectCosts:
    """Distribution of the cost of independent defects, the exact convolution of one binomial a row.

    Parameters
    ----------
    number : sequence of int, (n_rows,); projects or sites that may have the defect
    chance : sequence of float, (n_rows,); how likely each has it [0–1]
    cost : sequence of float, (n_rows,); what putting one right costs [£, whole pounds]
    """
    n, p, c = (np.asarray(each, dtype=np.float64) for each in (number, chance, cost))
    whole = np.rint(c).astype(np.int64)
    step = float(np.gcd.reduce(whole[whole > 0])) if (whole > 0).any() else 1.0
    step = max(step, float(np.ceil(n @ whole / _POINTS)))
    total = np.ones(1)
    for many, likely, size in zip(n.astype(int), p, np.rint(whole / step).astype(int), strict=True):
        row = np.zeros(many * size + 1)
        np.add.at(row, np.arange(many + 1) * size, binom.pmf(np.arange(many + 1), many, likely))
        total = np.convolve(total, row) if min(len(total), len(row)) < 2_000 else _by_transform(total, row)
    return DefectCosts(step, total, float(n * p @ c), float(np.sqrt(n * p * (1 - p) @ c**2)))


def _by_transform(first: Floats, second: Floats) -> Floats:
    """Convolution of two long distributions; rounding below zero is none."""
    size = len(first) + len(second) - 1
    made = np.fft.irfft(np.fft.rfft(first, size) * np.fft.rfft(second, size), size)
    return np.maximum(made, 0.0)
