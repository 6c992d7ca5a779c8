"""Curves fitted to repeated readings of assets whose true ages are not known.

An asset's effective age a grows by r years a year: r is its own pace, normal about 1 (which covariates may shift) and
never below nought, and a wanders a little besides. A reading is C(a) plus normal noise. The first reading says where
the asset stands, and each later one is judged by how far it lies from what the ones before it led to expect: the
product of those densities is the likelihood, by a filter with three points in place of a derivative (Julier and
Uhlmann 1997, *A new extension of the Kalman filter to nonlinear systems*). The same filter then predicts, with its own
doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assetplan.deterioration.curves import Curve, age_at, index_at
from assetplan.deterioration.fits.maximum import GAIN, Prior, Summit, climb_many

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

POOR = 40.0  # the index whose age is a curve's life, by which all families are told
NOISE = 3.0  # of a reading, before any is known [index points]
SPREADS = ("noise", "spread", "wander")
_SHAPED = ("power", "weibull")
_RANGES = {  # of each parameter, by its own value: least, greatest, where to begin
    "life": (1.0, 2e3, 30.0),
    "shape": (0.2, 8.0, 1.3),
    "noise": (0.05, 40.0, 4.0),
    "spread": (0.01, 2.0, 0.4),
    "wander": (0.01, 20.0, 0.7),
}
CELLS = np.arange(0.25, 100.0, 0.5)  # true index, by which a stock is told
_READINGS = 201
_PASSES = 30
_AT_ONCE = 20_000  # paths times parameter sets that one pass may hold: more are no faster together
_LIMIT = 5.0  # of a coefficient of a covariate


def names_of(family: str, covariates: int = 0) -> tuple[str, ...]:
    """Parameters of a family, all logarithms but the coefficients of covariates."""
    shape = ("shape",) if family in _SHAPED else ()
    return ("life", *shape, *SPREADS, *(f"covariate {k}" for k in range(covariates)))


def curve_of(family: str, life: float, shape: float = 1.0) -> Curve:
    """The curve that starts at 100 and reaches an index of 40 at an age `life` [years]."""
    return Curve(family, **{name: float(value) for name, value in _constants(family, life, shape).items()})


def _constants(family: str, life: Any, shape: Any) -> dict[str, Any]:
    """c0, k, b, a50 and cmin of that curve, of numbers or of arrays."""
    lost, fall = 100.0 - POOR, np.log(100.0 / POOR)
    k, b, a50 = life * 0.0, life * 0.0 + 1.0, life * 0.0
    if family == "linear":
        k = lost / life
    elif family == "power":
        k, b = lost / life**shape, shape
    elif family == "exponential":
        k = fall / life
    elif family == "weibull":
        k, b = life / fall ** (1 / shape), shape
    elif family == "logistic":
        # A logistic has no new: 99 at age 0 stands for it.
        k = (np.log(99.0) + np.log(lost / POOR)) / life
        a50 = np.log(99.0) / k
    else:
        raise ValueError(f"no such family: {family!r}")
    return {"c0": 100.0, "k": k, "b": b, "a50": a50, "cmin": 0.0}


@dataclass(frozen=True, eq=False)
class Paths:
    """Readings of many assets, each path between two works by itself, longest first.

    Attributes
    ----------
    values, gaps : tuple of array
        Index read [0–100] at the first, second, … visit of all paths that have one, and years since the one before.
    rows : tuple of array of int
        Where each reading stands in the table it came from.
    features : array (n_paths, k)
        Covariates, as deviations from their mean.
    stock : array (len(CELLS),)
        Shares of the true index among the assets at their first visit; see `stock_of`.
    """

    values: tuple[Array, ...]
    gaps: tuple[Array, ...]
    rows: tuple[Ints, ...]
    features: Array
    stock: Array

    @classmethod
    def of(
        cls,
        path: Ints,
        time: Array,
        value: Array,
        features: Array | None = None,
        noise: float = NOISE,
        known: Ints | None = None,
    ) -> Paths:
        """Lay out readings sorted by path and time.

        Parameters
        ----------
        path : array (n,) of int
            Path of each reading, 0 to n_paths − 1.
        time : array (n,)
            When [years].
        value : array (n,)
            Condition index [0–100].
        features : array (n_paths, k), optional
            Covariates of each path.
        noise : float, optional
            What is thought of the noise of a reading [index points], for the stock.
        known : array (n,) of int, optional
            Where each reading stands in the table it came from; by default in these arrays.
        """
        starts = np.flatnonzero(np.diff(path, prepend=-1))
        counts = np.diff(np.append(starts, len(path)))
        order = np.argsort(-counts, kind="stable")
        starts, counts = starts[order], counts[order]
        rows = tuple(starts[counts > rank] + rank for rank in range(int(counts[0]) if len(counts) else 0))
        gaps = tuple(time[r] - time[r - 1] if rank else np.zeros(len(r)) for rank, r in enumerate(rows))
        chosen = np.zeros((len(starts), 0)) if features is None else features[order]
        values = tuple(value[r] for r in rows)
        places = rows if known is None else tuple(known[r] for r in rows)
        return cls(values, gaps, places, chosen, stock_of(values[0] if values else np.zeros(0), noise))

    def with_noise(self, noise: float) -> Paths:
        """The same readings, their stock told anew for another noise [index points]."""
        return replace(self, stock=stock_of(self.values[0] if self.values else np.zeros(0), noise))

    @property
    def pairs(self) -> int:
        """Readings that have one before them."""
        return sum(len(rows) for rows in self.rows[1:])


@dataclass(frozen=True, eq=False)
class Prediction:
    """What was expected of each reading that has one before it: row, mean and standard deviation [index points]."""

    row: Ints
    mean: Array
    spread: Array


def log_likelihoods(family: str, parameters: Array, paths: Paths) -> Array:
    """Log-likelihood of each path (m, n_paths) under each row of parameters (m, k)."""
    if len(parameters) * len(paths.features) <= _AT_ONCE:
        return _filter(family, parameters, paths)[0]
    return np.concatenate([_filter(family, row[None], paths)[0] for row in parameters])


def predictions(family: str, parameters: Array, paths: Paths) -> Prediction:
    """What each path's earlier readings led to expect of each later one, under parameters (k,)."""
    told = _filter(family, parameters[None], paths)[1]
    if not told:
        return Prediction(np.zeros(0, np.intp), np.zeros(0), np.zeros(0))
    row, mean, variance = (
        np.concatenate([np.atleast_2d(part)[0] for part in column]) for column in zip(*told, strict=True)
    )
    return Prediction(row, mean, np.sqrt(variance))


