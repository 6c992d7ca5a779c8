"""Curves fitted to repeated readings of assets whose true ages are not known.

An asset's effective age a grows by r years a year: r is its own pace, normal about 1 (which covariates may shift) and
never below zero, and a wanders a little besides. A reading is C(a) plus normal noise. The first reading says where
the asset stands, and each later one is judged by how far it lies from what the ones before it led to expect: the
product of those densities is the likelihood, by a filter with three points in place of a derivative (Julier and
Uhlmann 1997, *A new extension of the Kalman filter to nonlinear systems*). The same filter then predicts, with its own
doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.deterioration.families import FAMILIES, family_of
from assetplan.deterioration.fits.features import LIMIT
from assetplan.deterioration.fits.maximum import TOLERANCE, AssetScores, Prior, TwoStepMaximum, maximise_two_step
from assetplan.deterioration.fits.path_filter import (
    MIN_VARIANCE,
    DecayLaw,
    FilterState,
    Visit,
    filter_visit,
    path_gradient,
)
from assetplan.deterioration.fits.stock import FirstAge, Stock
from assetplan.display import Shown

NOISE = 3.0  # of a reading, before any is known [index points]
SPREADS = ("noise", "spread", "wander")
_RANGES = {  # of each parameter, by its own value: least, greatest, where to begin
    "life": (1.0, 2e3, 30.0),
    "shape": (0.2, 8.0, 1.3),
    "noise": (0.05, 40.0, 4.0),
    "spread": (0.0, 2.0, 0.4),
    "wander": (0.0, 20.0, 0.7),
}
_USUAL = {"spread": 0.4, "wander": 0.7}  # sizes about which these begin to count by their logarithm
_NEAR = 1e-6  # of a bound, on the scale of the fit
_ROUGH = 1e-3  # tolerance at which the noise is near enough to estimate the stock by


def names_of(family: str) -> tuple[str, ...]:
    """Parameters of a family, as `scaled` puts them."""
    shape = ("shape",) if family_of(family).shaped else ()
    return ("life", *shape, *SPREADS)


def scaled(name: str, value: float) -> float:
    """A parameter on the scale on which it is fitted: its logarithm, but for spread and wander, which may be zero.

    Readings estimate the variance of those, about normal near zero and in proportion where it is large:
    ½ ln(1 + value² / usual²) is both.
    """
    if name in _USUAL:
        return 0.5 * float(np.log1p((value / _USUAL[name]) ** 2))
    return float(np.log(value))


def unscaled(name: str, parameter: float) -> float:
    """The value of a parameter, of which `scaled` is the inverse; zero where a draw of it lies below zero."""
    if name in _USUAL:
        return _USUAL[name] * float(np.sqrt(np.expm1(2 * max(parameter, 0.0))))
    return float(np.exp(parameter))


def _range(name: str) -> list[float]:
    """Least and greatest of a parameter and where to begin, on the scale of `scaled`."""
    return [scaled(name, value) for value in _RANGES[name]]


def within_range(name: str, parameter: float) -> float:
    """A parameter held to the range that a fit searches: draws in great doubt go far beyond."""
    low, high, _ = _range(name)
    return float(np.clip(parameter, low, high))


def at_bound(family: str, parameters: Floats) -> list[str]:
    """Names of parameters (k,) that stand at an end of the range that a fit searches; spread and wander may be zero."""
    ends = [(name, *_range(name)[:2], own) for name, own in zip(names_of(family), parameters, strict=False)]
    return [name for name, low, high, own in ends if own >= high - _NEAR or (own <= low + _NEAR and name not in _USUAL)]


@dataclass(frozen=True, eq=False, repr=False)
class Paths(Shown):
    """Readings of many assets, each path between two works by itself, longest first.

    Attributes
    ----------
    values, gaps : tuple of array
        Index read [0–100] at the first, second, … visit of all paths that have one, and years since the one before.
    rows : tuple of array of int; where each reading stands in the table it came from
    features : array (n_paths, k); covariates, as deviations from their mean
    stock : Stock; how the true index is spread among the assets at their first visit
    """

    values: tuple[Floats, ...]
    gaps: tuple[Floats, ...]
    rows: tuple[Ints, ...]
    features: Floats
    stock: Stock

    @classmethod
    def of(
        cls,
        path: Ints,
        time: Floats,
        value: Floats,
        features: Floats | None = None,
        noise: float = NOISE,
        known: Ints | None = None,
    ) -> Paths:
        """Lay out readings sorted by path and time.

        Parameters
        ----------
        path : array (n,) of int; path of each reading, 0 to n_paths − 1
        time : array (n,); when [years]
        value : array (n,); condition index [0–100]
        features : array (n_paths, k), optional; covariates of each path
        noise : float, optional; standard deviation of a reading assumed for the stock [index points]
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
        return cls(values, gaps, places, chosen, Stock.of(values[0] if values else np.zeros(0), noise))

    def with_noise(self, noise: float) -> Paths:
        """The same readings, their stock estimated anew for another noise [index points]."""
        return replace(self, stock=Stock.of(self.values[0] if self.values else np.zeros(0), noise))

    @property
    def pairs(self) -> int:
        """Readings that have one before them."""
        return sum(len(rows) for rows in self.rows[1:])


@dataclass(frozen=True, eq=False, repr=False)
class Prediction(Shown):
    """What was expected of each reading that has one before it: row, mean and standard deviation [index points]."""

    row: Ints
    mean: Floats
    spread: Floats


