"""Markov chains fitted to pairs of inspections by maximum likelihood.

A pair found in state i and, Δt years later, in state j counts ln P(Δt)_ij, with P(Δt) = exp(QΔt) of a generator Q in
continuous time, or Pᵐ of an annual matrix P over m = Δt whole years; nothing is assumed about when within Δt the
asset fell (Kalbfleisch and Lawless 1985, *The analysis of panel data under a Markov assumption*, JASA 80, 863–871).
Both are sums of powers of one matrix R, with Poisson weights in continuous time (uniformisation), so one reverse pass
through the powers gives the exact gradient for every move at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assetplan.deterioration.fits.maximum import GAIN, Maximum, Prior, maximise

Array = NDArray[np.float64]
Ints = NDArray[np.intp]
Chain = Literal["continuous", "discrete"]

_NEGLIGIBLE = 1e-9  # what a rate at its lower bound takes off the log-likelihood of all pairs together
_SURE = 40.0  # a move whose rate times the shortest interval is this leaves e⁻⁴⁰ for staying
_TAIL = 1e-18  # the Poisson mass that uniformisation leaves out
_SMALL = 500.0  # a Poisson mean whose e⁻ᵐ is far from the smallest double
_BLOCK = 10_000  # intervals whose Poisson weights are held at once


@dataclass(frozen=True, eq=False)
class MarkovFit:
    """A fitted chain that only falls.

    Attributes
    ----------
    transition : array (n_states, n_states)
        Annual transition probabilities; rows sum to one, the last state keeps what it has.
    generator : array (n_states, n_states) or None
        Rates [1/year] of a continuous chain, rows summing to nought; None of a discrete one.
    log_likelihood : float
        At the maximum, over the pairs used.
    standard_errors : array (n_states, n_states)
        Of the rates in `generator` where there is one, else of the probabilities in `transition`. 0 where a move is not
        allowed; NaN where its estimate is 0, which has no curvature to take an error from.
    moves : array (k, 2)
        From and to of each allowed move that some pair may have made.
    parameters : array (k,)
        Natural logarithm of each move's rate, or of its odds against staying.
    covariance : array (k, k)
        Of `parameters`: the inverse of the observed information; 0 for a move estimated at 0.
    pairs, improved : int
        Pairs used, and pairs left out because the state improved: noise or works, no evidence on decay.
    """

    transition: Array
    generator: Array | None
    log_likelihood: float
    standard_errors: Array
    moves: Ints
    parameters: Array
    covariance: Array
    pairs: int
    improved: int


def fit_markov(
    start: ArrayLike,
    end: ArrayLike,
    years: ArrayLike,
    n_states: int,
    chain: Chain = "continuous",
    max_drop: int | None = None,
) -> MarkovFit:
    """Fit a falling chain to pairs of states.

    Parameters
    ----------
    start, end : array (n,) of int
        State at the two visits [0 best to n_states − 1 worst]. Pairs whose state improved are left out and counted.
    years : array (n,)
        Time between them [years, above 0; whole for a discrete chain]; irregular intervals are allowed. With `start`
        all 0, this is the age at which a state was seen.
    n_states : int
        States of the chain [2 or more].
    chain : {"continuous", "discrete"}
        A generator in continuous time, or an annual matrix.
    max_drop : int, optional
        States that one move may drop [1 to n_states − 1]; by default any number.

    Raises
    ------
    ValueError
        Arrays do not fit each other or their ranges; no pair bears on some state; a pair is impossible under
        `max_drop`.
    """
    cells = pairs_of(start, end, years, n_states, chain)
    model = ChainModel.of(cells, n_states, chain, max_drop)
    unseen = [str(i) for i in range(n_states - 1) if not np.any((cells.start <= i) & (cells.end >= i))]
    if unseen:
        raise ValueError(
            f"no pair was in or passed through state {', '.join(unseen)}, so nothing says how it decays; "
            "fit fewer states, or pool with a group that has seen it"
        )
    return model.fit()


class Pairs(NamedTuple):
    """Distinct pairs in order of their interval: states (n,), years (n,), times seen (n,); improved pairs left out."""

    start: Ints
    end: Ints
    years: Array
    seen: Array
    improved: int


def pairs_of(start: ArrayLike, end: ArrayLike, years: ArrayLike, n_states: int, chain: Chain) -> Pairs:
    """Check pairs of states and count the distinct ones; see `fit_markov` for what is refused."""
    first, last, time = (np.asarray(a, dtype=float).reshape(-1) for a in (start, end, years))
    if chain not in ("continuous", "discrete"):
        raise ValueError(f"chain must be 'continuous' or 'discrete', not {chain!r}")
    if not len(first) == len(last) == len(time):
        raise ValueError(f"start, end and years must be of one length, not {len(first)}, {len(last)} and {len(time)}")
    if n_states < 2:
        raise ValueError(f"a chain needs 2 states or more, not {n_states}")
    for name, state in (("start", first), ("end", last)):
        wrong = ~((state >= 0) & (state < n_states) & (state == np.floor(state)))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(f"{name} must be whole states from 0 to {n_states - 1}; item {row} is {state[row]:g}")
    whole = chain == "discrete"
    wrong = ~(np.isfinite(time) & (time > 0)) | (whole & (time != np.floor(time)))
    if wrong.any():
        row = int(np.argmax(wrong))
        rule = "above 0 and whole for a discrete chain" if whole else "above 0"
        raise ValueError(f"years must be {rule}; item {row} is {time[row]:g}")
    fallen = last >= first
    if not fallen.any():
        raise ValueError("no pair is left to fit" + (": every state improved" if len(first) else ""))
    distinct, which = np.unique(time[fallen], return_inverse=True)
    code = (which * n_states + first[fallen].astype(np.intp)) * n_states + last[fallen].astype(np.intp)
    kept, count = np.unique(code, return_counts=True)
    rest, to = np.divmod(kept, n_states)
    at, origin = np.divmod(rest, n_states)
    return Pairs(origin, to, distinct[at], count.astype(float), int((~fallen).sum()))


@dataclass(frozen=True, eq=False)
class ChainModel:
    """The likelihood of pairs as a function of the parameters of the moves."""

    pairs: Pairs
    n_states: int
    continuous: bool
    moves: Ints

    @classmethod
    def of(
        cls, pairs: Pairs, n_states: int, chain: Chain, max_drop: int | None = None, moves: Ints | None = None
    ) -> ChainModel:
        """State the model; by default with the moves that pairs may have made, others being 0 at any maximum."""
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
    def bounds(self) -> tuple[float, float]:
        """Least and greatest parameter: nearer to 0 or to certainty makes no difference to the likelihood."""
        exposure = float(self.pairs.seen @ self.pairs.years)
        least = float(np.log(_NEGLIGIBLE / exposure))
        return least, float(np.log(_SURE / self.pairs.years.min())) if self.continuous else _SURE

    def crude(self) -> Array:
        """A start: states lost over time exposed, the same for all, longer drops rarer."""
        lost = float(self.pairs.seen @ (self.pairs.end - self.pairs.start))
        rate = np.log(max(lost, 0.5) / float(self.pairs.seen @ self.pairs.years))
        return np.clip(rate - 1.5 * (np.diff(self.moves, axis=1)[:, 0] - 1), *self.bounds)

    def matrix(self, parameters: Array) -> Array:
        """Generator, or annual matrix, of the moves' parameters."""
        rate = np.exp(parameters)
        start, end = self.moves.T
        out = np.zeros((self.n_states, self.n_states))
        out[start, end] = rate
        if self.continuous:
            return out - np.diag(out.sum(axis=1))
        return (out + np.eye(self.n_states)) / (1.0 + out.sum(axis=1))[:, None]

    def log_likelihood(self, parameters: Array) -> tuple[float, Array]:
        """ln L and its gradient (k,)."""
        matrix = self.matrix(parameters)
        if self.continuous:
            speed = max(-float(matrix.diagonal().min()), 1e-12)
            value, slope = _uniformised(self.pairs, np.eye(self.n_states) + matrix / speed, speed)
            slope /= speed
        else:
            value, slope = _powers(self.pairs, matrix)
        start, end = self.moves.T
        if self.continuous:
            return value, np.exp(parameters) * (slope[start, end] - slope[start, start])
        mean = (slope * matrix).sum(axis=1)
        return value, matrix[start, end] * (slope[start, end] - mean[start])

    def starts(self) -> list[Array]:
        """Where to begin: the crude rates, a fifth of them and five times as much."""
        crude = self.crude()
        return [crude, crude - 1.6, crude + 1.6]

    def best(self, starts: list[Array], prior: Prior | None = None, gain: float = GAIN) -> Maximum:
        """The greatest maximum found from several starts."""
        return maximise(self.log_likelihood, starts, self.bounds, prior, gain)

    def fit(self) -> MarkovFit:
        """The maximum of the likelihood, with its errors."""
        best = self.best(self.starts())
        matrix = self.matrix(np.where(best.at_zero, -np.inf, best.parameters))
        errors = np.zeros_like(matrix)
        slopes = self._slopes(best.parameters, matrix)
        spread = np.sqrt(np.maximum(np.einsum("aij,ab,bij->ij", slopes, best.covariance, slopes), 0.0))
        start, end = self.moves.T
        errors[start, end] = np.where(best.at_zero, np.nan, spread[start, end])
        own = np.arange(self.n_states - 1)
        errors[own, own] = spread[own, own]
        return MarkovFit(
            transition=annual(matrix) if self.continuous else matrix,
            generator=matrix if self.continuous else None,
            log_likelihood=best.log_likelihood,
            standard_errors=errors,
            moves=self.moves,
            parameters=np.where(best.at_zero, -np.inf, best.parameters),
            covariance=best.covariance,
            pairs=int(self.pairs.seen.sum()),
            improved=self.pairs.improved,
        )

    def _slopes(self, parameters: Array, matrix: Array) -> Array:
        """Derivative of the matrix by each parameter, (k, n_states, n_states)."""
        out = np.zeros((len(self.moves), self.n_states, self.n_states))
        for k, (i, j) in enumerate(self.moves):
            if self.continuous:
                out[k, i, j], out[k, i, i] = np.exp(parameters[k]), -np.exp(parameters[k])
            else:
                out[k, i] = -matrix[i, j] * matrix[i]
                out[k, i, j] += matrix[i, j]
        return out


