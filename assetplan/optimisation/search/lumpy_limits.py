"""Lumpy limits by themselves, at the prices of the others.

A limit is lumpy where one option may use a large share of it (a bridge of the money for bridges): the linear
relaxation, which takes fractions, is loose there. With the multipliers of the other limits fixed, the lumpy limits and
the assets that use them are a small problem whose benefits are reduced costs: a Lagrangian relaxation of the other
limits alone, whose bound is at least as good as that of all prices (Geoffrion 1974, *Lagrangean relaxation for integer
programming*, doi:10.1007/BFb0120690). What it chooses is fixed, and the rest is rounded around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Bools, Floats, Ints
from assetplan.optimisation.bounds.lagrangian import Dual, bound_at, reduced_values
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import CanonicalForm, canonical
from assetplan.optimisation.problem.choices import Choices
from assetplan.optimisation.search.cores import cores
from assetplan.optimisation.search.incumbent import Incumbent, PricedProblem, polish, start_from_prices

LUMP = 0.1  # of a limit: an option that uses more makes it lumpy


def _lumpy(form: CanonicalForm, may: Bools) -> Bools:
    """Limits of which one option may use much, shape (n_rows,): a share of it is far from the whole."""
    from scipy import sparse

    used = sparse.csc_array(abs(form.usage[np.flatnonzero(may)]))
    most = used.max(axis=0).toarray().ravel() if used.shape[0] else np.zeros(len(form.limit))
    return np.asarray(most > LUMP * np.abs(form.limit), dtype=bool)


@dataclass(frozen=True, eq=False)
class LumpyProblem:
    """The lumpy limits and the assets that use them, at the prices of the other limits.

    Attributes
    ----------
    problem : Problem; the small problem
    options : array (n_lumpy_options,); the whole's option of each of its own
    limits : array (n_rows,); which rows of the whole are lumpy limits
    worth : float; price of the lumpy limits, all together [unit of the benefit]
    """

    problem: Problem
    options: Ints
    limits: Bools
    worth: float


def lumpy_problem(task: PricedProblem, incumbent: Incumbent) -> LumpyProblem | None:
    """The lumpy limits as a problem of their own; None where all limits are lumpy or none is.

    Limits that continuous flows touch count as not lumpy: what they allow is not fixed.
    """
    form, dual = task.form, task.dual
    reduced_cost = task.problem.choices.reduced_costs(task.values)
    may = reduced_cost <= dual.bound - incumbent.benefit  # no better choice has an option that loses more
    limits = _lumpy(form, may) & (np.diff(form.flows.usage.tocsc().indptr) == 0)
    if limits.all() or not limits.any():
        return None
    worth = float(dual.multipliers[limits] @ np.abs(form.limit[limits]))
    if worth == 0:  # limits without a price loosen no bound
        return None
    return LumpyProblem(*_lumps(task, reduced_cost, may, limits), limits, worth)


def round_around(
    task: PricedProblem,
    incumbent: Incumbent,
    lumps: LumpyProblem,
    settled: Incumbent,
    allowed: float,
    time_left: SearchTime,
) -> Incumbent:
    """The incumbent with the bound of the lumpy limits, and with the rest rounded around what they choose.

    Parameters
    ----------
    task : PricedProblem
    incumbent : Incumbent; best choice so far
    lumps : LumpyProblem; the lumpy limits
    settled : Incumbent; their own best choice and bound
    allowed : float; distance between bound and benefit at which to stop [unit of the benefit]
    time_left : callable; seconds left
    """
    problem, form, dual, limits = task.problem, task.form, task.dual, lumps.limits
    held = dual.bound - float(dual.multipliers[limits] @ form.limit[limits])  # the bound without the lumpy limits
    incumbent = incumbent.bounded(max(held + max(settled.bound, settled.benefit), incumbent.benefit))
    left = _kept(problem.choices, _alike(form, limits), lumps.options[settled.chosen])
    # what the lumpy limits leave of the allowance is for the rest
    enough = max(allowed - settled.width, allowed / 2)
    rest = _rest(task, left, limits, enough, time_left.part(0.5 * time_left()))
    if rest.chosen is None:
        return incumbent
    return incumbent.better(problem, polish(task, (left[rest.chosen], rest.amounts), time_left))


def _alike(form: CanonicalForm, free: Bools) -> Floats:
    """A number for each option, the same for options that use the same of the lumpy limits, 0 for none of any."""
    return np.asarray(form.usage[:, free] @ np.random.default_rng(0).random(int(free.sum())), dtype=np.float64)


def _lumps(task: PricedProblem, reduced_cost: Floats, may: Bools, free: Bools) -> tuple[Problem, Ints]:
    """The problem of the lumpy limits, and the whole's option of each of its own.

    Of an asset's options that use the same, the one that costs the whole least is enough. Assets of one group choose
    their mode together there too.
    """
    choices, form, price = task.problem.choices, task.form, task.dual.multipliers[free]
    alike = _alike(form, free)
    heavy = np.zeros(choices.n_assets, dtype=bool)
    heavy[choices.owner[may & (alike != 0)]] = True
    several = choices.grouped & heavy & (choices.sharers(heavy) > 1)
    cost, mode = _cost_in_modes(task, reduced_cost, several)
    options = np.flatnonzero(may & heavy[choices.owner])
    owner = choices.owner[options]
    order = np.lexsort((cost[options], alike[options], mode[options], owner))
    new = [np.diff(key[options[order]]) != 0 for key in (choices.owner, mode, alike)]
    distinct = np.r_[True, np.logical_or.reduce(new)][: len(order)]
    picked = options[order[distinct]]
    owner = choices.owner[picked]
    usage = form.usage[picked][:, free]
    starts = np.r_[np.flatnonzero(np.r_[True, np.diff(owner) != 0]), len(owner)]
    assets, caps = owner[starts[:-1]], form.limit[free]
    group = np.where(several[assets], choices.group_of[assets], -1)
    tied = {"group": group, "mode": mode[picked]} if several.any() else {}
    none = np.full(len(caps), -np.inf)
    problem = Problem(usage @ price - cost[picked], usage, starts, caps, none, tuple(range(len(caps))), **tied)
    return problem, picked


def _cost_in_modes(task: PricedProblem, reduced_cost: Floats, several: Bools) -> tuple[Floats, Ints]:
    """What each option costs the whole, and the mode that it is of, (n_options,); −1 where it has none of its own.

    Of groups with several such assets the option bears what it costs in its mode; the first of them also bears what the
    mode costs the group.
    """
    choices = task.problem.choices
    cost, mode = reduced_cost, np.full(len(choices.owner), -1, dtype=np.int64)
    if choices.groups is None or not several.any():
        return cost, mode
    groups, values = choices.groups, task.values
    cell = groups.cell_best(values)
    total = groups.branch_best(cell)
    lost = groups.group_best(total)[groups.group] - total
    first = np.full(len(groups.groups), choices.n_assets)
    np.minimum.at(first, choices.group_of[several], np.flatnonzero(several))
    branch = groups.branch_of[groups.cell_of]
    mine = several[choices.owner[groups.option]]
    bears = first[groups.group[branch]] == choices.owner[groups.option]
    within = cell[groups.cell_of] - values[groups.option] + np.where(bears, lost[branch], 0.0)
    cost = reduced_cost.copy()
    cost[groups.option[mine]], mode[groups.option[mine]] = within[mine], branch[mine]
    return cost, mode


def _kept(choices: Choices, alike: Floats, settled: Ints) -> Ints:
    """Options that use of the lumpy limits what is settled; all of other assets and of groups torn apart by it."""
    held = np.zeros(choices.n_assets, dtype=bool)
    held[choices.owner[settled]] = True
    use = np.zeros(choices.n_assets)
    use[choices.owner[settled]] = alike[settled]
    kept = ~held[choices.owner] | (alike == use[choices.owner])
    return np.flatnonzero(choices.mended(kept))


def _rest(task: PricedProblem, left: Ints, free: Bools, allowed: float, time_left: SearchTime) -> Incumbent:
    """A choice among the options left, from the prices of the limits that are not lumpy."""
    rest = task.problem.part(left, np.zeros(0, dtype=np.int64))
    form = canonical(rest)
    prices = np.where(free, 0.0, task.dual.multipliers)
    values = reduced_values(form, prices)
    chosen = rest.choices.best(values)[1]
    bound = bound_at(form, prices)
    own = PricedProblem(rest, form, Dual(prices, bound, False, task.dual.amounts, chosen), task.random)
    incumbent = start_from_prices(own, own.nothing(), time_left)
    return incumbent if incumbent.chosen is None else cores(own, incumbent, allowed, time_left, wide=True)
