"""The search against every combination, its prices and conflicts, and rules of thumb step for step."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimisation_problems import (
    INF,
    brute_force,
    check,
    is_least,
    problem,
    random_problem,
    steepest_steps,
    years_problem,
)

from assetplan.baselines import incremental_benefit_cost, worst_first
from assetplan.errors import InfeasibleError
from assetplan.optimisation import solve
from assetplan.optimisation.bounds import lagrangian
from assetplan.optimisation.bounds.lagrangian import minimise_dual
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.search.components import split

DECOMPOSED = 0  # options up to which one model is used: none
GAP = 1e-4


@pytest.mark.parametrize("whole", [DECOMPOSED, 10_000])
@pytest.mark.parametrize("floor", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_brute_force(seed, floor, whole):
    p = random_problem(seed, 6, 4, 2, share=0.3, floor=floor)
    best = brute_force(p)
    solution = solve(p, target_gap=GAP, whole=whole)
    check(p, solution)
    assert solution.status == "optimal"
    assert best * (1 - GAP) <= solution.benefit <= best + 1e-9  # the gap asked for; 1e-9: order of summation
    assert solution.bound >= best - 1e-9


@st.composite
def _problems(draw):
    counts = draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    n, m = sum(counts), draw(st.integers(1, 3))
    whole = st.integers(-9, 20)
    benefit = draw(st.lists(whole, min_size=n, max_size=n))
    usage = draw(st.lists(st.lists(whole, min_size=m, max_size=m), min_size=n, max_size=n))
    caps = draw(st.lists(st.one_of(st.just(INF), st.integers(-5, 60)), min_size=m, max_size=m))
    widths = draw(st.lists(st.one_of(st.just(INF), st.integers(0, 30)), min_size=m, max_size=m))
    floors = [-INF if INF in (c, w) else c - w for c, w in zip(caps, widths, strict=True)]
    return problem(benefit, usage, counts, caps, floors)


@given(p=_problems(), whole=st.sampled_from([DECOMPOSED, 10_000]))
def test_any_small_problem(p, whole):
    best = brute_force(p)
    if best == -INF:
        with pytest.raises(InfeasibleError) as caught:
            solve(p, target_gap=0.0, whole=whole)
        assert caught.value.limits
        kept = [name in caught.value.limits for name in p.resources]
        named = replace(p, caps=np.where(kept, p.caps, INF), floors=np.where(kept, p.floors, -INF))
        assert brute_force(named) == -INF
        return
    solution = solve(p, target_gap=0.0, whole=whole)
    check(p, solution, target_gap=0.0)
    assert solution.benefit == pytest.approx(best, abs=1e-9)  # whole numbers: exact but for HiGHS's bound
    assert solution.bound >= best - 1e-9


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), 2])
def test_decomposed_equals_one_model(seed):
    p = random_problem(seed, 80, 5, 3, share=0.35, floor=seed == 2, whole_pounds=False)
    one, many = solve(p, target_gap=1e-3, whole=10_000), solve(p, target_gap=1e-3, whole=DECOMPOSED)
    check(p, one, 1e-3)
    check(p, many, 1e-3)
    assert one.status == many.status == "optimal"
    assert one.benefit == pytest.approx(many.benefit, rel=1e-3)  # the gap asked for
    assert max(one.benefit, many.benefit) <= min(one.bound, many.bound) * (1 + 1e-9)


def test_listening_to_a_search_changes_nothing_and_hears_the_bound_come_down():
    p, heard = random_problem(0, 80, 5, 3, share=0.35, whole_pounds=False), []
    alone = solve(p, target_gap=1e-3, whole=DECOMPOSED)
    solution = solve(p, target_gap=1e-3, whole=DECOMPOSED, listen=heard.append)
    assert np.array_equal(solution.chosen, alone.chosen)
    assert (solution.benefit, solution.bound) == (alone.benefit, alone.bound)
    bounds, benefits = ([getattr(each, name) for each in heard] for name in ("bound", "benefit"))
    assert bounds == sorted(bounds, reverse=True)
    assert benefits == sorted(benefits)
    assert heard[-1].done(1e-3)


def test_larger_problem_by_prices():
    p = random_problem(5, 4_000, 6, 10, share=0.3, whole_pounds=False)
    solution = solve(p, target_gap=1e-3, time_limit=30)
    check(p, solution, 1e-3)
    assert solution.status == "optimal"
    again = solve(p, target_gap=1e-3, time_limit=30)
    assert np.array_equal(solution.chosen, again.chosen)
    assert np.array_equal(solution.prices, again.prices)


def test_more_money_never_lowers_the_optimum():
    p = random_problem(8, 7, 4, 2, share=0.2)
    benefits = [solve(replace(p, caps=np.floor(p.caps * k)), target_gap=0.0).benefit for k in np.linspace(0.5, 3, 8)]
    assert np.all(np.diff(benefits) >= -1e-9)  # 1e-9: order of summation


@pytest.mark.slow
def test_short_time_is_feasible():
    p = random_problem(6, 30_000, 8, 20, share=0.3, whole_pounds=False)
    solution = solve(p, target_gap=0.0, time_limit=1.0)
    check(p, solution, 0.0)
    assert solution.status == "feasible"
    assert solution.bound < INF
    assert solution.seconds < 10  # HiGHS passes its limit; a busy machine passes ours


def test_prices_are_the_slope_of_the_relaxation():
    p = random_problem(2, 200, 5, 3, share=0.3, whole_pounds=False)
    form = canonical(p)
    is_least(form, minimise_dual(form, SearchTime.of(60.0)), (0.9, 1.1))


def test_independent_lines_are_split():
    left, right = random_problem(1, 5, 3, 2), random_problem(2, 6, 3, 2)
    usage = np.zeros((33, 4))
    usage[:15, :2], usage[15:, 2:] = left.usage.toarray(), right.usage.toarray()
    both = problem(
        np.concatenate([left.benefit, right.benefit]), usage, np.full(11, 3), np.concatenate([left.caps, right.caps])
    )
    assert len(split(both, canonical(both))) == 2
    apart = brute_force(left) + brute_force(right)
    assert solve(both, target_gap=0.0, whole=DECOMPOSED).benefit == pytest.approx(apart, abs=1e-9)


def test_a_loan_drawn_gives_money_back():
    # the last asset lends 50 at a cost of 20 in benefit
    p = problem([0, 60, 0, 90, 0, -20], [[0], [40], [0], [60], [0], [-50]], [2, 2, 2], [50.0])
    solution = solve(p)
    assert solution.benefit == 130
    assert solution.chosen.tolist() == [1, 3, 5]


def test_large_conflict_is_proved():
    p = random_problem(3, 3_000, 6, 6, share=0.3, whole_pounds=False)
    most = np.maximum.reduceat(p.usage.toarray()[:, 2], p.starts[:-1]).sum()
    floors = p.floors.copy()
    floors[2] = 1.2 * most
    caps = p.caps.copy()
    caps[2] = INF
    with pytest.raises(InfeasibleError, match=r"floor of r2 \(at least .* can be reached\)") as caught:
        solve(replace(p, caps=caps, floors=floors))
    assert caught.value.limits == ("r2",)


def test_large_conflict_of_two_limits():
    p = random_problem(4, 2_000, 4, 3, share=0.3, whole_pounds=False)
    usage = np.column_stack([p.usage.toarray(), p.usage.toarray()[:, 0] * 0.5])
    caps, floors = np.append(p.caps, INF), np.append(p.floors, 0.6 * p.caps[0])
    p = replace(p, usage=usage, caps=caps, floors=floors, resources=("a", "b", "c", "half of a"))
    with pytest.raises(InfeasibleError) as caught:
        solve(p)
    assert set(caught.value.limits) == {"a", "half of a"}


@pytest.mark.parametrize("seed", range(4))
def test_rules_of_thumb_stay_within_caps_and_below_the_best(seed):
    p = random_problem(seed, 40, 4, 2, share=0.3)
    best = solve(p, target_gap=1e-3)
    for rule in (worst_first(p, np.arange(40)), incremental_benefit_cost(p)):
        assert np.all(rule.used <= p.caps)
        assert 0 < rule.benefit <= best.bound
        assert rule.status == "feasible"
        assert np.isnan(rule.bound)
        assert np.array_equal(p.owners()[rule.chosen], np.arange(40))


def test_rules_of_thumb_on_the_published_check():
    cost = np.array([0, 40, 120, 0, 30, 150, 0, 60, 200])[:, None]
    p = problem([0, 60, 110, 0, 50, 140, 0, 70, 190], cost, [3, 3, 3], [250.0])
    # steps by ratio: 2nd of 2 (1.67), 2nd of 1 (1.5), 2nd of 3 (1.17), 3rd of 3 (.86, too dear), 3rd of 2 (.75)
    assert incremental_benefit_cost(p).benefit == 270
    # 3 takes its best (200), 2 what fits (30), 1 nothing
    assert worst_first(p, [2, 1, 0]).benefit == 240


@pytest.mark.parametrize("seed", range(12))
def test_incremental_benefit_cost_by_years(seed):
    p = years_problem(seed, 60)
    rule = incremental_benefit_cost(p)
    assert np.array_equal(rule.chosen, steepest_steps(p))  # a slow second method, step for step
    assert np.all(rule.used <= p.caps)
    assert rule.status == "feasible"
    # Any bound will do, however loose the gap.
    assert rule.benefit <= solve(p, target_gap=0.2, time_limit=5.0).bound
    # an asset used to be dropped at its first step that did not fit; no theorem, but so in all of these
    assert rule.benefit >= p.benefit[steepest_steps(p, again=False)].sum()
    assert np.array_equal(rule.chosen, incremental_benefit_cost(p).chosen)


def test_a_full_year_sends_the_asset_to_the_next():
    # options: nothing, this year, next year; each year has money for one of the two
    p = problem([0, 100, 90, 0, 80, 70], [[0, 0], [50, 0], [0, 50]] * 2, [3, 3], [50.0, 50.0])
    rule = incremental_benefit_cost(p)
    assert rule.chosen.tolist() == [1, 5]
    assert rule.benefit == 170
    assert p.benefit[steepest_steps(p, again=False)].sum() == 100


def test_a_struck_corner_brings_back_what_it_hid():
    # 60 for 100 hides 25 for 50 (below the line) until it is struck off
    p = problem([0, 25, 60], [[0], [50], [100]], [3], [70.0])
    assert incremental_benefit_cost(p).chosen.tolist() == [1]


def test_better_and_no_dearer_goes_first():
    # the first option uses least of the capped resource; the third costs less in all and the second as much
    p = problem([0, 5, 3, 0, 10], [[1, 9], [6, 4], [5, 2], [0, 0], [6, 0]], [3, 2], [7.0, INF])
    assert incremental_benefit_cost(p).chosen.tolist() == [1, 3]


def test_equal_steps_go_by_asset_then_option():
    p = problem([0, 10, 10] * 3, [[0, 0], [5, 0], [0, 5]] * 3, [3, 3, 3], [5.0, 5.0])
    assert incremental_benefit_cost(p).chosen.tolist() == [1, 5, 6]


@pytest.mark.parametrize("seed", range(6))
def test_incremental_benefit_cost_under_one_cap(seed):
    # A choice that is best at a price is best for the money it uses (Everett 1963): the corners of the
    # fractional greedy optimum, where the steps fill the cap exactly.
    whole = random_problem(seed, 50, 5, 1)
    for price in np.linspace(0.2, 1.9, 7):
        reduced = (whole.benefit - price * whole.usage.toarray()[:, 0]).reshape(50, 5)
        best = np.arange(50) * 5 + reduced.argmax(axis=1)
        p = replace(whole, caps=np.array([whole.usage.toarray()[best, 0].sum()]))
        assert incremental_benefit_cost(p).benefit == pytest.approx(whole.benefit[best].sum(), abs=1e-9)
    # between corners the fractional optimum is out of reach by one step at most
    rule, bound = incremental_benefit_cost(whole), solve(whole, target_gap=0.0).bound
    assert bound - whole.benefit.max() <= rule.benefit <= bound


@pytest.mark.parametrize("seed", [1, 3])
def test_least_bound_from_prices_too_high(seed, monkeypatch):
    """A limit used alike whatever is chosen has no price, and a search that starts with one claims no false least."""
    rng = np.random.default_rng(seed)
    assets = lagrangian.MASTER_OPTIONS // 2
    cost = rng.uniform(1, 50, (assets, 3)) * [0, 1, 1]
    benefit = 3 * cost * rng.lognormal(0, 0.6, cost.shape)
    alike = np.repeat(rng.uniform(1, 40, assets), 3)
    caps = [0.2 * cost.sum(), 1.001 * alike.sum() / 3]
    usage = np.column_stack([cost.ravel(), alike])
    p = problem(benefit.ravel(), usage, [3] * assets, caps, [-INF, -INF])
    money = problem(benefit.ravel(), usage[:, :1], [3] * assets, caps[:1], [-INF])
    least = minimise_dual(canonical(money), SearchTime.of(60.0))
    high = np.r_[least.multipliers, rng.uniform(0.5, 3.0) * benefit.sum() / alike.sum()]
    monkeypatch.setattr(lagrangian, "_descend_in_steps", lambda *_: high)
    monkeypatch.setattr(lagrangian, "_best_at", lambda *_: replace(least, multipliers=high, bound=INF, exact=False))
    dual = minimise_dual(canonical(p), SearchTime.of(60.0))
    assert least.exact
    assert dual.exact
    assert dual.bound == pytest.approx(least.bound, rel=2 * lagrangian.DUAL_TOLERANCE)


@pytest.mark.parametrize("seed", range(5))
def test_a_search_that_begins_from_a_choice_ends_as_good_or_better(seed):
    p = random_problem(seed, 40, 4, 3)
    first = solve(p, 0.05, 20)
    again = solve(p, 0.0, 20, start=(first.chosen, first.amounts))
    assert again.benefit >= first.benefit
    assert again.benefit == pytest.approx(solve(p, 0.0, 20).benefit, rel=1e-12)
    # With no time for a better one it is what was begun from.
    kept = solve(p, 0.0, 1e-9, start=(again.chosen, again.amounts))
    assert kept.benefit == again.benefit
    treated = p.starts[:-1] + 3  # works on every asset, for some 2.5 times the money
    with pytest.raises(ValueError, match="passes a limit"):
        solve(p, start=(treated, first.amounts))