def annual(generator: Array) -> Array:
    """Annual transition matrix exp(Q) of a generator [1/year], its rows summing to one to the last digit."""
    from scipy.linalg import expm

    matrix = np.clip(expm(generator), 0.0, 1.0)
    return matrix / matrix.sum(axis=1, keepdims=True)


def _ladder(base: Array, top: int) -> Array:
    """Powers 0 to top of a matrix."""
    powers = np.empty((top + 1, *base.shape))
    powers[0] = np.eye(len(base))
    for k in range(top):
        powers[k + 1] = powers[k] @ base
    return powers


def _descend(base: Array, powers: Array, weights: Array) -> Array:
    """Derivative of Σ_k ⟨weights_k, base^k⟩ by the entries of base, by one pass from the highest power down."""
    slope, carried = np.zeros_like(base), np.zeros_like(base)
    for k in range(len(powers) - 1, 0, -1):
        carried = carried @ base.T + weights[k]
        slope += powers[k - 1].T @ carried
    return slope


def _uniformised(pairs: Pairs, base: Array, speed: float) -> tuple[float, Array]:
    """ln L and its derivative by the entries of `base`, where P(t) = Σ_k Poisson(k; speed·t)·base^k."""
    n = len(base)
    fresh = np.diff(pairs.years, prepend=-1.0) > 0  # pairs lie in order of their intervals
    which, mean = np.cumsum(fresh) - 1, speed * pairs.years[fresh]
    top = _terms(float(mean[-1])) + n
    powers = _ladder(base, top)
    flat = powers.reshape(top + 1, n * n)
    code = pairs.start * n + pairs.end
    value, pulls = 0.0, np.zeros((top + 1, n * n))
    for low in range(0, len(mean), _BLOCK):
        rows = slice(*np.searchsorted(which, [low, low + _BLOCK]))
        weights = _poisson_weights(mean[low : low + _BLOCK], top)
        place = (which[rows] - low) * (n * n) + code[rows]
        p = (weights @ flat).reshape(-1)[place]
        if not (p > 0).all():
            return -np.inf, np.zeros_like(base)
        value += float(pairs.seen[rows] @ np.log(p))
        pull = np.bincount(place, pairs.seen[rows] / p, len(weights) * n * n)
        pulls += weights.T @ pull.reshape(len(weights), n * n)
    return value, _descend(base, powers, pulls.reshape(top + 1, n, n))


