"""Features that set the pace of chains and lives: gradients, second methods, truth recovered, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from differences import by_differences
from scipy.optimize import minimize

from assetplan.deterioration import fit_markov, fit_weibull
from assetplan.deterioration.fits import chains, series
from assetplan.deterioration.fits.chains import ChainLikelihood, pairs_of
from assetplan.deterioration.fits.survival import lives_of

RATES = np.array([[-0.12, 0.09, 0.03], [0, -0.08, 0.08], [0, 0, 0]])


def fallen(start, time, rng):
    """One end state for each pair after its own time, move by move."""
    state, left = start.copy(), time.copy()
    for _ in range(2):
        leaves = np.append(-RATES.diagonal()[:2], 1e-12)[state]
        left = left - rng.exponential(size=len(state)) / leaves
        far = rng.random(len(state)) * leaves > RATES[np.minimum(state, 1), np.minimum(state, 1) + 1]
        state = np.where(left > 0, np.minimum(state + 1 + far, 2), state)
    return state


def some_pairs(n=400, seed=0, effect=0.5):
    rng = np.random.default_rng(seed)
    start, years = rng.integers(0, 2, n), rng.choice([0.7, 1.5, 4.0], n)
    x = rng.choice([-1.0, 0.0, 0.5, 2.0], n)
    return start, fallen(start, years * np.exp(effect * x), rng), years, x


@pytest.mark.parametrize("room", [20, series._ROOM])
def test_a_chains_gradient_is_that_of_its_value(room, monkeypatch):
    monkeypatch.setattr(series, "_ROOM", room)  # many blocks or one
    start, end, years, x = some_pairs()
    features = np.stack([x, np.random.default_rng(1).normal(size=len(x))], axis=1)
    model = ChainLikelihood.of(pairs_of(start, end, years, 3, "continuous", features), 3, "continuous")
    at = np.array([-2.0, -3.5, -2.4, 0.8, -0.3])
    # of central differences of a value near 500
    assert model.log_likelihood(at)[1] == pytest.approx(
        by_differences(lambda x: model.log_likelihood(x)[0], at, 1e-5), rel=1e-6, abs=1e-5
    )


@pytest.mark.parametrize("effect", [0.6, 3.5])  # the second takes Poisson means past 500
def test_a_pace_is_time_scaled_by_hand(effect):
    start, end, years, x = some_pairs()
    rates = np.array([-1.0, -3.0, -2.0])
    paced = ChainLikelihood.of(pairs_of(start, end, years, 3, "continuous", x), 3, "continuous")
    scaled = ChainLikelihood.of(pairs_of(start, end, years * np.exp(effect * x), 3, "continuous"), 3, "continuous")
    value, slope = paced.log_likelihood(np.append(rates, effect))
    by_hand, slope_by_hand = scaled.log_likelihood(rates)
    assert value == pytest.approx(by_hand, rel=1e-12)
    assert slope[:3] == pytest.approx(slope_by_hand, rel=1e-9)


def test_a_paced_chain_is_the_maximum_that_a_direct_search_finds():
    start, end, years, x = some_pairs()
    fit = fit_markov(start, end, years, 3, features=x)

    def worse(at):
        one, two, last = np.exp(at[:3])
        time = years * np.exp(at[3] * x)
        new, worn = np.exp(-(one + two) * time), np.exp(-last * time)
        between = one * (new - worn) / (last - one - two)
        chance = {(0, 0): new, (0, 1): between, (0, 2): 1 - new - between, (1, 1): worn, (1, 2): 1 - worn}
        return -sum(np.log(p[(start == i) & (end == j)]).sum() for (i, j), p in chance.items())

    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000}
    direct = minimize(worse, fit.parameters + np.array([0.2, -0.2, 0.1, 0.2]), method="Nelder-Mead", options=options)
    assert fit.log_likelihood == pytest.approx(-direct.fun, abs=1e-6)
    assert fit.parameters == pytest.approx(direct.x, abs=1e-3)  # flat to a millionth of its log-likelihood


def test_two_values_of_two_states_are_two_chains_apart():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, 600)
    years = rng.choice([1.0, 2.5], 600)
    end = (rng.random(600) < -np.expm1(-0.1 * years * 2.0**x)).astype(int)
    start = np.zeros(600)
    both = fit_markov(start, end, years, 2, features=x)
    slow, fast = (fit_markov(start[x == k], end[x == k], years[x == k], 2) for k in (0, 1))
    assert both.generator == pytest.approx(slow.generator, rel=1e-4)  # a gain of 1e-8 from the top
    assert np.exp(both.coefficients[0]) == pytest.approx(fast.generator[0, 1] / slow.generator[0, 1], rel=1e-4)
    assert both.log_likelihood == pytest.approx(slow.log_likelihood + fast.log_likelihood, abs=1e-7)
    # of a difference of two logarithms
    apart = np.hypot(*(fit.standard_errors[0, 1] / fit.generator[0, 1] for fit in (slow, fast)))
    assert both.coefficient_errors[0] == pytest.approx(apart, rel=1e-4)


def test_a_chains_covariates_are_recovered():
    rng = np.random.default_rng(5)
    n, effects = 6000, np.array([0.5, -0.3])
    features = rng.normal(size=(n, 2))
    start, years = rng.integers(0, 2, n), rng.uniform(0.5, 5, n)
    fit = fit_markov(start, fallen(start, years * np.exp(features @ effects), rng), years, 3, features=features)
    # four standard errors: one in 16,000 for each
    assert (np.abs(fit.coefficients - effects) < 4 * fit.coefficient_errors).all()
    assert (np.abs(fit.generator - RATES) <= 4 * fit.standard_errors).all()
    assert (fit.coefficient_errors < 0.05).all()
    assert fit.parameters[3:] == pytest.approx(fit.coefficients, abs=0)


def test_many_pairs_begin_where_some_end(monkeypatch):
    start, end, years, _ = some_pairs(3000)
    x = np.random.default_rng(6).normal(size=3000)
    plain = fit_markov(start, end, years, 3, features=x)
    monkeypatch.setattr(chains, "_ENOUGH", 100)
    assert fit_markov(start, end, years, 3, features=x).log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7)


def test_a_pace_past_all_reckoning_is_no_maximum():
    start, end, years, x = some_pairs()
    model = ChainLikelihood.of(pairs_of(start, end, years, 3, "continuous", 100 * x), 3, "continuous")
    value, slope = model.log_likelihood(np.array([-2.0, -3.0, -2.0, 5.0]))
    assert (value, slope.any()) == (-np.inf, False)


def some_lives(n=500, seed=2, effect=0.4):
    """Exact ages, ages between inspections, survivors, and records that begin late."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    life, entered = 30 * rng.weibull(2.2, n) * np.exp(-effect * x), rng.uniform(0, 10, n)
    keep = life > entered
    x, life, entered = x[keep], life[keep], entered[keep]
    end = entered + rng.uniform(5, 30, len(life))
    failed, exact = life <= end, rng.random(len(life)) < 0.5
    seen = np.minimum(life, end)
    low = np.where(exact, seen, np.maximum(np.floor(seen / 4) * 4, entered))
    high = np.where(failed & ~exact, low + 4, seen)
    return {"duration": high, "failed": failed, "sound_until": np.where(failed, low, high), "entered": entered}, x


