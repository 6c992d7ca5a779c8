"""The maximum of a smooth log-likelihood, found from several starts and polished to the last digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
LogLikelihood = Callable[[Array], tuple[float, Array]]

Value = Callable[[Array], float]
Slope = Callable[[Array], Array]

# Parameters are logarithms, or coefficients of covariates in standard deviations: steps are in their own units.
_STEP = 1e-4  # between exact gradients, for curvature
_APART = 1e-3  # between values, for gradients
_STRIDE = 1.5  # the longest step of a climb
_CLIMBS = 80
_SHORTER = 14
GAIN = 2e-8  # of a log-likelihood, twice what is left to climb


@dataclass(frozen=True, eq=False)
class Prior:
    """A normal prior of the parameters: what the parent group says. Arrays (k,)."""

    mean: Array
    variance: Array

    def at(self, parameters: Array) -> tuple[float, Array]:
        """Log density, without its constant, and gradient."""
        off = parameters - self.mean
        return float(-0.5 * (off**2 / self.variance).sum()), -off / self.variance


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a log-likelihood (with its prior, if any) is greatest.

    `log_likelihood` leaves the prior out; `covariance` is the inverse of the observed information, prior included;
    `at_zero` marks parameters at their lower bound, whose rate is nought.
    """

    parameters: Array
    log_likelihood: float
    covariance: Array
    at_zero: Bools


def maximise(
    function: LogLikelihood,
    starts: list[Array],
    bounds: tuple[float | Array, float | Array],
    prior: Prior | None = None,
    gain: float = GAIN,
    rates: int | None = None,
) -> Maximum:
    """Climb from every start, keep the highest, finish it by a Newton step.

    Parameters
    ----------
    function : callable
        Parameters (k,) → value and exact gradient.
    starts : list of array (k,)
        Where to begin.
    bounds : (low, high)
        Of every parameter, or arrays (k,) of each.
    prior : Prior, optional
        Added to the value.
    gain : float
        Steps end when one more would gain less than half of this.
    rates : int, optional
        How many of the first parameters are logarithms of rates, which count as nought at their lower bound; by default
        all.
    """
    low, high = (np.broadcast_to(np.asarray(bound, dtype=float), len(starts[0])) for bound in bounds)

    def total(x: Array) -> tuple[float, Array]:
        value, slope = function(x)
        if prior is None:
            return value, slope
        also, pull = prior.at(x)
        return value + also, slope + pull

    value, slope = _parted(total)
    inside = [np.clip(start, low, high) for start in starts]
    x = max((_ascend(value, slope, begin, _inverse_at(slope, begin), (low, high), gain) for begin in inside), key=value)
    x, zero = _settle(value, slope, x, low, len(x) if rates is None else rates)
    free = np.flatnonzero(~zero)
    x, second = _polish(value, slope, x, free, (low, high))
    covariance = np.zeros((len(x), len(x)))
    covariance[np.ix_(free, free)] = np.linalg.pinv(-second, hermitian=True)
    return Maximum(x, function(x)[0], covariance, zero)


def _parted(both: LogLikelihood) -> tuple[Value, Slope]:
    """Value and gradient of a function that gives both at once, as two that share the last answer."""
    last: list[tuple[Array, float, Array]] = []

    def at(x: Array) -> tuple[Array, float, Array]:
        if not last or not np.array_equal(last[0][0], x):
            last[:] = [(x.copy(), *both(x))]
        return last[0]

    return lambda x: at(x)[1], lambda x: at(x)[2]


def _ascend(
    value: Value,
    slope: Slope,
    x: Array,
    inverse: Array,
    bounds: tuple[Any, Any],
    gain: float = GAIN,
    steepness: Array | None = None,
) -> Array:
    """Quasi-Newton steps (Broyden, Fletcher, Goldfarb, Shanno) within bounds, until one more would gain too little."""
    low, high = bounds
    here = value(x)
    steepness = slope(x) if steepness is None else steepness
    for _ in range(_CLIMBS):
        free = ~(((x <= low) & (steepness < 0)) | ((x >= high) & (steepness > 0)))
        step = np.where(free, inverse @ np.where(free, steepness, 0.0), 0.0)
        if not steepness @ step > gain:
            break
        step *= min(1.0, _STRIDE / np.abs(step).max())
        for _ in range(_SHORTER):
            tried = np.clip(x + step, low, high)
            reached = value(tried)
            if reached > here:
                break
            step = step / 4
        else:
            break
        after = slope(tried)
        inverse = _updated(inverse, tried - x, steepness - after)
        x, here, steepness = tried, reached, after
    return x


def _inverse_at(slope: Slope, x: Array) -> Array:
    """Inverse of the curvature, its directions of ascent made descent."""
    size, axes = np.linalg.eigh(-_second(slope, x, np.arange(len(x))))
    size = np.maximum(np.abs(size), 1e-6 * max(float(np.abs(size).max(initial=0.0)), 1e-6))
    return (axes / size) @ axes.T


def _settle(value: Value, slope: Slope, x: Array, low: Array, rates: int) -> tuple[Array, Bools]:
    """Rates that the likelihood would have at nought are put there: their logarithm never gets there by itself."""
    rate = np.arange(len(x)) < rates
    zero, here = rate & (x <= low), value(x)
    for k in np.flatnonzero(rate & ~zero & (slope(x) <= 1e-4)):
        tried = x.copy()
        tried[k] = low[k]
        if value(tried) >= here - 1e-7:
            x, here, zero[k] = tried, value(tried), True
    return x, zero


