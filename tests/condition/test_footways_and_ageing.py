"""Footway levels, and the chance of failing of assets replaced by age."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetplan.condition import failure_probability, fns_name

LIFE = {"shape": 3.2476, "scale": 20.272}  # the Weibull life of the published check

steady = settings(derandomize=True, deadline=None)  # the same examples on any machine, however slow


def test_fns_levels():
    names = ["as new", "aesthetically impaired", "functionally impaired", "structurally unsound", None]
    assert fns_name([1, 2, 3, 4, np.nan]).tolist() == names


def test_published_chances():
    """S(10) 0.9041 and P(fail ≤ 20 | 15) 0.4407, to the printed digits."""
    assert 1 - failure_probability(0, 10, **LIFE) == pytest.approx(0.9041, abs=5e-5)
    assert failure_probability(15, 5, **LIFE) == pytest.approx(0.4407, abs=5e-5)


@given(st.floats(0, 60), st.floats(0, 30), st.floats(0.5, 6), st.floats(5, 60))
@steady
@example(5.0, 0.0, 5.0, 5.0)
def test_chance_is_one_less_the_ratio_of_survivals(age, years, shape, scale):
    def survival(t):
        return np.exp(-((t / scale) ** shape))

    found = failure_probability(age, years, shape, scale)
    assert 0 <= found <= 1
    if survival(age) > 1e-300:
        # The ratio of two exponentials of up to 700 loses some three digits.
        assert found == pytest.approx(1 - survival(age + years) / survival(age), abs=1e-9)


def test_old_age_keeps_its_digits():
    assert failure_probability(2000, 1e-9, **LIFE) > 0
    assert failure_probability(2000, 5, **LIFE) == 1


def test_seen_condition_overrides_age():
    good = 100 * np.exp(-((5 / 20.272) ** 3.2476))  # the index at age 5
    chances = failure_probability([15, 15, 15, np.nan, np.nan], 5, **LIFE, index=[np.nan, good, 0, good, np.nan])
    aged, young = failure_probability([15, 5], 5, **LIFE)
    assert chances[:4] == pytest.approx([aged, young, 1, young], rel=1e-12)
    assert np.isnan(chances[4])
    assert failure_probability(40, 0, **LIFE, index=100) == 0


@pytest.mark.parametrize(
    ("args", "options", "said"),
    [
        ((1, 1, 0, 20), {}, "shape and scale must be above 0"),
        ((-1, 1, 2, 20), {}, "0 or more"),
        ((1, -1, 2, 20), {}, "0 or more"),
        ((1, np.nan, 2, 20), {}, "not missing"),
        ((1, 1, 2, 20), {"index": 101}, "from 0 to 100"),
    ],
)
def test_wrong_numbers(args, options, said):
    with pytest.raises(ValueError, match=said):
        failure_probability(*args, **options)
