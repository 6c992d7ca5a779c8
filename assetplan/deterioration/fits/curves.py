"""Curves fitted to ages and condition indices by least squares, the maximum likelihood of normal noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats
from assetplan.deterioration.curves import FAMILIES, PARAMETERS, Curve

_POSITIVE = ("k", "b")  # fitted as logarithms
_LOW = {"c0": 1.0, "k": -40.0, "b": -3.0, "a50": -500.0, "cmin": -100.0}
_HIGH = {"c0": 300.0, "k": 8.0, "b": 3.0, "a50": 1000.0, "cmin": 99.0}
_SINGULAR = 1e-12  # of the information matrix's eigenvalues, scaled to a unit diagonal


@dataclass(frozen=True, eq=False)
class CurveFit:
    """A fitted curve.

    Attributes
    ----------
    curve : Curve
        Age to index and back.
    parameters, standard_errors : Series
        By name: c0 and cmin [index points], k, b, a50 as in `Curve`; only those fitted.
    covariance : DataFrame
        Of `parameters`; allows for readings of one asset lying together where assets were given.
    noise : float
        Standard deviation of the readings about the curve [index points].
    log_likelihood : float
        Of independent normal noise, at the maximum.
    readings : int
        How many were used.
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
    age : array (n,)
        Age at each reading [years, 0 or more].
    index : array (n,)
        Condition index read [0–100].
    family : str
        linear, power, exponential, logistic or weibull.
    fixed : mapping, optional
        Parameters to hold, such as ``{"c0": 100}``.
    asset : array (n,), optional
        What asset each reading is of. Readings of one asset lie off the curve together, so the errors of the
        parameters are then taken over assets and not over readings (the sandwich of Liang and Zeger 1986).

    Raises
    ------
    ValueError
        Arrays do not fit each other or their ranges, the family or a fixed parameter is unknown, the index does not
        fall with age, or the readings cannot tell the parameters apart.
    """
    from scipy.optimize import least_squares

    ages, values = _checked(age, index)
    free, held = _parameters(family, fixed)
    if len(ages) <= len(free):
        raise ValueError(f"{len(free)} parameters need more than {len(free)} readings; there are {len(ages)}")
    low, high = np.array([_LOW[p] for p in free]), np.array([_HIGH[p] for p in free])

    def off(x: Floats) -> Floats:
        return _value(family, _natural(free, x) | held, ages) - values

    def slopes(x: Floats) -> Floats:
        return _slopes(family, _natural(free, x) | held, ages, free)

    answers = [
        least_squares(
            off, np.clip(x, low + 1e-9, high - 1e-9), slopes, (low, high), x_scale="jac",
            ftol=1e-15, xtol=1e-15, gtol=1e-12, max_nfev=400,
        )
        for x in _starts(free, held, family, ages, values)
    ]  # fmt: skip
    best = min(answers, key=lambda answer: answer.cost)
    found = _natural(free, best.x)
    curve = _curve(family, found | held, ages)
    bread = _inverse(best.jac, free)
    n, k = len(ages), len(free)
    sse = 2.0 * float(best.cost)
    if asset is None:
        spread = bread * sse / (n - k)
    else:
        spread = bread @ _meat(best.jac, best.fun, asset) @ bread
    to_natural = np.array([found[p] if p in _POSITIVE else 1.0 for p in free])
    covariance = spread * np.outer(to_natural, to_natural)
    names = pd.Index(free, name="parameter")
    return CurveFit(
        curve,
        pd.Series([found[p] for p in free], names, dtype=float),
        pd.Series(np.sqrt(covariance.diagonal()), names),
        pd.DataFrame(covariance, names, names),
        float(np.sqrt(sse / (n - k))),
        float(-0.5 * n * (np.log(2 * np.pi * max(sse, 1e-300) / n) + 1)),
        n,
    )


def _checked(age: ArrayLike, index: ArrayLike) -> tuple[Floats, Floats]:
    ages, values = np.asarray(age, dtype=float).reshape(-1), np.asarray(index, dtype=float).reshape(-1)
    if len(ages) != len(values):
        raise ValueError(f"age and index must be of one length, not {len(ages)} and {len(values)}")
    for name, array, good, rule in (
        ("age", ages, np.isfinite(ages) & (ages >= 0), "0 or more [years]"),
        ("index", values, (values >= 0) & (values <= 100), "from 0 to 100"),
    ):
        if not good.all():
            row = int(np.argmax(~good))
            raise ValueError(f"{name} must be {rule}; item {row} is {array[row]:g}")
    return ages, values


def _parameters(family: str, fixed: Mapping[str, float] | None) -> tuple[list[str], dict[str, float]]:
    """Parameters to fit, and those held."""
    if family not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, not {family!r}")
    held = {name: float(value) for name, value in (fixed or {}).items()}
    unknown = [name for name in held if name not in PARAMETERS[family]]
    if unknown:
        known = ", ".join(PARAMETERS[family])
        raise ValueError(f"a {family} curve has no parameter {', '.join(unknown)}; it has {known}")
    free = [name for name in PARAMETERS[family] if name not in held]
    if not free:
        raise ValueError("every parameter is held: there is nothing to fit")
    return free, held


def _natural(free: list[str], x: Floats) -> dict[str, float]:
    return {name: float(np.exp(v)) if name in _POSITIVE else float(v) for name, v in zip(free, x, strict=True)}


def _starts(free: list[str], held: dict[str, float], family: str, ages: Floats, values: Floats) -> list[Floats]:
    """Starts that fall from the top of the readings to their mean at several paces."""
    top, typical = float(np.quantile(values, 0.95)) + 1.0, max(float(np.mean(ages)), 1e-3)
    lost = max(top - float(values.mean()), 1.0)
    out = []
    for shape in (0.7, 1.0, 1.8, 3.0):
        pace = {
            "linear": lost / typical,
            "power": lost / typical ** held.get("b", shape),
            "exponential": lost / top / typical,
            "logistic": shape * 2.0 / typical,
            "weibull": typical * 1.5,
        }[family]
        guess = {"c0": top, "k": pace, "b": shape, "a50": typical * 1.2, "cmin": 0.0}
        out.append(np.array([np.log(guess[p]) if p in _POSITIVE else guess[p] for p in free]))
    return out if family in ("power", "logistic", "weibull") else out[:1]


def _value(family: str, p: Mapping[str, float], age: Floats) -> Floats:
    """Index at an age; the scale's ends are left open, so that the fit feels readings beyond them."""
    if family == "linear":
        return p["c0"] - p["k"] * age
    if family == "power":
        return p["c0"] - p["k"] * age ** p["b"]
    if family == "exponential":
        return p["c0"] * np.exp(-p["k"] * age)
    if family == "weibull":
        return p["c0"] * np.exp(-((age / p["k"]) ** p["b"]))
    return p["cmin"] + (p["c0"] - p["cmin"]) * _falling(p, age)


