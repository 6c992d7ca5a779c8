"""Lumpy limits by themselves: the bound holds, and the choice is one that the whole problem allows."""

from dataclasses import replace

import numpy as np
import pytest
from optimisation_problems import INF, best_by_hand
from scipy import sparse

from assetplan.optimisation import Problem, solve
from assetplan.optimisation.bounds.lagrangian import minimise_dual
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.search.incumbent import PricedProblem, start_from_prices
from assetplan.optimisation.search.lumpy_limits import _lumpy as lumpy
from assetplan.optimisation.search.repair import least_use
from assetplan.optimisation.solving import settle_lumps


def tied(seed, n_groups, sections, heavy, alone=0):
    """Groups of sections with bridges beside them, which do as they like unless the group works at one with them.

    Limits: two years of road money, of which each section is a little, and one of bridge money, which a few fill.
    """
    random = np.random.default_rng(seed)
    benefit, usage, counts, group, mode = [], [], [], [], []

    def asset(options, number):
        counts.append(len(options))
        group.append(number)
        for gain, use, way in options:
            benefit.append(gain)
            usage.append(use)
            mode.append(way)

    def section():
        cost, rate = random.uniform(1, 4), random.uniform(0.5, 2.5)
        works = [(rate * cost * random.uniform(0.8, 1.2), cost * np.eye(3)[year]) for year in (0, 1)]
        return [(0.0, np.zeros(3)), *works]

    for number in range(n_groups):
        for _ in range(sections):
            nothing, first, second = section()
            saved = 0.3 * first[1][0]
            asset(
                [(*nothing, 0), (*first, 0), (*second, 0), (first[0] + saved, 0.8 * first[1], 1), (*first, 2)], number
            )
        for _ in range(heavy):
            cost, rate = random.uniform(20, 60), random.uniform(0.5, 2.5)
            idle, works = (0.0, np.zeros(3)), (rate * cost, np.array([0, 0, cost]))
            joint = (rate * cost + 2.0, np.array([0, 0, cost]))
            asset([(*idle, 0), (*works, 0), (*idle, 1), (*works, 1), (*joint, 2)], number)
    for _ in range(alone):
        asset([(*option, 0) for option in section()], -1)
    usage = sparse.csr_array(np.array(usage))
    caps = np.array([0.25, 0.25, 0.3]) * np.asarray(usage.sum(axis=0)).ravel() / 2
    starts = np.cumsum([0, *counts])
    return Problem(
        benefit, usage, starts, caps, np.full(3, -INF), ("2020", "2021", "bridges"), group=group, mode=mode
    )  # fmt: skip


def settled(p, gap=1e-9):
    form = canonical(p)
    task = PricedProblem(p, form, minimise_dual(form, SearchTime.of(60.0)), np.random.default_rng(0))
    least = (least_use(form), np.zeros(0))
    begun = task.nothing().better(p, least if form.is_feasible(*least) else None)
    begun = start_from_prices(task, begun, SearchTime.of(60.0))
    return task, begun, settle_lumps(task, begun, gap * abs(begun.bound), SearchTime.of(60.0))


@pytest.mark.parametrize("heavy", [1, 2])  # 2: what one bridge takes decides what is best of the other
@pytest.mark.parametrize("seed", range(4))
def test_the_bound_holds(seed, heavy):
    p = tied(seed, 2, 4 - heavy, heavy)
    best = best_by_hand(p)
    task, begun, state = settled(p)
    assert lumpy(task.form, np.ones(p.n_options, dtype=bool))[2]
    assert best - 1e-6 <= state.bound <= begun.bound  # 1e-6: feasibility tolerance of HiGHS
    assert begun.benefit <= state.benefit <= best + 1e-9
    assert p.choices.is_allowed(state.chosen)
    assert task.form.is_feasible(state.chosen, state.amounts)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.slow
def test_few_bridges_tied_to_many_roads(seed):
    p = tied(seed, 12, 3, 1, alone=1_000)
    task, begun, state = settled(p, 1e-4)
    assert 0 < lumpy(task.form, np.ones(p.n_options, dtype=bool)).sum() < 3
    assert state.bound < begun.bound
    assert state.bound - state.benefit < 0.5 * (begun.bound - begun.benefit)


def test_nothing_is_done_where_all_limits_are_lumpy():
    p = tied(0, 2, 3, 1)
    few = Problem(
        p.benefit, p.usage[:, 2:], p.starts, p.caps[2:], p.floors[2:], ("bridges",), group=p.group, mode=p.mode
    )
    _, begun, state = settled(few)
    assert state is begun


@pytest.mark.parametrize("seed", range(2))
def test_a_lumpy_limit_without_a_price(seed):
    p = tied(seed, 12, 3, 1, alone=300)
    idle = replace(p, caps=np.where(np.arange(3) == 2, 9.5 * p.usage[:, [2]].max(), p.caps))  # of which it uses 0.1
    task, begun, state = settled(idle)
    assert task.dual.multipliers[2] == 0
    assert state is begun


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.slow), 1])
def test_a_lumpy_floor(seed):
    p = tied(seed, 12, 3, 1, alone=300)
    bridges = p.usage[:, [2]].toarray().ravel()
    caps, floors = np.where(np.arange(3) == 2, INF, p.caps), np.where(np.arange(3) == 2, 4.5 * bridges.max(), -INF)
    asked = replace(p, benefit=np.where(bridges > 0, -0.7 * bridges, p.benefit), caps=caps, floors=floors)
    task, begun, state = settled(asked)
    assert (task.dual.multipliers[task.form.limit < 0] > 0).all()
    assert state is not begun
    solution = solve(asked, target_gap=1e-3)
    assert state.benefit <= solution.bound + 1e-6
    assert solution.benefit - 1e-6 <= state.bound <= begun.bound
    assert task.form.is_feasible(state.chosen, state.amounts)
