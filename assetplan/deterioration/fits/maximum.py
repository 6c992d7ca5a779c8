"""Maximum likelihood within bounds by L-BFGS-B, with the errors that the observed information gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.display import Shown

LogLikelihood = Callable[[Floats], tuple[float, Floats]]
T = TypeVar("T")

# Parameters are logarithms, or coefficients of covariates in standard deviations: steps are in their own units.
_STEP = 1e-4  # between exact gradients, for curvature
_SCORE_STEP = 1e-3  # between scores of many assets
_MAX_LEVERAGE = 0.9  # of one asset upon the maximum
_FLAT = 1e-12  # curvature below which a direction of a Newton step is left alone
_IMPOSSIBLE = 1e100  # in place of the infinite loss of parameters that cannot have made the data
TOLERANCE = 2e-8  # of a log-likelihood, twice what is left to climb


@dataclass(frozen=True, eq=False)
class Prior:
    """A normal prior of the parameters: what the parent group suggests. Arrays (k,)."""

    mean: Floats
    variance: Floats

    def log_density(self, parameters: Floats) -> tuple[float, Floats]:
        """Log density, without its constant, and gradient."""
        off = parameters - self.mean
        return float(-0.5 * (off**2 / self.variance).sum()), -off / self.variance


@dataclass(frozen=True, eq=False, repr=False)
class Maximum(Shown):
    """Where a log-likelihood (with its prior, if any) is greatest.

    `log_likelihood` leaves the prior out; `covariance` is the inverse of the observed information, prior included;
    `at_zero` marks parameters at their lower bound, whose rate is zero.
    """

    parameters: Floats
    log_likelihood: float
    covariance: Floats
    at_zero: Bools


def maximise(
    function: LogLikelihood,
    starts: list[Floats],
    bounds: tuple[Floats, Floats],
    prior: Prior | None = None,
    tolerance: float = TOLERANCE,
    n_rates: int = 0,
) -> Maximum:
    """Climb from every start, keep the highest, finish it by a Newton step.

    Parameters
    ----------
    function : callable; parameters (k,) → log-likelihood and exact gradient (k,)
    starts : list of array (k,); where to begin
    bounds : (array (k,), array (k,)); least and greatest parameters
    prior : Prior, optional; added to the value
    tolerance : float; steps end when one gains less than half of this log-likelihood
    n_rates : int; how many of the first parameters are logarithms of rates, which are zero at their lower bound
    """
    low, high = bounds
    posterior = _cached(_with_prior(function, prior))
    everything = np.arange(len(low))

    def climb(start: Floats) -> Floats:
        bend = np.abs(_second(posterior, start, everything).diagonal())
        return _climb(posterior, start, 1 / np.sqrt(np.clip(bend, 1.0, None)), (low, high), tolerance)

    x = max((climb(np.clip(start, low, high)) for start in starts), key=lambda top: posterior(top)[0])
    x, zero = _settle_at_zero(posterior, x, low, n_rates)
    free = np.flatnonzero(~zero)
    x, second = _newton_step(posterior, x, free, (low, high))
    covariance = np.zeros((len(x), len(x)))
    covariance[np.ix_(free, free)] = np.linalg.pinv(-second, hermitian=True)
    return Maximum(x, function(x)[0], covariance, zero)


def _with_prior(function: LogLikelihood, prior: Prior | None) -> LogLikelihood:
    def posterior(x: Floats) -> tuple[float, Floats]:
        (value, slope), (density, pull) = function(x), (0.0, 0.0) if prior is None else prior.log_density(x)
        return value + density, slope + pull

    return posterior


def _cached(function: Callable[[Floats], T]) -> Callable[[Floats], T]:
    """A function that keeps its last answer for those who ask again."""
    last: list[tuple[Floats, T]] = []

    def at(x: Floats) -> T:
        if not last or not np.array_equal(last[0][0], x):
            last[:] = [(x.copy(), function(x))]
        return last[0][1]

    return at


def _climb(
    function: LogLikelihood, start: Floats, scale: Floats, bounds: tuple[Floats, Floats], tolerance: float
) -> Floats:
    """The top that L-BFGS-B comes to from a start, parameters (k,) in units of a scale (k,)."""
    from scipy.optimize import minimize

    low, high = bounds

    def loss(z: Floats) -> tuple[float, Floats]:
        value, slope = function(np.clip(start + z * scale, low, high))
        return (-value, -slope * scale) if np.isfinite(value) else (_IMPOSSIBLE, np.zeros(len(z)))

    options = {"ftol": tolerance / 2 / max(1.0, abs(function(start)[0])), "gtol": 1e-6, "maxcor": 20}
    box = np.stack([low - start, high - start], axis=1) / scale[:, None]
    answer = minimize(loss, np.zeros(len(start)), jac=True, method="L-BFGS-B", bounds=box, options=options)
    return np.clip(start + answer.x * scale, low, high)


def _settle_at_zero(function: LogLikelihood, x: Floats, low: Floats, n_rates: int) -> tuple[Floats, Bools]:
    """Rates that the likelihood would have at zero are put there: their logarithm never gets there by itself."""
    rate = np.arange(len(x)) < n_rates
    zero, (here, slope) = rate & (x <= low), function(x)
    for k in np.flatnonzero(rate & ~zero & (slope <= 1e-4)):
        tried = x.copy()
        tried[k] = low[k]
        if function(tried)[0] >= here - 1e-7:
            x, here, zero[k] = tried, function(tried)[0], True
    return x, zero


def _newton_step(
    function: LogLikelihood, x: Floats, free: Ints, bounds: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """The matrix of second derivatives at the top, and the Newton step that it allows."""
    second = _second(function, x, free)
    here, slope = function(x)
    tried = x.copy()
    tried[free] += np.clip(np.linalg.lstsq(-second, slope[free], rcond=_FLAT)[0], -_STEP, _STEP)
    tried = np.clip(tried, *bounds)
    return (tried if function(tried)[0] >= here else x), second


def _second(function: LogLikelihood, x: Floats, free: Ints) -> Floats:
    """Second derivatives by the free parameters, from differences of exact gradients."""
    out = np.empty((len(free), len(free)))
    for row, k in enumerate(free):
        move = _STEP * (np.arange(len(x)) == k)
        out[row] = (function(x + move)[1] - function(x - move)[1])[free] / (2 * _STEP)
    return 0.5 * (out + out.T)


class AssetScores(NamedTuple):
    """Log-likelihoods of many assets at some parameters.

    `loglik` (n,) and their exact `scores` (n, k); `by_first_step` gives the derivative (c,) of their sum by what was
    estimated beforehand from the same assets, and is held while the parameters are sought.
    """

    loglik: Floats
    scores: Floats
    by_first_step: Callable[[], Floats]


@dataclass(frozen=True, eq=False)
class TwoStepMaximum:
    """Where the sum of many assets' log-likelihoods (with its prior, if any) is greatest.

    `covariance` is the sandwich over assets, which holds though the assets are unlike each other in ways that the model
    leaves out; `information` is the observed information of the likelihood alone. A parameter at its upper bound has
    0 in both; one at its lower bound, a true zero, is in as much doubt as just inside it.
    """

    parameters: Floats
    log_likelihood: float
    covariance: Floats
    information: Floats


def maximise_two_step(
    function: Callable[[Floats], AssetScores],
    influence: Callable[[Floats], Floats],
    start: Floats,
    bounds: tuple[Floats, Floats],
    prior: Prior | None = None,
    tolerance: float = TOLERANCE,
) -> TwoStepMaximum:
    """The maximum of a sum over assets, some of whose terms rest on estimates made beforehand.

    Errors are those of both steps together (Murphy and Topel 1985, *Estimation and inference in two-step econometric
    models*, JBES 3, 370–379), by what each asset adds to either.

    Parameters
    ----------
    function : callable; parameters (k,) → `AssetScores`
    influence : callable
        Derivatives of the sum's gradient by the estimates of the first step (k, c) → what each asset adds to that
        gradient by its part in those estimates (n, k).
    start : array (k,); where to begin
    bounds : (array (k,), array (k,)); least and greatest parameters
    prior : Prior, optional; added to the sum
    tolerance : float
        Steps end when one gains less than half of this log-likelihood; above the default the covariance is the
        inverse of the outer product of scores, and no sandwich.
    """
    at = _cached(function)

    def total(x: Floats) -> tuple[float, Floats]:
        terms = at(x)
        return float(terms.loglik.sum()), terms.scores.sum(axis=0)

    x = np.clip(start, *bounds)
    weight = np.zeros((len(x), len(x))) if prior is None else np.diag(1 / prior.variance)
    size = (at(x).scores ** 2).sum(axis=0) + weight.diagonal()
    scale = 1 / np.sqrt(np.maximum(size, 1.0))
    x = _climb(_with_prior(total, prior), x, scale, bounds, tolerance)
    if tolerance > TOLERANCE:
        terms = at(x)
        information = terms.scores.T @ terms.scores
        inverse = np.asarray(np.linalg.pinv(information + weight, hermitian=True), dtype=float)
        return TwoStepMaximum(x, float(terms.loglik.sum()), inverse, information)
    return _with_sandwich(at, influence, x, bounds, weight)


def _with_sandwich(
    function: Callable[[Floats], AssetScores],
    influence: Callable[[Floats], Floats],
    x: Floats,
    bounds: tuple[Floats, Floats],
    weight: Floats,
) -> TwoStepMaximum:
    low, high = bounds
    free = np.flatnonzero(x < high)
    inside = np.ix_(free, free)
    terms = function(x)
    about = np.maximum(x, low + _SCORE_STEP)
    middle = function(about).scores
    bends, cross = np.empty((len(free), len(x))), []
    for row, k in enumerate(free):
        move = _SCORE_STEP * np.eye(len(x))[k]
        up, down = function(about + move), function(about - move)
        after, before = up.scores - middle, middle - down.scores
        # A kink in the score of an asset lies on one side of it: the lesser of the two differences misses it.
        bends[row] = np.where(np.abs(after) < np.abs(before), after, before).sum(axis=0) / _SCORE_STEP
        cross.append((up.by_first_step() - down.by_first_step()) / (2 * _SCORE_STEP))
    information, covariance = np.zeros((2, len(x), len(x)))
    information[inside] = -0.5 * (bends[:, free] + bends[:, free].T)
    inverse = np.linalg.pinv(information[inside] + weight[inside], hermitian=True)
    added = terms.scores[:, free] + influence(np.array(cross).reshape(len(free), -1))
    # An asset that draws the maximum to itself hides its own error: Kauermann and Carroll 2001, *A note on the
    # efficiency of sandwich covariance matrix estimation*, JASA 96, 1387–1396.
    leverage = ((added @ inverse) * added).sum(axis=1)
    added /= np.sqrt(1 - np.minimum(leverage, _MAX_LEVERAGE))[:, None]
    covariance[inside] = inverse @ (added.T @ added + weight[inside]) @ inverse
    return TwoStepMaximum(x, float(terms.loglik.sum()), covariance, information)
