"""Chains and lives learned from states; see `deterioration.fits.chains` and `deterioration.fits.survival`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assetplan import condition
from assetplan._types import Bools, Floats, Ints
from assetplan.calibration.covariates import Features
from assetplan.calibration.histories import StatePairs, state_pairs
from assetplan.calibration.inspections import Inspections
from assetplan.calibration.model import LEVELS, Expected, counts
from assetplan.calibration.pooling import Estimate
from assetplan.deterioration.fits.chains import ChainKind, ChainLikelihood, annual_of, pairs_of
from assetplan.deterioration.fits.features import pace_of
from assetplan.deterioration.fits.maximum import TOLERANCE, Prior
from assetplan.deterioration.fits.series import Pairs
from assetplan.deterioration.fits.survival import lives_of
from assetplan.deterioration.markov import at_years, expected_passage

_FOREVER = 1000.0  # years after which no chain is still moving


@dataclass(frozen=True, eq=False)
class PairModel:
    """What a chain and a life share: pairs of readings, and what sets the pace between them.

    Attributes
    ----------
    inspections : Inspections; readings
    seen : StatePairs; pairs that bear on decay
    worse : array (n_pairs,) of bool; whether each ended in a worse state than it began in
    features : Features; what sets an asset's pace; none for a discrete chain
    """

    inspections: Inspections
    seen: StatePairs
    worse: Bools
    features: Features

    def _of(self, keep: Bools) -> Bools:
        return keep[self.inspections.asset[self.seen.before]]

    def _kept(self, keep: Bools) -> tuple[Ints, Ints, Floats, Bools, Floats]:
        """Of the pairs of some assets: rows of both readings, years between, whether worse, and features."""
        inside = self._of(keep)
        before = self.seen.before[inside]
        features = self.features.values[self.inspections.asset[before]]
        return before, self.seen.after[inside], self.seen.years[inside], self.worse[inside], features

    def at_bound(self, parameters: Floats) -> list[str]:
        """Covariates that stand at an end of what a fit searches; a rate of 0 is one that no pair shows."""
        return self.features.at_limit(parameters)

    def counted(self, keep: Bools) -> int:
        """Pairs between works that did not improve; of lives, those that began sound."""
        return int(self._of(keep).sum())

    def fell(self, keep: Bools) -> int:
        """Pairs that ended in a worse state, or in failure."""
        return int((self._of(keep) & self.worse).sum())


@dataclass(frozen=True, eq=False)
class StateModel(PairModel):
    """A Markov chain through the states of inspections.

    Attributes
    ----------
    chain, max_drop : as in `fit_markov`
    state : array (n,) of int; state of each reading
    state_index : array (n_states,); condition index of each state
    moves : array (k, 2); moves that all data together give a chance above zero
    start : array (k + c,); parameters of all data together, where a fit begins
    """

    chain: ChainKind
    max_drop: int | None
    state: Ints
    state_index: Floats
    moves: Ints
    start: Floats

    @classmethod
    def of(
        cls, inspections: Inspections, chain: ChainKind, max_drop: int | None, features: Features
    ) -> tuple[StateModel, tuple[str, ...]]:
        """Pairs of states; values, where no states were noted, are sorted into the five bands of the index.

        Parameters
        ----------
        inspections : Inspections; readings
        chain, max_drop : {"continuous", "discrete"}, int or None; as in `fit_markov`
        features : Features; what sets an asset's pace
        """
        if inspections.states:
            state, state_index = inspections.state, np.linspace(100.0, 0.0, len(inspections.states))
        else:
            state = condition.band_codes("index", inspections.index).astype(np.intp)
            state_index = _band_means(state, inspections.index)
        seen = state_pairs(inspections, state)
        features, notes = _learnable(features, inspections, seen.before, chain)
        worse, none = state[seen.after] > state[seen.before], np.zeros((0, 2), dtype=np.intp)
        model = cls(inspections, seen, worse, features, chain, max_drop, state, state_index, none, np.zeros(0))
        if worse.any():
            everyone = np.ones(len(inspections.assets), dtype=bool)
            whole = ChainLikelihood.of(model.pairs(everyone), len(state_index), chain, max_drop)
            best = whole.best(whole.starts())
            moved = ~best.at_zero
            model = replace(model, moves=whole.moves[moved[: len(whole.moves)]], start=best.parameters[moved])
        return model, (*_set_aside(seen), *notes)

    @property
    def names(self) -> tuple[str, ...]:
        """Moves by their states, then covariates."""
        return (*(f"{i} to {j}" for i, j in self.moves), *self.features.names)

    def pairs(self, keep: Bools) -> Pairs:
        """Pairs of some assets; a discrete chain counts whole years."""
        before, after, years, _, features = self._kept(keep)
        if self.chain == "discrete":
            years = np.maximum(np.round(years), 1.0)
        return pairs_of(self.state[before], self.state[after], years, len(self.state_index), self.chain, features)

    def fit(self, keep: Bools, prior: Prior | None, start: Floats | None, tolerance: float = TOLERANCE) -> Estimate:
        """The parameters of some assets.

        Parameters
        ----------
        keep, prior, start, tolerance : array (n_assets,) of bool, Prior or None, array (k,) or None, float
            As of `CurveModel.fit`.
        """
        model = ChainLikelihood.of(self.pairs(keep), len(self.state_index), self.chain, self.max_drop, self.moves)
        best = model.best([self.start if start is None else start], prior, tolerance)
        return Estimate.under(prior, best.parameters, best.covariance)

    def annual(self, parameters: Floats) -> Floats:
        """Annual transition matrix of an asset whose features are 0."""
        rates = parameters[: len(self.moves)]
        return annual_of(rates, self.moves, len(self.state_index), self.chain == "continuous")

    def expected(self, keep: Bools, parameters: Floats) -> Expected:
        """Distribution over states after each interval, in index points."""
        before, after, years, _, features = self._kept(keep)
        pace = pace_of(features, parameters[len(self.moves) :])
        tables = at_years(self.annual(parameters), np.minimum(years * pace, _FOREVER))
        chance = tables[np.arange(len(before)), self.state[before]]
        low, high, claimed = _intervals(chance, self.state_index)
        first, last = self.state_index[self.state[before]], self.state_index[self.state[after]]
        return Expected(after, first, last, years, chance @ self.state_index, low, high, claimed)

    def life(self, parameters: Floats) -> float:
        """Expected years from the best state to the worst; endless if it is never reached."""
        matrix = self.annual(parameters)
        leaves = np.diag(matrix)[:-1] < 1.0
        return float(expected_passage(matrix)[0]) if leaves.all() else np.inf

    def path(self, parameters: Floats, ages: Floats) -> Floats:
        """Expected index of an asset that began in the best state."""
        return np.asarray(at_years(self.annual(parameters), ages)[:, 0] @ self.state_index, dtype=float)

    def row(self, parameters: Floats) -> dict[str, object]:
        """The annual matrix, the index of each state, and what sets an asset's pace."""
        falls = "/".join("|".join(f"{p:.8g}" for p in line) for line in self.annual(parameters))
        states = "|".join(f"{v:.4g}" for v in self.state_index)
        covariates = self.features.text(parameters[len(self.moves) :])
        return {"model": "markov", "family": self.chain, "states": states, "falls": falls, "covariates": covariates}


