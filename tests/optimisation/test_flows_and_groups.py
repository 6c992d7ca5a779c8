"""Flows of money beside the choices, and assets that are treated together: by hand, and of any small problem."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimisation_problems import INF, best_by_hand, is_least, large
from scipy import sparse

from assetplan.errors import InfeasibleError
from assetplan.optimisation import Flows, Problem, solve
from assetplan.optimisation.bounds.lagrangian import bound_of_prices, minimise_dual
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.problem.choices import Choices

DECOMPOSED = 0


@st.composite
def problems(draw):
    n_assets, n_resources = draw(st.integers(2, 5)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = random.integers(1, 4, n_assets)
    n = int(counts.sum())
    usage = random.integers(0, 12, (n, n_resources)).astype(float)
    benefit = random.integers(-5, 25, n).astype(float)
    caps = random.integers(0, 10 * n_assets, n_resources).astype(float)
    floors = np.where(random.random(n_resources) < 0.3, random.integers(0, 6, n_resources), -INF)
    n_flows = draw(st.integers(0, 3))
    low = -random.integers(0, 6, n_flows).astype(float)
    flows = Flows(
        tuple(f"flow {k}" for k in range(n_flows)), random.integers(-3, 3, n_flows),
        sparse.csr_array(random.integers(-2, 3, (n_flows, n_resources)).astype(float)), low,
        low + random.integers(0, 12, n_flows),
    )  # fmt: skip
    group = mode = None
    if draw(st.booleans()):
        group = random.integers(-1, 2, n_assets)
        starts = np.concatenate([[0], np.cumsum(counts)])
        mode = random.integers(0, 2, n)
        mode[starts[:-1]] = 0  # a mode that all have
    return Problem(
        benefit, sparse.csr_array(usage), np.concatenate([[0], np.cumsum(counts)]), np.maximum(caps, floors), floors,
        tuple(f"r{j}" for j in range(n_resources)), flows=flows, group=group, mode=mode,
    )  # fmt: skip


@given(p=problems(), whole=st.sampled_from([DECOMPOSED, 10_000]))
def test_any_small_problem(p, whole):
    best = best_by_hand(p)
    if best == -INF:
        with pytest.raises(InfeasibleError):
            solve(p, target_gap=0.0, whole=whole)
        return
    solution = solve(p, target_gap=0.0, whole=whole)
    assert p.choices.is_allowed(solution.chosen)
    used = p.usage.toarray()[solution.chosen].sum(axis=0) + p.flows.usage.toarray().T @ solution.amounts
    assert np.all(used <= p.caps + 1e-6)  # 1e-6: sums of tens, nine digits
    assert np.all(used >= p.floors - 1e-6)
    assert np.all((solution.amounts >= p.flows.low) & (solution.amounts <= p.flows.high))
    assert np.allclose(solution.used, used, atol=1e-9)
    assert solution.benefit == pytest.approx(best, abs=1e-5)  # HiGHS's linear programmes agree to six digits
    assert solution.bound >= best - 1e-5


def years_with_carry(carry):
    """Two years of 50; one works of 90 in the second year, or smaller ones."""
    return Problem(
        [0, 30, 0, 200], sparse.csr_array([[0, 0], [20, 0], [0, 0], [0, 90.0]]), [0, 2, 4], [50.0, 50.0],
        [-INF, -INF], ("2020", "2021"),
        flows=Flows(("2020 to 2021",), [0.0], sparse.csr_array([[1.0, -1.0]]), [0.0], [carry]),
    )  # fmt: skip


@pytest.mark.parametrize("whole", [DECOMPOSED, 1_000])
def test_money_carried_over_pays_what_one_year_cannot(whole):
    assert solve(years_with_carry(39.0), whole=whole).benefit == 30
    solution = solve(years_with_carry(45.0), target_gap=0.0, whole=whole)
    assert solution.benefit == 200
    assert 40 <= solution.amounts[0] <= 45


@pytest.mark.parametrize("whole", [DECOMPOSED, 1_000])
def test_all_of_a_group_or_none(whole):
    # 60 + 60 for 100 with the shared cost of 20 on the first; apart they would come to 40 each
    benefit, cost = [0, 60, 0, 60, 0, 50], np.array([[0, 60, 0, 40, 0, 45.0]]).T
    together = {"group": [7, 7, -1], "mode": [0, 1, 0, 1, 0, 0]}
    for cap, expected in ((99.0, 50), (100.0, 120), (145.0, 170)):
        p = Problem(benefit, sparse.csr_array(cost), [0, 2, 4, 6], [cap], [-INF], ("money",), **together)
        assert solve(p, target_gap=0.0, whole=whole).benefit == expected


def test_large_with_flows_and_groups():
    p = large(1)
    solution = solve(p, target_gap=1e-3, time_limit=30)
    assert solution.status == "optimal"
    assert p.choices.is_allowed(solution.chosen)
    assert np.all(solution.used <= p.caps * (1 + 1e-9))  # order of summation
    again = solve(p, target_gap=1e-3, time_limit=30)
    assert np.array_equal(solution.chosen, again.chosen)
    assert np.array_equal(solution.amounts, again.amounts)
    free = solve(Problem(p.benefit, p.usage, p.starts, p.caps, p.floors, p.resources), target_gap=1e-3)
    tied = solve(Problem(
        p.benefit, p.usage, p.starts, p.caps, p.floors, p.resources, group=p.group, mode=p.mode
    ), target_gap=1e-3)  # fmt: skip
    assert tied.benefit <= free.bound
    assert tied.benefit <= solution.bound


@pytest.mark.parametrize("used", [0.0, 5.0])
def test_a_limit_that_every_choice_uses_alike_has_no_price(used):
    """Its price does not matter where all of it is used, so a search may leave it anywhere."""
    p = large(3)
    alike = np.zeros((p.n_options, 1))
    alike[p.starts[7] : p.starts[8]] = used
    still = sparse.csr_array((len(p.flows.names), 1))
    wider = replace(
        p,
        usage=sparse.hstack([p.usage, sparse.csr_array(alike)]).tocsr(),
        caps=np.append(p.caps, used),
        floors=np.append(p.floors, -INF),
        resources=(*p.resources, "spent"),
        flows=replace(p.flows, usage=sparse.hstack([p.flows.usage, still]).tocsr()),
    )
    solution = solve(wider, target_gap=1e-3, time_limit=30)
    assert solution.prices[-1] == 0
    assert solution.bound == pytest.approx(solve(p, target_gap=1e-3, time_limit=30).bound, rel=1e-3)  # each to its gap


def test_prices_with_flows_and_groups_are_the_least_bound():
    p = large(2, n_assets=400, n_groups=60)
    form = canonical(p)
    is_least(form, minimise_dual(form, SearchTime.of(60.0)), (0.97, 1.03))


@pytest.mark.parametrize("seed", range(5))
def test_best_and_margins_by_hand(seed):
    random = np.random.default_rng(seed)
    counts = random.integers(2, 5, 6)
    starts = np.concatenate([[0], np.cumsum(counts)])
    group, mode = np.array([0, 0, 3, 3, 3, -1]), random.integers(0, 3, starts[-1])
    mode[starts[:-1]] = 1
    choices, values = Choices.of(starts, group, mode), random.normal(0, 1, starts[-1])

    def most(force=None):
        total = -INF
        for choice in product(*(range(a, b) for a, b in pairwise(starts))):
            same = all(len({mode[choice[a]] for a in np.flatnonzero(group == g)}) == 1 for g in (0, 3))
            if same and (force is None or force in choice):
                total = max(total, values[list(choice)].sum())
        return total

    best, chosen = choices.best(values)
    assert best.sum() == pytest.approx(most())
    assert choices.is_allowed(chosen)
    assert values[chosen].sum() == pytest.approx(best.sum())
    assert choices.best_values(values).sum() == pytest.approx(best.sum())
    assert np.allclose(choices.reduced_costs(values), [most() - most(o) for o in range(len(values))])
    soft, weights = choices.smoothed(values, 1e-3)
    assert -1e-12 <= soft - best.sum() <= 1e-3 * 20  # heat times the logarithm of what there is to choose
    assert np.add.reduceat(weights, starts[:-1]) == pytest.approx(np.ones(6))


def test_a_group_without_a_common_mode_is_refused():
    with pytest.raises(ValueError, match="group 4 have no mode in common"):
        Problem(np.ones(2), np.ones((2, 1)), [0, 1, 2], [9.0], [-INF], ("r",), group=[4, 4], mode=[0, 1])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"benefit": [np.nan]}, "benefit of flow loan is nan"),
        ({"high": [np.inf]}, "high of flow loan is inf"),
        ({"low": [2.0]}, "least of loan .2. is above its most .1."),
        ({"usage": sparse.csr_array([[np.nan]])}, "usage of the flows must be finite"),
        ({"names": ("a", "b")}, "flows must have one benefit"),
    ],
)
def test_wrong_flows(changes, words):
    parts = {"names": ("loan",), "benefit": [1.0], "usage": sparse.csr_array([[1.0]]), "low": [0.0], "high": [1.0]}
    with pytest.raises(ValueError, match=words):
        Problem([0.0], np.zeros((1, 1)), [0, 1], [1.0], [-INF], ("r",), flows=Flows(**(parts | changes)))


@pytest.mark.parametrize("seed", range(8))
def test_the_prices_of_an_answer_prove_a_bound_by_themselves(seed):
    p = large(seed, n_assets=7, n_groups=1, years=2)
    solution = solve(p, target_gap=0.0)
    proved = bound_of_prices(p, solution.prices)
    assert proved >= solution.bound * (1 - 1e-9)  # order of summation; cores may have tightened the other
    assert proved >= best_by_hand(p) - 1e-6
