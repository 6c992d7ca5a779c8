"""The filter of `paths`, with exact derivatives of each path's log-likelihood by one pass back over its visits.

Ages are shares of a life. A path is carried as the mean and covariance of its age and its own pace. A reading updates
them through two numbers, the first and the negative second derivative of its log-likelihood by its expected mean. So
does a reading at an end of the scale, which is censored: it stands for all that noise would have put beyond that end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from assetplan._types import Floats
from assetplan.deterioration.families import Family, Level

MIN_VARIANCE = 1e-9  # of an age [shares of a life, squared]
_ROUNDING = 0.005  # of a variance, by which the corner at zero is rounded: a likelihood with corners has no errors
_LOG_2PI = float(np.log(2 * np.pi))


class FilterState(NamedTuple):
    """Mean and variance of each path's age and of its own pace, and their covariance. Arrays (n,)."""

    age: Floats
    age_variance: Floats
    pace: Floats
    pace_variance: Floats
    covariance: Floats

    def first(self, n: int) -> FilterState:
        """State of the first n paths."""
        return FilterState(*(a[:n] for a in self))


class DecayLaw(NamedTuple):
    """Family and shape of the curve; variances of a reading [index points²] and wander [shares of a life² a year]."""

    family: Family
    shape: float
    noise: float
    wander: float


class ReadingLikelihood(NamedTuple):
    """Log-likelihood of each reading and its derivatives by the mean expected of it. Arrays (n,).

    `d1` is the first derivative; `neg_d2`, `neg_d3` and `neg_d4` are the second to fourth with their sign turned.
    """

    loglik: Floats
    d1: Floats
    neg_d2: Floats
    neg_d3: Floats
    neg_d4: Floats


class SoftPositive(NamedTuple):
    """A number held above zero, and its derivatives by the mean and the variance that it was made of."""

    value: Floats
    by_mean: Floats
    by_variance: Floats


class Visit(NamedTuple):
    """All that the pass back needs of one visit.

    `before`, `predicted` and `after` are the states after the visit before, ahead of this reading and after it; `pace`
    is the path's own pace above zero, over a `step` of usual ageing in a `gap` of years. `levels` are the curve at the
    mean age, at one older and at one newer (`newer_age`) by `reach`; `mean` and `variance` are those expected of the
    reading, `cross` its covariance with the age; `updated_age` is the age after it, above zero.
    """

    before: FilterState
    pace: SoftPositive
    predicted: FilterState
    step: Floats
    gap: Floats
    reach: Floats
    levels: tuple[Level, Level, Level]
    newer_age: SoftPositive
    cross: Floats
    reading: ReadingLikelihood
    updated_age: SoftPositive
    after: FilterState
    mean: Floats
    variance: Floats


class PathGradient(NamedTuple):
    """Derivatives of each path's log-likelihood, arrays (n,).

    By the logarithm of the shape, the variances of a reading and of wander, the logarithm of the path's usual pace,
    mean and variance of its first age, and the variance of its own pace.
    """

    shape: Floats
    noise: Floats
    wander: Floats
    pace: Floats
    age: Floats
    age_variance: Floats
    pace_variance: Floats


def filter_visit(law: DecayLaw, before: FilterState, step: Floats, gap: Floats, value: Floats) -> Visit:
    """Move paths on to their next visit and update them by its reading.

    The unscented transform of one dimension: three points stand for the normal age (Julier and Uhlmann 1997).

    Parameters
    ----------
    law : DecayLaw; how they decay and are read
    before : FilterState; after the visit before, of the paths that have another
    step, gap : array (n,); usual ageing since then [shares of a life], and time [years]
    value : array (n,); condition index read [0–100]
    """
    family, shape, noise, wander = law
    pace = _soft_positive(before.pace, before.pace_variance)
    age = before.age + step * pace.value
    age_variance = before.age_variance + step * (2 * before.covariance + step * before.pace_variance) + wander * gap
    covariance = before.covariance + step * before.pace_variance
    predicted = FilterState(age, age_variance, before.pace, before.pace_variance, covariance)
    reach = np.sqrt(3 * age_variance)
    newer_age = _soft_positive(age - reach, age_variance)
    levels = family.level(age, shape), family.level(age + reach, shape), family.level(newer_age.value, shape)
    middle, older, newer = (at.value for at in levels)
    up, down = older - middle, newer - middle
    tilt = (up + down) / 6
    mean = middle + tilt
    variance = (up**2 + down**2) / 6 - tilt**2 + noise
    cross = reach * (older - newer) / 6
    reading = reading_likelihood(value, mean, variance)
    ratio, reduction = covariance / age_variance, cross**2 * reading.neg_d2
    shift = cross * reading.d1
    left = np.maximum(age_variance - reduction, MIN_VARIANCE)
    updated_age = _soft_positive(age + shift, left)
    own, own_variance = before.pace + ratio * shift, before.pace_variance - ratio**2 * reduction
    after = FilterState(updated_age.value, left, own, own_variance, covariance - ratio * reduction)
    return Visit(
        before, pace, predicted, step, gap, reach, levels, newer_age, cross, reading, updated_age, after, mean, variance
    )


def _soft_positive(mean: Floats, variance: Floats) -> SoftPositive:
    """A mean held above zero, its corner there rounded by a small part of the variance."""
    root = np.sqrt(mean**2 + _ROUNDING * variance)
    return SoftPositive(0.5 * (mean + root), 0.5 * (1 + mean / root), 0.25 * _ROUNDING / root)


