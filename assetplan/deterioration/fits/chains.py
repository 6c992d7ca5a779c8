"""Markov chains fitted to pairs of inspections by maximum likelihood.

A pair seen in state i and, Δt years later, in state j adds ln P(Δt)_ij, with P(Δt) = exp(QΔt) of a generator Q in
continuous time, or Pᵐ of an annual matrix P over m = Δt whole years; nothing is assumed about when within Δt the
asset fell (Kalbfleisch and Lawless 1985, *The analysis of panel data under a Markov assumption*, JASA 80, 863–871).
Both are sums of powers of one matrix R, with Poisson weights in continuous time (uniformisation), so one reverse pass
through the powers gives the exact gradient for every move at once. In continuous time a pair may go at a pace of its
own that its features set: P(Δt) = exp(Q·exp(βx)·Δt).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints
from assetplan.deterioration.fits.checks import columns_of, require
from assetplan.deterioration.fits.features import LIMIT, features_of, pace_of, refuse_alike
from assetplan.deterioration.fits.maximum import TOLERANCE, Maximum, Prior, maximise
from assetplan.deterioration.fits.series import Pairs, paced, uniformised, whole_years
from assetplan.display import Shown

ChainKind = Literal["continuous", "discrete"]

_NEGLIGIBLE = 1e-9  # what a rate at its lower bound takes off the log-likelihood of all pairs together
_ENOUGH = 50_000  # pairs with features that settle where to begin
_ROUGH = 1e-3  # tolerance at which they have
_SURE = 40.0  # a move whose rate times the shortest interval is this leaves e⁻⁴⁰ for staying
_AT_ONCE = 10.0  # logarithm of a rate [1/year] that leaves a state within the hour: draws in great doubt go beyond


@dataclass(frozen=True, eq=False, repr=False)
class MarkovFit(Shown):
    """A fitted chain that only falls.

    Attributes
    ----------
    transition : array (n_states, n_states)
        Annual transition probabilities; rows sum to one, the last state keeps what it has. With features, of a pair
        whose features are 0.
    generator : array (n_states, n_states) or None
        Rates [1/year] of a continuous chain, rows summing to zero; None of a discrete one.
    log_likelihood : float; at the maximum, over the pairs used
    standard_errors : array (n_states, n_states)
        Of the rates in `generator` where there is one, else of the probabilities in `transition`. 0 where a move is not
        allowed; NaN where its estimate is 0, which has no curvature to take an error from.
    moves : array (k, 2); from and to of each allowed move that some pair may have made
    coefficients, coefficient_errors : array (c,)
        What each feature adds to the logarithm of a pair's pace, and its standard error.
    parameters : array (k + c,)
        Natural logarithm of each move's rate, or of its odds against staying; then `coefficients`.
    covariance : array (k + c, k + c)
        Of `parameters`: the inverse of the observed information; 0 for a move estimated at 0.
    pairs, improved : int
        Pairs used, and pairs left out because the state improved: noise or works, no evidence on decay.
    """

    transition: Floats
    generator: Floats | None
    log_likelihood: float
    standard_errors: Floats
    moves: Ints
    coefficients: Floats
    coefficient_errors: Floats
    parameters: Floats
    covariance: Floats
    pairs: int
    improved: int


def fit_markov(
    start: ArrayLike,
    end: ArrayLike,
    years: ArrayLike,
    n_states: int,
    chain: ChainKind = "continuous",
    max_drop: int | None = None,
    features: ArrayLike | None = None,
) -> MarkovFit:
    """Fit a falling chain to pairs of states.

    Parameters
    ----------
    start, end : array (n,) of int
        State at the two visits [0 best to n_states − 1 worst]. Pairs whose state improved are left out and counted.
    years : array (n,)
        Time between them [years, above 0; whole for a discrete chain]; irregular intervals are allowed. With `start`
        all 0, this is the age at which a state was seen.
    n_states : int; states of the chain [2 or more]
    chain : {"continuous", "discrete"}; a generator in continuous time, or an annual matrix
    max_drop : int, optional; states that one move may drop [1 to n_states − 1]; by default any number
    features : array (n, c), optional
        What sets the pace of each pair, such as standardised covariates of its asset: its time goes exp(βx) times as
        fast. Of a continuous chain only.

    A ValueError where arrays do not fit each other or their ranges; no pair bears on some state; a pair is impossible
    under `max_drop`; features are not numbers, do not vary, or are given for a discrete chain.
    """
    cells = pairs_of(start, end, years, n_states, chain, features)
    refuse_alike(cells.features)
    model = ChainLikelihood.of(cells, n_states, chain, max_drop)
    unseen = [str(i) for i in range(n_states - 1) if not np.any((cells.start <= i) & (cells.end >= i))]
    if unseen:
        raise ValueError(
            f"no pair was in or passed through state {', '.join(unseen)}, so nothing says how it decays; "
            "fit fewer states, or pool with a group that has seen it"
        )
    return model.fit()


def pairs_of(
    start: ArrayLike,
    end: ArrayLike,
    years: ArrayLike,
    n_states: int,
    chain: ChainKind,
    features: ArrayLike | None = None,
) -> Pairs:
    """Check pairs of states and count the distinct ones; see `fit_markov` for what is refused.

    Parameters
    ----------
    start, end, years, n_states, chain, features : as of `fit_markov`
    """
    if chain not in ("continuous", "discrete"):
        raise ValueError(f"chain must be 'continuous' or 'discrete', not {chain!r}")
    first, last, time = columns_of(start=start, end=end, years=years)
    if n_states < 2:
        raise ValueError(f"a chain needs 2 states or more, not {n_states}")
    for name, state in (("start", first), ("end", last)):
        good = (state >= 0) & (state < n_states) & (state == np.floor(state))
        require(name, state, good, f"whole states from 0 to {n_states - 1}")
    whole = chain == "discrete"
    rule = "above 0 and whole for a discrete chain" if whole else "above 0"
    require("years", time, np.isfinite(time) & (time > 0) & (not whole or time == np.floor(time)), rule)
    own = features_of(features, len(first))
    if whole and own.shape[1]:
        raise ValueError("a discrete chain counts whole years, which no pace can stretch: fit a continuous one")
    fallen = last >= first
    if not fallen.any():
        raise ValueError("no pair is left to fit" + (": every state improved" if len(first) else ""))
    improved = int((~fallen).sum())
    one, other = first[fallen].astype(np.intp), last[fallen].astype(np.intp)
    time, own, move = time[fallen], own[fallen], one * n_states + other
    rows, count = _distinct(move, time, *own.T) if own.shape[1] else _distinct(time, move)
    return Pairs(one[rows], other[rows], time[rows], count, improved, own[rows])


def _distinct(*columns: Floats | Ints) -> tuple[Ints, Floats]:
    """Where each distinct row of columns first stands, in their order, and how often it is seen."""
    order = np.lexsort(columns[::-1])
    fresh = np.any([np.diff(column[order], prepend=np.nan) != 0 for column in columns], axis=0)
    return order[fresh], np.diff(np.append(np.flatnonzero(fresh), len(order))).astype(float)


@dataclass(frozen=True, eq=False)
class ChainLikelihood:
    """The likelihood of pairs as a function of the parameters of the moves."""

    pairs: Pairs
    n_states: int
    continuous: bool
    moves: Ints

    @classmethod
    def of(
        cls, pairs: Pairs, n_states: int, chain: ChainKind, max_drop: int | None = None, moves: Ints | None = None
    ) -> ChainLikelihood:
        """State the model.

        Parameters
        ----------
        pairs : Pairs; from `pairs_of`
        n_states, chain, max_drop : as of `fit_markov`
        moves : array (k, 2) of int, optional
            From and to; by default those that pairs may have made, others being 0 at any maximum.
        """
        drop = n_states - 1 if max_drop is None else max_drop
        if not 1 <= drop < n_states:
            raise ValueError(f"max_drop must be 1 to {n_states - 1}, not {max_drop}")
        far = chain == "discrete" and pairs.end - pairs.start > drop * pairs.years
        if np.any(far):
            k = int(np.argmax(far))
            raise ValueError(
                f"a pair falls from state {pairs.start[k]} to {pairs.end[k]} in {pairs.years[k]:g} years, "
                f"more than max_drop = {drop} a year allows"
            )
        if moves is None:
            allowed = [(i, j) for i in range(n_states) for j in range(i + 1, min(i + drop, n_states - 1) + 1)]
            seen = [np.any((pairs.start <= i) & (pairs.end >= j)) for i, j in allowed]
            moves = np.array([m for m, s in zip(allowed, seen, strict=True) if s], dtype=np.intp).reshape(-1, 2)
        return cls(pairs, n_states, chain == "continuous", moves)

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Least and greatest parameters: nearer to 0 or to certainty makes no difference to the likelihood."""
        exposure = float(self.pairs.seen @ self.pairs.years)
        least = float(np.log(_NEGLIGIBLE / exposure))
        most = float(np.log(_SURE / self.pairs.years.min())) if self.continuous else _SURE
        count = (len(self.moves), self.pairs.features.shape[1])
        return np.repeat([least, -LIMIT], count), np.repeat([most, LIMIT], count)

    def crude(self) -> Floats:
        """A start: states lost over time exposed, the same for all, longer drops rarer; features of no effect."""
        lost = float(self.pairs.seen @ (self.pairs.end - self.pairs.start))
        rate = np.log(max(lost, 0.5) / float(self.pairs.seen @ self.pairs.years))
        rates = rate - 1.5 * (np.diff(self.moves, axis=1)[:, 0] - 1)
        return np.clip(np.append(rates, np.zeros(self.pairs.features.shape[1])), *self.bounds)

    def matrix(self, parameters: Floats) -> Floats:
        """Generator, or annual matrix, of the moves' parameters."""
        return _matrix_of(parameters[: len(self.moves)], self.moves, self.n_states, self.continuous)

    def log_likelihood(self, parameters: Floats) -> tuple[float, Floats]:
        """ln L and its gradient (k + c,)."""
        rates, coefficients = np.split(parameters, [len(self.moves)])
        matrix = self.matrix(rates)
        start, end = self.moves.T
        if not self.continuous:
            value, slope = whole_years(self.pairs, matrix)
            mean = (slope * matrix).sum(axis=1)
            return value, matrix[start, end] * (slope[start, end] - mean[start])
        speed = max(-float(matrix.diagonal().min()), 1e-12)
        base = np.eye(self.n_states) + matrix / speed
        if len(coefficients):
            pace = pace_of(self.pairs.features, coefficients)
            value, slope, faster = paced(self.pairs, base, speed, pace)
        else:
            value, slope = uniformised(self.pairs, base, speed)
            faster = np.zeros(len(self.pairs.years))
        by_rates = np.exp(rates) * (slope[start, end] - slope[start, start]) / speed
        return value, np.append(by_rates, self.pairs.features.T @ faster)

    def starts(self) -> list[Floats]:
        """Where to begin: the crude rates, a fifth of them and five times as much.

        Of very many pairs with features, where some of them end from there: each look at all takes a second.
        """
        crude = self.crude()
        rate = np.arange(len(crude)) < len(self.moves)
        starts = [crude, crude - 1.6 * rate, crude + 1.6 * rate]
        step = len(self.pairs.years) // _ENOUGH
        if step < 2 or rate.all():
            return starts
        best = replace(self, pairs=self.pairs.every(step)).best(starts, tolerance=_ROUGH)
        return [np.where(rate, np.maximum(best.parameters, crude - 5.0), best.parameters)]  # none at zero already

    def best(self, starts: list[Floats], prior: Prior | None = None, tolerance: float = TOLERANCE) -> Maximum:
        """The greatest of the maxima that several starts lead to.

        Parameters
        ----------
        starts, prior, tolerance : list of array (k + c,), Prior or None, float; as of `maximise`
        """
        return maximise(self.log_likelihood, starts, self.bounds, prior, tolerance, len(self.moves))

    def fit(self) -> MarkovFit:
        """The maximum of the likelihood, with its errors."""
        best = self.best(self.starts())
        count = len(self.moves)
        parameters, at_zero = np.where(best.at_zero, -np.inf, best.parameters), best.at_zero[:count]
        matrix = self.matrix(parameters)
        start, end = self.moves.T
        rate, own = matrix[start, end], np.arange(self.n_states - 1)
        # What leaves a state is the sum of its moves; of an annual matrix each move takes from the others.
        slopes = np.diag(rate) - (0.0 if self.continuous else np.outer(rate, rate) * (start[:, None] == start))
        spread = slopes @ best.covariance[:count, :count] @ slopes.T
        left = (start == own[:, None]).astype(float)
        errors = np.zeros_like(matrix)
        errors[start, end] = np.where(at_zero, np.nan, spread.diagonal())
        errors[own, own] = (left @ spread @ left.T).diagonal()
        errors = np.sqrt(np.maximum(errors, 0.0))
        transition, generator = (annual(matrix), matrix) if self.continuous else (matrix, None)
        beyond = np.sqrt(best.covariance.diagonal()[count:])
        pairs, improved = int(self.pairs.seen.sum()), self.pairs.improved
        return MarkovFit(
            transition, generator, best.log_likelihood, errors, self.moves,
            parameters[count:], beyond, parameters, best.covariance, pairs, improved,
        )  # fmt: skip


