"""A family of curves that a test adds as one class is one like any other."""

from __future__ import annotations

import numpy as np
import pytest
from histories_made import curve_histories

from assetplan.calibration import calibrate, inspections_of
from assetplan.deterioration import Curve, fit_curve
from assetplan.deterioration.families import FAMILIES, Family
from assetplan.deterioration.groups import decay_of


class Hyperbolic(Family):
    """C0/(1 + k·a)."""

    name, parameters = "hyperbolic", ("c0", "k")

    def value(self, age, p):
        return p["c0"] / (1 + p["k"] * age)

    def slope(self, age, value, p):
        return -p["k"] * value**2 / p["c0"]

    def age(self, index, p):
        return (p["c0"] / index - 1) / p["k"]

    def of_life(self, life, shape):
        return {"c0": 100.0, "k": 1.5 / life}


@pytest.fixture(autouse=True)
def _added(monkeypatch):
    monkeypatch.setitem(FAMILIES, "hyperbolic", Hyperbolic())


def test_it_is_fitted_to_ages():
    age = np.linspace(0, 40, 30)
    fit = fit_curve(age, 90 / (1 + 0.05 * age), "hyperbolic")
    # no noise: what least squares leaves
    assert fit.parameters.to_dict() == pytest.approx({"c0": 90, "k": 0.05}, rel=1e-6)


def test_a_group_decays_by_it():
    row = {"model": "curve", "family": "hyperbolic", "c0": 100, "k": 0.05, "b": None, "a50": None, "cmin": None}
    curve = decay_of(row)
    assert curve == Curve("hyperbolic", 100, 0.05)
    assert curve.index(np.array([0.0, 20.0])) == pytest.approx([100, 50])
    assert curve.age(np.array([50.0]))[0] == pytest.approx(20)


def test_inspections_are_calibrated_by_it():
    inspections = inspections_of(curve_histories(150, 1, family="hyperbolic"))
    row = calibrate(inspections, "curve", family="hyperbolic", check=False).rows.iloc[0]
    assert row["family"] == "hyperbolic"
    assert row["life_low"] < 30 < row["life_high"]  # the life that made them
