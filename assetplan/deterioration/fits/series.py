"""Likelihood of pairs of states as sums of powers of one matrix, with exact gradients; see `fits.chains`.

An annual matrix has P(m) = Rᵐ. A generator Q has P(t) = Σ_k Poisson(k; qt)·Rᵏ with R = I + Q/q and q its greatest rate
(uniformisation). One reverse pass through the powers gives the derivative by every entry of R at once.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.deterioration.markov import powers

_LEAST = 1e-290  # probability whose reciprocal is still a number
_TAIL = 1e-18  # the Poisson mass that uniformisation leaves out
_SMALL = 500.0  # a Poisson mean whose e⁻ᵐ is far from the smallest double
_BLOCK = 10_000  # intervals whose Poisson weights are held at once
_ROOM = 200_000  # Poisson weights held at once where each pair has a pace of its own
_FARTHEST = 20_000.0  # a Poisson mean that no climb need go beyond: its terms are too many


class Pairs(NamedTuple):
    """Distinct pairs: states (n,), years (n,), times seen (n,), features (n, k); improved pairs left out and counted.

    They lie in order of their interval, or, if they have features, of their states.
    """

    start: Ints
    end: Ints
    years: Floats
    seen: Floats
    improved: int
    features: Floats

    def every(self, step: int) -> Pairs:
        """Some of them, evenly."""
        start, end, years, seen, improved, features = self
        return Pairs(start[::step], end[::step], years[::step], seen[::step], improved, features[::step])


def _descend(base: Floats, ladder: Floats, weights: Floats) -> Floats:
    """Derivative of Σ_k ⟨weights_k, base^k⟩ by the entries of base, by one pass from the highest power down."""
    slope, carried = np.zeros_like(base), np.zeros_like(base)
    for k in range(len(ladder) - 1, 0, -1):
        carried = carried @ base.T + weights[k]
        slope += ladder[k - 1].T @ carried
    return slope


def uniformised(pairs: Pairs, base: Floats, speed: float) -> tuple[float, Floats]:
    """ln L and its derivative by the entries of `base`, where P(t) = Σ_k Poisson(k; speed·t)·base^k.

    Parameters
    ----------
    pairs : Pairs; distinct pairs, in order of their intervals
    base : array (n_states, n_states); R = I + Q/speed
    speed : float; greatest rate of the generator [1/year]
    """
    n = len(base)
    fresh = np.diff(pairs.years, prepend=-1.0) > 0  # pairs lie in order of their intervals
    which, mean = np.cumsum(fresh) - 1, speed * pairs.years[fresh]
    top = _terms(float(mean[-1])) + n
    ladder = powers(base, top)
    flat = ladder.reshape(top + 1, n * n)
    code = pairs.start * n + pairs.end
    value, pulls = 0.0, np.zeros((top + 1, n * n))
    for low in range(0, len(mean), _BLOCK):
        rows = slice(*np.searchsorted(which, [low, low + _BLOCK]))
        weights = _poisson_weights(mean[low : low + _BLOCK], top)
        place = (which[rows] - low) * (n * n) + code[rows]
        p = (weights @ flat).reshape(-1)[place]
        if not (p > _LEAST).all():
            return -np.inf, np.zeros_like(base)
        value += float(pairs.seen[rows] @ np.log(p))
        pull = np.bincount(place, pairs.seen[rows] / p, len(weights) * n * n)
        pulls += weights.T @ pull.reshape(len(weights), n * n)
    return value, _descend(base, ladder, pulls.reshape(top + 1, n, n))


def paced(pairs: Pairs, base: Floats, speed: float, pace: Floats) -> tuple[float, Floats, Floats]:
    """As `uniformised`, each pair's time going at its own pace (n,), and the derivative by each logarithm of pace (n,).

    Hardly two intervals are alike, so each pair sums only the entry of the one move that it made.

    Parameters
    ----------
    pairs : Pairs; distinct pairs, in order of their states
    base : array (n_states, n_states); R = I + Q/speed
    speed : float; greatest rate of the generator [1/year]
    pace : array (n,); how many times as fast the time of each pair goes
    """
    n = len(base)
    mean = speed * pairs.years * pace
    value, faster = 0.0, np.empty(len(mean))
    if not mean.max() <= _FARTHEST:
        return -np.inf, np.zeros_like(base), np.zeros(len(mean))
    top = _terms(float(mean.max())) + n
    ladder = powers(base, top)
    rises = ladder @ (base - np.eye(n))
    pulls = np.zeros_like(ladder)
    moves = np.flatnonzero(np.diff(pairs.start * n + pairs.end, prepend=-1, append=n * n))
    size = max(1, _ROOM // top)
    for first, last in pairwise(moves):
        i, j = pairs.start[first], pairs.end[first]
        columns = np.stack([ladder[:, i, j], rises[:, i, j]], axis=1)
        order = first + np.argsort(mean[first:last])
        for rows in (order[low : low + size] for low in range(0, len(order), size)):
            terms = min(_terms(float(mean[rows[-1]])) + n, top)
            weights = _poisson_weights(mean[rows], terms)
            p, rise = (weights @ columns[: terms + 1]).T
            if not (p > _LEAST).all():
                return -np.inf, np.zeros_like(base), np.zeros(len(mean))
            value += float(pairs.seen[rows] @ np.log(p))
            pull = pairs.seen[rows] / p
            pulls[: terms + 1, i, j] += pull @ weights
            faster[rows] = pull * rise * mean[rows]
    return value, _descend(base, ladder, pulls), faster


def _terms(mean: float) -> int:
    """How many terms leave out a Poisson probability below `_TAIL`."""
    from scipy.special import pdtrc

    top = mean + 4.0
    while pdtrc(top, mean) > _TAIL:
        top += 2.0 + 0.5 * np.sqrt(mean)
    return int(top)


def _poisson_weights(mean: Floats, top: int) -> Floats:
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


def whole_years(pairs: Pairs, base: Floats) -> tuple[float, Floats]:
    """ln L and its derivative by the entries of the annual matrix, where P(m) = base^m."""
    steps = pairs.years.astype(np.intp)
    ladder = powers(base, int(steps.max()))
    p = ladder[steps, pairs.start, pairs.end]
    if not (p > _LEAST).all():
        return -np.inf, np.zeros_like(base)
    pulls = np.zeros_like(ladder)
    np.add.at(pulls, (steps, pairs.start, pairs.end), pairs.seen / p)
    return float(pairs.seen @ np.log(p)), _descend(base, ladder, pulls)