def _filter(family: str, parameters: Array, paths: Paths) -> tuple[Array, list[tuple[Ints, Array, Array]]]:
    """Log-likelihoods (m, n_paths); rows, means and variances (m, …) of what was expected at each visit."""
    at = {name: np.exp(column)[:, None] for name, column in zip(names_of(family), parameters.T, strict=False)}
    constants = _constants(family, at["life"], at.get("shape", np.ones_like(at["life"])))
    noise, wander = at["noise"] ** 2, at["wander"] ** 2
    coefficients = parameters[:, parameters.shape[1] - paths.features.shape[1] :]
    pace = np.exp(coefficients @ paths.features.T)
    age, doubt = _first_age(family, constants, paths, at["noise"][:, 0])
    own, own_doubt = np.ones_like(age), np.broadcast_to(at["spread"] ** 2, age.shape)
    both = np.zeros_like(age)
    total = np.zeros_like(age)
    told: list[tuple[Ints, Array, Array]] = []
    for value, gap, rows in zip(paths.values[1:], paths.gaps[1:], paths.rows[1:], strict=True):
        n = len(value)
        age, doubt, own, own_doubt, both = (a[:, :n] for a in (age, doubt, own, own_doubt, both))
        usual = pace[:, :n] * gap
        age = age + usual * np.maximum(own, 0.0)
        doubt = doubt + 2 * usual * both + usual**2 * own_doubt + wander * gap
        both = both + usual * own_doubt
        reach = np.sqrt(3 * doubt)
        middle, older, newer = (
            index_at(family, a, **constants) for a in (age, age + reach, np.maximum(age - reach, 0.0))
        )
        mean = 2 / 3 * middle + (older + newer) / 6
        variance = 2 / 3 * (middle - mean) ** 2 + ((older - mean) ** 2 + (newer - mean) ** 2) / 6 + noise
        slope = reach * (older - newer) / 6
        off = value - mean
        total[:, :n] -= 0.5 * (np.log(2 * np.pi * variance) + off**2 / variance)
        told.append((rows, mean, variance))
        gain, own_gain = slope / variance, both / doubt * slope / variance
        age = np.maximum(age + gain * off, 0.0)
        own = own + own_gain * off
        doubt = np.maximum(doubt - gain**2 * variance, 1e-6)
        own_doubt = np.maximum(own_doubt - own_gain**2 * variance, 1e-9)
        both = both - gain * own_gain * variance
    return total, told


