"""Curves map age to index and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.deterioration import Curve, load_groups

CURVES = [
    Curve("linear", 100, 2.0),
    Curve("power", 100, 0.2, 1.8),
    Curve("exponential", 100, 0.04),
    Curve("logistic", 101, 0.2, a50=25.0, cmin=2.0),
    Curve("weibull", 100, 21.0, 4.0),
]


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.family)
def test_index_by_its_own_formula(curve: Curve) -> None:
    age = 12.0
    formula = {
        "linear": 100 - 2.0 * age,
        "power": 100 - 0.2 * age**1.8,
        "exponential": 100 * np.exp(-0.04 * age),
        "logistic": 2 + 99 / (1 + np.exp(0.2 * (age - 25))),
        "weibull": 100 * np.exp(-((age / 21) ** 4)),
    }
    # Algebra in double precision.
    assert curve.index(np.array([age]))[0] == pytest.approx(formula[curve.family], rel=1e-12)


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.family)
@settings(max_examples=50)
@given(age=st.floats(0, 45))
def test_age_undoes_index(curve: Curve, age: float) -> None:
    index = curve.index(np.array([age]))
    back = curve.age(index)[0]
    if 0.02 < index[0] < 99.9:
        # Flat parts of a curve lose digits of age; index is what must come back.
        assert curve.index(np.array([back]))[0] == pytest.approx(index[0], abs=1e-6)


@pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.family)
def test_curves_fall_and_stay_in_range(curve: Curve) -> None:
    path = curve.index(np.linspace(0, 200, 500))
    assert (np.diff(path) <= 0).all()
    assert path.min() >= 0
    assert path.max() <= 100


def test_residual_life_of_the_published_rci_curve() -> None:
    """RCI = 0.5·age^1.8: 43.8 at age 12, 40 at 11.41, 100 at 18.98, residual life 6.98 (docs/method.md)."""
    curve = Curve("power", 100, 0.5, 1.8)  # 100 − RCI
    # The printed digits.
    assert 100 - curve.index(np.array([12.0]))[0] == pytest.approx(43.8, abs=0.05)
    assert curve.age(np.array([60.0]))[0] == pytest.approx(11.41, abs=0.005)
    failed = (100 / 0.5) ** (1 / 1.8)
    # age() stops 0.01 points above the foot of the scale, which here moves the age by 0.001 years.
    assert curve.age(np.array([0.0]))[0] == pytest.approx(failed, abs=0.002)
    assert failed == pytest.approx(18.98, abs=0.005)
    group = replace(load_groups()["carriageway_A"], decay=curve, failure_index=0.0)
    assert group.residual_life(np.array([100 - 0.5 * 12**1.8]))[0] == pytest.approx(6.98, abs=0.005)


@pytest.mark.parametrize("bad", [{"k": 0.0}, {"k": -1.0}, {"k": float("nan")}, {"b": 0.0}, {"cmin": 100.0}])
def test_a_curve_that_does_not_fall_is_refused(bad: dict) -> None:
    with pytest.raises(ValueError, match="needs k > 0"):
        Curve("power", **{"k": 1.0, "b": 1.0, **bad})


def test_unknown_family() -> None:
    with pytest.raises(ValueError, match="family must be one of"):
        Curve("cubic")


def test_residual_life_of_every_packaged_group_ends_at_its_failure_index() -> None:
    for group in load_groups().values():
        life = group.residual_life(np.array([100.0, group.failure_index, 1.0]))
        assert life[0] > 5
        assert life[1] == pytest.approx(0, abs=1e-9)
        assert life[2] == 0
        age = group.age(np.array([70.0]))
        after = group.index(age + group.residual_life(np.array([70.0])))[0]
        # A Markov group's path is interpolated between whole years.
        assert after == pytest.approx(group.failure_index, abs=0.05 if group.in_states else 1e-6)


def test_a_curve_of_each_family_has_its_life() -> None:
    for family in ("linear", "power", "exponential", "logistic", "weibull"):
        curve = Curve.of_life(family, 25.0, 1.5)
        assert float(curve.index(np.array(25.0))) == pytest.approx(40.0)
        assert float(curve.index(np.array(0.0))) >= 99.0 - 1e-9
