"""Weibull lives: the published check, a second method, and what censoring and late records do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from assetplan.deterioration import fit_weibull


def survival(age, fit):
    return np.exp(-((age / fit.scale) ** fit.shape))


def test_published_check():
    """domain.md section 5: failures at 8, 12, 15, 17, 20 and three censored at 20."""
    fit = fit_weibull([8, 12, 15, 17, 20, 20, 20, 20], [1, 1, 1, 1, 1, 0, 0, 0])
    assert fit.shape == pytest.approx(3.2476, abs=5e-5)  # printed digits
    assert fit.scale == pytest.approx(20.272, abs=5e-4)
    assert survival(10, fit) == pytest.approx(0.9041, abs=5e-5)
    assert 1 - survival(20, fit) / survival(15, fit) == pytest.approx(0.4407, abs=5e-5)
    assert (fit.durations, fit.failures) == (8, 5)


@pytest.mark.parametrize("kind", ["exact", "late", "between"])
def test_a_direct_search_finds_no_better(kind):
    rng = np.random.default_rng(3)
    life = 30 * rng.weibull(2.2, 400)
    entered = rng.uniform(0, 15, 400) if kind != "exact" else np.zeros(400)
    life, entered = life[life > entered], entered[life > entered]
    end = entered + rng.uniform(5, 30, len(life))
    failed = life <= end
    seen = np.minimum(life, end)
    low = np.maximum(np.floor(seen / 4) * 4, entered) if kind == "between" else seen
    high = np.where(failed, low + 4, seen) if kind == "between" else seen
    held = np.where(failed, low, high)
    fit = fit_weibull(high, failed, entered=entered, sound_until=held)

    def worse(x):
        b, e = np.exp(x)

        def hazard(t):
            return (t / e) ** b

        exact = failed & (held >= high)
        out = hazard(entered) - hazard(high)
        out[exact] += np.log(b / e * (high[exact] / e) ** (b - 1))
        between = failed & ~exact
        out[between] = hazard(entered[between]) + np.log(
            np.exp(-hazard(held[between])) - np.exp(-hazard(high[between]))
        )
        return -out.sum()

    direct = minimize(
        worse, fit.parameters + np.array([0.2, -0.1]), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10}
    )
    assert fit.log_likelihood == pytest.approx(-direct.fun, abs=1e-6)
    # four standard errors of the truth
    assert abs(fit.shape - 2.2) < 4 * fit.standard_errors[0]
    assert abs(fit.scale - 30) < 4 * fit.standard_errors[1]


def test_a_record_that_begins_late_would_make_lives_seem_long():
    rng = np.random.default_rng(5)
    life, entered = 30 * rng.weibull(2.2, 3000), rng.uniform(0, 30, 3000)
    life, entered = life[life > entered], entered[life > entered]
    right = fit_weibull(life, np.ones(len(life)), entered=entered)
    wrong = fit_weibull(life, np.ones(len(life)))
    assert abs(right.scale - 30) < 4 * right.standard_errors[1]
    assert wrong.scale > 33


def test_a_shape_of_one_is_an_exponential_life():
    """Its maximum has a closed form: time lived over failures."""
    life = 12 * np.random.default_rng(6).exponential(size=20_000)
    fit = fit_weibull(life, np.ones(20_000))
    assert fit.shape == pytest.approx(1.0, abs=4 * fit.standard_errors[0])
    assert fit.scale == pytest.approx(life.mean(), rel=0.01)  # shape is not held at one


@pytest.mark.parametrize(
    ("args", "fault"),
    [
        (([5, 0], [1, 1]), r"duration must be above 0 \[years\]; item 1 is 0"),
        (([5, np.inf], [1, 1]), "item 1 is inf"),
        (([5, 6, 7], [1, 0, 0]), "two failures or more; 1 of 3 failed"),
        (([7, 7, 7], [1, 1, 1]), "all lie at one age"),
        (([7, 8], [1, 2]), "failed must be true or false"),
        (([7, 8], [1]), "one length"),
        (([], []), "no durations"),
    ],
)
def test_wrong_durations(args, fault):
    with pytest.raises(ValueError, match=fault):
        fit_weibull(*args)


def test_wrong_ends():
    with pytest.raises(ValueError, match="entered must be from 0 to below the duration"):
        fit_weibull([5, 6], [1, 1], entered=[0, 6])
    with pytest.raises(ValueError, match="sound_until must be from 0 to the duration"):
        fit_weibull([5, 6], [1, 1], sound_until=[5, 7])