def stock_of(first: Array, noise: float) -> Array:
    """How the true index of a stock is spread, from noisy first readings: shares of `CELLS`.

    Noise makes the best look better and the worst worse than they are. A first reading is drawn back by as much as the
    rest of the stock says it should be; without that, every path would seem to begin with a fall or a rise of its own.
    The shares are those that make the readings likely (expectation–maximisation, stopped early to stay smooth).
    """
    shares = np.full(len(CELLS), 1 / len(CELLS))
    if not len(first):
        return shares
    low = np.clip(first / 100.0 * (_READINGS - 1), 0, _READINGS - 1 - 1e-9)
    cell, part = low.astype(np.intp), low % 1
    seen = np.bincount(cell, 1 - part, _READINGS) + np.bincount(cell + 1, part, _READINGS)
    chance = _reading_chance(noise)
    for _ in range(_PASSES):
        shares = shares * (chance.T @ (seen / (chance @ shares))) / len(first)
    return shares


def _reading_chance(noise: float) -> Array:
    """Likelihood of each reading (rows) of a table given each true index of `CELLS` (columns), never quite nought.

    A reading at an end of the scale stands for all that noise would have put beyond it.
    """
    from scipy.special import ndtr

    off = (np.linspace(0.0, 100.0, _READINGS)[:, None] - CELLS[None, :]) / max(noise, 0.5)
    chance = np.exp(-0.5 * off**2)
    chance[0], chance[-1] = ndtr(off[0]), ndtr(-off[-1])
    return chance + 1e-12


def _first_age(family: str, constants: dict[str, Any], paths: Paths, noises: Array) -> tuple[Array, Array]:
    """Mean and variance (m, n_paths) of the effective age given the first reading of each path."""
    first = paths.values[0] if paths.values else np.zeros(0)
    ages = np.broadcast_to(age_at(family, CELLS, **constants), (len(noises), len(CELLS)))
    read = np.linspace(0.0, 100.0, _READINGS)
    means, variances = np.empty((2, len(noises), len(first)))
    for noise in np.unique(noises):  # most sets of parameters differ in something else
        weights = _reading_chance(float(noise)) * (paths.stock + 1e-9)
        weights /= weights.sum(axis=1, keepdims=True)
        for k in np.flatnonzero(noises == noise):
            mean = weights @ ages[k]
            means[k] = np.interp(first, read, mean)
            variances[k] = np.interp(first, read, weights @ ages[k] ** 2 - mean**2)
    return means, np.maximum(variances, 1e-4)


def fit_paths(
    family: str, paths: Paths, start: Array | None = None, prior: Prior | None = None, gain: float = GAIN
) -> Summit:
    """The parameters (as in `names_of`) under which the readings are likeliest.

    Parameters
    ----------
    family : str
        linear, power, exponential, logistic or weibull.
    paths : Paths
        Readings; a path of one reading tells nothing.
    start : array (k,), optional
        Where to begin.
    prior : Prior, optional
        What the parent group says.
    gain : float
        Steps end when one more would gain less than half of this.

    Raises
    ------
    ValueError
        No path has two readings and there is no prior.
    """
    if prior is None and not paths.pairs:
        raise ValueError("no asset has two readings between works, so nothing says how it decays")
    known = names_of(family)
    extra = paths.features.shape[1]
    low, high, usual = np.log(np.array([_RANGES[name] for name in known])).T
    low, high = np.append(low, np.full(extra, -_LIMIT)), np.append(high, np.full(extra, _LIMIT))
    if start is None:
        start = np.append(usual, np.zeros(extra))

    def climb(own: Paths, begin: Array) -> Summit:
        return climb_many(lambda x: log_likelihoods(family, x, own), begin, low, high, prior, gain)

    if prior is not None:
        return climb(paths, start)
    rough = climb(paths, start)
    noise = float(np.exp(rough.parameters[known.index("noise")]))
    return climb(paths.with_noise(noise), rough.parameters)
