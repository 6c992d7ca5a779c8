"""The search for a better choice and a lower bound: cores, and the heavy assets first where cores do not do."""

from __future__ import annotations

import numpy as np

from assetplan.optimisation.bounds.lagrangian import DUAL_STEPS, minimise_dual
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import limit_rows
from assetplan.optimisation.search.cores import cores
from assetplan.optimisation.search.incumbent import (
    Clock,
    Decision,
    Incumbent,
    PricedProblem,
    polish,
    start_from_prices,
    until,
)
from assetplan.optimisation.search.partial_relaxation import partial_relaxation, weights

QUICK_NODES = 100  # nodes of a quick core, however much it could prove
QUICK = 2  # cores before the heavy assets are settled first
HEAVY = (30, 300)  # least and most of the heaviest assets in the first stage of a dive
HEAVY_MOST = 1_000  # whole assets in one model beyond which HiGHS no longer keeps to its time
DIVE_SECONDS = 1.0  # a shorter dive reaches no choice
STAGES = 3  # of a dive, each with three times the assets of the one before


def quick_search(task: PricedProblem, state: Incumbent, allowed: float, time_left: Clock) -> Incumbent:
    """A few cores; arguments as for `search`."""
    return cores(task, state, allowed, time_left, QUICK, QUICK_NODES)


def search(task: PricedProblem, state: Incumbent, allowed: float, time_left: Clock) -> Incumbent:
    """While the gap stays open, the heavy assets first, more of them each time; cores to the end.

    Parameters
    ----------
    task : PricedProblem
        The problem and its prices.
    state : Incumbent
        What is known of it.
    allowed : float
        Distance between bound and benefit at which to stop [unit of the benefit].
    time_left : callable
        Seconds left.
    """
    n_assets = task.problem.n_assets
    first = min(max(HEAVY[0], n_assets // 50), HEAVY[1])
    while state.chosen is not None and state.bound - state.benefit > allowed and _few(first, n_assets):
        end = time_left() / 2
        if end < DIVE_SECONDS:
            break
        state = _dive(task, state, allowed, first, STAGES, until(time_left, end))
        first *= 2
    return cores(task, state, allowed, time_left)


def _few(heavy: int, n_assets: int) -> bool:
    """Whether so many heavy assets leave the larger part light, and HiGHS within its time."""
    return 2 * heavy < n_assets and heavy <= HEAVY_MOST


def _dive(
    task: PricedProblem, state: Incumbent, allowed: float, first: int, stages: int, time_left: Clock
) -> Incumbent:
    """Settle the heaviest assets by a partial relaxation, price the rest again, and so on; cores at the end."""
    problem, values = task.problem, task.values()
    reduced_cost = problem.choices.reduced_costs(values)
    needed = task.dual.bound - state.benefit
    order = np.argsort(-weights(problem, task.rows, task.dual.multipliers, reduced_cost, needed), kind="stable")
    whole = np.zeros(problem.n_assets, dtype=bool)
    whole[order[:first]] = True
    whole = problem.choices.with_groups(whole)
    seconds = max(time_left(), 0.1) / (stages + 1)
    close = max(allowed / 3, 0.03 * needed)
    relaxed, bound = partial_relaxation(task, reduced_cost, needed + allowed, whole, seconds, close)
    state = state.bounded(max(bound, state.benefit))  # it bounds the choices that are better than the present one
    if relaxed is None:
        return state
    chosen = relaxed.rounded(problem.choices)
    state = state.better(problem, polish(task, (chosen, relaxed.amounts), time_left))
    if whole.all() or state.bound - state.benefit <= allowed or time_left() <= 0:
        return state
    left = np.flatnonzero(~whole[problem.owners()])
    rest = problem.part(left, chosen[whole])
    made = _solve_rest(rest, task.random, allowed / 2, abs(state.bound), 3 * first, stages - 1, time_left)
    if made is None:
        return state
    chosen[~whole] = left[made[0]]
    return state.better(problem, polish(task, (chosen, made[1]), time_left))


def _solve_rest(
    problem: Problem,
    random: np.random.Generator,
    allowed: float,
    size: float,
    first: int,
    stages: int,
    time_left: Clock,
) -> Decision | None:
    """The rest of a dive: the next heaviest, or cores where no stage is left; None where nothing fits."""
    rows = limit_rows(problem)
    some = until(time_left, 0.7 * time_left())
    dual = minimise_dual(problem.benefit, problem.choices, rows, some, close=allowed / size / DUAL_STEPS)
    task = PricedProblem(problem, rows, dual, random)
    state = start_from_prices(task, task.nothing(), time_left)
    if state.chosen is None:
        return None
    if stages > 0 and _few(first, problem.n_assets) and state.bound - state.benefit > allowed:
        state = _dive(task, state, allowed, first, stages, time_left)
    else:
        state = cores(task, state, allowed, time_left, QUICK)
    assert state.chosen is not None
    return state.chosen, state.amounts
