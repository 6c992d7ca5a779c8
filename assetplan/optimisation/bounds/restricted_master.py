"""The restricted master, a linear programme: prices that are best for the options kept so far.

With some assets' choices whole it is a partial relaxation, whose bound is tighter.

Columns are the kept options of the assets they leave undecided, one a mode of each undecided group, and the
flows; its marginals are the prices, held within a box by surpluses with a price at each end of it.

It goes to HiGHS through scipy and not through PuLP: it is solved a dozen times a plan with ten thousand columns or
more, held as arrays already, and needs the marginals; building as many named variables costs PuLP longer than the
solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from assetplan._types import Bools, Floats, Ints
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem.canonical import CanonicalForm, usage_totals
from assetplan.optimisation.problem.choices import Choices

ITERATION = 4e-9  # seconds that an iteration takes by entry of the programme
ENTRY = 6e-5  # the same for a programme with whole choices, from beginning to end
NODES = 20  # to search in one of these: nearly all end at their root


@dataclass(frozen=True, eq=False)
class _Ties:
    """What makes undecided assets choose one option each, as equations on options and modes.

    Attributes
    ----------
    options : CSC array (n_ties, n_free)
    modes : CSC array (n_ties, n_modes)
    branch : array (n_modes,); branch of the choices' groups that each mode is
    right : array (n_ties,)
    """

    options: Any
    modes: Any
    branch: Ints
    right: Floats


@dataclass(frozen=True, eq=False)
class MasterSolution:
    """Solution of the restricted master.

    Attributes
    ----------
    multipliers : array (n_rows,); price of each row
    value : float; least of L over the box, as the kept options see it
    amounts : array (n_flows,); amounts of the flows
    options, shares : array (n_kept,); kept options, and how much of each is taken (0 to 1)
    """

    multipliers: Floats
    value: float
    amounts: Floats
    options: Ints
    shares: Floats

    def rounded(self, choices: Choices) -> Ints:
        """The option of each asset that is taken most, groups together, shape (n_assets,)."""
        weights = np.full(len(choices.owner), -1.0)
        weights[self.options] = self.shares
        return choices.best(weights)[1]


def _ties_of(choices: Choices, kept: Bools, undecided: Bools) -> tuple[Ints, _Ties]:
    """Free options (kept, of undecided assets), and the equations they must meet."""
    owner = choices.owner
    free = np.flatnonzero(kept & undecided[owner])
    alone = undecided & ~choices.grouped
    row = np.cumsum(alone) - 1
    single = np.flatnonzero(alone[owner[free]])
    n_single = int(alone.sum())
    if choices.groups is None or not np.any(undecided & choices.grouped):
        columns = np.arange(len(free))
        options = sparse.csc_array((np.ones(len(free)), (row[owner[free]], columns)), (n_single, len(free)))
        none = np.zeros(0, dtype=np.int64)
        return free, _Ties(options, sparse.csc_array((n_single, 0)), none, np.ones(n_single))
    groups = choices.groups
    place = np.full(len(owner), -1, dtype=np.int64)
    place[free] = np.arange(len(free))
    cell_open = undecided[groups.asset]
    held = np.logical_or.reduceat(place[groups.option] >= 0, groups.cells)
    branch_open = np.logical_or.reduceat(held & cell_open, groups.branches)
    used_cells = cell_open & branch_open[groups.branch_of]
    cell_row = n_single + np.cumsum(used_cells) - 1
    mode_column = np.cumsum(branch_open) - 1
    n_cells, n_modes = int(used_cells.sum()), int(branch_open.sum())
    open_groups = np.unique(groups.group[branch_open], return_inverse=True)[1]
    n_groups = int(open_groups.max(initial=-1)) + 1
    inside = np.flatnonzero((place[groups.option] >= 0) & used_cells[groups.cell_of])
    rows = np.concatenate([row[owner[free[single]]], cell_row[groups.cell_of[inside]]])
    columns = np.concatenate([single, place[groups.option[inside]]])
    shape = n_single + n_cells + n_groups
    options = sparse.csc_array((np.ones(len(rows)), (rows, columns)), (shape, len(free)))
    cells = np.flatnonzero(used_cells)
    mode_rows = np.concatenate([cell_row[cells], n_single + n_cells + open_groups])
    mode_columns = np.concatenate([mode_column[groups.branch_of[cells]], mode_column[np.flatnonzero(branch_open)]])
    signs = np.concatenate([-np.ones(n_cells), np.ones(n_modes)])
    modes = sparse.csc_array((signs, (mode_rows, mode_columns)), (shape, n_modes))
    right = np.concatenate([np.ones(n_single), np.zeros(n_cells), np.ones(n_groups)])
    return free, _Ties(options, modes, np.flatnonzero(branch_open), right)


@dataclass(frozen=True, eq=False)
class _Programme:
    """The programme in columns (free options, modes, flows, surpluses), to be minimised, and the way back from it."""

    cost: Floats
    left: Any
    room: Floats
    equal: Any
    right: Floats
    bounds: Floats
    free: Ints
    branch: Ints
    fixed: Ints
    flow_columns: slice
    flow_size: Floats
    size: float
    constant: float

    def answer(self, columns: Floats, objective: float, multipliers: Floats) -> MasterSolution:
        """The solution in terms of options and flows."""
        shares = np.concatenate([columns[: len(self.free)], np.ones(len(self.fixed))])
        low, high = (self.bounds[self.flow_columns, end] for end in (0, 1))
        amounts = np.clip(columns[self.flow_columns], low, high) * self.flow_size
        options = np.concatenate([self.free, self.fixed])
        return MasterSolution(multipliers, float(self.constant - objective * self.size), amounts, options, shares)


def _programme(form: CanonicalForm, kept: Bools, low: Floats, high: Floats) -> _Programme:
    choices, benefit, flows = form.choices, form.benefit, form.flows
    undecided = choices.undecided(kept)
    fixed = np.flatnonzero(kept & ~undecided[choices.owner])
    free, ties = _ties_of(choices, kept, undecided)
    flow_size = np.maximum(flows.size, 1e-300)
    # y⁺ passes a limit at the highest price, y⁻ gives room back at the lowest
    capped = np.flatnonzero(np.isfinite(high))
    eye = sparse.eye_array(len(form.limit), format="csc")
    usage = (form.usage[free] / form.scale[None, :]).T
    flowing = sparse.diags_array(1.0 / form.scale) @ flows.usage.T @ sparse.diags_array(flow_size)
    n_free, n_modes, n_flows = len(free), ties.modes.shape[1], len(flows.names)
    n_slack = len(capped) + len(form.limit)
    no_modes = sparse.csc_array((len(form.limit), n_modes))
    left = sparse.hstack([usage, no_modes, flowing, -eye[:, capped], eye], format="csc")
    most_benefit = np.maximum.reduceat(benefit, choices.starts[:-1])
    lost = most_benefit[choices.owner[free]] - benefit[free]  # smaller figures keep more digits
    surplus = high[capped] * form.scale[capped]
    size = max(float(np.abs(lost).max(initial=0.0)), float(surplus.max(initial=0.0)), 1e-300)
    cost = np.concatenate([lost, np.zeros(n_modes), -flows.benefit * flow_size, surplus, -low * form.scale])
    beside = sparse.csc_array((len(ties.right), n_flows + n_slack))
    least = np.concatenate([np.zeros(n_free + n_modes), flows.low / flow_size, np.zeros(n_slack)])
    most = np.concatenate([np.full(n_free + n_modes, np.inf), flows.high / flow_size, np.full(n_slack, np.inf)])
    return _Programme(
        cost / size, left, (form.limit - usage_totals(form.usage, fixed)) / form.scale,
        sparse.hstack([ties.options, ties.modes, beside], format="csc"), ties.right, np.column_stack([least, most]),
        free, ties.branch, fixed, slice(n_free + n_modes, n_free + n_modes + n_flows), flow_size, size,
        float(benefit[fixed].sum() + most_benefit[undecided].sum()),
    )  # fmt: skip


def solve_master(
    form: CanonicalForm, kept: Bools, low: Floats, high: Floats, time_left: SearchTime
) -> MasterSolution | None:
    """Linear programme over the kept options; prices held in [low, high] by priced surpluses; None out of time.

    Parameters
    ----------
    form : CanonicalForm, the problem
    kept : array (n_options,) of bool, options to choose from
    low, high : array (n_rows,), least and most price of each row
    time_left : callable, seconds left
    """
    from scipy.optimize import linprog

    if time_left() <= 0:
        return None
    made = _programme(form, kept, low, high)
    tied = bool(len(made.right))
    solution = linprog(
        made.cost, A_ub=made.left, b_ub=made.room, A_eq=made.equal if tied else None,
        b_eq=made.right if tied else None, bounds=made.bounds, method="highs",
        options={"time_limit": time_left.by_clock()},
    )  # fmt: skip
    time_left.count(ITERATION * made.left.nnz * solution.nit)
    if solution.status != 0:
        return None
    multipliers = np.clip(-solution.ineqlin.marginals * made.size / form.scale, low, high)
    return made.answer(solution.x, solution.fun, multipliers)


def solve_mixed(
    form: CanonicalForm,
    kept: Bools,
    whole: Bools,
    low: Floats,
    high: Floats,
    time_left: SearchTime,
    gap: float,
    bound: float,
) -> tuple[MasterSolution | None, float]:
    """The same programme with some assets' choices whole.

    Parameters
    ----------
    form, kept, low, high, time_left : as for `solve_master`
    whole : array (n_assets,) of bool, assets that take one option whole; with one of a group, its modes are whole
    gap : float, distance between bound and value at which to stop [unit of the benefit]
    bound : float, a bound known already [unit of the benefit]

    Returns
    -------
    (MasterSolution or None, float)
        The best solution (its prices are not set), and the lower of the bound known and the one proved for every
        choice among the kept options at any prices in the box.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    made = _programme(form, kept, low, high)
    kinds = np.zeros(len(made.cost))
    kinds[: len(made.free)] = whole[form.choices.owner[made.free]]
    if form.choices.groups is not None:
        groups = form.choices.groups
        heavy = np.logical_or.reduceat(whole[groups.asset], groups.branches)
        kinds[len(made.free) : made.flow_columns.start] = heavy[made.branch]
    limits = [LinearConstraint(made.left, ub=made.room)]
    limits += [LinearConstraint(made.equal, made.right, made.right)] if len(made.right) else []
    share = gap / max(abs(made.constant - bound), 1e-300)  # HiGHS counts it of the objective
    solution = milp(
        made.cost, integrality=kinds, bounds=Bounds(made.bounds[:, 0], made.bounds[:, 1]), constraints=limits,
        options={"time_limit": max(time_left.by_clock(), 0.01), "mip_rel_gap": share, "node_limit": NODES},
    )  # fmt: skip
    time_left.count(ENTRY * made.left.nnz)
    proved = getattr(solution, "mip_dual_bound", None)
    if proved is not None and np.isfinite(proved):
        bound = min(bound, float(made.constant - proved * made.size))
    if solution.x is None:
        return None, bound
    return made.answer(solution.x, solution.fun, np.full(len(form.limit), np.nan)), bound
