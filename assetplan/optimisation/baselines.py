"""What a council would do without an optimiser: the rules of thumb to compare with."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from heapq import heappop, heappush, heapreplace
from math import inf

import numpy as np
import numpy.typing as npt

from assetplan.optimisation.problem import Floats, Ints, Problem, Rows, Solution, is_feasible, rows_of, totals
from assetplan.optimisation.repair import least_use


def worst_first(problem: Problem, priority: npt.ArrayLike) -> Solution:
    """Treat the assets in order of priority, each with the most beneficial option that still fits the caps.

    Each asset starts at the option that uses least (do nothing). Floors are not sought.

    Parameters
    ----------
    problem : Problem
        The problem.
    priority : array (n_assets or fewer,)
        Positions of the assets, first to be treated first.

    Returns
    -------
    Solution
        Status "feasible" ("infeasible" where a limit is broken), without bound, gap or prices.
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
    each asset climbs the upper convex hull of benefit over cost from the option that uses least (do nothing).

    An option that does not fit the caps when its turn comes is struck off for that asset, once and for all, and
    the hull is formed again from the asset's present option over those that remain: where each year is a resource,
    an asset whose best year is full is offered its next best. Equal steps go by asset, then by cost and position of
    the option, so that the answer is always the same. Floors are not sought.

    Parameters
    ----------
    problem : Problem
        The problem; its resources must be in one unit (money), or adding them up means nothing.

    Returns
    -------
    Solution
        Status "feasible" ("infeasible" where a limit is broken), without bound, gap or prices.
    """
    began = time.monotonic()
    rows = rows_of(problem)
    start = least_use(problem, rows)
    room = _Room(rows, start)
    costs = np.asarray(problem.usage.sum(axis=1), dtype=np.float64).ravel()
    benefit, cost, starts = _plain(problem.benefit), _plain(costs), problem.starts.tolist()
    chosen: list[int] = start.tolist()
    struck = bytearray(problem.n_options)
    moved = bytearray(problem.n_assets)
    climbing: list[tuple[float, int, int]] = []  # the next step of each asset that has moved

    def take(asset: int, option: int) -> bool:
        if not room.take(chosen[asset], option):
            struck[option] = 1
            return False
        chosen[asset], moved[asset] = option, 1
        return True

    def climb() -> None:
        _, asset, option = climbing[0]
        take(asset, option)
        step = _next_step(benefit, cost, struck, range(starts[asset], starts[asset + 1]), chosen[asset])
        if step is None:
            heappop(climbing)
        else:
            heapreplace(climbing, (step[0], asset, step[1]))

    # From where an asset starts, its next step after a strike is the next in order: one sort serves them all.
    for first in _first_steps(problem, costs, start):
        while climbing and climbing[0] < first:
            climb()
        _, asset, option = first
        if not moved[asset] and take(asset, option):
            step = _next_step(benefit, cost, struck, range(starts[asset], starts[asset + 1]), option)
            if step is not None:
                heappush(climbing, (step[0], asset, step[1]))
    while climbing:
        climb()
    return _unproved(problem, rows, np.array(chosen, dtype=np.int64), began)


def _first_steps(problem: Problem, cost: Floats, start: Ints) -> Iterator[tuple[float, int, int]]:
    """Steps (−ratio, asset, option) from each asset's starting option to its better ones, steepest first."""
    owner = problem.owners()
    gained, spent = problem.benefit - problem.benefit[start][owner], cost - cost[start][owner]
    better = np.flatnonzero(gained > 0)
    ratio = np.full(problem.n_options, np.inf)
    np.divide(gained, spent, out=ratio, where=spent > 0)
    better = better[np.lexsort((cost[better], owner[better], -ratio[better]))]
    return zip((-ratio[better]).tolist(), owner[better].tolist(), better.tolist(), strict=True)


def _next_step(
    benefit: array[float], cost: array[float], struck: bytearray, options: range, present: int
) -> tuple[float, int] | None:
    """First step up the hull from the present option: −ratio (`-inf` where it costs no more) and option.

    The hull's next corner is the better option at the steepest slope, so the rest need not be formed.
    """
    has, paid = benefit[present], cost[present]
    most, best = 0.0, -1
    for option in options:
        if benefit[option] <= has or struck[option]:
            continue
        spent = cost[option] - paid
        ratio = (benefit[option] - has) / spent if spent > 0 else inf
        if ratio > most or (ratio == most and cost[option] < cost[best]):
            most, best = ratio, option
    return None if best < 0 else (-most, best)


class _Room:
    """What is left under each cap, as options are exchanged."""

    def __init__(self, rows: Rows, chosen: Ints) -> None:
        capped = rows.sign > 0
        left = np.where(capped, rows.limit - totals(rows.usage, chosen) + rows.tolerance, np.inf)
        usage = rows.usage.copy()
        usage.sum_duplicates()
        self.left: list[float] = left.tolist()
        self.starts: list[int] = usage.indptr.tolist()
        self.columns: list[int] = usage.indices.tolist()
        self.use = _plain(usage.data)

    def take(self, before: int, after: int) -> bool:
        """Exchange one option for another if it fits; whether it did."""
        left, starts, columns, use = self.left, self.starts, self.columns, self.use
        first, end = starts[after], starts[after + 1]
        change = dict(zip(columns[first:end], use[first:end], strict=True))
        for k in range(starts[before], starts[before + 1]):
            change[columns[k]] = change.get(columns[k], 0.0) - use[k]
        for column, size in change.items():
            if size > 0 and size > left[column]:
                return False
        for column, size in change.items():
            left[column] -= size
        return True


def _plain(figures: Floats) -> array[float]:
    """The same figures to read one by one: numpy is slow at that, and a list of them is large and scattered."""
    return array("d", figures.tobytes())


def _unproved(problem: Problem, rows: Rows, chosen: Ints, began: float) -> Solution:
    nothing = np.full(len(problem.resources), np.nan)
    status = "feasible" if is_feasible(rows, chosen) else "infeasible"
    benefit = float(problem.benefit[chosen].sum())
    used = totals(problem.usage, chosen)
    return Solution(chosen, benefit, np.nan, np.nan, status, nothing, used, time.monotonic() - began)
