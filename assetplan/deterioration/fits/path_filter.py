"""The filter of `paths`, with exact derivatives of each path's log-likelihood by one pass back over its visits.

Ages are shares of a life. The state of a path is the mean and covariance of its age and its own pace; a reading moves
it by two numbers, the first and second derivative of the reading's log-likelihood by its expected mean. These hold too
for a reading at an end of the scale, which stands for all that noise would have put beyond it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from assetplan._types import Floats
from assetplan.deterioration.fits.scaled import Level, level

LEAST = 1e-9  # variance of an age [shares of a life, squared]
_ROUND = 0.005  # of a variance, by which the corner at nought is rounded: a likelihood with corners has no errors
_NORMAL = float(np.log(2 * np.pi))


class State(NamedTuple):
    """Of each path: mean and variance of its age and of its own pace, and their covariance. Arrays (n,)."""

    age: Floats
    doubt: Floats
    own: Floats
    own_doubt: Floats
    both: Floats

    def first(self, n: int) -> State:
        """That of the first n paths."""
        return State(*(a[:n] for a in self))


class Law(NamedTuple):
    """Family and shape of the curve; variances of a reading [index points²] and wander [shares of a life² a year]."""

    family: str
    shape: float
    noise: float
    wander: float


class Told(NamedTuple):
    """What a reading is worth, a log-likelihood, and its derivatives by the mean expected of it.

    `push` is the first derivative, `hold` minus the second, `turn` and `twist` the first and second derivative of
    `hold`.
    """

    worth: Floats
    push: Floats
    hold: Floats
    turn: Floats
    twist: Floats


class Positive(NamedTuple):
    """A number above nought, and its derivatives by the mean and the variance that it was made of."""

    value: Floats
    by_mean: Floats
    by_variance: Floats


class Visit(NamedTuple):
    """All that a pass back needs of one visit.

    States are those after the visit before, ahead of this reading and after it; `levels` are the curve at the mean age,
    at one older and at one newer (`lower`) by `reach`; `own` is the pace above nought, `met` the age after the reading;
    `lean` is the covariance of age and reading, `mean` and
    `variance` what was expected of the reading, `told` what it was worth.
    """

    before: State
    own: Positive
    ahead: State
    step: Floats
    gap: Floats
    reach: Floats
    levels: tuple[Level, Level, Level]
    lower: Positive
    lean: Floats
    told: Told
    met: Positive
    after: State
    mean: Floats
    variance: Floats


class Back(NamedTuple):
    """Derivatives of each path's log-likelihood, arrays (n,).

    By the logarithm of the shape, the variances of a reading and of wander, the logarithm of the path's usual pace,
    mean and variance of its first age, and the variance of its own pace.
    """

    shape: Floats
    noise: Floats
    wander: Floats
    pace: Floats
    age: Floats
    doubt: Floats
    own_doubt: Floats


def visit(law: Law, before: State, step: Floats, gap: Floats, value: Floats) -> Visit:
    """Move paths on to their next visit and let them learn from its reading.

    Parameters
    ----------
    law : Law
        How they decay and are read.
    before : State
        After the visit before, of the paths that have another.
    step, gap : array (n,)
        Usual ageing since then [shares of a life], and time [years].
    value : array (n,)
        What was read [0–100].
    """
    family, shape, noise, wander = law
    own = _positive(before.own, before.own_doubt)
    age = before.age + step * own.value
    doubt = before.doubt + step * (2 * before.both + step * before.own_doubt) + wander * gap
    both = before.both + step * before.own_doubt
    ahead = State(age, doubt, before.own, before.own_doubt, both)
    reach = np.sqrt(3 * doubt)
    lower = _positive(age - reach, doubt)
    levels = level(family, age, shape), level(family, age + reach, shape), level(family, lower.value, shape)
    middle, older, newer = (at.value for at in levels)
    up, down = older - middle, newer - middle
    tilt = (up + down) / 6
    mean = middle + tilt
    variance = (up**2 + down**2) / 6 - tilt**2 + noise
    lean = reach * (older - newer) / 6
    told = reading(value, mean, variance)
    ratio, pull = both / doubt, lean**2 * told.hold
    moved = lean * told.push
    left = np.maximum(doubt - pull, LEAST)
    met = _positive(age + moved, left)
    after = State(met.value, left, before.own + ratio * moved, before.own_doubt - ratio**2 * pull, both - ratio * pull)
    return Visit(before, own, ahead, step, gap, reach, levels, lower, lean, told, met, after, mean, variance)


def _positive(mean: Floats, variance: Floats) -> Positive:
    """A mean kept above nought, where it was below by little more than a corner's rounding."""
    root = np.sqrt(mean**2 + _ROUND * variance)
    return Positive(0.5 * (mean + root), 0.5 * (1 + mean / root), 0.25 * _ROUND / root)