def _polish(
    value: Value, slope: Slope, x: Array, free: NDArray[np.intp], bounds: tuple[Array, Array]
) -> tuple[Array, Array]:
    """The matrix of second derivatives at the top, and the Newton step that it allows."""
    second = _second(slope, x, free)
    tried = x.copy()
    tried[free] += np.clip(np.linalg.lstsq(-second, slope(x)[free], rcond=1e-12)[0], -_STEP, _STEP)
    tried = np.clip(tried, *bounds)
    return (tried if value(tried) >= value(x) else x), second


def _second(slope: Slope, x: Array, free: NDArray[np.intp]) -> Array:
    out = np.empty((len(free), len(free)))
    for row, k in enumerate(free):
        up, down = x.copy(), x.copy()
        up[k] += _STEP
        down[k] -= _STEP
        out[row] = (slope(up)[free] - slope(down)[free]) / (2 * _STEP)
    return 0.5 * (out + out.T)


@dataclass(frozen=True, eq=False)
class Summit:
    """Where the sum of many assets' log-likelihoods (with its prior, if any) is greatest.

    `covariance` is the sandwich over assets, which holds though the assets are unlike each other in ways that the model
    leaves out; `information` is the observed information of the likelihood alone. A parameter at a bound has 0 in both.
    """

    parameters: Array
    log_likelihood: float
    covariance: Array
    information: Array


def climb_many(
    function: Callable[[Array], Array],
    start: Array,
    low: Array,
    high: Array,
    prior: Prior | None = None,
    gain: float = GAIN,
) -> Summit:
    """The maximum of a sum over assets whose terms are known only by value.

    Quasi-Newton steps from the outer product of the assets' scores (Berndt, Hall, Hall and Hausman 1974).

    Parameters
    ----------
    function : callable
        Sets of parameters (m, k) → log-likelihood of each asset under each (m, n).
    start, low, high : array (k,)
        Where to begin, and bounds.
    prior : Prior, optional
        Added to the sum.
    gain : float
        Steps end when one more would gain less than half of this.
    """

    def total(x: Array) -> float:
        value = float(function(x[None]).sum())
        return value if prior is None else value + prior.at(x)[0]

    def slope(x: Array) -> Array:
        return _slope(_scores(function, x), x, prior)

    x = np.clip(start, low, high)
    scores = _scores(function, x)
    inverse = np.asarray(np.linalg.pinv(_outer(scores, prior), hermitian=True), dtype=float)
    x = _ascend(total, slope, x, inverse, (low, high), gain, _slope(scores, x, prior))
    return _summit(function, x, (x > low) & (x < high), prior)


def _scores(function: Callable[[Array], Array], x: Array) -> Array:
    moves = _APART * np.eye(len(x))
    values = function(np.concatenate([x + moves, x - moves]))
    return ((values[: len(x)] - values[len(x) :]) / (2 * _APART)).T


def _slope(scores: Array, x: Array, prior: Prior | None) -> Array:
    return scores.sum(axis=0) if prior is None else scores.sum(axis=0) + prior.at(x)[1]


def _outer(scores: Array, prior: Prior | None) -> Array:
    return scores.T @ scores if prior is None else scores.T @ scores + np.diag(1 / prior.variance)


def _updated(inverse: Array, step: Array, change: Array) -> Array:
    """BFGS correction of the inverse of the information; left as it is where the step saw no curvature."""
    bend = float(step @ change)
    if bend <= 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    left = np.eye(len(step)) - np.outer(step, change) / bend
    return left @ inverse @ left.T + np.outer(step, step) / bend


def _summit(function: Callable[[Array], Array], x: Array, free: Bools, prior: Prior | None) -> Summit:
    scores = _scores(function, x)
    information = np.zeros((len(x), len(x)))
    where = np.flatnonzero(free)
    h = 5 * _APART
    axes = h * np.eye(len(x))[where]
    pairs = [(a, b) for a in range(len(where)) for b in range(a)]
    both = [axes[a] + axes[b] for a, b in pairs]
    moves = np.array([np.zeros_like(x), *axes, *-axes, *both, *(-move for move in both)])
    middle, *around = function(x + moves).sum(axis=1)
    up, down, above, below = np.split(np.array(around), np.cumsum([len(where), len(where), len(pairs)]))
    along = up + down - 2 * middle
    for a, k in enumerate(where):
        information[k, k] = -along[a] / h**2
    for (a, b), upper, lower in zip(pairs, above, below, strict=True):
        cross = (upper + lower - 2 * middle - along[a] - along[b]) / (2 * h**2)
        information[where[a], where[b]] = information[where[b], where[a]] = -cross
    inside = np.ix_(where, where)
    bread = information[inside] if prior is None else information[inside] + np.diag(1 / prior.variance[where])
    covariance = np.zeros_like(information)
    inverse = np.linalg.pinv(bread, hermitian=True)
    covariance[inside] = inverse @ _outer(scores[:, where], None) @ inverse
    if prior is not None:
        covariance[inside] += inverse @ np.diag(1 / prior.variance[where]) @ inverse
    return Summit(x, float(middle), covariance, information)