def test_a_lifes_gradient_is_that_of_its_value():
    lives, x = some_lives()
    checked = lives_of(**lives, features=np.stack([x, x**2], axis=1))
    at = np.array([0.7, 3.3, 0.5, -0.1])
    assert checked.log_likelihood(at)[1] == pytest.approx(
        by_differences(lambda x: checked.log_likelihood(x)[0], at, 1e-5), rel=1e-6, abs=1e-5
    )


def test_a_pace_is_ages_scaled_by_hand():
    lives, x = some_lives()
    pace = np.exp(0.4 * x)
    exact = lives["failed"] & (lives["sound_until"] >= lives["duration"])
    aged = {name: values if name == "failed" else values * pace for name, values in lives.items()}
    at = np.array([0.7, 3.3])
    # a density is per year of an asset's own time
    by_hand = lives_of(**aged).log_likelihood(at)[0] + np.log(pace[exact]).sum()
    assert lives_of(**lives, features=x).log_likelihood(np.append(at, 0.4))[0] == pytest.approx(by_hand, rel=1e-12)


def test_a_paced_life_is_the_maximum_that_a_direct_search_finds():
    lives, x = some_lives()
    fit = fit_weibull(**lives, features=x)
    exact = lives["failed"] & (lives["sound_until"] >= lives["duration"])
    between = lives["failed"] & ~exact

    def worse(at):
        b, e = np.exp(at[0]), np.exp(at[1] - at[2] * x)
        ended, held, entered = ((lives[name] / e) ** b for name in ("duration", "sound_until", "entered"))
        out = entered - ended
        out[exact] += np.log(b / e[exact] * (lives["duration"][exact] / e[exact]) ** (b - 1))
        out[between] = entered[between] + np.log(np.exp(-held[between]) - np.exp(-ended[between]))
        return -out.sum()

    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000}
    direct = minimize(worse, fit.parameters + np.array([0.2, -0.1, 0.2]), method="Nelder-Mead", options=options)
    assert fit.log_likelihood == pytest.approx(-direct.fun, abs=1e-6)
    # four standard errors of the truth
    assert abs(fit.coefficients[0] - 0.4) < 4 * fit.coefficient_errors[0]
    assert abs(fit.shape - 2.2) < 4 * fit.standard_errors[0]
    assert abs(fit.scale - 30) < 4 * fit.standard_errors[1]


def test_an_exponential_life_at_two_paces_has_a_closed_form():
    """With shape near one, the pace is the ratio of failures a year."""
    rng = np.random.default_rng(8)
    x = np.repeat([0.0, 1.0], 20_000)
    life = 12 * rng.exponential(size=40_000) / 1.5**x
    fit = fit_weibull(life, np.ones(40_000), features=x)
    ratio = life[x == 0].mean() / life[x == 1].mean()
    assert np.exp(fit.coefficients[0]) == pytest.approx(ratio, rel=0.01)  # shape is not held at one


@pytest.mark.parametrize(
    ("features", "fault"),
    [
        ([1.0, 1.0, 1.0, 1.0], "must each vary"),
        ([[1, 2], [2, 4], [3, 6], [5, 10]], "none follow from others"),
        ([1.0, 2.0], r"one row for each of 4, not the shape \(2, 1\)"),
        ([1.0, np.nan, 2.0, 3.0], r"must be numbers; row 1 is \[nan\]"),
    ],
)
def test_wrong_features(features, fault):
    with pytest.raises(ValueError, match=fault):
        fit_markov([0, 0, 1, 1], [0, 1, 1, 2], [1, 2, 1, 1], 3, features=features)
    with pytest.raises(ValueError, match=fault):
        fit_weibull([5, 6, 7, 8], [1, 1, 1, 0], features=features)


def test_a_chain_by_whole_years_has_no_pace():
    with pytest.raises(ValueError, match="which no pace can stretch: fit a continuous one"):
        fit_markov([0, 0], [0, 1], [1, 2], 2, chain="discrete", features=[0.0, 1.0])
