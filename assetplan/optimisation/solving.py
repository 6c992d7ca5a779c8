"""Solve a problem of any size: one model if small; prices, independent components and a search if large.

This is the driver, and the one place that is recursive. `solve` solves two other problems on its way, each by `solve`
itself: the lumpy limits of a component at the prices of its other limits (fewer limits and assets than the component,
so it comes to an end), and, where no choice meets the limits, the elastic problem, which always has a choice.
"""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import chain, repeat

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.errors import InfeasibleError
from assetplan.optimisation.bounds.lagrangian import DUAL_STEPS, Dual, bound_at, minimise_dual
from assetplan.optimisation.bounds.restricted_master import best_amounts
from assetplan.optimisation.conflicts.infeasibility import (
    conflict_error,
    conflict_of,
    lone_conflict_of,
    not_found_error,
    whole_conflict_of,
)
from assetplan.optimisation.conflicts.least_change import changes, elastic, passed
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.problem.canonical import Rows, limit_rows, settle
from assetplan.optimisation.search.components import Component, split
from assetplan.optimisation.search.cores import NoChoiceError, cores
from assetplan.optimisation.search.dives import quick_search, search
from assetplan.optimisation.search.incumbent import (
    Clock,
    Decision,
    Incumbent,
    PricedProblem,
    amounts_for,
    polish,
    start_from_prices,
    until,
)
from assetplan.optimisation.search.lumpy_limits import lumpy_problem, round_around
from assetplan.optimisation.search.one_model import solve_model
from assetplan.optimisation.search.repair import least_use, make_feasible

