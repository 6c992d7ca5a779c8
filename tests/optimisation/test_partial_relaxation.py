"""Partial relaxations: their bound holds, and the search that dives by them finds what one model finds."""

import numpy as np
import pytest
from optimisation_problems import INF, best_by_hand, brute_force, large, random_problem
from scipy import sparse

from assetplan.optimisation import Problem, solve
from assetplan.optimisation.bounds.lagrangian import minimise_dual
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.search import cores, dives
from assetplan.optimisation.search import partial_relaxation as heavy
from assetplan.optimisation.search.incumbent import PricedProblem
from assetplan.optimisation.search.partial_relaxation import partial_relaxation, weights


def task_of(p):
    form = canonical(p)
    return PricedProblem(p, form, minimise_dual(form, SearchTime.of(60.0)), np.random.default_rng(0))


@pytest.mark.parametrize("columns", [0, 15_000])  # 0: the narrowest box of prices, else none
@pytest.mark.parametrize("seed", range(12))
def test_the_bound_holds_and_is_no_looser_than_the_prices(seed, columns, monkeypatch):
    monkeypatch.setattr(heavy, "COLUMNS", columns)
    p = random_problem(seed, 6, 4, 2, share=0.3, floor=seed % 2 == 1, whole_pounds=seed % 3 > 0)
    best = brute_force(p)
    if best == -INF:
        pytest.skip("nothing is feasible")
    task = task_of(p)
    reduced_cost = p.choices.reduced_costs(task.values)
    needed = task.dual.bound - best + 1e-6
    order = np.argsort(-weights(task.form, task.dual.multipliers, reduced_cost <= needed))
    bounds = []
    for n in (0, 2, 6):
        whole = np.isin(np.arange(6), order[:n])
        relaxed, bound = partial_relaxation(task, reduced_cost, needed, whole, SearchTime.of(10.0), 1e-9)
        assert best - 1e-6 <= bound <= task.dual.bound  # 1e-6: feasibility tolerance of HiGHS
        bounds.append(bound)
        if n == 6 and columns:
            assert bound == pytest.approx(best, abs=1e-6)  # all whole: the problem itself
            assert relaxed.value == pytest.approx(best, abs=1e-6)
    assert bounds[0] >= bounds[1] - 1e-6 >= bounds[2] - 2e-6


@pytest.mark.parametrize("columns", [-10, 15_000])  # -10: the narrowest box, whatever is kept
@pytest.mark.parametrize("seed", range(6))
def test_the_bound_holds_with_flows_and_groups(seed, columns, monkeypatch):
    monkeypatch.setattr(heavy, "COLUMNS", columns)
    p = large(seed, n_assets=7, n_groups=1, years=2)
    best = best_by_hand(p)
    task = task_of(p)
    reduced_cost = p.choices.reduced_costs(task.values)
    for n in (1, 3, 7):
        whole = p.choices.with_groups(np.arange(7) >= 7 - n)
        _, bound = partial_relaxation(
            task, reduced_cost, task.dual.bound - best + 1e-6, whole, SearchTime.of(10.0), 1e-9
        )
        assert best - 1e-6 <= bound <= task.dual.bound
        if n == 7 and columns > 0:
            assert bound == pytest.approx(best, abs=1e-5)


def lumpy(seed, n_assets=300, n_options=5, n_rows=4):
    """A few assets as large as all others together."""
    random = np.random.default_rng(seed)
    size = np.exp(random.normal(0, 1.8, n_assets))
    cost = size[:, None] * random.uniform(0.3, 2.0, (n_assets, n_options))
    cost[:, 0] = 0
    benefit = cost * random.uniform(0.5, 2.0, (n_assets, n_options))
    row = random.integers(0, n_rows, (n_assets, n_options))
    option = np.arange(n_assets * n_options)
    usage = sparse.csr_array((cost.ravel(), (option, row.ravel())), shape=(n_assets * n_options, n_rows))
    caps = 0.2 * np.asarray(usage.sum(axis=0)).ravel() / n_options
    return Problem(
        benefit.ravel(), usage, np.arange(n_assets + 1) * n_options, caps, np.full(n_rows, -INF), tuple("abcd")
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_dive_finds_what_one_model_finds(seed, monkeypatch):
    begun = []
    monkeypatch.setattr(cores, "PROOF", 20)  # cores alone would settle so small a problem
    monkeypatch.setattr(cores, "CORE", 25)
    monkeypatch.setattr(dives, "HEAVY", (5, 20))
    plain = dives._dive
    monkeypatch.setattr(dives, "_dive", lambda *given: begun.append(given[3]) or plain(*given))
    p = lumpy(seed)
    one = solve(p, target_gap=1e-4, time_limit=20, whole=10_000)
    solution = solve(p, target_gap=1e-3, time_limit=20, whole=0)
    assert begun
    assert solution.status == one.status == "optimal"
    assert solution.benefit <= one.bound * (1 + 1e-9)  # order of summation
    assert solution.bound >= one.benefit * (1 - 1e-9)
    again = solve(p, target_gap=1e-3, time_limit=20, whole=0)
    assert np.array_equal(solution.chosen, again.chosen)


def test_a_part_has_the_room_that_is_left():
    p = large(3, n_assets=40, n_groups=4, years=3)
    decided = p.choices.with_groups(np.arange(40) < 6)
    assert decided.sum() == 8  # the second group is taken whole
    chosen = p.choices.best(p.benefit)[1]
    options = np.flatnonzero(~decided[p.owners()])
    rest = p.part(options, chosen[decided])
    used = p.usage.toarray()[chosen[decided]].sum(axis=0)
    assert np.allclose(rest.caps, p.caps - used)
    assert np.array_equal(p.owners()[options], np.flatnonzero(~decided)[rest.owners()])
    assert np.array_equal(rest.mode, p.mode[options])
