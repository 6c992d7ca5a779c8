"""Solve a problem of any size: one model if small, prices and a core of undecided options if large.

At the best prices nearly every asset has one clear option; only about as many assets as there are tight
limits are split by the linear relaxation. The options nearest to their asset's best form the core, a PuLP
model with the limits less what the decided assets use, and the core grows until the proven gap is small
enough (Pisinger 1995, *A minimal algorithm for the multiple-choice knapsack problem*,
doi:10.1016/0377-2217(95)00015-I). No option further from its asset's best than bound − benefit can be in a
better choice, so a core that holds all nearer ones proves its own bound (reduced-cost fixing).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from assetplan.errors import InfeasibleError
from assetplan.optimisation.choices import Bools, Floats, Ints
from assetplan.optimisation.dual import Dual, bound_at, minimise_dual, reduced_values
from assetplan.optimisation.infeasible import (
    conflict_error,
    conflict_of,
    lone_conflict_of,
    not_found_error,
    whole_conflict_of,
)
from assetplan.optimisation.master import best_amounts
from assetplan.optimisation.model import solve_model
from assetplan.optimisation.parts import Part, split
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.relax import SECONDS, changes, nearest
from assetplan.optimisation.repair import fill, least_use, make_feasible
from assetplan.optimisation.rows import Rows, gap_between, is_feasible, rows_of, settle, totals

WHOLE = 1_000  # options up to which one model is used: as fast as the decomposition there, slower from 2,000 on
PROOF = 3_000  # options beside the best ones up to which one core is solved to the end
CORE = 500  # options freed in a core that proves nothing
CORE_MOST = 8_000  # beyond this HiGHS no longer keeps to its time limit
CORE_NODES = 100  # nodes to search in such a core
POOL = 8  # such a core is drawn from this many times its size
IDLE = 12  # cores in turn that may bring next to nothing before giving up
CLEAR = 0.9  # aim inside the target gap, so that rounding cannot undo it

Clock = Callable[[], float]
_Made = tuple[Ints, Floats]  # option of each asset, amount of each flow


@dataclass(frozen=True, eq=False)
class _State:
    """Best choice so far with its flows (None: nothing feasible yet) and the bound so far."""

    chosen: Ints | None
    amounts: Floats
    benefit: float
    bound: float

    def better(self, problem: Problem, made: _Made | None) -> _State:
        """State with a feasible choice taken in if it is better."""
        if made is None:
            return self
        benefit = problem.value(*made)
        better = benefit > self.benefit or self.chosen is None
        return _State(*made, benefit, self.bound) if better else self

    def bounded(self, bound: float) -> _State:
        """State with a bound taken in if it is lower."""
        return replace(self, bound=min(self.bound, bound))

    def done(self, target_gap: float) -> bool:
        """Whether the gap is closed."""
        return self.chosen is not None and gap_between(self.benefit, self.bound) <= target_gap


def solve(problem: Problem, target_gap: float = 1e-4, time_limit: float = 60.0, whole: int = WHOLE) -> Solution:
    """Choice of one option an asset with the most benefit within the limits, and how good it is proved to be.

    Parameters
    ----------
    problem : Problem
        The problem.
    target_gap : float, optional
        Gap at which to stop [share].
    time_limit : float, optional
        Time after which the best choice so far is returned [s].
    whole : int, optional
        Number of options up to which the problem is solved as one model.

    Returns
    -------
    Solution
        The choice, with benefit, bound, gap, status, prices and totals.

    Raises
    ------
    InfeasibleError
        No choice meets the limits, or none was found in the time (the message tells which).
    ValueError
        A negative gap or a time that is not positive.
    """
    _check_settings(target_gap, time_limit)
    began = time.monotonic()

    def time_left() -> float:
        return time_limit - (time.monotonic() - began)

    rows = rows_of(problem)
    small = problem.n_options <= whole
    least = least_use(problem, rows)
    amounts = best_amounts(rows, least)
    if amounts is None and (members := lone_conflict_of(problem, rows)):
        raise _conflict(problem, rows, members, time_left)
    # half the time is kept back to turn prices into a choice
    dual = minimise_dual(problem.benefit, problem.choices, rows, lambda: time_left() - time_limit / 2)
    state = _State(None, dual.amounts, -np.inf, dual.bound)
    state = state.better(problem, None if amounts is None else (least, amounts))
    state = _start(problem, rows, dual, state, time_left)
    if state.chosen is None:
        state = state.better(problem, _from_least(problem, rows, least, dual, time_left))
    if state.chosen is None and (members := conflict_of(problem, rows, time_left)):
        raise _conflict(problem, rows, members, time_left)
    step = _solve_whole if small else _solve_parts
    if not state.done(target_gap) and time_left() > 0:
        state = step(problem, rows, dual, state, target_gap, time_left)
    if state.chosen is None:
        near = nearest(problem, rows, SECONDS, solve)
        if near is None or near[2].any():
            raise not_found_error([] if near is None else changes(problem, rows, near[2]), time_limit - time_left())
        state = state.better(problem, near[:2])
    assert state.chosen is not None
    seconds = time_limit - time_left()
    prices = rows.prices(dual.multipliers, len(problem.resources))
    return settle(problem, state.chosen, state.amounts, state.bound, prices, target_gap, seconds)


def _check_settings(target_gap: float, time_limit: float) -> None:
    if not target_gap >= 0 or np.isinf(target_gap):
        raise ValueError(f"target_gap is {target_gap}; it must be a share of 0 or more, such as 0.0001")
    if not time_limit > 0:
        raise ValueError(f"time_limit is {time_limit}; it must be a number of seconds above 0")


def _from_least(problem: Problem, rows: Rows, least: Ints, dual: Dual, time_left: Clock) -> _Made | None:
    """A feasible choice if one is near the one that uses least, then filled."""
    values = reduced_values(problem.benefit, rows, dual.multipliers)
    flows = rows.flows
    for still in (np.clip(0.0, flows.low, flows.high), flows.high) if flows.names else (np.zeros(0),):
        chosen = make_feasible(problem, rows.at(still), least, np.zeros(problem.n_options), time_left)
        if chosen is not None:
            return _polish(problem, rows, (chosen, _amounts(rows, chosen, still)), values, time_left)
    return None


def _amounts(rows: Rows, chosen: Ints, given: Floats) -> Floats:
    """The best amounts of the flows for a choice that keeps its limits with the amounts given."""
    found = best_amounts(rows, chosen, given)
    return given if found is None else found


def _polish(problem: Problem, rows: Rows, made: _Made, values: Floats, time_left: Clock) -> _Made | None:
    """A choice made feasible if need be, then filled, and the flows made the best for it."""
    chosen, amounts = made
    if not is_feasible(rows, chosen, amounts):
        moved = best_amounts(rows, chosen)
        if moved is None:
            mended = make_feasible(problem, rows.at(amounts), chosen, values, time_left)
            if mended is None:
                return None
            chosen = mended
        else:
            amounts = moved
    chosen = fill(problem, rows.at(amounts), chosen, values)
    if rows.flows.names:
        amounts = _amounts(rows, chosen, amounts)
        chosen = fill(problem, rows.at(amounts), chosen, values)
    return chosen, amounts


def _start(problem: Problem, rows: Rows, dual: Dual, state: _State, time_left: Clock) -> _State:
    """State with the choice the prices lead to; where that cannot be made feasible, the feasible one filled."""
    values = reduced_values(problem.benefit, rows, dual.multipliers)
    rounded = _polish(problem, rows, (dual.chosen, dual.amounts), values, time_left)
    if rounded is None and state.chosen is not None:
        rounded = _polish(problem, rows, (state.chosen, state.amounts), values, time_left)
    return state.better(problem, rounded)


def _allowed(state: _State, target_gap: float) -> float:
    """Distance between bound and benefit to aim for [unit of the benefit]."""
    size = abs(state.bound) if state.chosen is None else min(abs(state.bound), abs(state.benefit))
    return CLEAR * target_gap * size


def _solve_whole(
    problem: Problem, rows: Rows, dual: Dual, state: _State, target_gap: float, time_left: Clock
) -> _State:
    """One PuLP model of everything."""
    values = reduced_values(problem.benefit, rows, dual.multipliers)
    allowed = _allowed(state, target_gap)
    chosen, amounts, bound, infeasible = solve_model(problem, time_left(), allowed)
    if infeasible and state.chosen is None:
        raise _conflict(problem, rows, whole_conflict_of(problem, rows, time_left), time_left)
    if chosen is not None:
        state = state.better(problem, _polish(problem, rows, (chosen, amounts), values, time_left))
    return state.bounded(bound)


def _solve_parts(
    problem: Problem, rows: Rows, dual: Dual, state: _State, target_gap: float, time_left: Clock
) -> _State:
    """Each independent part by itself, the one with the widest gap first, until the sum is good enough."""
    parts = split(problem, rows)
    states = [_part_state(part, dual, state) for part in parts]
    part_rows = [rows_of(part.problem) for part in parts]
    allowed = _allowed(state, target_gap)
    width = [abs(s.bound - s.benefit) for s in states]
    for turn, i in enumerate(sorted(range(len(parts)), key=lambda k: -width[k])):
        share = (len(parts) - turn) / 2 if turn < len(parts) - 1 else 1.0
        end = time_left() * (1 - 1 / max(share, 1.0))

        def part_left(end: float = end) -> float:
            return time_left() - end

        part_dual = _part_dual(parts[i], dual, states[i].bound)
        fair = allowed * abs(states[i].bound) / max(abs(dual.bound), 1e-300)
        # what the others leave of the whole allowance: a part that comes within it closes the gap of all
        left = allowed - sum(s.bound - s.benefit for k, s in enumerate(states) if k != i)
        part_allowed = max(fair, left)
        states[i] = _solve_core(parts[i].problem, part_rows[i], part_dual, states[i], part_allowed, part_left)
        if all(s.chosen is not None for s in states):
            joined = _join(problem, parts, states)
            if joined.done(target_gap):
                return joined
    return _join(problem, parts, states) if all(s.chosen is not None for s in states) else state


def _part_state(part: Part, dual: Dual, state: _State) -> _State:
    """What is known of the whole, for a part."""
    problem = part.problem
    bound = bound_at(problem.benefit, problem.choices, rows_of(problem), dual.multipliers[part.rows])
    if state.chosen is None:
        return _State(None, dual.amounts[part.flows], -np.inf, bound)
    chosen = part.own(state.chosen)
    amounts = state.amounts[part.flows]
    return _State(chosen, amounts, problem.value(chosen, amounts), bound)


def _part_dual(part: Part, dual: Dual, bound: float) -> Dual:
    """Prices of the whole, for a part."""
    return Dual(dual.multipliers[part.rows], bound, dual.exact, dual.amounts[part.flows], part.own(dual.chosen))


def _join(problem: Problem, parts: list[Part], states: list[_State]) -> _State:
    chosen = np.zeros(problem.n_assets, dtype=np.int64)
    amounts = np.zeros(len(problem.flows.names))
    for part, state in zip(parts, states, strict=True):
        chosen[part.assets] = part.options[state.chosen]
        amounts[part.flows] = state.amounts
    return _State(chosen, amounts, problem.value(chosen, amounts), sum(state.bound for state in states))


def _solve_core(problem: Problem, rows: Rows, dual: Dual, state: _State, allowed: float, time_left: Clock) -> _State:
    """Cores around the prices, then around the best choice, until the gap is closed or nothing more is found."""
    values = reduced_values(problem.benefit, rows, dual.multipliers)
    below = problem.choices.margins(values)
    best = dual.chosen
    order = np.argsort(_closeness(problem, rows, dual, below, best), kind="stable")
    aside = np.ones(len(below), dtype=bool)
    aside[best] = False
    order = order[aside[order]]
    random = np.random.default_rng(0)
    size, idle = CORE, 0
    while state.bound - state.benefit > allowed and time_left() > 0 and idle < IDLE:
        # a choice with an option further than this from its asset's best cannot gain more than is allowed
        needed = np.inf if state.chosen is None else dual.bound - state.benefit - allowed
        near = below <= needed
        near[best] = True
        proves = bool(near.sum() - problem.n_assets <= PROOF)
        around = best
        if not proves:
            pool = order[near[order]]
            if state.chosen is not None:
                around = state.chosen
                pool = random.permutation(pool[: POOL * size]) if idle else pool
            near = np.zeros(len(below), dtype=bool)
            near[pool[:size]] = True
            near = _with_bases(problem, near, best, around)
        near = problem.choices.close(near, values)
        nodes = None if proves else CORE_NODES
        enough = dual.bound - allowed
        chosen, amounts, bound, infeasible = _solve_kept(problem, near, enough, allowed, nodes, time_left())
        if infeasible and near.all():
            raise _conflict(problem, rows, whole_conflict_of(problem, rows, time_left), time_left)
        before = state
        if chosen is not None:
            state = state.better(problem, _polish(problem, rows, (chosen, amounts), values, time_left))
        if proves:
            return state.bounded(max(bound, dual.bound - needed))
        gained = before.chosen is None or state.benefit - before.benefit > 0.01 * (dual.bound - state.benefit)
        idle = 0 if gained and state.chosen is not None else idle + 1
        if state.chosen is None:
            size = min(3 * size, CORE_MOST)
    return state


def _closeness(problem: Problem, rows: Rows, dual: Dual, below: Floats, best: Ints) -> Floats:
    """How little each option loses for the priced use it shifts, small being close, shape (n_options,).

    A small loss on a tiny asset shifts nothing; what fills a limit is a move cheap for its size.
    """
    from scipy import sparse

    priced = abs(rows.usage @ sparse.diags_array(dual.multipliers))
    size = np.asarray(priced.sum(axis=1)).ravel()
    shifted = np.abs(size - size[best][problem.owners()]) + 0.1 * size
    return np.where(shifted > 0, below / np.where(shifted > 0, shifted, 1.0), np.inf)


def _with_bases(problem: Problem, kept: Bools, best: Ints, around: Ints) -> Bools:
    """Kept options with, for every asset, the one it falls back on, and the best where it is undecided."""
    undecided = np.maximum.reduceat(kept, problem.starts[:-1])
    undecided[np.flatnonzero(best != around)[:CORE]] = True  # what rounding moved may move back
    kept[best[undecided]] = True
    kept[around] = True
    return kept


def _solve_kept(
    problem: Problem, kept: Bools, enough: float, gap: float, nodes: int | None, seconds: float
) -> tuple[Ints | None, Floats, float, bool]:
    """Best choice among the kept options: a model of the assets that keep several, the others decided.

    Returns
    -------
    (array (n_assets,) or None, array (n_flows,), float, bool)
        As `solve_model`, for the whole problem.
    """
    undecided = problem.choices.undecided(kept)
    counts = np.add.reduceat(kept, problem.starts[:-1], dtype=np.int64)
    owner = problem.owners()
    free = np.flatnonzero(kept & undecided[owner])
    decided = np.flatnonzero(kept & ~undecided[owner])
    used, gained = totals(problem.usage, decided), float(problem.benefit[decided].sum())
    part = Problem(
        problem.benefit[free], problem.usage[free], np.concatenate([[0], np.cumsum(counts[undecided])]),
        problem.caps - used, problem.floors - used, problem.resources, flows=problem.flows,
        group=None if problem.group is None else problem.group[undecided],
        mode=None if problem.mode is None else problem.mode[free],
    )  # fmt: skip
    picked, amounts, bound, infeasible = solve_model(part, seconds, gap, enough - gained, nodes)
    if picked is None:
        return None, amounts, bound + gained, infeasible
    chosen = np.zeros(problem.n_assets, dtype=np.int64)
    chosen[owner[decided]] = decided
    chosen[undecided] = free[picked]
    return chosen, amounts, bound + gained, False


def _conflict(problem: Problem, rows: Rows, members: list[int], time_left: Clock) -> InfeasibleError:
    """The error for rows in conflict, with the least change that mends them."""
    near = nearest(problem, rows, min(time_left(), SECONDS), solve)
    return conflict_error(problem, rows, members, [] if near is None else changes(problem, rows, near[2]))
