"""Weibull survival fitted to ages at failure by maximum likelihood, with censoring and late entry.

S(t) = exp(−(t/η)^β). A failure at a known age adds ln f(t); one noticed by an inspection adds ln[S(l) − S(t)], l the
age at the last inspection that passed; an asset still in use adds ln S(t); one whose record begins at age e is known to
have lived until then: all is divided by S(e) (Meeker and Escobar 1998, *Statistical methods for reliability data*,
chapters 8 and 11). Features may set the pace exp(βx) at which an asset ages: η is then shorter by as much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assetplan._types import Bools, Floats
from assetplan.deterioration.fits.checks import columns_of, require
from assetplan.deterioration.fits.features import LIMIT, features_of, pace_of, refuse_alike
from assetplan.deterioration.fits.maximum import Prior, maximise
from assetplan.display import Shown

_BOUNDS = (-12.0, 12.0)  # of the logarithms of shape and scale
_STEEPEST = 150.0  # a shape beyond this means that all fail at one age


@dataclass(frozen=True, eq=False, repr=False)
class WeibullFit(Shown):
    """A fitted Weibull life.

    Attributes
    ----------
    shape : float; β: above 1, older assets fail more often
    scale : float; η [years]: the age that 36.8 % survive; with features, of those whose features are 0
    log_likelihood : float; at the maximum
    standard_errors : array (2,); of shape and scale [years]
    coefficients, coefficient_errors : array (c,)
        What each feature adds to the logarithm of an asset's pace, and its standard error.
    parameters, covariance : array (2 + c,), array (2 + c, 2 + c)
        Logarithms of shape and scale, then `coefficients`, and the inverse of their observed information.
    durations, failures : int; how many were used, and how many of them failed
    """

    shape: float
    scale: float
    log_likelihood: float
    standard_errors: Floats
    coefficients: Floats
    coefficient_errors: Floats
    parameters: Floats
    covariance: Floats
    durations: int
    failures: int


@dataclass(frozen=True, eq=False, repr=False)
class Lives(Shown):
    """Checked durations; see `fit_weibull`. Arrays (n,), features (n, c)."""

    duration: Floats
    failed: Bools
    sound_until: Floats
    entered: Floats
    features: Floats

    def log_likelihood(self, parameters: Floats) -> tuple[float, Floats]:
        """ln L and its gradient by ln β, ln η and the coefficients of features."""
        shape, usual = np.exp(parameters[:2])
        if shape > _STEEPEST:  # beyond what doubles can tell
            return -np.inf, np.zeros(len(parameters))
        scale = usual / pace_of(self.features, parameters[2:])
        held = np.where(self.failed & (self.sound_until < self.duration), self.sound_until, self.duration)
        ended, by_ended = _hazard(self.duration, shape, scale)
        reached, by_reached = _hazard(held, shape, scale)
        before, by_before = _hazard(self.entered, shape, scale)
        value = before - reached
        slope = by_before - by_reached
        exact = self.failed & (self.sound_until >= self.duration)
        if exact.any():
            logs = np.log(self.duration[exact] / scale[exact])
            value[exact] += np.log(shape / scale[exact]) + (shape - 1) * logs
            slope[:, exact] += np.stack([1 + shape * logs, np.full_like(logs, -shape)])
        between = self.failed & ~exact
        if between.any():
            gap = (ended - reached)[between]
            with np.errstate(divide="ignore"):
                value[between] += np.log(-np.expm1(-gap))
            rise = np.maximum(np.expm1(np.minimum(gap, 700.0)), 1e-300)
            slope[:, between] += (by_ended - by_reached)[:, between] / rise
        if not np.isfinite(value).all():
            return -np.inf, np.zeros(len(parameters))
        return float(value.sum()), np.append(slope.sum(axis=1), -(slope[1] @ self.features))

    def fit(self, prior: Prior | None = None) -> WeibullFit:
        """The maximum, with its errors."""
        extra = self.features.shape[1]
        starts = [np.append(np.log([b, 1.5 * np.median(self.duration)]), np.zeros(extra)) for b in (1.0, 3.0)]
        low, high = (np.repeat([end, np.sign(end) * LIMIT], [2, extra]) for end in _BOUNDS)
        best = maximise(self.log_likelihood, starts, (low, high), prior)
        shape, scale = np.exp(best.parameters[:2])
        errors = np.sqrt(best.covariance.diagonal())
        if shape > 0.99 * _STEEPEST:
            raise ValueError("the failures all lie at one age, so the shape has no estimate")
        own, count = np.array([shape, scale]) * errors[:2], (len(self.duration), int(self.failed.sum()))
        coefficients = best.parameters[2:], errors[2:]
        return WeibullFit(
            float(shape),
            float(scale),
            best.log_likelihood,
            own,
            *coefficients,
            best.parameters,
            best.covariance,
            *count,
        )


def _hazard(age: Floats, shape: float, scale: Floats) -> tuple[Floats, Floats]:
    """Cumulative hazard (n,) and its derivative by both parameters (2, n)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = np.log(age / scale)
        total = np.exp(shape * logs)
        by_shape = np.where(age > 0, total * shape * logs, 0.0)
    return total, np.stack([by_shape, -shape * total])