WHOLE = 1_000  # options up to which one model is used: as fast as the decomposition there, slower from 2,000 on
EASY = 0.5  # share of a part's gap that the first round over the parts need not close
FIRST_CORES = 3  # looked through for a first choice where rounding finds none
LUMP_SECONDS = 1.0  # less brings no solution of the lumpy limits
CHANGE_GAP = 0.02  # share of the total change of limits by which the answer may miss the least
CHANGE_SECONDS = 10.0  # most to spend on the least change beyond the plan's own time
CLEAR = 0.9  # aim inside the target gap, so that rounding cannot undo it


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
        No choice meets the limits, or none was reached in the time (the message says which).
    ValueError
        A negative gap or a time that is not positive.
    """
    _check_settings(target_gap, time_limit)
    began = time.monotonic()

    def time_left() -> float:
        return time_limit - (time.monotonic() - began)

    rows = limit_rows(problem)
    small = problem.n_options <= whole
    least = least_use(problem, rows)
    amounts = best_amounts(rows, least)
    if amounts is None and (members := lone_conflict_of(problem, rows)):
        raise _conflict(problem, rows, members, time_left)
    # half the time is kept for the search from prices to a choice
    half = until(time_left, time_limit / 2)
    dual = minimise_dual(problem.benefit, problem.choices, rows, half, close=target_gap / DUAL_STEPS)
    task = PricedProblem(problem, rows, dual, np.random.default_rng(0))
    state = task.nothing().better(problem, None if amounts is None else (least, amounts))
    state = start_from_prices(task, state, time_left)
    if state.chosen is None and not small:
        with suppress(NoChoiceError):  # which limits conflict is settled below
            state = cores(task, state, _allowed(state, target_gap), until(time_left, time_left() / 2), FIRST_CORES)
    if state.chosen is None:
        state = state.better(problem, _from_least(task, least, until(time_left, time_left() / 2)))
    if state.chosen is None and (members := conflict_of(problem, rows, until(time_left, time_left() / 2))):
        if problem.n_options <= WHOLE:  # whole options may clash where shares of them would not
            members = whole_conflict_of(problem, rows, members, time_left)
        raise _conflict(problem, rows, members, time_left)
    step = _solve_whole if small else _solve_parts
    try:
        if not state.done(target_gap) and time_left() > 0:
            state = step(task, state, target_gap, time_left)
    except NoChoiceError as proof:
        part = proof.task
        members = whole_conflict_of(part.problem, part.rows, range(len(part.rows.limit)), time_left)
        raise _conflict(part.problem, part.rows, members, time_left) from proof
    if state.chosen is None:
        near = _nearest(problem, rows, CHANGE_SECONDS)
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


def _from_least(task: PricedProblem, least: Ints, time_left: Clock) -> Decision | None:
    """A feasible choice if one is near the one that uses least, then filled."""
    problem, rows, flows = task.problem, task.rows, task.rows.flows
    for still in (np.clip(0.0, flows.low, flows.high), flows.high) if flows.names else (np.zeros(0),):
        chosen = make_feasible(problem, rows.at(still), least, np.zeros(problem.n_options), time_left)
        if chosen is not None:
            return polish(task, (chosen, amounts_for(rows, chosen, still)), time_left)
    return None


def _allowed(state: Incumbent, target_gap: float) -> float:
    """Distance between bound and benefit to aim for [unit of the benefit]."""
    size = abs(state.bound) if state.chosen is None else min(abs(state.bound), abs(state.benefit))
    return CLEAR * target_gap * size


def _solve_whole(task: PricedProblem, state: Incumbent, target_gap: float, time_left: Clock) -> Incumbent:
    """One PuLP model of everything."""
    chosen, amounts, bound, infeasible = solve_model(task.problem, time_left(), _allowed(state, target_gap))
    if infeasible and state.chosen is None:
        raise NoChoiceError(task)
    if chosen is not None:
        state = state.better(task.problem, polish(task, (chosen, amounts), time_left))
    return state.bounded(bound)


def _solve_parts(task: PricedProblem, state: Incumbent, target_gap: float, time_left: Clock) -> Incumbent:
    """Each independent part by itself, the one with the widest gap first, until the sum is good enough.

    As long as time is left and a round over the parts brings anything, there is another.
    """
    problem, dual = task.problem, task.dual
    parts = split(problem, task.rows)
    states = [_part_state(part, dual, state) for part in parts]
    tasks = [_part_task(task, part, known.bound) for part, known in zip(parts, states, strict=True)]
    allowed = _allowed(state, target_gap)
    # A few cores for each part first, none to the end: what the easy ones leave of the allowance is for the hard ones.
    rounds = [(quick_search, EASY), (settle_lumps, 0.0), (quick_search, 0.0)]
    for method, easy in chain(rounds, repeat((search, 0.0))):
        before = _width(states)
        for i in sorted(range(len(parts)), key=lambda k: -_width([states[k]])):
            rate = allowed / max(abs(dual.bound), 1e-300)
            fair = rate * abs(states[i].bound)
            still_open = sum(_width([known]) > rate * abs(known.bound) for known in states)
            part_left = until(time_left, time_left() * (1 - 1 / max(still_open / 2, 1.0)))
            # what the others leave of the whole allowance: a part that comes within it closes the gap of all
            left = allowed - _width(states[:i] + states[i + 1 :])
            enough = max(fair, left, easy * _width([states[i]]))
            states[i] = method(tasks[i], states[i], enough, part_left)
            if all(s.chosen is not None for s in states):
                joined = _join(problem, parts, states)
                if joined.done(target_gap):
                    return joined
        if time_left() <= 0 or (method is search and _width(states) >= before):
            break
    return _join(problem, parts, states) if all(s.chosen is not None for s in states) else state


def settle_lumps(task: PricedProblem, state: Incumbent, allowed: float, time_left: Clock) -> Incumbent:
    """Solve the lumpy limits at the prices of the others, keep what they choose, and round the rest.

    Parameters
    ----------
    task : PricedProblem
        The problem and its prices.
    state : Incumbent
        What is known of it; the answer where all limits are lumpy or none is.
    allowed : float
        Distance between bound and benefit at which to stop [unit of the benefit].
    time_left : callable
        Seconds left.
    """
    near = state.chosen is None or state.bound - state.benefit <= allowed
    lumps = None if near or time_left() < LUMP_SECONDS else lumpy_problem(task, state)
    if lumps is None:
        return state
    try:
        solution = solve(lumps.problem, min(allowed / 2 / lumps.worth, 0.5), time_left() / 2)
    except InfeasibleError:
        return state
    return round_around(task, state, lumps, solution, allowed, time_left)


def _nearest(problem: Problem, rows: Rows, seconds: float) -> tuple[Ints, Floats, Floats] | None:
    """The choice that needs the limits moved by least in all, its flows and how far each row is past its limit."""
    try:
        return passed(problem, rows, solve(elastic(problem, rows), CHANGE_GAP, max(seconds, 1.0)))
    except InfeasibleError:
        return None


def _width(states: list[Incumbent]) -> float:
    """Distance between bound and benefit of some parts together."""
    return sum(state.bound - state.benefit for state in states)


def _part_state(part: Component, dual: Dual, state: Incumbent) -> Incumbent:
    """What is known of the whole, for a part."""
    problem = part.problem
    bound = bound_at(problem.benefit, problem.choices, limit_rows(problem), dual.multipliers[part.rows])
    if state.chosen is None:
        return Incumbent(None, dual.amounts[part.flows], -np.inf, bound)
    chosen = part.own(state.chosen)
    amounts = state.amounts[part.flows]
    return Incumbent(chosen, amounts, problem.value(chosen, amounts), bound)


def _part_task(task: PricedProblem, part: Component, bound: float) -> PricedProblem:
    """A part with the prices of the whole."""
    dual = task.dual
    prices, amounts = dual.multipliers[part.rows], dual.amounts[part.flows]
    own = Dual(prices, bound, dual.exact, amounts, part.own(dual.chosen))
    return PricedProblem(part.problem, limit_rows(part.problem), own, task.random)


def _join(problem: Problem, parts: list[Component], states: list[Incumbent]) -> Incumbent:
    chosen = np.zeros(problem.n_assets, dtype=np.int64)
    amounts = np.zeros(len(problem.flows.names))
    for part, state in zip(parts, states, strict=True):
        chosen[part.assets] = part.options[state.chosen]
        amounts[part.flows] = state.amounts
    return Incumbent(chosen, amounts, problem.value(chosen, amounts), sum(state.bound for state in states))


def _conflict(problem: Problem, rows: Rows, members: list[int], time_left: Clock) -> InfeasibleError:
    """The error for rows in conflict, with the least change that mends them."""
    near = _nearest(problem, rows, min(time_left(), CHANGE_SECONDS))
    return conflict_error(problem, rows, members, [] if near is None else changes(problem, rows, near[2]))