def _set_aside(seen: StatePairs, lost: int = 0) -> tuple[str, ...]:
    return counts(
        (seen.worked, "pairs straddle known works and are left out."),
        (seen.improved, "pairs improved with no known works, by noise or by works nobody wrote down; left out."),
        (seen.blips, "readings better than those before and after them were taken for noise and left out."),
        (lost, "pairs come after works or an improvement, where age is not known; left out."),
    )


def _learnable(
    features: Features, inspections: Inspections, rows: Ints, chain: ChainKind = "continuous"
) -> tuple[Features, tuple[str, ...]]:
    """Covariates that vary among the assets of some readings; none where a chain counts whole years."""
    if chain == "discrete" and features.names:
        named = ", ".join(dict.fromkeys(name.partition("=")[0] for name in features.names))
        note = "a chain by whole years learns no covariates: {} made no difference; a continuous chain learns them."
        return Features.of(inspections.covariates.iloc[:, :0], len(inspections.assets)), (note.format(named),)
    return features.varying(np.bincount(inspections.asset[rows], minlength=len(inspections.assets)) > 0)


def _band_means(state: Ints, index: Floats) -> Floats:
    """Mean index of what was read in each band; of a band never seen, a fifth of the scale each."""
    n = len(condition.BANDS)
    known = state >= 0
    count = np.bincount(state[known], minlength=n)
    total = np.bincount(state[known], index[known], n)
    return np.where(count > 0, total / np.maximum(count, 1), np.linspace(90.0, 10.0, n))


