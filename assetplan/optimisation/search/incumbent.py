"""The incumbent (best choice so far), and how a choice is made feasible, filled and given its flows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.optimisation.bounds.lagrangian import Dual, reduced_values
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.flows import best_amounts
from assetplan.optimisation.problem import Problem
from assetplan.optimisation.problem.canonical import CanonicalForm
from assetplan.optimisation.problem.problem import gap_between
from assetplan.optimisation.search.repair import fill, make_feasible

GRACE = 1.0  # seconds that the first choice may take beyond the time, since without it there is none

Decision = tuple[Ints, Floats]  # option of each asset, amount of each flow


class NoChoiceError(Exception):
    """Rows of a problem were proved to have no choice within them; `whole` if shares of options might have one."""

    def __init__(self, problem: Problem, form: CanonicalForm, members: list[int], whole: bool = False) -> None:
        self.problem, self.form, self.members, self.whole = problem, form, members, whole
        super().__init__("no choice meets the limits")


@dataclass(frozen=True, eq=False)
class PricedProblem:
    """What a search works on: a problem and its canonical form, its prices, and the draws of its cores."""

    problem: Problem
    form: CanonicalForm
    dual: Dual
    random: np.random.Generator

    @cached_property
    def values(self) -> Floats:
        """Each option's benefit less the price of what it uses, shape (n_options,)."""
        return reduced_values(self.form, self.dual.multipliers)

    def nothing(self) -> Incumbent:
        """Before any choice is known: the bound of the prices."""
        return Incumbent(None, self.dual.amounts, -np.inf, self.dual.bound)


Listener = Callable[["Incumbent"], None]  # called with the best choice so far, for a reader who waits


@dataclass(frozen=True, eq=False)
class Incumbent:
    """Best choice so far with its flows (None: nothing feasible yet) and the bound so far."""

    chosen: Ints | None
    amounts: Floats
    benefit: float
    bound: float

    @property
    def width(self) -> float:
        """Distance between bound and benefit [unit of the benefit]."""
        return self.bound - self.benefit

    def better(self, problem: Problem, decision: Decision | None) -> Incumbent:
        """Incumbent with a feasible choice taken in if it is better."""
        if decision is None:
            return self
        benefit = problem.value(*decision)
        better = benefit > self.benefit or self.chosen is None
        return Incumbent(*decision, benefit, self.bound) if better else self

    def bounded(self, bound: float) -> Incumbent:
        """Incumbent with a bound taken in if it is lower."""
        return replace(self, bound=min(self.bound, bound))

    @property
    def gap(self) -> float:
        """Distance between bound and benefit [share of the bound]; infinite before any choice is known."""
        return np.inf if self.chosen is None else gap_between(self.benefit, self.bound)

    def done(self, target_gap: float) -> bool:
        """Whether the gap is closed."""
        return self.gap <= target_gap


def amounts_for(form: CanonicalForm, chosen: Ints, given: Floats) -> Floats:
    """The best amounts of the flows for a choice that keeps its limits with the amounts given.

    Parameters
    ----------
    form : CanonicalForm
    chosen : array (n_assets,); option of each asset
    given : array (n_flows,); amounts with which it keeps the limits
    """
    amounts = best_amounts(form, chosen, given)
    return given if amounts is None else amounts


def polish(task: PricedProblem, decision: Decision, time_left: SearchTime) -> Decision | None:
    """A choice made feasible if need be, then filled, and the flows made the best for it; None where it stays outside.

    Parameters
    ----------
    task : PricedProblem; the problem and its prices, at which moves are judged
    decision : (array (n_assets,), array (n_flows,)); option of each asset, amount of each flow
    time_left : callable; seconds left
    """
    form, values = task.form, task.values
    chosen, amounts = decision
    if not form.is_feasible(chosen, amounts):
        moved = best_amounts(form, chosen)
        if moved is None:
            mended = make_feasible(form.at(amounts), chosen, values, time_left)
            if mended is None:
                return None
            chosen = mended
        else:
            amounts = moved
    chosen = fill(form.at(amounts), chosen, values)
    if form.flows.names:
        amounts = amounts_for(form, chosen, amounts)
        chosen = fill(form.at(amounts), chosen, values)
    return chosen, amounts


def start_from_prices(task: PricedProblem, incumbent: Incumbent, time_left: SearchTime) -> Incumbent:
    """Incumbent with the choice the prices lead to; where that cannot be made feasible, the feasible one filled.

    Parameters
    ----------
    task : PricedProblem
    incumbent : Incumbent; best choice so far
    time_left : callable; seconds left
    """
    rounded = polish(task, (task.dual.chosen, task.dual.amounts), time_left.part(time_left() + GRACE))
    if rounded is None and incumbent.chosen is not None:
        rounded = polish(task, (incumbent.chosen, incumbent.amounts), time_left)
    return incumbent.better(task.problem, rounded)