def reading(value: Floats, mean: Floats, variance: Floats) -> Told:
    """What readings say where normal ones of a mean and variance, cut at 0 and 100, are expected."""
    hold = 1 / variance
    push = (value - mean) * hold
    worth = -0.5 * (_NORMAL + np.log(variance) + (value - mean) * push)
    turn, twist = np.zeros_like(mean), np.zeros_like(mean)
    for end, side in ((0.0, -1.0), (100.0, 1.0)):
        at = np.flatnonzero(side * (value - end) >= 0)
        if len(at):
            parts = _beyond(side * (mean[at] - end), np.sqrt(variance[at]), side)
            for whole, part in zip((worth, push, hold, turn, twist), parts, strict=True):
                whole[at] = part
    return Told(worth, push, hold, turn, twist)


def _beyond(past: Floats, spread: Floats, side: float) -> tuple[Floats, ...]:
    """`Told` of readings at an end, by how far beyond it their mean lies: logarithm of a normal tail."""
    from scipy.special import log_ndtr

    z = past / spread
    worth = log_ndtr(z)
    hazard = np.exp(-0.5 * (z**2 + _NORMAL) - worth)
    hold = hazard * (hazard + z)
    slope = -hold  # of the hazard
    turn = slope * (2 * hazard + z) + hazard
    twist = -turn * (2 * hazard + z) - hold * (2 * slope + 1) + slope
    return worth, side * hazard / spread, hold / spread**2, side * turn / spread**3, twist / spread**4


def back(visits: list[Visit]) -> Back:
    """Derivatives of the sum of what every reading was worth, path by path."""
    n = len(visits[0].mean)
    out = Back(*np.zeros((7, n)))
    to = State(*np.zeros((5, n)))  # derivatives by the state after a visit
    for seen in reversed(visits):
        k = len(seen.mean)
        to_before = _back_over(seen, to.first(k), Back(*(a[:k] for a in out)))
        for whole, part in zip(to, to_before, strict=True):
            whole[:k] = part
    out.age[:], out.doubt[:], out.own_doubt[:] = to.age, to.doubt, to.own_doubt
    return out


def _back_over(seen: Visit, to: State, out: Back) -> State:
    """Derivatives by the state before a visit, from those by the state after it; what parameters add goes to `out`."""
    before, ahead, told, lean, lower = seen.before, seen.ahead, seen.told, seen.lean, seen.lower
    ratio = ahead.both / ahead.doubt
    age = to.age * seen.met.by_mean
    doubt = np.where(seen.after.doubt > LEAST, to.doubt + to.age * seen.met.by_variance, 0.0)
    by_moved, by_pull = age + ratio * to.own, -(doubt + ratio * (ratio * to.own_doubt + to.both))
    moved, pull = lean * told.push, lean**2 * told.hold
    by_ratio = to.own * moved - pull * (2 * ratio * to.own_doubt + to.both)
    by_push, by_hold = by_moved * lean, by_pull * lean**2
    by_lean = by_moved * told.push + 2 * by_pull * lean * told.hold
    # A normal spreads as heat does: a derivative by variance is half the second one by the mean.
    push, hold, turn, twist = told[1:]
    by_mean = push - by_push * hold + by_hold * turn
    by_variance = (
        0.5 * (push**2 - hold) - by_push * (push * hold + 0.5 * turn) + by_hold * (push * turn - hold**2 + 0.5 * twist)
    )
    out.noise[:] += by_variance
    middle, older, newer = seen.levels
    up, down = older.value - middle.value, newer.value - middle.value
    tilt = (up + down) / 6
    shared, turned = by_mean / 6 - by_variance * tilt / 3, by_lean * seen.reach / 6
    by_up, by_down = shared + by_variance * up / 3 + turned, shared + by_variance * down / 3 - turned
    by_middle = by_mean - by_up - by_down
    out.shape[:] += by_middle * middle.by_shape + by_up * older.by_shape + by_down * newer.by_shape
    to_older, to_lower = by_up * older.by_share, by_down * newer.by_share
    to_newer = to_lower * lower.by_mean
    by_reach = by_lean * (up - down) / 6 + to_older - to_newer
    age = age + by_middle * middle.by_share + to_older + to_newer
    doubt = doubt + to_lower * lower.by_variance + 1.5 * by_reach / seen.reach - by_ratio * ratio / ahead.doubt
    both = to.both + by_ratio / ahead.doubt
    step, kept = seen.step, seen.step * doubt
    out.wander[:] += doubt * seen.gap
    out.pace[:] += step * (age * seen.own.value + both * before.own_doubt)
    out.pace[:] += 2 * kept * (before.both + step * before.own_doubt)
    moved_on = step * age
    own = to.own + moved_on * seen.own.by_mean
    own_doubt = to.own_doubt + moved_on * seen.own.by_variance + step * (kept + both)
    return State(age, doubt, own, own_doubt, both + 2 * kept)
