"""Chains fitted to pairs of states: published checks, a second method, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from differences import by_differences
from scipy.linalg import expm
from scipy.optimize import minimize

from assetplan.deterioration import fit_markov
from assetplan.deterioration.fits.chains import ChainLikelihood, annual, pairs_of

BRIDGE = np.diag([0.91, 0.95, 0.94, 0.85, 1.0]) + np.diag([0.09, 0.05, 0.06, 0.15], 1)
DROPS = np.array([[-0.12, 0.09, 0.03, 0], [0, -0.08, 0.06, 0.02], [0, 0, -0.05, 0.05], [0, 0, 0, 0]])


def drawn(start, years, matrices, rng):
    """One end state for each pair from the matrix of its interval."""
    rows = np.stack([matrices(t)[s] for s, t in zip(start, years, strict=True)])
    return (rng.random(len(start))[:, None] > rows.cumsum(axis=1)).sum(axis=1)


def by_hand(start, end, years, matrix):
    return sum(np.log(matrix(t)[i, j]) for i, j, t in zip(start, end, years, strict=True))


def test_two_states_seen_at_one_and_four_years():
    """domain.md section 5: 92 of 100 stay for a year and 72 of 100 for four."""
    fit = fit_markov([0] * 200, [0] * 92 + [1] * 8 + [0] * 72 + [1] * 28, [1] * 100 + [4] * 100, 2)
    assert fit.generator[0, 1] == pytest.approx(0.082404, abs=5e-7)  # printed digits
    assert fit.transition[0, 0] == pytest.approx(0.920900, abs=5e-7)
    assert fit.log_likelihood == pytest.approx(-87.173, abs=5e-4)


def test_a_rate_from_two_year_pairs_and_its_error():
    """domain.md section 5; the error by the delta method on the share that stays, √(p(1−p)/n)/(2p)."""
    fit = fit_markov([0] * 200, [0] * 170 + [1] * 30, [2] * 200, 2)
    assert fit.generator[0, 1] == pytest.approx(0.081259, abs=5e-7)
    assert fit.standard_errors[0, 1] == pytest.approx(np.sqrt(0.85 * 0.15 / 200) / (2 * 0.85), rel=1e-5)
    assert fit.standard_errors[0, 0] == fit.standard_errors[0, 1]


def test_three_years_of_a_generator():
    """domain.md section 5: rates .08 and .05, first row of exp(3Q); and pairs in its shares give the rates back."""
    q = np.array([[-0.08, 0.08, 0], [0, -0.05, 0.05], [0, 0, 0]])
    printed = [0.78663, 0.19755, 0.01583]
    assert annual(3 * q)[0] == pytest.approx(printed, abs=5e-6)
    assert np.linalg.matrix_power(annual(q), 3)[0] == pytest.approx(printed, abs=5e-6)
    shares = np.round(annual(3 * q) * 1e5).astype(int)
    start, end = (np.repeat(side, shares[:2].ravel()) for side in (np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)))
    fit = fit_markov(start, end, np.full(len(start), 3), 3, max_drop=1)
    assert fit.generator == pytest.approx(q, abs=5e-6)  # shares are whole pairs of 100,000


@pytest.mark.parametrize("max_drop", [1, None])
def test_a_generator_is_the_maximum_that_a_direct_search_finds(max_drop):
    rng = np.random.default_rng(4)
    start = rng.integers(0, 3, 900)
    years = rng.choice([0.7, 1.0, 2.3, 5.0], 900)
    end = drawn(start, years, lambda t: expm(DROPS * t), rng)
    fit = fit_markov(start, end, years, 4, max_drop=max_drop)
    assert fit.log_likelihood == pytest.approx(
        by_hand(start, end, years, lambda t: expm(fit.generator * t)), rel=1e-10
    )  # uniformised against a matrix exponential
    cells, seen = np.unique(np.stack([start, end, years]), axis=1, return_counts=True)

    def worse(logs):
        q = np.zeros((4, 4))
        q[tuple(fit.moves.T)] = np.exp(logs)
        q -= np.diag(q.sum(axis=1))
        tables = {t: expm(q * t) for t in np.unique(years)}
        return -sum(n * np.log(tables[t][int(i), int(j)]) for (i, j, t), n in zip(cells.T, seen, strict=True))

    far = np.maximum(fit.parameters, -8.0) + rng.normal(0, 0.3, len(fit.parameters))
    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 40_000, "maxfev": 40_000, "adaptive": True}
    direct = minimize(worse, far, method="Nelder-Mead", options=options)
    assert fit.log_likelihood == pytest.approx(-direct.fun, abs=1e-6)


@pytest.mark.parametrize("chain", ["discrete", "continuous"])
def test_a_chain_from_age_and_state_alone(chain):
    """Every asset began in the best state: its age is the interval."""
    rng = np.random.default_rng(1)
    age = rng.integers(1, 60, 1500).astype(float)
    state = drawn(np.zeros(1500, dtype=int), age, lambda t: np.linalg.matrix_power(BRIDGE, int(t)), rng)
    fit = fit_markov(np.zeros(1500), state, age, 5, chain=chain, max_drop=1)
    assert fit.pairs == 1500

    def worse(x):
        if chain == "discrete":
            p = np.append(1 / (1 + np.exp(-x)), 0.0)
            matrix = np.diag(1 - p) + np.diag(p[:-1], 1)
            tables = [np.linalg.matrix_power(matrix, t) for t in range(60)]
        else:
            q = np.append(np.exp(x), 0.0)
            tables = [expm((np.diag(q[:-1], 1) - np.diag(q)) * t) for t in range(60)]
        return -sum(np.log(tables[int(t)][0, s]) for t, s in zip(age, state, strict=True))

    options = {"xatol": 1e-8, "fatol": 1e-9, "maxiter": 4000}
    direct = minimize(worse, fit.parameters + np.array([0.2, -0.2, 0.1, -0.1]), method="Nelder-Mead", options=options)
    assert fit.log_likelihood == pytest.approx(-direct.fun, abs=1e-6)
    if chain == "discrete":
        # four standard errors: one in 16,000 for each of four
        assert (np.abs(fit.transition - BRIDGE) <= 4 * fit.standard_errors + 1e-12).all()


def test_gradient_is_that_of_the_value():
    rng = np.random.default_rng(2)
    start = rng.integers(0, 3, 60)
    end = np.minimum(start + rng.integers(0, 3, 60), 3)
    years = rng.integers(2, 6, 60)
    for chain in ("continuous", "discrete"):
        model = ChainLikelihood.of(pairs_of(start, end, years, 4, chain), 4, chain)
        x = rng.normal(-2, 0.5, len(model.moves))
        by_hand = by_differences(lambda at, model=model: model.log_likelihood(at)[0], x, 1e-5)
        assert model.log_likelihood(x)[1] == pytest.approx(by_hand, rel=1e-5, abs=1e-6)


def test_what_no_pair_shows_is_zero_with_no_error():
    fit = fit_markov([0, 0, 0, 1], [0, 1, 1, 2], [1, 1, 2, 1], 3)
    assert fit.generator[0, 2] == 0.0
    fit = fit_markov([0] * 5 + [1] * 5, [0] * 5 + [1] * 4 + [2], [1] * 10, 3)
    assert fit.generator[0, 1] == 0.0
    assert np.isnan(fit.standard_errors[0, 1]) or fit.standard_errors[0, 1] == 0.0
    assert fit.log_likelihood == pytest.approx(4 * np.log(0.8) + np.log(0.2))


def test_improvements_are_left_out_and_counted():
    plain = fit_markov([0, 0, 1, 1], [0, 1, 1, 2], [1, 1, 1, 1], 3)
    mixed = fit_markov([0, 0, 1, 1, 2, 1], [0, 1, 1, 2, 0, 0], [1] * 6, 3)
    assert (mixed.pairs, mixed.improved) == (4, 2)
    assert np.array_equal(mixed.transition, plain.transition)


def test_rows_sum_to_one_and_only_fall():
    rng = np.random.default_rng(7)
    start = rng.integers(0, 4, 300)
    fit = fit_markov(start, np.minimum(start + rng.integers(0, 3, 300), 4), rng.uniform(0.2, 9, 300), 5)
    assert fit.transition.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-15)
    assert not np.tril(fit.transition, -1).any()
    assert fit.transition[-1, -1] == 1.0


@pytest.mark.parametrize(
    ("args", "fault"),
    [
        (([0, 0], [1], [1]), "one length"),
        (([0], [3], [1]), "end must be whole states from 0 to 2; item 0 is 3"),
        (([0.5], [1], [1]), "start must be whole states"),
        (([0, 0], [0, 1], [1, 0]), "years must be above 0; item 1 is 0"),
        (([0], [0], [np.nan]), "years must be above 0"),
        (([1], [0], [1]), "every state improved"),
        (([], [], []), "no pair is left"),
        (([1, 1], [1, 2], [1, 1]), "state 0, so nothing says how it decays"),
    ],
)
def test_wrong_pairs(args, fault):
    with pytest.raises(ValueError, match=fault):
        fit_markov(*args, 3)


def test_wrong_chains():
    with pytest.raises(ValueError, match=r"whole for a discrete chain; item 0 is 1\.5"):
        fit_markov([0], [1], [1.5], 2, chain="discrete")
    with pytest.raises(ValueError, match="from state 0 to 2 in 1 years"):
        fit_markov([0, 1], [2, 2], [1, 1], 3, chain="discrete", max_drop=1)
    with pytest.raises(ValueError, match="max_drop must be 1 to 2"):
        fit_markov([0, 1], [2, 2], [1, 1], 3, max_drop=3)
    with pytest.raises(ValueError, match="chain must be"):
        fit_markov([0], [1], [1], 2, chain="both")
    with pytest.raises(ValueError, match="2 states or more"):
        fit_markov([0], [0], [1], 1)
