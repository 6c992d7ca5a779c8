"""What knowing is worth and what is safe in bad futures, beside every combination of a small problem."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from assetplan.answers.knowledge import Search, Worths, averse_problem, evened, worst_mean, worth_by_group
from assetplan.optimisation import Problem
from assetplan.optimisation.solving import solve

N_ASSETS, N_OPTIONS, MONEY = 5, 3, 100.0
STARTS = np.arange(0, N_ASSETS * N_OPTIONS + 1, N_OPTIONS)
EVERY = np.array(list(product(*(range(a, a + N_OPTIONS) for a in STARTS[:-1]))))


def drawn(seed: int, count: int = 4) -> tuple[Problem, np.ndarray, np.ndarray]:
    """A problem with one limit, what its options are worth in some futures, and every choice within the limit."""
    random = np.random.default_rng(seed)
    n = N_ASSETS * N_OPTIONS
    worth, cost = random.integers(1, 90, (count, n)).astype(float), random.integers(1, 60, n).astype(float)
    worth[:, ::N_OPTIONS] = cost[::N_OPTIONS] = 0
    one = sparse.csr_array(cost[:, None])
    problem = Problem(worth.mean(axis=0), one, STARTS, np.array([MONEY]), np.array([-np.inf]), ("money",))
    return problem, worth, EVERY[cost[EVERY].sum(axis=1) <= MONEY]


@pytest.mark.parametrize("seed", range(3))
def test_safe_in_bad_futures_is_the_best_of_every_combination(seed: int) -> None:
    problem, worth, fits = drawn(seed)
    for tail in (0.25, 0.5, 1.0):
        values = worth[:, fits].sum(axis=2)
        aims = [0.5 * each.mean() + 0.5 * worst_mean(each, tail) for each in values.T]
        start = solve(problem, 0.0)
        reached = Search(problem, 0.0, 10.0).averse(worth, tail, start)
        own = worth[:, reached.chosen].sum(axis=1)
        assert reached.benefit == pytest.approx(max(aims))
        assert 0.5 * own.mean() + 0.5 * worst_mean(own, tail) == pytest.approx(max(aims))
        assert len(reached.amounts) == len(problem.flows.names)
        assert averse_problem(problem, worth, tail).n_options == problem.n_options


def test_what_all_of_a_kind_share_is_kept_and_what_is_one_options_own_evens_out() -> None:
    random = np.random.default_rng(0)
    mean, kind = random.uniform(1, 9, 4000), np.repeat([0, 1], 2000)
    shared = np.array([[0.5, 1.0], [1.5, 1.0]])[:, kind] * mean
    np.testing.assert_allclose(evened(shared, mean, kind), shared)
    own = random.normal(0, 2, shared.shape)
    assert evened(shared + own, mean, kind) == pytest.approx(shared, rel=0.05)
    assert (evened(shared, np.zeros(4000), kind) == 0).all()


def test_worst_mean_is_of_the_share_that_is_asked_for() -> None:
    values = np.array([4.0, 1.0, 3.0, 2.0])
    assert worst_mean(values, 0.25) == 1.0
    assert worst_mean(values, 0.5) == 1.5
    assert worst_mean(values, 0.375) == pytest.approx((1.0 + 0.5 * 2.0) / 1.5)
    assert worst_mean(values, 1.0) == values.mean()


@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_each_future_is_worth_no_less_than_one_programme(seed: int) -> None:
    problem, worth, fits = drawn(seed)
    search, values = Search(problem, 0.0, 10.0), worth[:, fits].sum(axis=2)
    plan = solve(replace(problem, benefit=worth[0]), 0.0)
    average = search.best(worth.mean(axis=0), [plan])
    optima = [search.best(each, [plan, average]) for each in worth]
    assert average.benefit == pytest.approx(values.mean(axis=0).max())
    assert [each.benefit for each in optima] == pytest.approx(values.max(axis=1))
    knowing = np.mean([each.benefit for each in optima]) - average.benefit
    assert knowing >= 0
    assert average.benefit >= worth[:, plan.chosen].sum(axis=1).mean() - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_without_a_limit_a_group_is_worth_what_its_own_best_choices_gain(seed: int) -> None:
    problem, worth, _ = drawn(seed)
    free = replace(problem, caps=np.array([np.inf]))
    average, worths = solve(free, 0.0), Worths(worth, worth, worth.mean(axis=0))
    group = np.repeat([0, 0, 1, 1, 1], N_OPTIONS)
    gained = worth_by_group(free, average, worths, group, 2)
    by_asset = worth.reshape(len(worth), N_ASSETS, N_OPTIONS)
    own = by_asset.max(axis=2) - worth[:, average.chosen].reshape(len(worth), N_ASSETS)
    np.testing.assert_allclose(gained, np.stack([own[:, :2].sum(axis=1), own[:, 2:].sum(axis=1)], axis=1), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_with_a_limit_it_is_at_least_what_the_plan_itself_would_gain(seed: int) -> None:
    problem, worth, fits = drawn(seed)
    average, worths = solve(problem, 0.0), Worths(worth, worth, worth.mean(axis=0))
    group = np.repeat([0, 0, 1, 1, 1], N_OPTIONS)
    gained = worth_by_group(problem, average, worths, group, 2)
    assert (gained >= -1e-9).all()
    # What the prices leave open of the average itself, they leave open of each future.
    score = worths.mean - problem.usage @ average.prices
    left = problem.choices.best_values(score).sum() + MONEY * average.prices[0] - average.benefit
    for code in range(2):
        known = np.where(group == code, worth, worths.mean)
        best = known[:, fits].sum(axis=2).max(axis=1).mean()
        assert best - average.benefit <= gained[:, code].mean() + left + 1e-9
