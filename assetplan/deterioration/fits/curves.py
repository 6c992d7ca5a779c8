"""Curves fitted to ages and condition indices by least squares, the maximum likelihood of normal noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats
from assetplan.deterioration.curves import Curve
from assetplan.deterioration.families import POOR, Family, family_of
from assetplan.deterioration.fits.checks import columns_of, require
from assetplan.display import Shown

_POSITIVE = ("k", "b")  # fitted as logarithms
_LOW = {"c0": 1.0, "k": -40.0, "b": -3.0, "a50": -500.0, "cmin": -100.0}
_HIGH = {"c0": 300.0, "k": 8.0, "b": 3.0, "a50": 1000.0, "cmin": 99.0}
_SHAPES = (0.7, 1.0, 1.8, 3.0)  # of the curves that a fit begins from: its sum of squares may have several minima
_SINGULAR = 1e-12  # of the information matrix's eigenvalues, scaled to a unit diagonal


@dataclass(frozen=True, eq=False, repr=False)
class CurveFit(Shown):
    """A fitted curve.

    Attributes
    ----------
    curve : Curve; age to index and back
    parameters, standard_errors : Series
        By name: c0 and cmin [index points], k, b, a50 as in `Curve`; only those fitted.
    covariance : DataFrame; of `parameters`; allows for readings of one asset lying together where assets were given
    noise : float; standard deviation of the readings about the curve [index points]
    log_likelihood : float; of independent normal noise, at the maximum
    readings : int; how many were used
    """

    curve: Curve
    parameters: pd.Series
    standard_errors: pd.Series
    covariance: pd.DataFrame
    noise: float
    log_likelihood: float
    readings: int


def fit_curve(
    age: ArrayLike,
    index: ArrayLike,
    family: str,
    *,
    fixed: Mapping[str, float] | None = None,
    asset: ArrayLike | None = None,
) -> CurveFit:
    """Fit one curve of condition index against age.

    Parameters
    ----------
    age, index : array (n,); age at each reading [years, 0 or more], and condition index read [0–100]
    family : str; one of `FAMILIES`
    fixed : mapping, optional; parameters to hold, such as ``{"c0": 100}``
    asset : array (n,), optional
        What asset each reading is of. Readings of one asset lie off the curve together, so the errors of the
        parameters are then taken over assets and not over readings (the sandwich of Liang and Zeger 1986).

    A ValueError where arrays do not fit each other or their ranges, the family or a fixed parameter is unknown, the
    index does not fall with age, or the readings cannot tell the parameters apart.
    """
    from scipy.optimize import least_squares

    ages, values = columns_of(age=age, index=index)
    require("age", ages, np.isfinite(ages) & (ages >= 0), "0 or more [years]")
    require("index", values, (values >= 0) & (values <= 100), "from 0 to 100")
    of, (free, held) = family_of(family), _parameters(family_of(family), fixed)
    if len(ages) <= len(free):
        raise ValueError(f"{len(free)} parameters need more than {len(free)} readings; there are {len(ages)}")
    low, high = np.array([_LOW[p] for p in free]), np.array([_HIGH[p] for p in free])

    def residuals(x: Floats) -> Floats:
        return of.value(ages, _natural(free, x) | held) - values

    answers = [
        least_squares(
            residuals, np.clip(x, low + 1e-9, high - 1e-9), "3-point", (low, high), x_scale="jac",
            ftol=1e-15, xtol=1e-15, gtol=1e-12, max_nfev=400,
        )
        for x in _starts(free, held, of, ages, values)
    ]  # fmt: skip
    best = min(answers, key=lambda answer: answer.cost)
    estimates = _natural(free, best.x)
    curve = _curve(of, estimates | held, ages)
    bread = _inverse(best.jac, free)
    n, k = len(ages), len(free)
    sse = 2.0 * float(best.cost)
    spread = bread * sse / (n - k) if asset is None else bread @ _meat(best.jac, best.fun, asset) @ bread
    to_natural = np.array([estimates[p] if p in _POSITIVE else 1.0 for p in free])
    covariance = spread * np.outer(to_natural, to_natural)
    names = pd.Index(free, name="parameter")
    parameters = pd.Series([estimates[p] for p in free], names, dtype=float)
    errors, table = pd.Series(np.sqrt(covariance.diagonal()), names), pd.DataFrame(covariance, names, names)
    log_likelihood = float(-0.5 * n * (np.log(2 * np.pi * max(sse, 1e-300) / n) + 1))
    return CurveFit(curve, parameters, errors, table, float(np.sqrt(sse / (n - k))), log_likelihood, n)


def _parameters(family: Family, fixed: Mapping[str, float] | None) -> tuple[list[str], dict[str, float]]:
    """Parameters to fit, and those held."""
    held = {name: float(value) for name, value in (fixed or {}).items()}
    unknown = [name for name in held if name not in family.parameters]
    if unknown:
        known = ", ".join(family.parameters)
        raise ValueError(f"a {family.name} curve has no parameter {', '.join(unknown)}; it has {known}")
    free = [name for name in family.parameters if name not in held]
    if not free:
        raise ValueError("every parameter is held: there is nothing to fit")
    return free, held


def _natural(free: list[str], x: Floats) -> dict[str, float]:
    return {name: float(np.exp(v)) if name in _POSITIVE else float(v) for name, v in zip(free, x, strict=True)}


def _starts(free: list[str], held: dict[str, float], family: Family, ages: Floats, values: Floats) -> list[Floats]:
    """Starts that fall from the top of the readings to their mean at the mean age, by curves of several shapes."""
    top, typical = float(np.quantile(values, 0.95)) + 1.0, max(float(np.mean(ages)), 1e-3)
    lost = max(top - float(values.mean()), 1.0)
    out = []
    for shape in _SHAPES:
        bent = held.get("b", shape)
        guess = family.of_life(typical * ((100.0 - POOR) / lost) ** (1 / bent), bent) | {"c0": top}
        out.append(np.array([np.log(guess[p]) if p in _POSITIVE else guess[p] for p in free]))
    return out


def _curve(family: Family, p: Mapping[str, float], ages: Floats) -> Curve:
    """The curve, if it falls by anything that could be seen."""
    ends = family.value(np.array([ages.min(), ages.max()]), p)
    if not ends[0] - ends[1] > 1e-6:
        raise ValueError("the index does not fall with age in these readings")
    return Curve(family.name, **p)


def _inverse(jacobian: Floats, free: list[str]) -> Floats:
    information = jacobian.T @ jacobian
    size = np.sqrt(information.diagonal())
    scaled = information / np.outer(size, size) if (size > 0).all() else np.zeros_like(information)
    if np.linalg.eigvalsh(scaled)[0] < _SINGULAR:
        raise ValueError(f"the readings cannot tell {', '.join(free)} apart: hold one of them with fixed=")
    return np.asarray(np.linalg.inv(scaled) / np.outer(size, size), dtype=float)


def _meat(jacobian: Floats, residual: Floats, asset: ArrayLike) -> Floats:
    """Sum over assets of the outer product of their scores, enlarged for the number of assets."""
    codes, names = pd.factorize(np.asarray(asset).reshape(-1))
    if len(codes) != len(residual):
        raise ValueError(f"asset must be of the length of age, not {len(codes)}")
    columns = [np.bincount(codes, column * residual, len(names)) for column in jacobian.T]
    scores: Floats = np.stack(columns, axis=1)
    return scores.T @ scores * (len(names) / max(len(names) - 1, 1))