def _falling(p: Mapping[str, float], age: Floats) -> Floats:
    from scipy.special import expit

    return expit(-p["k"] * (age - p["a50"]))


def _slopes(family: str, p: Mapping[str, float], age: Floats, free: list[str]) -> Floats:
    """Derivative of the value by each free parameter, those in `_POSITIVE` by their logarithm, (n, k)."""
    logs = np.log(np.maximum(age, 1e-300))
    if family == "linear":
        by = {"c0": np.ones_like(age), "k": -p["k"] * age}
    elif family == "power":
        drop = p["k"] * age ** p["b"]
        by = {"c0": np.ones_like(age), "k": -drop, "b": -drop * p["b"] * logs}
    elif family == "exponential":
        left = np.exp(-p["k"] * age)
        by = {"c0": left, "k": -p["c0"] * p["k"] * age * left}
    elif family == "weibull":
        worn = (age / p["k"]) ** p["b"]
        left = np.exp(-worn)
        by = {
            "c0": left,
            "k": p["c0"] * left * worn * p["b"],
            "b": -p["c0"] * left * worn * p["b"] * (logs - np.log(p["k"])),
        }
    else:
        share = _falling(p, age)
        bend = (p["c0"] - p["cmin"]) * share * (1 - share)
        by = {
            "c0": share,
            "cmin": 1 - share,
            "k": -bend * p["k"] * (age - p["a50"]),
            "a50": bend * p["k"],
        }
    return np.stack([by[name] for name in free], axis=1)


def _curve(family: str, p: Mapping[str, float], ages: Floats) -> Curve:
    """The curve, if it falls by anything that could be seen."""
    curve_parameters = {name: p[name] for name in PARAMETERS[family]}
    ends = _value(family, p, np.array([ages.min(), ages.max()]))
    if not ends[0] - ends[1] > 1e-6:
        raise ValueError("the index does not fall with age in these readings")
    return Curve(family, **curve_parameters)


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
