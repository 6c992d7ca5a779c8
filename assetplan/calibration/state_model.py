"""Chains and lives learned from states; see `deterioration.fits.chains` and `deterioration.fits.survival`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assetplan import condition
from assetplan.calibration.histories import StatePairs, state_pairs
from assetplan.calibration.inspections import Inspections
from assetplan.calibration.model import LEVELS, Expected
from assetplan.calibration.pooling import Estimate
from assetplan.deterioration.fits.chains import Chain, ChainModel, Pairs, annual, pairs_of
from assetplan.deterioration.fits.maximum import GAIN, Prior
from assetplan.deterioration.fits.survival import Lives, lives_of
from assetplan.deterioration.markov import at_years, expected_passage

Array = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class StateModel:
    """A Markov chain through the states of inspections.

    Attributes
    ----------
    found : Inspections
        Readings.
    chain, max_drop
        As in `fit_markov`.
    state : array (n,) of int
        State of each reading.
    state_index : array (n_states,)
        Condition index of each state.
    seen : StatePairs
        Pairs that bear on decay.
    moves : array (k, 2)
        Moves that all data together give a chance above nought.
    """

    found: Inspections
    chain: Chain
    max_drop: int | None
    state: Ints
    state_index: Array
    seen: StatePairs
    moves: Ints

    @classmethod
    def of(cls, found: Inspections, chain: Chain, max_drop: int | None) -> tuple[StateModel, tuple[str, ...]]:
        """Pairs of states; values, where no states were noted, are sorted into the five bands of the index."""
        if found.states:
            state, state_index = found.state, np.linspace(100.0, 0.0, len(found.states))
        else:
            state = condition.band_codes("index", found.index).astype(np.intp)
            state_index = _band_means(state, found.index)
        seen = state_pairs(found, state)
        model = cls(found, chain, max_drop, state, state_index, seen, np.zeros((0, 2), dtype=np.intp))
        if len(seen.before):
            everyone = np.ones(len(found.assets), dtype=bool)
            whole = ChainModel.of(model.pairs(everyone), len(state_index), chain, max_drop)
            best = whole.best(whole.starts(), None)
            model = replace(model, moves=whole.moves[~best.at_zero])
        return model, _set_aside(seen)

    @property
    def names(self) -> tuple[str, ...]:
        """Moves by their states."""
        return tuple(f"{i} to {j}" for i, j in self.moves)

    def _of(self, keep: Bools) -> Bools:
        return keep[self.found.asset[self.seen.before]]

    def pairs(self, keep: Bools) -> Pairs:
        """Pairs of some assets; a discrete chain counts whole years."""
        inside = self._of(keep)
        years = self.seen.years[inside]
        if self.chain == "discrete":
            years = np.maximum(np.round(years), 1.0)
        first, last = self.state[self.seen.before[inside]], self.state[self.seen.after[inside]]
        return pairs_of(first, last, years, len(self.state_index), self.chain)

    def counted(self, keep: Bools) -> int:
        """Pairs between works that did not improve."""
        return int(self._of(keep).sum())

    def _fit(self, keep: Bools, start: Array | None, prior: Prior | None, gain: float = GAIN) -> Estimate:
        model = ChainModel.of(self.pairs(keep), len(self.state_index), self.chain, self.max_drop, self.moves)
        best = model.best(model.starts() if start is None else [start], prior, gain)
        return Estimate.under(prior, best.parameters, best.covariance)

    def whole(self, keep: Bools, start: Array | None = None) -> Estimate:
        """All as one group."""
        return self._fit(keep, start, None)

    def part(self, keep: Bools, prior: Prior, start: Array, gain: float) -> Estimate:
        """A group under a prior, to within half a `gain` of log-likelihood."""
        return self._fit(keep, start, prior, gain)

    def annual(self, parameters: Array) -> Array:
        """Annual transition matrix."""
        nobody = Pairs(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0), np.zeros(0), 0)
        matrix = ChainModel(nobody, len(self.state_index), self.chain == "continuous", self.moves).matrix(parameters)
        return annual(matrix) if self.chain == "continuous" else matrix

    def expected(self, keep: Bools, parameters: Array) -> Expected:
        """Distribution over states after each interval, told in index points."""
        inside = self._of(keep)
        before, after, years = self.seen.before[inside], self.seen.after[inside], self.seen.years[inside]
        chance = at_years(self.annual(parameters), years)[np.arange(len(before)), self.state[before]]
        low, high, claimed = _intervals(chance, self.state_index)
        first, last = self.state_index[self.state[before]], self.state_index[self.state[after]]
        return Expected(after, first, last, years, chance @ self.state_index, low, high, claimed)

    def life(self, parameters: Array) -> float:
        """Expected years from the best state to the worst; endless if it is never reached."""
        matrix = self.annual(parameters)
        leaves = np.diag(matrix)[:-1] < 1.0
        return float(expected_passage(matrix)[0]) if leaves.all() else np.inf

    def path(self, parameters: Array, ages: Array) -> Array:
        """Expected index of an asset that began in the best state."""
        return np.asarray(at_years(self.annual(parameters), ages)[:, 0] @ self.state_index, dtype=float)

    def row(self, parameters: Array) -> dict[str, object]:
        """The annual matrix and the index of each state."""
        falls = "/".join("|".join(f"{p:.8g}" for p in line) for line in self.annual(parameters))
        return {"model": "markov", "states": "|".join(f"{v:.4g}" for v in self.state_index), "falls": falls}


def _set_aside(seen: StatePairs) -> tuple[str, ...]:
    notes = [
        (seen.worked, "pairs straddle known works and are left out."),
        (seen.improved, "pairs improved with no known works, by noise or by works nobody wrote down; left out."),
        (seen.blips, "readings better than those before and after them were taken for noise and left out."),
    ]
    return tuple(f"{count:,} {words}" for count, words in notes if count)


def _band_means(state: Ints, index: Array) -> Array:
    """Mean index of what was read in each band; of a band never seen, a fifth of the scale each."""
    n = len(condition.BANDS)
    known = state >= 0
    count = np.bincount(state[known], minlength=n)
    total = np.bincount(state[known], index[known], n)
    return np.where(count > 0, total / np.maximum(count, 1), np.linspace(90.0, 10.0, n))


def _intervals(chance: Array, state_index: Array) -> tuple[Array, Array, Array]:
    """Runs of states that leave out no more than half of what is over in each tail: ends and what they hold."""
    above = np.cumsum(chance, axis=1)
    rows = np.arange(len(chance))
    low, high, claimed = (np.empty((len(LEVELS), len(chance))) for _ in range(3))
    for k, level in enumerate(LEVELS):
        tail = (1 - level) / 2
        best = np.argmax(above > tail, axis=1)
        worst = np.argmax(above >= 1 - tail - 1e-12, axis=1)
        high[k], low[k] = state_index[best], state_index[worst]
        claimed[k] = above[rows, worst] - above[rows, best] + chance[rows, best]
    return low, high, claimed


@dataclass(frozen=True, eq=False)
class LifeModel:
    """A Weibull life from new until an index at which an asset has failed.

    Between two inspections a sound asset fails or does not: each pair counts by itself, given that it was sound, so
    that assets whose record begins late in life do not make lives seem longer than they are.
    """

    found: Inspections
    before: Ints
    after: Ints
    failed: Bools
    years: Array
    names: tuple[str, ...] = ("shape", "scale")

    @classmethod
    def of(cls, found: Inspections, failure: float) -> tuple[LifeModel, tuple[str, ...]]:
        """Pairs that began sound, of assets whose age still counts from new.

        Parameters
        ----------
        found : Inspections
            Readings with ages.
        failure : float
            Condition index at or below which an asset has failed [0–100].
        """
        index = found.index
        if found.states:
            index = np.append(np.linspace(100.0, 0.0, len(found.states)), np.nan)[found.state]
        state = np.where(np.isnan(index) | np.isnan(found.age), -1, index <= failure).astype(np.intp)
        seen = state_pairs(found, state)
        renewed = np.zeros(len(state), dtype=np.intp)
        renewed[1:] = found.worked[1:] | ((state[1:] >= 0) & (state[:-1] > state[1:]) & ~found.first[1:])
        total = np.cumsum(renewed)
        as_new = total == total[np.flatnonzero(found.first)][np.cumsum(found.first) - 1]
        use = (state[seen.before] == 0) & as_new[seen.after]
        before, after = seen.before[use], seen.after[use]
        lost = int((state[seen.before] == 0).sum() - use.sum())
        notes = list(_set_aside(seen))
        if lost:
            notes.append(f"{lost:,} pairs come after works or an improvement, where age is not known; left out.")
        return cls(found, before, after, state[after] == 1, seen.years[use]), tuple(notes)

    def _of(self, keep: Bools) -> Bools:
        return keep[self.found.asset[self.before]]

    def _lives(self, keep: Bools) -> Lives:
        inside = self._of(keep)
        began = self.found.age[self.before[inside]]
        return lives_of(began + self.years[inside], self.failed[inside], sound_until=began, entered=began)

    def counted(self, keep: Bools) -> int:
        """Intervals that began sound."""
        return int(self._of(keep).sum())

    def _fit(self, keep: Bools, prior: Prior | None) -> Estimate:
        fit = self._lives(keep).fit(prior)
        return Estimate.under(prior, fit.parameters, fit.covariance)

    def whole(self, keep: Bools, start: Array | None = None) -> Estimate:
        """All as one group."""
        failures = int(self.failed[self._of(keep)].sum())
        if failures < 2:
            raise ValueError(f"a Weibull life needs two failures or more; {failures} was seen between two inspections")
        return self._fit(keep, None)

    def part(self, keep: Bools, prior: Prior, start: Array, gain: float) -> Estimate:
        """A group under a prior."""
        return self._fit(keep, prior)

    def expected(self, keep: Bools, parameters: Array) -> Expected:
        """Chance to be sound at the end of each interval, as an index from 0 to 100."""
        inside = self._of(keep)
        shape, scale = np.exp(parameters)
        began = self.found.age[self.before[inside]]
        years = self.years[inside]
        sound = np.exp((began / scale) ** shape - ((began + years) / scale) ** shape)
        chance = np.stack([sound, 1 - sound], axis=1)
        low, high, claimed = _intervals(chance, np.array([100.0, 0.0]))
        after = np.where(self.failed[inside], 0.0, 100.0)
        return Expected(self.after[inside], np.full(len(after), 100.0), after, years, 100 * sound, low, high, claimed)

    def life(self, parameters: Array) -> float:
        """Mean life [years]: η·Γ(1 + 1/β)."""
        from scipy.special import gamma

        shape, scale = np.exp(parameters)
        return float(scale * gamma(1 + 1 / shape))

    def path(self, parameters: Array, ages: Array) -> Array:
        """Chance to be sound, as an index."""
        shape, scale = np.exp(parameters)
        return np.asarray(100.0 * np.exp(-((ages / scale) ** shape)), dtype=float)

    def row(self, parameters: Array) -> dict[str, object]:
        """The survival curve as an index that starts at 100."""
        shape, scale = map(float, np.exp(parameters))
        return {"model": "curve", "family": "weibull", "c0": 100.0, "k": scale, "b": shape}
