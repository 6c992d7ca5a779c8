"""Solve a problem of any size: one model if small; prices, independent components and a search if large.

This is the driver. `solve` explains a problem without a choice, by the least change of its limits; `_search` does not.
The problems that are solved on the way, each smaller or certain to have a choice, are searched and never explained: the
lumpy limits of a component at the prices of its other limits, and the elastic problem behind the least change.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import chain, repeat

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.errors import Change, InfeasibleError
from assetplan.optimisation.bounds.lagrangian import DUAL_STEPS, Dual, bound_at, minimise_dual
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.conflicts.infeasibility import (
    conflict_error,
    conflict_of,
    lone_conflict_of,
    not_reached_error,
    whole_conflict_of,
)
from assetplan.optimisation.conflicts.least_change import changes, elastic
from assetplan.optimisation.flows import best_amounts
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.problem.canonical import CanonicalForm, canonical
from assetplan.optimisation.search.components import Component, split
from assetplan.optimisation.search.cores import cores
from assetplan.optimisation.search.dives import QUICK, search
from assetplan.optimisation.search.incumbent import (
    Decision,
    Incumbent,
    Listener,
    NoChoiceError,
    PricedProblem,
    amounts_for,
    polish,
    start_from_prices,
)
from assetplan.optimisation.search.lumpy_limits import lumpy_problem, round_around
from assetplan.optimisation.search.one_model import solve_model
from assetplan.optimisation.search.repair import least_use, make_feasible

WHOLE = 1_000  # options up to which one model is used: as fast as the decomposition there, slower from 2,000 on
EASY = 0.5  # share of a part's gap that the first round over the parts need not close
QUICK_NODES = 100  # nodes of a quick core, however much it could prove
FIRST_CORES = 3  # looked through for a first choice where rounding finds none
LUMP_SECONDS = 1.0  # less brings no solution of the lumpy limits
CHANGE_GAP = 0.02  # share of the total change of limits by which the answer may miss the least
CHANGE_SECONDS = 10.0  # most to spend on the least change beyond the plan's own time
CLEAR = 0.9  # aim inside the target gap, so that rounding cannot undo it


def solve(
    problem: Problem,
    target_gap: float = 1e-4,
    time_limit: float = 60.0,
    whole: int = WHOLE,
    start: Decision | None = None,
    listen: Listener = lambda incumbent: None,
) -> Solution:
    """Choice of one option an asset with the most benefit within the limits, and how good it is proved to be.

    Parameters
    ----------
    problem : Problem
    target_gap : float, optional; gap at which to stop [share]
    time_limit : float, optional; time after which the best choice so far is returned [s]
    whole : int, optional; number of options up to which the problem is solved as one model
    start : (array (n_assets,) of int, array (n_flows,)), optional
        A choice within the limits, and its flows, to begin from; what is returned is as good or better.
    listen : callable, optional; called with the best choice so far and its bound as they come

    Returns
    -------
    Solution
        The choice, with benefit, bound, gap, status, prices and totals.

    Raises
    ------
    InfeasibleError
        No choice meets the limits, or none was reached in the time (the message says which).
    ValueError
        A negative gap, a time that is not positive, or a start that passes a limit.
    """
    if not target_gap >= 0 or np.isinf(target_gap):
        raise ValueError(f"target_gap is {target_gap}; it must be a share of 0 or more, such as 0.0001")
    if not time_limit > 0:
        raise ValueError(f"time_limit is {time_limit}; it must be a number of seconds above 0")
    began = time.monotonic()
    time_left, form = SearchTime.of(time_limit), canonical(problem)
    if start is not None and not form.is_feasible(*start):
        raise ValueError("the start passes a limit")
    try:
        dual, incumbent = _search(problem, form, target_gap, time_left, whole, start, listen)
    except NoChoiceError as proof:
        raise _conflict(proof, time_left) from proof
    if incumbent.chosen is None:
        nearest, needed = _nearest(problem, form, CHANGE_SECONDS)
        if nearest is None or needed:
            raise not_reached_error(needed, time.monotonic() - began)
        incumbent = incumbent.better(problem, nearest)
    assert incumbent.chosen is not None
    solution = problem.solution(incumbent.chosen, incumbent.amounts, time.monotonic() - began)
    return solution.proved(incumbent.bound, form.prices(dual.multipliers, len(problem.resources)), target_gap)


def _search(
    problem: Problem,
    form: CanonicalForm,
    target_gap: float,
    time_left: SearchTime,
    whole: int = WHOLE,
    start: Decision | None = None,
    listen: Listener = lambda incumbent: None,
) -> tuple[Dual, Incumbent]:
    """Prices of a problem, and the best choice within its limits and the time, if any is reached.

    Raises `NoChoiceError` where it is proved that there is none.
    """
    small = problem.n_options <= whole
    least = least_use(form)
    amounts = best_amounts(form, least)
    if amounts is None and (members := lone_conflict_of(form)):
        raise NoChoiceError(problem, form, members)
    # half the time is kept for the search from prices to a choice
    dual = minimise_dual(form, time_left.part(time_left() / 2), close=target_gap / DUAL_STEPS)
    task = PricedProblem(problem, form, dual, np.random.default_rng(0))
    incumbent = task.nothing().better(problem, None if amounts is None else (least, amounts)).better(problem, start)
    incumbent = start_from_prices(task, incumbent, time_left)
    if incumbent.chosen is None and not small:
        with suppress(NoChoiceError):  # which limits conflict is settled below
            allowed, half = _allowed(incumbent, target_gap), time_left.part(time_left() / 2)
            incumbent = cores(task, incumbent, allowed, half, FIRST_CORES)
    if incumbent.chosen is None:
        incumbent = incumbent.better(problem, _from_least(task, least, time_left.part(time_left() / 2)))
    if incumbent.chosen is None and (members := conflict_of(form, time_left.part(time_left() / 2))):
        # whole options may clash where shares of them would not
        raise NoChoiceError(problem, form, members, whole=problem.n_options <= WHOLE)
    if not incumbent.done(target_gap) and time_left() > 0:
        listen(incumbent)
        improve = _solve_whole if small else partial(_solve_parts, listen=listen)
        incumbent = improve(task, incumbent, target_gap, time_left)
    return dual, incumbent


def _from_least(task: PricedProblem, least: Ints, time_left: SearchTime) -> Decision | None:
    """A feasible choice if one is near the one that uses least, then filled."""
    form, flows = task.form, task.form.flows
    for still in (np.clip(0.0, flows.low, flows.high), flows.high) if flows.names else (np.zeros(0),):
        chosen = make_feasible(form.at(still), least, np.zeros(len(form.benefit)), time_left)
        if chosen is not None:
            return polish(task, (chosen, amounts_for(form, chosen, still)), time_left)
    return None


def _allowed(incumbent: Incumbent, target_gap: float) -> float:
    """Distance between bound and benefit to aim for [unit of the benefit]."""
    size = abs(incumbent.bound)
    return CLEAR * target_gap * (size if incumbent.chosen is None else min(size, abs(incumbent.benefit)))


def _solve_whole(task: PricedProblem, incumbent: Incumbent, target_gap: float, time_left: SearchTime) -> Incumbent:
    """One PuLP model of everything."""
    answer = solve_model(task.problem, time_left, _allowed(incumbent, target_gap))
    if answer.infeasible and incumbent.chosen is None:
        raise NoChoiceError(task.problem, task.form, list(range(len(task.form.limit))), whole=True)
    if answer.chosen is not None:
        incumbent = incumbent.better(task.problem, polish(task, (answer.chosen, answer.amounts), time_left))
    return incumbent.bounded(answer.bound)


def _solve_parts(
    task: PricedProblem, incumbent: Incumbent, target_gap: float, time_left: SearchTime, listen: Listener
) -> Incumbent:
    """Each independent part by itself, the one with the widest gap first, until the sum is good enough.

    As long as time is left and a round over the parts brings anything, there is another.
    """
    problem, bound = task.problem, task.dual.bound
    parts = split(problem, task.form)
    tasks = [_part_of(task, part) for part in parts]
    best = [_best_of_part(own, part, incumbent) for own, part in zip(tasks, parts, strict=True)]
    allowed = _allowed(incumbent, target_gap)
    # A few cores for each part first, none to the end: what the easy ones leave of the allowance is for the hard ones.
    quick = partial(cores, most=QUICK, nodes=QUICK_NODES)
    rounds: list[tuple[Callable[..., Incumbent], float]] = [(quick, EASY), (settle_lumps, 0.0), (quick, 0.0)]
    for method, easy in chain(rounds, repeat((search, 0.0))):
        before = _width(best)
        for i in sorted(range(len(parts)), key=lambda k: -best[k].width):
            rate = allowed / max(abs(bound), 1e-300)
            fair = rate * abs(best[i].bound)
            still_open = sum(part.width > rate * abs(part.bound) for part in best)
            part_left = time_left.part(time_left() / max(still_open / 2, 1.0))
            # what the others leave of the whole allowance: a part that comes within it closes the gap of all
            left = allowed - _width(best[:i] + best[i + 1 :])
            enough = max(fair, left, easy * best[i].width)
            best[i] = method(tasks[i], best[i], enough, part_left)
            joined = _join(problem, parts, best)
            if joined is not None:
                listen(joined)
                if joined.done(target_gap):
                    return joined
        if time_left() <= 0 or (method is search and _width(best) >= before):
            break
    return _join(problem, parts, best) or incumbent


def settle_lumps(task: PricedProblem, incumbent: Incumbent, allowed: float, time_left: SearchTime) -> Incumbent:
    """Solve the lumpy limits at the prices of the others, keep what they choose, and round the rest.

    Parameters
    ----------
    task : PricedProblem
    incumbent : Incumbent; best choice so far; the answer where all limits are lumpy or none is
    allowed : float; distance between bound and benefit at which to stop [unit of the benefit]
    time_left : callable; seconds left
    """
    near = incumbent.chosen is None or incumbent.width <= allowed
    lumps = None if near or time_left() < LUMP_SECONDS else lumpy_problem(task, incumbent)
    if lumps is None:
        return incumbent
    gap, half = min(allowed / 2 / lumps.worth, 0.5), time_left.part(time_left() / 2)
    try:
        _, lumpy = _search(lumps.problem, canonical(lumps.problem), gap, half)
    except NoChoiceError:
        return incumbent
    return incumbent if lumpy.chosen is None else round_around(task, incumbent, lumps, lumpy, allowed, time_left)


def _width(incumbents: list[Incumbent]) -> float:
    """Distance between bound and benefit of some parts together [unit of the benefit]."""
    return sum(incumbent.width for incumbent in incumbents)


def _part_of(task: PricedProblem, part: Component) -> PricedProblem:
    """A part with the prices of the whole."""
    dual, form = task.dual, canonical(part.problem)
    prices = dual.multipliers[part.rows]
    own = Dual(prices, bound_at(form, prices), dual.exact, dual.amounts[part.flows], part.own(dual.chosen))
    return PricedProblem(part.problem, form, own, task.random)


def _best_of_part(own: PricedProblem, part: Component, incumbent: Incumbent) -> Incumbent:
    """The part's share of the best choice of the whole."""
    if incumbent.chosen is None:
        return own.nothing()
    return own.nothing().better(part.problem, (part.own(incumbent.chosen), incumbent.amounts[part.flows]))