def _matrix_of(parameters: Floats, moves: Ints, n_states: int, continuous: bool) -> Floats:
    """Generator, or annual matrix, whose moves (k, 2) have the parameters (k,); see `annual_of`."""
    start, end = moves.T
    out = np.zeros((n_states, n_states))
    out[start, end] = np.exp(parameters)
    if continuous:
        return out - np.diag(out.sum(axis=1))
    return (out + np.eye(n_states)) / (1.0 + out.sum(axis=1))[:, None]


def annual_of(parameters: Floats, moves: Ints, n_states: int, continuous: bool) -> Floats:
    """Annual transition matrix whose moves (k, 2) have the parameters (k,), however doubtful a draw of them.

    Parameters
    ----------
    parameters : array (k,); natural logarithm of each move's rate [1/year], or of its odds against staying
    moves : array (k, 2) of int; from and to of each move
    n_states : int; states of the chain
    continuous : bool; whether the parameters are of a generator, not of an annual matrix
    """
    matrix = _matrix_of(np.minimum(parameters, _AT_ONCE), moves, n_states, continuous)
    return annual(matrix) if continuous else matrix


def annual(generator: Floats) -> Floats:
    """Annual transition matrix exp(Q) of a generator [1/year], its rows summing to one to the last digit."""
    from scipy.linalg import expm

    matrix = np.clip(expm(generator), 0.0, 1.0)
    return matrix / matrix.sum(axis=1, keepdims=True)
