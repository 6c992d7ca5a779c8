"""What a council would do without an optimiser: the rules of thumb to compare with."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from assetplan.optimisation.problem import Ints, Problem, Rows, Solution, is_feasible, rows_of, totals
from assetplan.optimisation.repair import least_use


def worst_first(problem: Problem, priority: npt.ArrayLike) -> Solution:
    """Treat the assets in order of priority, each with the most beneficial option that still fits the caps.

    Each asset starts at the option that uses least (do nothing). Floors are not sought.

    Args:
        problem: the problem.
        priority: positions of the assets, first to be treated first, shape (n_assets,) or fewer.

    Returns:
        Solution: status "feasible" ("infeasible" where a limit is broken), without bound, gap or prices.
    """
    began = time.monotonic()
    rows = rows_of(problem)
    chosen = least_use(problem, rows)
    room = _Room(rows, chosen)
    for asset in np.asarray(priority, dtype=np.int64):
        options = np.arange(problem.starts[asset], problem.starts[asset + 1])
        base = chosen[asset]
        gains = problem.benefit[options] - problem.benefit[base]
        for i in np.argsort(-gains, kind="stable"):
            if gains[i] <= 0:
                break
            if room.take(base, options[i]):
                chosen[asset] = options[i]
                break
    return _unproved(problem, rows, chosen, began)


def incremental_benefit_cost(problem: Problem) -> Solution:
    """Take steps up each asset's efficient options in falling order of benefit gained per unit of cost.

    The field's usual heuristic (Farid, Johnston, Laverde and Chen 1994, *Application of incremental
    benefit-cost analysis for optimal budget allocation*). An option's cost is its use of all resources together;
    options off the upper convex hull of benefit over cost are dropped, so each asset's steps fall by themselves.
    A step that breaks a cap is passed over, and with it the asset's later steps.

    Args:
        problem: the problem; its resources must be in one unit (money), or adding them up means nothing.

    Returns:
        Solution: status "feasible" ("infeasible" where a limit is broken), without bound, gap or prices.
    """
    began = time.monotonic()
    rows = rows_of(problem)
    cost = np.asarray(problem.usage.sum(axis=1), dtype=np.float64).ravel()
    chosen = least_use(problem, rows)
    ratio: list[float] = []
    step: list[tuple[int, int, int]] = []
    for asset in range(problem.n_assets):
        hull = _hull(problem, cost, asset, int(chosen[asset]))
        for before, after in pairwise(hull):
            gained, spent = problem.benefit[after] - problem.benefit[before], cost[after] - cost[before]
            ratio.append(gained / spent if spent > 0 else np.inf)
            step.append((asset, before, after))
    room = _Room(rows, chosen)
    for i in np.argsort(-np.array(ratio), kind="stable"):
        asset, before, after = step[i]
        if chosen[asset] == before and room.take(before, after):
            chosen[asset] = after
    return _unproved(problem, rows, chosen, began)


def _hull(problem: Problem, cost: np.ndarray, asset: int, base: int) -> list[int]:
    """Options from the base up the upper convex hull of benefit over cost, cheapest first."""
    options = np.arange(problem.starts[asset], problem.starts[asset + 1])
    better = options[(problem.benefit[options] > problem.benefit[base]) & (cost[options] >= cost[base])]
    hull = [base]
    for option in better[np.lexsort((-problem.benefit[better], cost[better]))]:
        if problem.benefit[option] <= problem.benefit[hull[-1]]:
            continue  # dearer and no better
        while len(hull) > 1 and _slope(problem, cost, hull[-2], hull[-1]) <= _slope(problem, cost, hull[-2], option):
            hull.pop()
        hull.append(int(option))
    return hull


def _slope(problem: Problem, cost: np.ndarray, before: int, after: int) -> float:
    spent = cost[after] - cost[before]
    return float((problem.benefit[after] - problem.benefit[before]) / spent) if spent > 0 else float("inf")


class _Room:
    """What is left under each cap, as options are exchanged."""

    def __init__(self, rows: Rows, chosen: Ints) -> None:
        capped = rows.sign > 0
        self.left = np.where(capped, rows.limit - totals(rows.usage, chosen) + rows.tolerance, np.inf).tolist()
        self.starts, self.columns, self.use = rows.usage.indptr, rows.usage.indices, rows.usage.data

    def take(self, before: int, after: int) -> bool:
        """Exchange one option for another if it fits; whether it did."""
        change: dict[int, float] = {}
        for option, sign in ((after, 1.0), (before, -1.0)):
            for k in range(self.starts[option], self.starts[option + 1]):
                column = int(self.columns[k])
                change[column] = change.get(column, 0.0) + sign * float(self.use[k])
        if any(size > 0 and size > self.left[column] for column, size in change.items()):
            return False
        for column, size in change.items():
            self.left[column] -= size
        return True


def _unproved(problem: Problem, rows: Rows, chosen: Ints, began: float) -> Solution:
    nothing = np.full(len(problem.resources), np.nan)
    status = "feasible" if is_feasible(rows, chosen) else "infeasible"
    benefit = float(problem.benefit[chosen].sum())
    used = totals(problem.usage, chosen)
    return Solution(chosen, benefit, np.nan, np.nan, status, nothing, used, time.monotonic() - began)
