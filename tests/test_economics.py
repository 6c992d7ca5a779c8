"""Economics against the published arithmetic. Tolerances are half the last digit printed, or explained."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetplan import economics


def test_green_book_factors():
    factors = economics.discount_factors(400)
    assert factors.shape == (401,)
    assert factors[0] == 1
    assert factors[[5, 30, 31, 60]] == pytest.approx([0.841973, 0.356278, 0.345901, 0.146782], abs=5e-7)


def test_green_book_rates_are_forward_rates_of_their_years():
    factors = economics.discount_factors(400)
    forward = factors[:-1] / factors[1:] - 1
    ends = {1: 0.035, 30: 0.035, 31: 0.03, 75: 0.03, 76: 0.025, 125: 0.025, 126: 0.02, 200: 0.02}
    ends |= {201: 0.015, 300: 0.015, 301: 0.01, 400: 0.01}
    for year, rate in ends.items():
        assert forward[year - 1] == pytest.approx(rate, abs=1e-9)  # a quotient of two products


def test_one_rate_for_all_years():
    assert economics.discount_factors(3, rate=0.25) == pytest.approx([1, 0.8, 0.64, 0.512])
    assert economics.discount_factors(0).tolist() == [1]


def test_a_pound_a_year():
    factors = economics.discount_factors(60)
    assert factors[1:6].sum() == pytest.approx(4.515052, abs=5e-7)
    assert factors[1:].sum() == pytest.approx(25.375260, abs=5e-7)


def test_inflation_eats_year_five():
    bought = economics.deflate([20e6] * 5, 0.03)
    assert bought[0] == 20e6
    assert bought[4] == pytest.approx(17.770e6, abs=500)  # printed to the thousand


def test_depreciated_replacement_cost():
    assert economics.drc(1800, 40, 40 - 22) == pytest.approx(810, rel=1e-12)
    assert economics.drc([100, 100], 20, [-3, 50]).tolist() == [0, 100]


@given(st.integers(1, 200), st.integers(0, 100))
def test_later_money_is_worth_less(years, more):
    factors = economics.discount_factors(years + more)
    assert (np.diff(factors) < 0).all()
    assert factors[: years + 1] == pytest.approx(economics.discount_factors(years), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: economics.discount_factors(-1), "negative"),
        (lambda: economics.discount_factors(1, rate=-1.0), "above −1"),
        (lambda: economics.discount_factors(1, rate=float("nan")), "above −1"),
        (lambda: economics.deflate(3.0, 0.03), "axis of years"),
        (lambda: economics.deflate([1.0], -1.0), "above −1"),
        (lambda: economics.drc(1, 0, 1), "above 0"),
    ],
)
def test_wrong_arguments_are_refused_with_what_is_wrong(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_condition_gain_of_the_published_check():
    """Do-nothing 70 − 3t, treated 90 − 4t, cut-off 40, ten years: 150 point-years."""
    t = np.arange(11.0)
    # Both curves are straight and above the cut-off, so the trapezium rule is exact.
    assert economics.condition_gain(70 - 3 * t, 90 - 4 * t, 40.0) == pytest.approx(150.0, rel=1e-12)
    # Below the cut-off condition earns nothing: ten years from 40 − 3t and 45 − t are worth a triangle of 5 by 5.
    assert economics.condition_gain(40 - 3 * t, 45 - t, 40.0) == pytest.approx(12.5, rel=1e-12)
