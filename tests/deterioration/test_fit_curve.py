"""Curves fitted to ages and indices: exact recovery, a second method, errors, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from assetplan.deterioration import Curve, fit_curve

CURVES = [
    Curve("linear", 95.0, 1.4),
    Curve("power", 97.0, 0.12, 1.8),
    Curve("exponential", 96.0, 0.04),
    Curve("logistic", 92.0, 0.2, a50=22.0, cmin=12.0),
    Curve("weibull", 94.0, 32.0, 2.1),
]


def readings(curve, n, noise, seed=0):
    rng = np.random.default_rng(seed)
    age = rng.uniform(4, 38, n)
    return age, curve.index(age) + rng.normal(0, noise, n)


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.family)
def test_readings_without_noise_give_the_curve_back(curve):
    age, index = readings(curve, 60, 0.0)
    fit = fit_curve(age, index, curve.family)
    for name, value in fit.parameters.items():
        assert value == pytest.approx(getattr(curve, name), rel=1e-5)  # where least squares of doubles stop
    assert fit.curve.index(age) == pytest.approx(index, abs=1e-6)


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.family)
def test_a_direct_search_finds_no_better(curve):
    age, index = readings(curve, 300, 2.0, seed=1)
    fit = fit_curve(age, index, curve.family)
    sse = float(((fit.curve.index(age) - index) ** 2).sum())
    names = list(fit.parameters.index)

    def worse(x):
        parameters = dict(zip(names, x, strict=True))
        if parameters["k"] <= 0 or parameters.get("b", 1) <= 0 or parameters["c0"] <= parameters.get("cmin", 0):
            return 1e12
        return float(((Curve(curve.family, **parameters).index(age) - index) ** 2).sum())

    direct = minimize(
        worse, fit.parameters.to_numpy() * 1.02, method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000},
    )  # fmt: skip
    assert sse <= direct.fun + 1e-6
    assert fit.noise == pytest.approx(2.0, rel=0.15)  # 300 readings: 4 % one standard error


def test_a_line_has_the_errors_of_regression():
    age, index = readings(CURVES[0], 80, 3.0)
    fit = fit_curve(age, index, "linear")
    slope, level = np.polyfit(age, index, 1)
    assert fit.parameters["k"] == pytest.approx(-slope, rel=1e-8)
    assert fit.parameters["c0"] == pytest.approx(level, rel=1e-8)
    _, covariance = np.polyfit(age, index, 1, cov=True)
    assert fit.covariance.loc["k", "k"] == pytest.approx(covariance[0, 0], rel=1e-6)
    assert fit.covariance.loc["k", "c0"] == pytest.approx(-covariance[0, 1], rel=1e-6)


def test_readings_of_one_asset_count_together():
    """Each asset lies off the curve by itself; ten readings of it are hardly more than one."""
    rng = np.random.default_rng(8)
    asset = np.repeat(np.arange(60), 10)
    age = rng.uniform(2, 30, 600)
    index = 90 - age + rng.normal(0, 4, 60)[asset] + rng.normal(0, 0.5, 600)
    alone = fit_curve(age, index, "linear")
    together = fit_curve(age, index, "linear", asset=asset)
    assert together.parameters.equals(alone.parameters)
    assert together.standard_errors["c0"] > 1.5 * alone.standard_errors["c0"]


def test_a_parameter_can_be_held():
    age, index = readings(CURVES[1], 100, 1.0)
    fit = fit_curve(age, index, "power", fixed={"c0": 97.0})
    assert list(fit.parameters.index) == ["k", "b"]
    assert fit.curve.c0 == 97.0


@pytest.mark.parametrize(
    ("args", "options", "fault"),
    [
        (([1, 2], [90, 80, 70], "linear"), {}, "one length"),
        (([1, -2, 3], [90, 80, 70], "linear"), {}, "age must be 0 or more"),
        (([1, 2, 3], [90, 180, 70], "linear"), {}, "index must be from 0 to 100; item 1 is 180"),
        (([1, 2, 3], [90, 80, 70], "cubic"), {}, "family must be one of"),
        (([1, 2], [90, 80], "linear"), {}, "more than 2 readings"),
        (([1, 2, 3, 4], [50, 60, 70, 80], "linear"), {}, "does not fall with age"),
        (([5, 5, 5, 5], [50, 60, 70, 80], "linear"), {}, "cannot tell c0, k apart|does not fall"),
        (([1, 2, 3], [90, 80, 70], "linear"), {"fixed": {"b": 1}}, "a linear curve has no parameter b; it has c0, k"),
        (([1, 2, 3], [90, 80, 70], "linear"), {"fixed": {"c0": 90, "k": 1}}, "nothing to fit"),
        (([1, 2, 3], [90, 80, 70], "linear"), {"asset": [1]}, "length of age"),
    ],
)
def test_wrong_readings(args, options, fault):
    with pytest.raises(ValueError, match=fault):
        fit_curve(*args, **options)