def path_scores(family: str, parameters: Floats, paths: Paths) -> AssetScores:
    """Log-likelihood of each path, its score, and the derivative of their sum by the shares of the stock.

    Parameters
    ----------
    family : str; one of `FAMILIES`
    parameters : array (k,); as in `names_of`, on the scale of `scaled`
    paths : Paths; readings
    """
    visits, first = _visits(family, parameters, paths)
    at = _named(family, parameters)
    n, known = len(paths.features), names_of(family)
    values, scores = np.zeros(n), np.zeros((n, len(parameters)))
    if not visits:
        return AssetScores(values, scores, lambda: np.zeros(len(paths.stock.shares)))
    for seen in visits:
        values[: len(seen.mean)] += seen.reading.loglik
    slope = path_gradient(visits)
    m = len(slope.age)
    begun = np.stack([slope.age, slope.age_variance])
    spread, wander = (2 * (at[name] ** 2 + usual**2) for name, usual in _USUAL.items())
    by = {
        "life": -slope.pace - 2 * (at["wander"] / at["life"]) ** 2 * slope.wander,
        "shape": slope.shape + (begun * first.by_shape[:, :m]).sum(axis=0),
        "noise": 2 * at["noise"] ** 2 * slope.noise + (begun * first.by_noise[:, :m]).sum(axis=0),
        "spread": spread * slope.pace_variance,
        "wander": wander / at["life"] ** 2 * slope.wander,
    }
    for k, name in enumerate(known):
        scores[:m, k] = by[name]
    scores[:m, len(known) :] = slope.pace[:, None] * paths.features[:m]

    def by_stock() -> Floats:
        by_moments = np.zeros((2, n))
        by_moments[:, :m] = begun
        return paths.stock.by_shares(first, by_moments)

    return AssetScores(values, scores, by_stock)


def predictions(family: str, parameters: Floats, paths: Paths) -> Prediction:
    """What each path's earlier readings led to expect of each later one.

    Parameters
    ----------
    family : str; one of `FAMILIES`
    parameters : array (k,); as in `names_of`, on the scale of `scaled`
    paths : Paths; readings
    """
    visits = _visits(family, parameters, paths)[0]
    if not visits:
        return Prediction(np.zeros(0, np.intp), np.zeros(0), np.zeros(0))
    rows = np.concatenate(paths.rows[1:])
    mean, variance = (np.concatenate(part) for part in zip(*((v.mean, v.variance) for v in visits), strict=True))
    return Prediction(rows, mean, np.sqrt(variance))


def _named(family: str, parameters: Floats) -> dict[str, float]:
    """Parameters by name, as themselves."""
    named = zip(names_of(family), parameters.tolist(), strict=False)
    return {"shape": 1.0} | {name: unscaled(name, parameter) for name, parameter in named}


def _visits(family: str, parameters: Floats, paths: Paths) -> tuple[list[Visit], FirstAge]:
    """The filter's account of every visit after the first, and the age at each first reading."""
    at = _named(family, parameters)
    pace = np.exp(paths.features @ parameters[len(names_of(family)) :]) / at["life"]
    first = paths.stock.first_age(FAMILIES[family], at["shape"], at["noise"])
    age, variance = first.moments[0], np.maximum(first.moments[1], MIN_VARIANCE)
    state = FilterState(age, variance, np.ones_like(age), np.full_like(age, at["spread"] ** 2), np.zeros_like(age))
    law = DecayLaw(FAMILIES[family], at["shape"], at["noise"] ** 2, (at["wander"] / at["life"]) ** 2)
    out = []
    for value, gap in zip(paths.values[1:], paths.gaps[1:], strict=True):
        n = len(value)
        out.append(filter_visit(law, state.first(n), pace[:n] * gap, gap, value))
        state = out[-1].after
    return out, first


def fit_paths(
    family: str, paths: Paths, start: Floats | None = None, prior: Prior | None = None, tolerance: float = TOLERANCE
) -> TwoStepMaximum:
    """The parameters (as in `names_of`) under which the readings are likeliest.

    Parameters
    ----------
    family : str; one of `FAMILIES`
    paths : Paths; readings; a path of one reading shows no decay
    start : array (k,), optional; where to begin
    prior : Prior, optional; what the parent group suggests
    tolerance : float; steps end when one gains less than half of this; see `maximise_two_step`

    A ValueError where no path has two readings and there is no prior.
    """
    if prior is None and not paths.pairs:
        raise ValueError("no asset has two readings between works, so nothing says how it decays")
    known = names_of(family)
    extra = paths.features.shape[1]
    low, high, usual = np.array([_range(name) for name in known]).T
    low, high = np.append(low, np.full(extra, -LIMIT)), np.append(high, np.full(extra, LIMIT))
    if start is None:
        start = np.append(usual, np.zeros(extra))

    def fit(own: Paths, begin: Floats, near: float) -> TwoStepMaximum:
        return maximise_two_step(
            lambda x: path_scores(family, x, own), own.stock.influence, begin, (low, high), prior, near
        )

    if prior is not None:
        return fit(paths, start, tolerance)
    rough = fit(paths, start, max(tolerance, _ROUGH)).parameters
    return fit(paths.with_noise(unscaled("noise", rough[known.index("noise")])), rough, tolerance)
