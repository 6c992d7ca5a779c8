"""The search for a better choice and a lower bound: cores, and the heavy assets first where cores do not do."""

from __future__ import annotations

import numpy as np

from assetplan.optimisation.bounds.lagrangian import DUAL_STEPS, minimise_dual
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.search.cores import cores
from assetplan.optimisation.search.incumbent import Decision, Incumbent, PricedProblem, polish, start_from_prices
from assetplan.optimisation.search.partial_relaxation import partial_relaxation, weights

QUICK = 2  # cores before the heavy assets are settled first, or where no stage is left
HEAVY = (30, 300)  # least and most of the heaviest assets in the first stage of a dive
HEAVY_MOST = 1_000  # whole assets in one model beyond which HiGHS no longer keeps to its time
DIVE_SECONDS = 1.0  # a shorter dive reaches no choice
GROWTH = 4  # of the first stage, from dive to dive
STAGES = 3  # of a dive, each with three times the assets of the one before


def search(task: PricedProblem, incumbent: Incumbent, allowed: float, time_left: SearchTime) -> Incumbent:
    """While the gap stays open, the heavy assets first, more of them each time; cores to the end.

    Parameters
    ----------
    task : PricedProblem
    incumbent : Incumbent; best choice so far
    allowed : float; distance between bound and benefit at which to stop [unit of the benefit]
    time_left : callable; seconds left
    """
    n_assets = task.problem.n_assets
    first = min(max(HEAVY[0], n_assets // 50), HEAVY[1])
    while incumbent.chosen is not None and incumbent.width > allowed and _few(first, n_assets):
        half = time_left() / 2
        if half < DIVE_SECONDS:
            break
        incumbent = _dive(task, incumbent, allowed, first, STAGES, time_left.part(half))
        first *= GROWTH
    return cores(task, incumbent, allowed, time_left)


def _few(heavy: int, n_assets: int) -> bool:
    """Whether so many heavy assets leave the larger part light, and HiGHS within its time."""
    return 2 * heavy < n_assets and heavy <= HEAVY_MOST


def _dive(
    task: PricedProblem, incumbent: Incumbent, allowed: float, first: int, stages: int, time_left: SearchTime
) -> Incumbent:
    """Settle the heaviest assets by a partial relaxation, price the rest again, and so on; cores at the end."""
    problem, reduced_cost = task.problem, task.problem.choices.reduced_costs(task.values)
    needed = task.dual.bound - incumbent.benefit
    order = np.argsort(-weights(task.form, task.dual.multipliers, reduced_cost <= needed), kind="stable")
    whole = np.zeros(problem.n_assets, dtype=bool)
    whole[order[:first]] = True
    whole = problem.choices.with_groups(whole)
    close = max(allowed / 3, 0.03 * needed)
    relaxed, bound = partial_relaxation(task, reduced_cost, needed + allowed, whole, time_left, close)
    incumbent = incumbent.bounded(max(bound, incumbent.benefit))  # it bounds the choices that are better still
    if relaxed is None:
        return incumbent
    chosen = relaxed.rounded(problem.choices)
    incumbent = incumbent.better(problem, polish(task, (chosen, relaxed.amounts), time_left))
    if whole.all() or incumbent.width <= allowed or time_left() <= 0:
        return incumbent
    left = np.flatnonzero(~whole[problem.owners()])
    rest = problem.part(left, chosen[whole])
    decision = _solve_rest(rest, task.random, allowed / 2, abs(incumbent.bound), 3 * first, stages - 1, time_left)
    if decision is None:
        return incumbent
    chosen[~whole] = left[decision[0]]
    return incumbent.better(problem, polish(task, (chosen, decision[1]), time_left))


def _solve_rest(
    problem: Problem,
    random: np.random.Generator,
    allowed: float,
    size: float,
    first: int,
    stages: int,
    time_left: SearchTime,
) -> Decision | None:
    """The rest of a dive: the next heaviest, or cores where no stage is left; None where nothing fits."""
    form = canonical(problem)
    some = time_left.part(0.3 * time_left())
    dual = minimise_dual(form, some, close=allowed / max(size, 1e-300) / DUAL_STEPS)
    task = PricedProblem(problem, form, dual, random)
    incumbent = start_from_prices(task, task.nothing(), time_left)
    if incumbent.chosen is None:
        return None
    if stages > 0 and _few(first, problem.n_assets) and incumbent.width > allowed:
        incumbent = _dive(task, incumbent, allowed, first, stages, time_left)
    else:
        incumbent = cores(task, incumbent, allowed, time_left, QUICK)
    assert incumbent.chosen is not None
    return incumbent.chosen, incumbent.amounts