def reading_likelihood(value: Floats, mean: Floats, variance: Floats) -> ReadingLikelihood:
    """Log-likelihood of readings expected to be normal and censored at 0 and 100.

    Parameters
    ----------
    value : array (n,); condition index read [0–100]
    mean, variance : array (n,); of the reading, as expected [index points, index points²]
    """
    neg_d2 = 1 / variance
    d1 = (value - mean) * neg_d2
    loglik = -0.5 * (_LOG_2PI + np.log(variance) + (value - mean) * d1)
    out = ReadingLikelihood(loglik, d1, neg_d2, np.zeros_like(mean), np.zeros_like(mean))
    for end, side in ((0.0, -1.0), (100.0, 1.0)):
        at = np.flatnonzero(side * (value - end) >= 0)
        if len(at):
            for whole, part in zip(out, _censored(side * (mean[at] - end), np.sqrt(variance[at]), side), strict=True):
                whole[at] = part
    return out


def _censored(past: Floats, spread: Floats, side: float) -> ReadingLikelihood:
    """Of readings at an end, by how far beyond it their mean lies: the logarithm of a normal tail."""
    from scipy.special import log_ndtr

    z = past / spread
    loglik = log_ndtr(z)
    hazard = np.exp(-0.5 * (z**2 + _LOG_2PI) - loglik)
    second = hazard * (hazard + z)
    third = hazard - second * (2 * hazard + z)
    fourth = second * (2 * second - 2) - third * (2 * hazard + z)
    return ReadingLikelihood(
        loglik, side * hazard / spread, second / spread**2, side * third / spread**3, fourth / spread**4
    )


def path_gradient(visits: list[Visit]) -> PathGradient:
    """Derivatives of the sum of the log-likelihoods of every reading, path by path."""
    n = len(visits[0].mean)
    out = PathGradient(*np.zeros((7, n)))
    by = FilterState(*np.zeros((5, n)))  # derivatives by the state after a visit
    for seen in reversed(visits):
        k = len(seen.mean)
        by_before = _visit_gradient(seen, by.first(k), PathGradient(*(a[:k] for a in out)))
        for whole, part in zip(by, by_before, strict=True):
            whole[:k] = part
    out.age[:], out.age_variance[:], out.pace_variance[:] = by.age, by.age_variance, by.pace_variance
    return out


def _visit_gradient(seen: Visit, by: FilterState, out: PathGradient) -> FilterState:
    """Derivatives by the state before a visit, from those by the state after it; those by parameters add to `out`."""
    before, predicted, cross = seen.before, seen.predicted, seen.cross
    _, d1, neg_d2, neg_d3, neg_d4 = seen.reading
    ratio = predicted.covariance / predicted.age_variance
    age = by.age * seen.updated_age.by_mean
    held = seen.after.age_variance > MIN_VARIANCE
    age_variance = np.where(held, by.age_variance + by.age * seen.updated_age.by_variance, 0.0)
    by_shift = age + ratio * by.pace
    by_reduction = -(age_variance + ratio * (ratio * by.pace_variance + by.covariance))
    by_ratio = by.pace * cross * d1 - cross**2 * neg_d2 * (2 * ratio * by.pace_variance + by.covariance)
    by_d1, by_neg_d2 = by_shift * cross, by_reduction * cross**2
    by_cross = by_shift * d1 + 2 * by_reduction * cross * neg_d2
    # A normal spreads as heat does: a derivative by variance is half the second one by the mean.
    by_mean = d1 - by_d1 * neg_d2 + by_neg_d2 * neg_d3
    by_variance = (
        0.5 * (d1**2 - neg_d2)
        - by_d1 * (d1 * neg_d2 + 0.5 * neg_d3)
        + by_neg_d2 * (d1 * neg_d3 - neg_d2**2 + 0.5 * neg_d4)
    )
    out.noise[:] += by_variance
    by_age, by_age_variance = _level_gradient(seen, by_mean, by_variance, by_cross, out)
    age = age + by_age
    age_variance = age_variance + by_age_variance - by_ratio * ratio / predicted.age_variance
    covariance = by.covariance + by_ratio / predicted.age_variance
    step, kept = seen.step, seen.step * age_variance
    out.wander[:] += age_variance * seen.gap
    out.pace[:] += step * (age * seen.pace.value + covariance * before.pace_variance)
    out.pace[:] += 2 * kept * (before.covariance + step * before.pace_variance)
    pace = by.pace + step * age * seen.pace.by_mean
    pace_variance = by.pace_variance + step * age * seen.pace.by_variance + step * (kept + covariance)
    return FilterState(age, age_variance, pace, pace_variance, covariance + 2 * kept)


def _level_gradient(
    seen: Visit, by_mean: Floats, by_variance: Floats, by_cross: Floats, out: PathGradient
) -> tuple[Floats, Floats]:
    """Derivatives by mean and variance of the predicted age, from those by what was expected of the reading."""
    middle, older, newer = seen.levels
    up, down = older.value - middle.value, newer.value - middle.value
    tilt = (up + down) / 6
    shared, turned = by_mean / 6 - by_variance * tilt / 3, by_cross * seen.reach / 6
    by_up, by_down = shared + by_variance * up / 3 + turned, shared + by_variance * down / 3 - turned
    by_middle = by_mean - by_up - by_down
    out.shape[:] += by_middle * middle.by_shape + by_up * older.by_shape + by_down * newer.by_shape
    by_older, by_newer = by_up * older.by_share, by_down * newer.by_share
    by_below = by_newer * seen.newer_age.by_mean
    by_reach = by_cross * (up - down) / 6 + by_older - by_below
    by_age_variance = by_newer * seen.newer_age.by_variance + 1.5 * by_reach / seen.reach
    return by_middle * middle.by_share + by_older + by_below, by_age_variance
