"""The maximum of a smooth log-likelihood, found from several starts and polished to the last digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from assetplan._types import Bools, Floats, Ints

LogLikelihood = Callable[[Floats], tuple[float, Floats]]

T = TypeVar("T")
Value = Callable[[Floats], float]
Slope = Callable[[Floats], Floats]

# Parameters are logarithms, or coefficients of covariates in standard deviations: steps are in their own units.
_STEP = 1e-4  # between exact gradients, for curvature
_APART = 1e-3  # between gradients of many assets
_DRAWN = 0.9  # of the maximum's freedom that one asset may be thought to take up
_STRIDE = 1.5  # the longest step of a climb
_CLIMBS = 80
_SHORTER = 14
_IDLE = 3  # steps in a row that gained too little, as along a kink
GAIN = 2e-8  # of a log-likelihood, twice what is left to climb


@dataclass(frozen=True, eq=False)
class Prior:
    """A normal prior of the parameters: what the parent group says. Arrays (k,)."""

    mean: Floats
    variance: Floats

    def at(self, parameters: Floats) -> tuple[float, Floats]:
        """Log density, without its constant, and gradient."""
        off = parameters - self.mean
        return float(-0.5 * (off**2 / self.variance).sum()), -off / self.variance


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a log-likelihood (with its prior, if any) is greatest.

    `log_likelihood` leaves the prior out; `covariance` is the inverse of the observed information, prior included;
    `at_zero` marks parameters at their lower bound, whose rate is nought.
    """

    parameters: Floats
    log_likelihood: float
    covariance: Floats
    at_zero: Bools


