"""What a council would do without an optimiser: the rules of thumb to compare with."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush, heapreplace
from math import inf

import numpy as np
import numpy.typing as npt

from assetplan._types import Floats, Ints
from assetplan.baselines.units import Units
from assetplan.errors import InfeasibleError
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.problem.canonical import CanonicalForm, canonical
from assetplan.optimisation.problem.problem import usage_totals
from assetplan.optimisation.search.repair import least_use
from assetplan.optimisation.solving import solve


def worst_first(
    problem: Problem, priority: npt.ArrayLike, amounts: Floats | None = None, start: Ints | None = None
) -> Solution:
    """Treat the assets in order of priority, each with the most beneficial option that still fits the caps.

    A scheme is treated when its first asset is. Floors are not sought.

    Parameters
    ----------
    problem : Problem; the problem
    priority : array (n_assets or fewer,); positions of the assets, first to be treated first
    amounts : array (n_flows,), optional
        Amounts of the flows, which the rule takes as given; 0 if left out.
    start : array (n_assets,), optional
        Option at which each asset starts (do nothing); the one that uses least of all limits if left out.

    Returns
    -------
    Solution
        Status "feasible" ("infeasible" where a limit is broken), without bound, gap or prices.
    """
    began = time.monotonic()
    begin = _Start.of(problem, amounts, start)
    part, chosen, room = begin.units.problem, begin.chosen.copy(), _Room(begin.form, begin.chosen)
    for asset in begin.units.in_order(priority):
        options = np.arange(part.starts[asset], part.starts[asset + 1])
        base = chosen[asset]
        gains = part.benefit[options] - part.benefit[base]
        for i in np.argsort(-gains, kind="stable"):
            if gains[i] <= 0:
                break
            if room.take(base, options[i]):
                chosen[asset] = options[i]
                break
    return _unproved(problem, begin.units.options(chosen), begin.amounts, began)


def incremental_benefit_cost(
    problem: Problem,
    amounts: Floats | None = None,
    cost: npt.ArrayLike | None = None,
    start: Ints | None = None,
) -> Solution:
    """Take steps up each asset's efficient options in falling order of benefit gained per unit of cost.

    The field's usual heuristic (Farid, Johnston, Laverde and Chen 1994, *Application of incremental
    benefit-cost analysis for optimal budget allocation*). Each asset climbs the upper convex hull of benefit over
    cost from where it starts.

    An option that does not fit the caps when its turn comes is struck off for that asset, once and for all, and
    the hull is formed again from the asset's present option over those that remain: where each year is a resource,
    an asset whose best year is full is offered its next best. Equal steps go by asset, then by cost and position of
    the option, so that the answer is always the same. A scheme climbs as one. Floors are not sought.

    Parameters
    ----------
    problem, amounts, start : as for `worst_first`, and so is the result
    cost : array (n_options,), optional
        What each option costs [one unit, pounds as a rule]; its use of all resources together if left out, which
        means nothing unless they are all in one unit.
    """
    began = time.monotonic()
    begin = _Start.of(problem, amounts, start)
    part, room = begin.units.problem, _Room(begin.form, begin.chosen)
    costs = begin.units.total(problem.usage.sum(axis=1) if cost is None else cost)
    benefit, prices, starts = _plain(part.benefit), _plain(costs), part.starts.tolist()
    chosen: list[int] = begin.chosen.tolist()
    struck, moved = bytearray(part.n_options), bytearray(part.n_assets)
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
        step = _next_step(benefit, prices, struck, range(starts[asset], starts[asset + 1]), chosen[asset])
        if step is None:
            heappop(climbing)
        else:
            heapreplace(climbing, (step[0], asset, step[1]))

    # From where an asset starts, its next step after a strike is the next in order: one sort serves them all.
    for first in _first_steps(part, costs, begin.chosen):
        while climbing and climbing[0] < first:
            climb()
        _, asset, option = first
        if not moved[asset] and take(asset, option):
            step = _next_step(benefit, prices, struck, range(starts[asset], starts[asset + 1]), option)
            if step is not None:
                heappush(climbing, (step[0], asset, step[1]))
    while climbing:
        climb()
    return _unproved(problem, begin.units.options(np.array(chosen, dtype=np.int64)), begin.amounts, began)


def year_by_year(
    problem: Problem,
    timing: npt.ArrayLike,
    amounts: Floats | None = None,
    target_gap: float = 1e-3,
    time_limit: float = 60.0,
    start: Ints | None = None,
) -> Solution:
    """Choose each year's works by themselves, the best for that year, as if none were to follow.

    In each year every asset may keep what earlier years chose, or add one option's action of this year. Each year's
    choice is a proven optimum to the target gap; what it costs later years is not looked at.

    Parameters
    ----------
    problem, amounts, start : as for `worst_first`, and so is the result
    timing : array (n_options, n_years)
        What each option does in each year: options with equal entries do the same in that year.
    target_gap : float, optional; gap at which each year's search stops [share]
    time_limit : float, optional; time for all years together [s]
    """
    began = time.monotonic()
    begin = _Start.of(problem, amounts, start)
    whole, problem = problem, begin.units.problem
    action, owner = begin.units.actions(timing, whole.owners()), problem.owners()
    chosen, years = begin.chosen.copy(), action.shape[1]
    unlike_start = action != action[begin.chosen[owner]]
    for year in range(years):
        before = action[:, :year] == action[chosen[owner], :year]
        allowed = np.all(before, axis=1) & ~np.any(unlike_start[:, year + 1 :], axis=1)
        allowed[chosen] = True
        counts = np.add.reduceat(allowed, problem.starts[:-1], dtype=np.int64)
        open_asset = counts > 1
        free = np.flatnonzero(allowed & open_asset[owner])
        if not len(free):
            continue
        room = begin.form.limit - usage_totals(begin.form.usage, chosen[~open_asset])
        capped = begin.form.sign > 0
        part = Problem(
            problem.benefit[free], begin.form.usage[free][:, capped],
            np.concatenate([[0], np.cumsum(counts[open_asset])]), room[capped], np.full(capped.sum(), -inf),
            tuple(range(int(capped.sum()))),
        )  # fmt: skip
        try:
            optimum = solve(part, target_gap, time_limit / years)
        except InfeasibleError:  # commitments pass a limit: the year keeps what it has
            continue
        chosen[open_asset] = free[optimum.chosen]
    return _unproved(whole, begin.units.options(chosen), begin.amounts, began)


@dataclass(frozen=True, eq=False)
class _Start:
    """Where a rule of thumb begins: limits with the flows taken off, the units it decides on, each doing least."""

    units: Units
    form: CanonicalForm
    amounts: Floats
    chosen: Ints

    @staticmethod
    def of(problem: Problem, amounts: Floats | None, start: Ints | None) -> _Start:
        if amounts is None:
            amounts = np.clip(0.0, problem.flows.low, problem.flows.high)
        given = start is not None and problem.choices.is_allowed(start)
        chosen = start if start is not None and given else least_use(canonical(problem).at(amounts))
        units = Units.of(problem, chosen)
        return _Start(units, canonical(units.problem).at(amounts), amounts, units.start)


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

    def __init__(self, form: CanonicalForm, chosen: Ints) -> None:
        capped = form.sign > 0
        left = np.where(capped, form.limit - usage_totals(form.usage, chosen) + form.tolerance, np.inf)
        usage = form.usage.copy()
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


def _unproved(problem: Problem, chosen: Ints, amounts: Floats, began: float) -> Solution:
    status = "feasible" if canonical(problem).is_feasible(chosen, amounts) else "infeasible"
    return replace(problem.solution(chosen, amounts, time.monotonic() - began), status=status)
