"""Cores: models of the undecided options that lie nearest to their asset's best.

At the best prices nearly every asset has one clear option; only about as many assets as there are tight
limits are split by the linear relaxation. The options nearest to their asset's best form the core, a PuLP
model with the limits less what the decided assets use, and cores are drawn until the proven gap is small
enough (Pisinger 1995, *A minimal algorithm for the multiple-choice knapsack problem*,
doi:10.1016/0377-2217(95)00015-I). No option further from its asset's best than bound − benefit can be in a
better choice, so a core that holds all nearer ones proves its own bound (reduced-cost fixing).
"""

from __future__ import annotations

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.search.incumbent import Incumbent, NoChoiceError, PricedProblem, polish
from assetplan.optimisation.search.one_model import ModelAnswer, solve_model

PROOF = 3_000  # options beside the best ones up to which one core is solved to the end
CORE = 500  # options freed in a core that proves nothing
WIDE = 5_000  # the same in a wide core
WIDE_GAP = 0.3  # share of the allowance to which a wide core is solved: its optimum takes part of the allowance itself
CORE_MOST = 8_000  # beyond this HiGHS no longer keeps to its time limit
CORE_NODES = 100  # nodes to search in such a core
CORE_SHARE = 0.1  # of the time left that such a core may take, if that is more than
FIRST_NODES, FIRST_SHARE = 2_000, 0.5  # the same where no choice is known yet
CORE_SECONDS = 4.0  # so many seconds: most end by their nodes, and so the same each time
MENDING = 50  # options for each limit that the relaxation's choice passes
POOL = 8  # such a core is drawn from this many times its size
IDLE = 12  # cores in a row without a gain at which the search ends


def cores(
    task: PricedProblem,
    incumbent: Incumbent,
    allowed: float,
    time_left: SearchTime,
    most: int = 10**9,
    nodes: int | None = None,
    wide: bool = False,
) -> Incumbent:
    """Cores around the prices, then around the best choice, until the gap is closed or nothing more is gained.

    Parameters
    ----------
    task : PricedProblem
    incumbent : Incumbent; best choice so far
    allowed : float; distance between bound and benefit at which to stop [unit of the benefit]
    time_left : callable; seconds left
    most : int, optional; most cores to solve
    nodes : int, optional
        Nodes to search in a core that holds all that could be better; by default it is solved to the end.
    wide : bool, optional
        Whether the first core is a wide one: where no limit is lumpy HiGHS is soon near its optimum.

    Raises
    ------
    NoChoiceError
        A core of every option was proved to be infeasible.
    """
    problem, dual, form = task.problem, task.dual, task.form
    reduced_cost = problem.choices.reduced_costs(task.values)
    best = dual.chosen
    order = np.argsort(_closeness(task, reduced_cost), kind="stable")
    order = order[~np.isin(order, best)]
    size, idle = WIDE if wide else CORE, 0
    for _ in range(most):
        if incumbent.width <= allowed or time_left() <= 0 or idle >= IDLE:
            break
        first = incumbent.chosen is None
        # a choice with an option further than this from its asset's best cannot gain more than is allowed
        needed = dual.bound - incumbent.benefit - allowed
        near = reduced_cost <= needed
        near[best] = True
        proves = bool(near.sum() - problem.n_assets <= PROOF)
        if not proves:
            pool = order[near[order]]
            if incumbent.chosen is not None and idle:
                pool = task.random.permutation(pool[: POOL * size])
            near = np.zeros(len(reduced_cost), dtype=bool)
            near[pool[:size]] = True
            if first:
                near[_mending(task, reduced_cost)] = True
            near = _with_bases(problem, near, best, best if incumbent.chosen is None else incumbent.chosen)
        near = problem.choices.close(near, task.values)
        searched = nodes if proves else FIRST_NODES if first else CORE_NODES
        share = FIRST_SHARE if first else CORE_SHARE
        seconds = time_left() if proves else max(share * time_left(), min(CORE_SECONDS, time_left()))
        close = WIDE_GAP * allowed if wide else allowed
        answer = _solve_kept(problem, near, dual.bound - allowed, close, searched, time_left.part(seconds))
        if answer.infeasible and near.all():
            raise NoChoiceError(problem, form, list(range(len(form.limit))), whole=True)
        before = incumbent.benefit
        if answer.chosen is not None:
            incumbent = incumbent.better(problem, polish(task, (answer.chosen, answer.amounts), time_left))
        if proves:
            return incumbent.bounded(max(answer.bound, dual.bound - needed))
        gained = first or incumbent.benefit - before > 0.01 * (dual.bound - incumbent.benefit)
        idle = 0 if gained and incumbent.chosen is not None else idle + 1
        if wide:
            size, wide = CORE, False
        elif incumbent.chosen is None:
            size = min(3 * size, CORE_MOST)
    return incumbent


def _closeness(task: PricedProblem, reduced_cost: Floats) -> Floats:
    """Reduced cost of each option per unit of priced use that it moves, shape (n_options,); the least are the core."""
    from scipy import sparse

    priced = abs(task.form.usage @ sparse.diags_array(task.dual.multipliers))
    size = np.asarray(priced.sum(axis=1)).ravel()
    moved = task.problem.choices.moved(size, task.values, task.dual.chosen)
    shifted = np.abs(moved) + 0.1 * size
    return np.where(shifted > 0, reduced_cost / np.where(shifted > 0, shifted, 1.0), np.inf)


def _mending(task: PricedProblem, reduced_cost: Floats) -> Ints:
    """Options of least reduced cost per unit of excess removed, for each limit that the relaxation's choice passes.

    An option without priced use is never close by `_closeness`, yet only such a one may bring a limit back.
    """
    form, best, owner = task.form, task.dual.chosen, task.problem.owners()
    over = form.excess(best, task.dual.amounts)
    columns = [np.zeros(0, dtype=np.int64)]
    for row in np.flatnonzero(over > form.tolerance):
        column = form.columns[[row]].toarray().ravel()
        saved = column[best][owner] - column
        useful = np.flatnonzero(saved > 0)
        loss = reduced_cost[useful] / np.minimum(saved[useful], over[row])
        columns.append(useful[np.argsort(loss, kind="stable")[:MENDING]])
    return np.unique(np.concatenate(columns))


def _with_bases(problem: Problem, kept: Bools, best: Ints, around: Ints) -> Bools:
    """Kept options with, for every asset, the one it falls back on, and the best where it is undecided."""
    undecided = np.maximum.reduceat(kept, problem.starts[:-1])
    undecided[np.flatnonzero(best != around)[:CORE]] = True  # what rounding moved may move back
    kept[best[undecided]] = True
    kept[around] = True
    return kept


def _solve_kept(
    problem: Problem, kept: Bools, enough: float, gap: float, nodes: int | None, time_left: SearchTime
) -> ModelAnswer:
    """Best choice among the kept options: a model of the assets that keep several, the others decided."""
    undecided = problem.choices.undecided(kept)
    owner = problem.owners()
    free = np.flatnonzero(kept & undecided[owner])
    decided = np.flatnonzero(kept & ~undecided[owner])
    gained = float(problem.benefit[decided].sum())
    answer = solve_model(problem.part(free, decided), time_left, gap, enough - gained, nodes)
    chosen = None
    if answer.chosen is not None:
        chosen = np.zeros(problem.n_assets, dtype=np.int64)
        chosen[owner[decided]] = decided
        chosen[undecided] = free[answer.chosen]
    return answer._replace(chosen=chosen, bound=answer.bound + gained)