def maximise(
    function: LogLikelihood,
    starts: list[Floats],
    bounds: tuple[float | Floats, float | Floats],
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

    def total(x: Floats) -> tuple[float, Floats]:
        value, slope = function(x)
        if prior is None:
            return value, slope
        also, pull = prior.at(x)
        return value + also, slope + pull

    at = _last(total)

    def value(x: Floats) -> float:
        return at(x)[0]

    def slope(x: Floats) -> Floats:
        return at(x)[1]

    inside = [np.clip(start, low, high) for start in starts]
    x = max((_ascend(value, slope, begin, _inverse_at(slope, begin), (low, high), gain) for begin in inside), key=value)
    x, zero = _settle(value, slope, x, low, len(x) if rates is None else rates)
    free = np.flatnonzero(~zero)
    x, second = _polish(value, slope, x, free, (low, high))
    covariance = np.zeros((len(x), len(x)))
    covariance[np.ix_(free, free)] = np.linalg.pinv(-second, hermitian=True)
    return Maximum(x, function(x)[0], covariance, zero)


def _last(function: Callable[[Floats], T]) -> Callable[[Floats], T]:
    """A function that keeps its last answer for those who ask again."""
    last: list[tuple[Floats, T]] = []

    def at(x: Floats) -> T:
        if not last or not np.array_equal(last[0][0], x):
            last[:] = [(x.copy(), function(x))]
        return last[0][1]

    return at


def _ascend(
    value: Value,
    slope: Slope,
    x: Floats,
    inverse: Floats,
    bounds: tuple[Any, Any],
    gain: float = GAIN,
) -> Floats:
    """Quasi-Newton steps (Broyden, Fletcher, Goldfarb, Shanno) within bounds, until one more would gain too little."""
    low, high = bounds
    here, steepness, idle = value(x), slope(x), 0
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
        idle = idle + 1 if reached - here < gain / 2 else 0
        after = slope(tried)
        inverse = _updated(inverse, tried - x, steepness - after)
        x, here, steepness = tried, reached, after
        if idle == _IDLE:
            break
    return x


def _inverse_at(slope: Slope, x: Floats) -> Floats:
    """Inverse of the curvature, its directions of ascent made descent."""
    size, axes = np.linalg.eigh(-_second(slope, x, np.arange(len(x))))
    size = np.maximum(np.abs(size), 1e-6 * max(float(np.abs(size).max(initial=0.0)), 1e-6))
    return (axes / size) @ axes.T


def _settle(value: Value, slope: Slope, x: Floats, low: Floats, rates: int) -> tuple[Floats, Bools]:
    """Rates that the likelihood would have at nought are put there: their logarithm never gets there by itself."""
    rate = np.arange(len(x)) < rates
    zero, here = rate & (x <= low), value(x)
    for k in np.flatnonzero(rate & ~zero & (slope(x) <= 1e-4)):
        tried = x.copy()
        tried[k] = low[k]
        if value(tried) >= here - 1e-7:
            x, here, zero[k] = tried, value(tried), True
    return x, zero


def _polish(value: Value, slope: Slope, x: Floats, free: Ints, bounds: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The matrix of second derivatives at the top, and the Newton step that it allows."""
    second = _second(slope, x, free)
    tried = x.copy()
    tried[free] += np.clip(np.linalg.lstsq(-second, slope(x)[free], rcond=1e-12)[0], -_STEP, _STEP)
    tried = np.clip(tried, *bounds)
    return (tried if value(tried) >= value(x) else x), second


def _second(slope: Slope, x: Floats, free: Ints) -> Floats:
    out = np.empty((len(free), len(free)))
    for row, k in enumerate(free):
        up, down = x.copy(), x.copy()
        up[k] += _STEP
        down[k] -= _STEP
        out[row] = (slope(up)[free] - slope(down)[free]) / (2 * _STEP)
    return 0.5 * (out + out.T)


class Terms(NamedTuple):
    """Log-likelihoods of many assets at some parameters.

    `each` (n,) and their exact `scores` (n, k); `pull` gives the derivative (c,) of their sum by what was estimated
    beforehand from the same assets, and is held while the parameters are sought.
    """

    each: Floats
    scores: Floats
    pull: Callable[[], Floats]


@dataclass(frozen=True, eq=False)
class Summit:
    """Where the sum of many assets' log-likelihoods (with its prior, if any) is greatest.

    `covariance` is the sandwich over assets, which holds though the assets are unlike each other in ways that the model
    leaves out; `information` is the observed information of the likelihood alone. A parameter at its upper bound has
    0 in both; one at its lower bound, a true nought, is in as much doubt as just inside it.
    """

    parameters: Floats
    log_likelihood: float
    covariance: Floats
    information: Floats


def climb_many(
    function: Callable[[Floats], Terms],
    carried: Callable[[Floats], Floats],
    start: Floats,
    low: Floats,
    high: Floats,
    prior: Prior | None = None,
    gain: float = GAIN,
) -> Summit:
    """The maximum of a sum over assets, some of whose terms rest on estimates made beforehand.

    Quasi-Newton steps from the outer product of the assets' scores (Berndt, Hall, Hall and Hausman 1974). Errors are
    those of both stages together (Murphy and Topel 1985, *Estimation and inference in two-step econometric models*,
    JBES 3, 370–379), by what each asset adds to either.

    Parameters
    ----------
    function : callable
        Parameters (k,) → `Terms`.
    carried : callable
        Derivatives of the sum's gradient by what was estimated beforehand (k, c) → what each asset adds to that
        gradient by its part in those estimates (n, k).
    start, low, high : array (k,)
        Where to begin, and bounds.
    prior : Prior, optional
        Added to the sum.
    gain : float
        Steps end when one more would gain less than half of this.
    """

    at = _last(function)

    def value(x: Floats) -> float:
        return float(at(x).each.sum()) + (0.0 if prior is None else prior.at(x)[0])

    def slope(x: Floats) -> Floats:
        return at(x).scores.sum(axis=0) + (0.0 if prior is None else prior.at(x)[1])

    x = np.clip(start, low, high)
    pull = np.zeros((len(x), len(x))) if prior is None else np.diag(1 / prior.variance)
    scores = at(x).scores
    inverse = np.asarray(np.linalg.pinv(scores.T @ scores + pull, hermitian=True), dtype=float)
    x = _ascend(value, slope, x, inverse, (low, high), gain)
    terms = at(x)
    if gain > GAIN:
        information = terms.scores.T @ terms.scores
        inverse = np.asarray(np.linalg.pinv(information + pull, hermitian=True), dtype=float)
        return Summit(x, float(terms.each.sum()), inverse, information)
    return _summit(at, carried, x, low, high, pull)


def _updated(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """BFGS correction of the inverse of the information; left as it is where the step saw no curvature."""
    bend = float(step @ change)
    if bend <= 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    left = np.eye(len(step)) - np.outer(step, change) / bend
    return left @ inverse @ left.T + np.outer(step, step) / bend


def _summit(
    function: Callable[[Floats], Terms],
    carried: Callable[[Floats], Floats],
    x: Floats,
    low: Floats,
    high: Floats,
    pull: Floats,
) -> Summit:
    free = np.flatnonzero(x < high)
    inside = np.ix_(free, free)
    terms = function(x)
    about = np.maximum(x, low + _APART)
    middle = function(about).scores
    bends, cross = np.empty((len(free), len(x))), []
    for row, k in enumerate(free):
        move = _APART * np.eye(len(x))[k]
        up, down = function(about + move), function(about - move)
        after, before = up.scores - middle, middle - down.scores
        # A kink in the score of an asset lies on one side of it: the lesser of the two differences misses it.
        bends[row] = np.where(np.abs(after) < np.abs(before), after, before).sum(axis=0) / _APART
        cross.append((up.pull() - down.pull()) / (2 * _APART))
    information, covariance = np.zeros((2, len(x), len(x)))
    information[inside] = -0.5 * (bends[:, free] + bends[:, free].T)
    inverse = np.linalg.pinv(information[inside] + pull[inside], hermitian=True)
    added = terms.scores[:, free] + carried(np.array(cross).reshape(len(free), -1))
    # An asset that draws the maximum to itself hides its own error: Kauermann and Carroll 2001, *A note on the
    # efficiency of sandwich covariance matrix estimation*, JASA 96, 1387–1396.
    drawn = ((added @ inverse) * added).sum(axis=1)
    added /= np.sqrt(1 - np.minimum(drawn, _DRAWN))[:, None]
    covariance[inside] = inverse @ (added.T @ added + pull[inside]) @ inverse
    return Summit(x, float(terms.each.sum()), covariance, information)
