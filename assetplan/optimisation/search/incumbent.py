"""The incumbent (best choice so far), and how a choice is made feasible, filled and given its flows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.optimisation.bounds.lagrangian import Dual, reduced_values
from assetplan.optimisation.bounds.restricted_master import best_amounts
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import Rows, gap_between, is_feasible
from assetplan.optimisation.search.repair import fill, make_feasible

GRACE = 1.0  # seconds that the first choice may take beyond the time, since without it there is none

Clock = Callable[[], float]
Decision = tuple[Ints, Floats]  # option of each asset, amount of each flow


def until(time_left: Clock, end: float) -> Clock:
    """A clock that runs out when so many seconds are left on another."""
    return lambda: time_left() - end


@dataclass(frozen=True, eq=False)
class PricedProblem:
    """What a search works on: a problem with its limits in rows, its prices, and the draws of its cores."""

    problem: Problem
    rows: Rows
    dual: Dual
    random: np.random.Generator

    def values(self) -> Floats:
        """Each option's benefit less the price of what it uses, shape (n_options,)."""
        return reduced_values(self.problem.benefit, self.rows, self.dual.multipliers)

    def nothing(self) -> Incumbent:
        """Before any choice is known: the bound of the prices."""
        return Incumbent(None, self.dual.amounts, -np.inf, self.dual.bound)


@dataclass(frozen=True, eq=False)
class Incumbent:
    """Best choice so far with its flows (None: nothing feasible yet) and the bound so far."""

    chosen: Ints | None
    amounts: Floats
    benefit: float
    bound: float

    def better(self, problem: Problem, made: Decision | None) -> Incumbent:
        """Incumbent with a feasible choice taken in if it is better."""
        if made is None:
            return self
        benefit = problem.value(*made)
        better = benefit > self.benefit or self.chosen is None
        return Incumbent(*made, benefit, self.bound) if better else self

    def bounded(self, bound: float) -> Incumbent:
        """Incumbent with a bound taken in if it is lower."""
        return replace(self, bound=min(self.bound, bound))

    def done(self, target_gap: float) -> bool:
        """Whether the gap is closed."""
        return self.chosen is not None and gap_between(self.benefit, self.bound) <= target_gap


def amounts_for(rows: Rows, chosen: Ints, given: Floats) -> Floats:
    """The best amounts of the flows for a choice that keeps its limits with the amounts given."""
    amounts = best_amounts(rows, chosen, given)
    return given if amounts is None else amounts


def polish(task: PricedProblem, made: Decision, time_left: Clock) -> Decision | None:
    """A choice made feasible if need be, then filled, and the flows made the best for it; None where it stays outside.

    Parameters
    ----------
    task : PricedProblem
        The problem and its prices, at which moves are judged.
    made : (array (n_assets,), array (n_flows,))
        Option of each asset, amount of each flow.
    time_left : callable
        Seconds left.
    """
    problem, rows, values = task.problem, task.rows, task.values()
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
        amounts = amounts_for(rows, chosen, amounts)
        chosen = fill(problem, rows.at(amounts), chosen, values)
    return chosen, amounts


def start_from_prices(task: PricedProblem, state: Incumbent, time_left: Clock) -> Incumbent:
    """Incumbent with the choice the prices lead to; where that cannot be made feasible, the feasible one filled."""
    rounded = polish(task, (task.dual.chosen, task.dual.amounts), until(time_left, -GRACE))
    if rounded is None and state.chosen is not None:
        rounded = polish(task, (state.chosen, state.amounts), time_left)
    return state.better(task.problem, rounded)