def _intervals(chance: Floats, state_index: Floats) -> tuple[Floats, Floats, Floats]:
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
class LifeModel(PairModel):
    """A Weibull life from new until an index at which an asset has failed.

    Between two inspections a sound asset fails or does not: each pair counts by itself, given that it was sound, so
    that assets whose record begins late in life do not make lives seem longer than they are.
    """

    @classmethod
    def of(cls, inspections: Inspections, failure: float, features: Features) -> tuple[LifeModel, tuple[str, ...]]:
        """Pairs that began sound, of assets whose age still counts from new.

        Parameters
        ----------
        inspections, features : readings with ages, and what sets an asset's pace
        failure : float; condition index at or below which an asset has failed [0–100]
        """
        index = inspections.index
        if inspections.states:
            index = np.append(np.linspace(100.0, 0.0, len(inspections.states)), np.nan)[inspections.state]
        state = np.where(np.isnan(index) | np.isnan(inspections.age), -1, index <= failure).astype(np.intp)
        seen = state_pairs(inspections, state)
        renewed = np.zeros(len(state), dtype=np.intp)
        renewed[1:] = inspections.worked[1:] | ((state[1:] >= 0) & (state[:-1] > state[1:]) & ~inspections.first[1:])
        total = np.cumsum(renewed)
        as_new = total == total[np.flatnonzero(inspections.first)][np.cumsum(inspections.first) - 1]
        use = (state[seen.before] == 0) & as_new[seen.after]
        lost = int((state[seen.before] == 0).sum() - use.sum())
        features, left_out = _learnable(features, inspections, seen.before[use])
        pairs = seen._replace(before=seen.before[use], after=seen.after[use], years=seen.years[use])
        model = cls(inspections, pairs, state[pairs.after] == 1, features)
        return model, (*_set_aside(seen, lost), *left_out)

    @property
    def names(self) -> tuple[str, ...]:
        """Logarithms of shape and scale, then covariates."""
        return ("shape", "scale", *self.features.names)

    def fit(self, keep: Bools, prior: Prior | None, start: Floats | None, tolerance: float = TOLERANCE) -> Estimate:
        """The parameters of some assets.

        Parameters
        ----------
        keep, prior, start, tolerance : array (n_assets,) of bool, Prior or None, array (k,) or None, float
            As of `CurveModel.fit`; a life has starts of its own and climbs to the end.
        """
        failures = self.fell(keep)
        if prior is None and failures < 2:
            raise ValueError(f"a Weibull life needs two failures or more; {failures} was seen between two inspections")
        before, _, years, failed, features = self._kept(keep)
        began = self.inspections.age[before]
        lives = lives_of(began + years, failed, sound_until=began, entered=began, features=features)
        best = lives.fit(prior)
        return Estimate.under(prior, best.parameters, best.covariance)

    def expected(self, keep: Bools, parameters: Floats) -> Expected:
        """Chance to be sound at the end of each interval, as an index from 0 to 100."""
        before, after, years, failed, features = self._kept(keep)
        shape, usual = np.exp(parameters[:2])
        scale = usual / pace_of(features, parameters[2:])
        began = self.inspections.age[before]
        sound = np.exp((began / scale) ** shape - ((began + years) / scale) ** shape)
        low, high, claimed = _intervals(np.stack([sound, 1 - sound], axis=1), np.array([100.0, 0.0]))
        last = np.where(failed, 0.0, 100.0)
        return Expected(after, np.full(len(last), 100.0), last, years, 100 * sound, low, high, claimed)

    def life(self, parameters: Floats) -> float:
        """Mean life [years]: η·Γ(1 + 1/β)."""
        from scipy.special import gamma

        shape, scale = np.exp(parameters[:2])
        return float(scale * gamma(1 + 1 / shape))

    def path(self, parameters: Floats, ages: Floats) -> Floats:
        """Chance to be sound, as an index."""
        shape, scale = np.exp(parameters[:2])
        return np.asarray(100.0 * np.exp(-((ages / scale) ** shape)), dtype=float)

    def row(self, parameters: Floats) -> dict[str, object]:
        """The survival curve as an index that starts at 100, and what sets an asset's pace."""
        shape, scale = map(float, np.exp(parameters[:2]))
        covariates = self.features.text(parameters[2:])
        return {"model": "survival", "family": "weibull", "c0": 100.0, "k": scale, "b": shape, "covariates": covariates}
