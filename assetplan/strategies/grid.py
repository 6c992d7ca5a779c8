"""Grids of the states that assets of one group may be in, over which policies are weighed and later costs worked out.

An asset between two points of a grid is taken to be at the one or the other, with the chances that keep its mean. So a
curve becomes a Markov chain on its grid (Kushner and Dupuis 2001, *Numerical methods for stochastic control problems
in continuous time*, chapter 4), and curves and chains have one face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.strategies.chain_state import ChainLifecycle, ChainState
from assetplan.strategies.curve_state import OLDEST, CurveLifecycle, CurveState
from assetplan.strategies.states import AgeingNodes
from assetplan.treatments import Treatment

_AGES = 96  # points of age of a curve
_PACES = 5  # levels of pace, of a group whose assets differ
_THRESHOLD = 4.0  # index points between thresholds of weight limits
_ALIKE = 1e-9


@dataclass(frozen=True, eq=False)
class Slowing:
    """How ageing may be slowed: each factor for so many years, after so many treatments since a renewal.

    Attributes
    ----------
    factors, years : array (k,); rates of ageing while slowed, rising, and the most years that each lasts
    most : int; most treatments since a renewal that are counted
    """

    factors: Floats
    years: Ints
    most: int

    @classmethod
    def of(cls, treatments: Sequence[Treatment]) -> Slowing:
        """Of all treatments that a group may have."""
        slowing = [t for t in treatments if t.slow_factor < 1]
        factors = np.unique([t.slow_factor for t in slowing])
        years = [max(int(np.ceil(t.life)) for t in slowing if t.slow_factor == factor) for factor in factors]
        limits = [int(t.repeats) for t in treatments if np.isfinite(t.repeats)]
        return cls(factors, np.array(years, dtype=np.intp), max(limits, default=int(len(slowing) > 0)))

    @property
    def size(self) -> int:
        """How many there are, unslowed ones among them."""
        return 1 + self.most * (1 + int(self.years.sum()))

    def codes(self, nodes: AgeingNodes) -> Ints:
        """Which of them each node is in (n_nodes,)."""
        slot = np.zeros(len(nodes.slow_left), dtype=np.intp)
        if len(self.factors):
            kind = np.clip(np.searchsorted(self.factors, nodes.slow_factor - _ALIKE), 0, len(self.factors) - 1)
            first = np.concatenate([[0], np.cumsum(self.years)[:-1]])
            left = np.minimum(np.ceil(nodes.slow_left - _ALIKE).astype(np.intp), self.years[kind])
            slot = np.where(left > 0, first[kind] + left, 0)
        # What is slowed has had a treatment, so of assets that had none there is one place.
        repeats = np.minimum(nodes.repeats, self.most).astype(np.intp)
        return np.where(repeats > 0, 1 + (repeats - 1) * (1 + int(self.years.sum())) + slot, 0)

    @property
    def table(self) -> tuple[Floats, Floats, Floats]:
        """Years left, factor and treatments since a renewal of each (size,)."""
        left = np.concatenate([[0], *(np.arange(1, years + 1) for years in self.years)]).astype(np.float64)
        factor = np.concatenate([[1.0], np.repeat(self.factors, self.years)])
        repeats = np.repeat(np.arange(1.0, self.most + 1), len(left))
        return (
            np.append(0.0, np.tile(left, self.most)),
            np.append(1.0, np.tile(factor, self.most)),
            np.append(0.0, repeats),
        )


@dataclass(frozen=True, eq=False)
class Grid:
    """Points of a group's states: by part (renewed or not, where that is traced), pace, rate, slowing and condition.

    Attributes
    ----------
    model : CurveLifecycle or ChainLifecycle
    slowing : Slowing
    rates : array (r,); years of ageing in one, as built and after each renewal, at pace 1, rising; [1] of a chain
    paces : array (p,); levels of pace, rising
    traced : bool; whether points tell what was renewed
    """

    model: CurveLifecycle | ChainLifecycle
    slowing: Slowing
    rates: Floats
    paces: Floats
    traced: bool

    @classmethod
    def of(
        cls, model: CurveLifecycle | ChainLifecycle, treatments: Sequence[Treatment], paces: Floats, traced: bool
    ) -> Grid:
        """The grid of a group.

        Parameters
        ----------
        model : CurveLifecycle or ChainLifecycle; of the group
        treatments : sequence of Treatment; those that its assets may have
        paces : array; years that assets age in one, the least and the greatest among them
        traced : bool; whether points tell what was renewed
        """
        rates = np.ones(1)
        if isinstance(model, CurveLifecycle):
            rates = np.unique([1.0, *(model.rate(t) for t in treatments if np.isfinite(t.reset_to))])
        low, high = float(paces.min(initial=1.0)), float(paces.max(initial=1.0))
        levels = np.ones(1) if low == high == 1.0 else np.geomspace(low, high, _PACES)
        return cls(model, Slowing.of(treatments), rates, levels, traced)

    @cached_property
    def ages(self) -> Floats:
        """Ages of a curve's points (m,), to where the index falls no more."""
        group = self.model.group
        fine = np.arange(0.0, OLDEST, 0.25)
        index = group.index(fine)
        return np.linspace(0.0, float(fine[np.argmax(index <= index[-1] + 0.5)]), _AGES)

    @property
    def conditions(self) -> int:
        """Points of condition: ages of a curve, phases of a chain."""
        return len(self.ages) if isinstance(self.model, CurveLifecycle) else len(self.model.group.chain.state)

    @property
    def shape(self) -> tuple[int, int, int, int, int]:
        """Parts, paces, rates, slowings, conditions; a point's place is in this order."""
        return 1 + self.traced, len(self.paces), len(self.rates), self.slowing.size, self.conditions

    @cached_property
    def points(self) -> Any:
        """The state of every point, in order: a CurveState or a ChainState."""
        part, pace, rate, slow, place = (axis.ravel() for axis in np.indices(self.shape))
        left, factor, repeats = (column[slow] for column in self.slowing.table)
        paces = self.paces[pace]
        if isinstance(self.model, CurveLifecycle):
            ages, rates = self.ages[place], paces * self.rates[rate]
            standing = part == 0 if self.traced else None
            return CurveState(self.model, ages, paces, rates, left, factor, repeats, standing)
        phases = np.eye(self.conditions)[place]
        shares = phases * (part == 0)[:, None] if self.traced else None
        return ChainState(self.model, phases, paces, left, factor, repeats, shares)

    def locate(self, state: Any) -> tuple[Ints, Floats]:
        """Points about each node of a state, and how much of it is at each, arrays (n_nodes, k).

        No point has a restored texture: it is taken to have worn off.

        Parameters
        ----------
        state : CurveState or ChainState; nodes of the group
        """
        _, _, rates, slowings, conditions = self.shape
        state = state.worn() if isinstance(state, CurveState) else state
        slow = self.slowing.codes(state)
        if isinstance(state, CurveState):
            at = np.clip(state.age / self.ages[1], 0.0, conditions - 1.0)
            low = np.minimum(at.astype(np.intp), conditions - 2)
            places, weights = np.stack([low, low + 1], axis=1), np.stack([1 - (at - low), at - low], axis=1)
            middle = np.sqrt(self.rates[1:] * self.rates[:-1])
            rate = np.searchsorted(middle, state.rate / state.pace)
            parts = np.zeros(len(at), dtype=np.intp) if state.standing is None else 1 - state.standing.astype(np.intp)
            parts = parts[:, None]
        else:
            places, weights = np.broadcast_to(np.arange(conditions), state.phases.shape), state.phases
            rate, parts = np.zeros(len(slow), dtype=np.intp), np.zeros((1, 1), dtype=np.intp)
            if state.standing is not None:
                places = np.concatenate([places, places], axis=1)
                weights = np.concatenate([state.standing, state.phases - state.standing], axis=1)
                parts = np.repeat([0, 1], conditions)[None, :]
        out = []
        for pace, share in self._paces(state.pace):
            first = ((parts * len(self.paces) + pace[:, None]) * rates + rate[:, None]) * slowings + slow[:, None]
            out.append((first * conditions + places, weights * share[:, None]))
        if len(out) == 1:
            return out[0]
        return np.concatenate([place for place, _ in out], axis=1), np.concatenate([w for _, w in out], axis=1)

    def _paces(self, pace: Floats) -> list[tuple[Ints, Floats]]:
        """Levels of pace about each node's own, and the share of each, straight in its logarithm."""
        if len(self.paces) == 1:
            return [(np.zeros(len(pace), dtype=np.intp), np.ones(len(pace)))]
        levels = np.log(self.paces)
        at = np.clip(np.log(pace), levels[0], levels[-1])
        low = np.clip(np.searchsorted(levels, at, side="right") - 1, 0, len(levels) - 2)
        share = (at - levels[low]) / (levels[low + 1] - levels[low])
        return [(low, 1 - share), (low + 1, share)]

    @cached_property
    def thresholds(self) -> Floats:
        """Indices below which a weight limit may come into force, rising; every index lies below the last."""
        if isinstance(self.model, CurveLifecycle):
            return np.append(np.arange(0.0, 101.0, _THRESHOLD), 100.0 + _THRESHOLD)
        return np.append(np.sort(self.model.group.chain.state_index), np.inf)

    def about(self, below: Floats) -> tuple[Ints, Floats]:
        """Threshold at or under an index below which a limit is in force, and the part of the next, both of its shape.

        Parameters
        ----------
        below : array; of any shape [0–100, infinite where the limit is always in force]
        """
        levels = self.thresholds
        if isinstance(self.model, CurveLifecycle):
            at = np.interp(np.minimum(below, levels[-1]), levels, np.arange(len(levels)))
        else:
            at = np.searchsorted(levels[:-1], below).astype(np.float64)
        low = np.minimum(at.astype(np.intp), len(levels) - 2)
        return low, at - low

    def blurred(self, values: Floats, doubts: Floats) -> Floats:
        """Values (n_points, c) as they are expected where a curve's index is in doubt; of a chain as they are.

        Parameters
        ----------
        values : array (n_points, c)
        doubts : array (j,); differences of the true index from the expected one, equally likely [index points]
        """
        if not isinstance(self.model, CurveLifecycle):
            return values
        by_age = values.reshape(-1, len(self.ages), values.shape[-1])
        return np.asarray(np.einsum("ij,bjc->bic", self.spread(doubts), by_age).reshape(values.shape))

    def spread(self, doubts: Floats) -> Floats:
        """Share of each age (n_ages, n_ages), along a row, in what an age of a curve may truly be; as of `blurred`."""
        index = self.model.group.index(self.ages)
        shifted = np.clip(index[:, None] + doubts, index[-1], index[0])
        at = np.interp(-shifted, -index, np.arange(len(index)))
        low = np.minimum(at.astype(np.intp), len(index) - 2)
        spread = np.zeros((len(index), len(index)))
        rows = np.arange(len(index))[:, None]
        np.add.at(spread, (rows, low), (1 - (at - low)) / len(doubts))
        np.add.at(spread, (rows, low + 1), (at - low) / len(doubts))
        return spread
