"""How the true condition of a stock is spread, from noisy first readings, and what that means for each of them.

Noise makes the best look better and the worst worse than they are. A first reading is drawn back by as much as the rest
of the stock suggests; without that, every path would seem to begin with a fall or a rise of its own. The
shares of the stock are those that make the first readings likely (expectation–maximisation, stopped early to stay
smooth). They are estimates too: `Stock.influence` passes their doubt on to what rests on them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.deterioration.families import Family

CELLS = np.arange(0.25, 100.0, 0.5)  # true index, by which a stock is described
_READINGS = 201  # of a table of readings; two more rows stand for the ends of the scale
_TABLE = np.append(np.linspace(0.0, 100.0, _READINGS), [0.0, 100.0])
_BOTTOM, _TOP = _READINGS, _READINGS + 1
_PASSES = 30
_SHARPEST = 0.5  # the least noise that cells of half a point can show [index points]
_MIN_SHARE = 1e-9  # added to every share
_MIN_LIKELIHOOD = 1e-12  # added to every likelihood


class FirstAge(NamedTuple):
    """Age at each first reading [shares of a life], and what it was estimated from.

    `moments` (2, n) are its mean and variance, `by_noise` and `by_shape` their derivatives by the logarithms of those.
    `chance` is that of each cell (columns) given each row of the table of readings, `ages` (cells,) their ages.
    """

    moments: Floats
    by_noise: Floats
    by_shape: Floats
    chance: Floats
    ages: Floats


@dataclass(frozen=True, eq=False)
class Stock:
    """First readings and the stock they come from.

    Attributes
    ----------
    shares : array (len(CELLS),); shares of the true index among the assets at their first visit
    noise : float; of a reading [index points], by which the shares were estimated
    table : array of int; rows of the table of all readings between which these lie
    row, after, part : array (n,)
        Each first reading as a place among those rows: one, the next, and how far it lies towards that.
    """

    shares: Floats
    noise: float
    table: Ints
    row: Ints
    after: Ints
    part: Floats

    @classmethod
    def of(cls, first: Floats, noise: float) -> Stock:
        """The stock of first readings [0–100] with a noise [index points]."""
        place = first / 100.0 * (_READINGS - 1)
        row = np.minimum(place.astype(np.intp), _READINGS - 2)
        ends = (first <= 0.0) | (first >= 100.0)
        low = np.where(ends, np.where(first <= 0.0, _BOTTOM, _TOP), row)
        high = np.where(ends, low, row + 1)
        table, where = np.unique(np.concatenate([low, high]), return_inverse=True)
        below, above = np.split(where, 2)
        part = np.where(ends, 0.0, place - row)
        unknown = cls(np.zeros(len(CELLS)), noise, table, below, above, part)
        return replace(unknown, shares=unknown._passes()[-1])

    def _gathered(self, values: Floats) -> Floats:
        """Sum of what first readings put on the rows of the table, each of its value (n,)."""
        size = len(self.table)
        low = np.bincount(self.row, values * (1 - self.part), size)
        return np.asarray(low + np.bincount(self.after, values * self.part, size), dtype=float)

    def _read(self, table: Floats) -> Floats:
        """Values at each first reading of lines of the table (k, rows)."""
        columns = np.ascontiguousarray(table.T)
        here, after = columns[self.row], columns[self.after]
        return np.ascontiguousarray((here + (after - here) * self.part[:, None]).T)

    def _passes(self) -> list[Floats]:
        """Shares before the first pass, all alike, and after each."""
        shares = np.full(len(CELLS), 1 / len(CELLS))
        out = [shares]
        if len(self.row):
            seen, chance = self._gathered(np.ones(len(self.row))), _likelihood(self.table, self.noise)[0]
            for _ in range(_PASSES):
                shares = shares * (chance.T @ (seen / (chance @ shares))) / len(self.row)
                out.append(shares)
        return out

    def influence(self, cross: Floats) -> Floats:
        """What each first reading adds, by its part in the shares, to sums that rest on them (n, k).

        `cross` (k, len(CELLS)) are the derivatives of those sums by the shares. The derivative of every pass is taken
        by the weight of each reading, from the last pass back to the first.
        """
        seen, chance = self._gathered(np.ones(len(self.row))), _likelihood(self.table, self.noise)[0]
        by_row, back = np.zeros((len(cross), len(self.table))), cross
        for shares in self._passes()[-2::-1]:
            density = chance @ shares
            by_density = (back * shares / len(self.row)) @ chance.T
            by_row += by_density / density
            back = back * (chance.T @ (seen / density)) / len(self.row) - (by_density * seen / density**2) @ chance
        by_row -= (by_row @ seen)[:, None] / max(len(self.row), 1)  # shares add up to one
        return self._read(by_row).T

    def first_age(self, family: Family, shape: float, noise: float) -> FirstAge:
        """Age at each first reading given the stock.

        Parameters
        ----------
        family : Family; of the curve that assets decay by
        shape : float; of the curve, in a family that has one
        noise : float; standard deviation of a reading [index points]
        """
        likelihood, slope = _likelihood(self.table, noise)
        chance = likelihood * (self.shares + _MIN_SHARE)
        chance /= chance.sum(axis=1, keepdims=True)
        ages = np.maximum(family.age(CELLS, family.of_life(1.0, shape)), 0.0)
        powers = np.stack([np.ones_like(ages), ages, ages**2], axis=1)
        _, mean, square = (chance @ powers).T
        along, by_mean, by_square = (chance * slope @ powers).T
        by_mean, by_square = by_mean - along * mean, by_square - along * square
        turn = -ages * np.log(ages) if family.shaped else np.zeros_like(ages)
        turned, twice = (chance @ np.stack([turn, 2 * ages * turn], axis=1)).T
        lines = [mean, square - mean**2, by_mean, by_square - 2 * mean * by_mean, turned, twice - 2 * mean * turned]
        read = self._read(np.array(lines))
        return FirstAge(read[:2], read[2:4], read[4:], chance, ages)

    def by_shares(self, first: FirstAge, by_moments: Floats) -> Floats:
        """Derivative by the shares of a sum, from its derivatives by the moments (2, n) of first ages."""
        mean = first.chance @ first.ages
        off = first.ages - mean[:, None]
        by_mean, by_variance = (self._gathered(line)[:, None] for line in by_moments)
        spread = (first.chance * off**2).sum(axis=1)[:, None]
        return (first.chance * (by_mean * off + by_variance * (off**2 - spread))).sum(axis=0) / (
            self.shares + _MIN_SHARE
        )


def _likelihood(table: Ints, noise: float) -> tuple[Floats, Floats]:
    """Likelihood of some readings of the table (rows) given each true index of `CELLS` (columns), never quite zero.

    A reading at an end of the scale stands for all that noise would have put beyond it. With it, the derivative of its
    logarithm by that of the noise.
    """
    from scipy.special import ndtr

    off = (_TABLE[table][:, None] - CELLS) / max(noise, _SHARPEST)
    bell = np.exp(-0.5 * off**2)
    likelihood, slope = bell + _MIN_LIKELIHOOD, off**2 * bell
    for end, side in ((_BOTTOM, 1.0), (_TOP, -1.0)):
        row = table == end
        likelihood[row] = ndtr(side * off[row]) + _MIN_LIKELIHOOD
        slope[row] = -side * off[row] * bell[row] / np.sqrt(2 * np.pi)
    return likelihood, slope / likelihood if noise > _SHARPEST else np.zeros_like(slope)
