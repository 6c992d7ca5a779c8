"""Chains of condition states with the face of a curve: index by age and back, and how likely failure is.

A Markov chain forgets how long an asset has been in its state. A semi-Markov chain does not: its sojourns are Weibull,
S(d) = exp(−(d/η)^β) after d years, and the state that follows is drawn from a row of chances (Howard 1971, *Dynamic
probabilistic systems*, volume 2). It is carried as a Markov chain over phases, one a state and whole year spent in it;
the last phase of a state keeps the hazard that it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.deterioration.markov import state_weights
from assetplan.display import Shown

_LEFT = 0.005  # share of a sojourn's assets that its last phase may stand for
_PHASES = 60  # most years that a state is followed year by year
_OLDEST = 200  # years to which the mean path is followed


@dataclass(frozen=True, repr=False)
class Chain(Shown):
    """A chain that only falls, year by year.

    Attributes
    ----------
    matrix : tuple of tuple of float
        Annual transition matrix, best state first. With sojourns: where a state goes once it is left.
    state_index : tuple of float; condition index of each state, falling [0–100]
    sojourns : tuple of (float, float)
        Weibull shape and scale [years] of the time spent in each state but the last; () of a Markov chain.
    """

    matrix: tuple[tuple[float, ...], ...]
    state_index: tuple[float, ...]
    sojourns: tuple[tuple[float, float], ...] = ()

    @cached_property
    def _survival(self) -> list[Floats]:
        """S(0), S(1), … of the sojourn in each state but the last, as far as it is followed."""
        out = []
        for shape, scale in self.sojourns:
            whole = np.exp(-((np.arange(_PHASES + 1.0) / scale) ** shape))
            # A constant hazard needs no count of years.
            last = 1 if shape == 1 else max(int((whole >= _LEFT).sum()), 1)
            out.append(whole[: last + 1])
        return out

    @cached_property
    def state(self) -> Ints:
        """State of each phase (n_phases,); phases are the states themselves where there are no sojourns."""
        counts = [len(s) - 1 for s in self._survival] or [1] * (len(self.state_index) - 1)
        return np.repeat(np.arange(len(self.state_index)), [*counts, 1])

    @cached_property
    def entry(self) -> Ints:
        """First phase of each state (n_states,)."""
        return np.searchsorted(self.state, np.arange(len(self.state_index)))

    @cached_property
    def index_of(self) -> Floats:
        """Condition index of each phase (n_phases,)."""
        return np.array(self.state_index)[self.state]

    @cached_property
    def transition(self) -> Any:
        """Annual matrix over phases: an array, or a sparse one where there are many."""
        if not self.sojourns:
            return np.array(self.matrix)
        from scipy.sparse import csr_array

        out = np.zeros((len(self.state), len(self.state)))
        out[-1, -1] = 1.0
        for state, survival in enumerate(self._survival):
            phase = np.flatnonzero(self.state == state)
            leaves = 1.0 - survival[1:] / survival[:-1]
            out[phase, np.minimum(phase + 1, phase[-1])] = 1.0 - leaves
            out[np.ix_(phase, self.entry)] += np.outer(leaves, self.matrix[state])
        return csr_array(out)

    @cached_property
    def _surveyed(self) -> Floats:
        """Phases of an asset surveyed in each state, whose time there nobody knows (n_states, n_phases).

        As in a stock that enters the state evenly: the chance of d years spent is as S(d).
        """
        out = np.zeros((len(self.state_index), len(self.state)))
        out[np.arange(len(out)), self.entry] = 1.0
        for state, survival in enumerate(self._survival):
            weight = survival[:-1].copy()
            weight[-1] /= max(1.0 - survival[-1] / survival[-2], 1e-9)
            out[state, self.entry[state] : self.entry[state] + len(weight)] = weight / weight.sum()
        return out

    def start(self, index: Floats) -> Floats:
        """Phases (n, n_phases) of assets surveyed at an index (n,): see `state_weights`."""
        return state_weights(index, np.array(self.state_index)) @ self._surveyed

    def entered(self, index: Floats) -> Floats:
        """Phases (n, n_phases) of assets that come to an index (n,) just now."""
        out = np.zeros((len(index), len(self.state)))
        out[:, self.entry] = state_weights(index, np.array(self.state_index))
        return out

    def in_states(self, phases: Floats) -> Floats:
        """Share of each state (…, n_states) in shares of phases (…, n_phases)."""
        return np.add.reduceat(phases, self.entry, axis=-1)

    def step(self, phases: Floats, rate: Floats | None = None) -> Floats:
        """Shares of phases (n, n_phases) a year later, which brings `rate` (n,) years of ageing, by default 1.

        Within a year of ageing each chance goes in a straight line.
        """
        if rate is None or (rate == 1.0).all():
            return np.asarray(phases @ self.transition)
        whole = np.floor(rate).astype(np.intp)
        part = (rate - whole)[:, None]
        now, out = phases, np.empty_like(phases)
        for many in range(int(whole.max(initial=0)) + 1):
            after = np.asarray(now @ self.transition)
            here = whole == many
            out[here] = (1 - part[here]) * now[here] + part[here] * after[here]
            now = after
        return out

    @cached_property
    def _mean_path(self) -> tuple[Floats, Floats]:
        """Ages (years) and expected index of an asset that starts as new."""
        phases = np.zeros((1, len(self.state)))
        phases[0, 0] = 1.0
        path = np.empty(_OLDEST + 1)
        for year in range(_OLDEST + 1):
            path[year] = phases[0] @ self.index_of
            phases = self.step(phases)
        return np.arange(_OLDEST + 1.0), path

    def index(self, age: Floats) -> Floats:
        """Expected condition index of an asset that began as new at an age (years), any shape."""
        return np.interp(age, *self._mean_path)

    def age(self, index: Floats) -> Floats:
        """Effective age (years): when an asset that began as new has this expected index, any shape."""
        ages, path = self._mean_path
        return np.interp(-np.asarray(index, dtype=float), -path, ages)

    def failed(
        self, index: Floats, years: Floats, failure: float, pace: Floats, spread: float = 0.0, wander: float = 0.0
    ) -> Floats:
        """Chance that an untreated asset is at or below the failure index (n, k) after some years.

        Parameters
        ----------
        index, years, failure, pace, spread, wander : array (n,), array (k,), float, array (n,), float, float
            As of `Curve.failed`; the chain's own chance is all the spread there is, so the last two play no part.
        """
        bad = np.where(np.array(self.state_index)[self.state] <= failure, 1.0, 0.0)
        top = int(np.ceil(np.max(years, initial=0.0) * np.max(pace, initial=0.0))) + 1
        worth = np.empty((top + 1, len(bad)))
        worth[0] = bad
        for year in range(top):
            worth[year + 1] = self.transition @ worth[year]
        ladder = self.start(index) @ worth.T
        when = np.asarray(years, dtype=float)[None, :] * np.asarray(pace, dtype=float)[:, None]
        whole = np.floor(when).astype(np.intp)
        rows = np.arange(len(ladder))[:, None]
        return ladder[rows, whole] + (when - whole) * (ladder[rows, whole + 1] - ladder[rows, whole])


def read_sojourns(text: str) -> tuple[tuple[float, float], ...]:
    """Weibull shape and scale [years] of each sojourn from a cell: shape:scale joined by |, best state first.

    A ValueError where it is not that, or a number is not above 0.
    """
    try:
        pairs = [tuple(float(part) for part in cell.split(":")) for cell in text.split("|")]
    except ValueError:
        pairs = []
    if not pairs or any(len(pair) != 2 or not all(0 < value < np.inf for value in pair) for pair in pairs):
        raise ValueError(f"sojourns must be shape:scale, both above 0, joined by |, as in 2:12|1.5:9; not {text!r}")
    return tuple((shape, scale) for shape, scale in pairs)