def fit_weibull(
    duration: ArrayLike,
    failed: ArrayLike,
    *,
    sound_until: ArrayLike | None = None,
    entered: ArrayLike | None = None,
    features: ArrayLike | None = None,
) -> WeibullFit:
    """Fit a Weibull life to durations, failed or still going.

    Parameters
    ----------
    duration : array (n,); age at failure, or age now of an asset that has not failed [years, above 0]
    failed : array (n,) of bool; whether it failed; the others are censored
    sound_until : array (n,), optional
        Age at the last inspection at which a failed asset was sound [years, 0 to its duration]: it failed somewhere
        between. By default, and where equal to the duration, the age at failure is exact.
    entered : array (n,), optional
        Age at which the record of an asset begins [years, 0 to below its duration]; 0 by default.
    features : array (n, c), optional
        What sets the pace of each asset, such as standardised covariates: it ages exp(βx) times as fast.

    A ValueError where arrays do not fit each other or their ranges; fewer than two failures, or all at one age;
    features are not numbers or do not vary.
    """
    lives = lives_of(duration, failed, sound_until=sound_until, entered=entered, features=features)
    refuse_alike(lives.features)
    count = int(lives.failed.sum())
    if count < 2:
        raise ValueError(f"a shape needs two failures or more; {count} of {len(lives.duration)} failed")
    exact = lives.failed & (lives.sound_until >= lives.duration)
    if exact.all() and np.ptp(lives.duration) == 0:
        raise ValueError("the failures all lie at one age, so the shape has no estimate")
    return lives.fit()


def lives_of(
    duration: ArrayLike,
    failed: ArrayLike,
    *,
    sound_until: ArrayLike | None = None,
    entered: ArrayLike | None = None,
    features: ArrayLike | None = None,
) -> Lives:
    """Check durations; see `fit_weibull` for what is refused.

    Parameters
    ----------
    duration, failed, sound_until, entered, features : as of `fit_weibull`
    """
    held = duration if sound_until is None else sound_until
    began = np.zeros(np.size(duration)) if entered is None else entered
    ended, event, held, began = columns_of(duration=duration, failed=failed, sound_until=held, entered=began)
    if not np.isin(event, (0, 1)).all():
        raise ValueError("failed must be true or false")
    if not len(ended):
        raise ValueError("there are no durations")
    require("duration", ended, np.isfinite(ended) & (ended > 0), "above 0 [years]")
    require("sound_until", held, (held >= 0) & (held <= ended), "from 0 to the duration [years]")
    require("entered", began, (began >= 0) & (began < ended), "from 0 to below the duration [years]")
    return Lives(ended, event.astype(bool), held, began, features_of(features, len(ended)))