def _terms(mean: float) -> int:
    """How many terms leave out a Poisson probability below `_TAIL`."""
    from scipy.special import pdtrc

    top = mean + 4.0
    while pdtrc(top, mean) > _TAIL:
        top += 2.0 + 0.5 * np.sqrt(mean)
    return int(top)


def _poisson_weights(mean: Array, top: int) -> Array:
    """Poisson probabilities of 0 to top, (n, top + 1)."""
    k = np.arange(1.0, top + 1)
    if mean[-1] < _SMALL:
        out = np.empty((len(mean), top + 1))
        out[:, 0] = np.exp(-mean)
        np.divide(mean[:, None], k, out=out[:, 1:])
        return np.multiply.accumulate(out, axis=1, out=out)
    from scipy.special import gammaln

    logs = np.append(0.0, k)[None, :] * np.log(mean)[:, None] - gammaln(np.append(1.0, k + 1))
    return np.exp(logs - mean[:, None])


def _powers(pairs: Pairs, base: Array) -> tuple[float, Array]:
    """ln L and its derivative by the entries of the annual matrix, where P(m) = base^m."""
    steps = pairs.years.astype(np.intp)
    powers = _ladder(base, int(steps.max()))
    p = powers[steps, pairs.start, pairs.end]
    if not (p > 0).all():
        return -np.inf, np.zeros_like(base)
    pulls = np.zeros_like(powers)
    np.add.at(pulls, (steps, pairs.start, pairs.end), pairs.seen / p)
    return float(pairs.seen @ np.log(p)), _descend(base, powers, pulls)