def _join(problem: Problem, parts: list[Component], best: list[Incumbent]) -> Incumbent | None:
    """The choices of all parts as one; None while one has none."""
    chosen = np.zeros(problem.n_assets, dtype=np.int64)
    amounts = np.zeros(len(problem.flows.names))
    for part, incumbent in zip(parts, best, strict=True):
        if incumbent.chosen is None:
            return None
        chosen[part.assets] = part.options[incumbent.chosen]
        amounts[part.flows] = incumbent.amounts
    return Incumbent(chosen, amounts, problem.value(chosen, amounts), sum(incumbent.bound for incumbent in best))


def _nearest(problem: Problem, form: CanonicalForm, seconds: float) -> tuple[Decision | None, list[Change]]:
    """The choice that needs the limits moved by least in all, and what each limit would have to become for it."""
    loose = elastic(problem, form)
    try:
        _, nearest = _search(loose, canonical(loose), CHANGE_GAP, SearchTime.of(max(seconds, 1.0)))
    except NoChoiceError:
        return None, []
    if nearest.chosen is None:
        return None, []
    amounts: Floats = nearest.amounts[: len(problem.flows.names)]
    over = form.excess(nearest.chosen, amounts)
    return (nearest.chosen, amounts), changes(form, np.where(over > form.tolerance, over, 0.0))


def _conflict(proof: NoChoiceError, time_left: SearchTime) -> InfeasibleError:
    """The error for rows in conflict, with the least change that mends them."""
    problem, form, members = proof.problem, proof.form, proof.members
    if proof.whole:
        members = whole_conflict_of(problem, form, members, time_left)
    return conflict_error(form, members, _nearest(problem, form, min(time_left(), CHANGE_SECONDS))[1])
