"""The plan made anew every year as condition is observed, against the plan as it was made, in drawn futures.

At the start of each year the council surveys every asset, keeps what is done and what is firm, and chooses the years
after those anew among the plan's own strategies, by its own expectations of decay. What comes of both programmes is
followed with the same chance, so that the difference is what planning anew is worth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assetplan._types import Floats, Ints
from assetplan.answers.drawn import DrawnFuture, DrawnFutures
from assetplan.answers.many_futures import Valuation, by_class, class_stocks, lived_index
from assetplan.formulation import Formulation
from assetplan.optimisation.problem import Solution
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.solving import solve
from assetplan.strategies import Starting, present_costs, start_of, watch


@dataclass(frozen=True, eq=False)
class Replanning:
    """How a plan is made anew.

    Attributes
    ----------
    valuation : Valuation; what works are worth in futures
    formulation : Formulation; the plan as a problem
    starting : Starting; condition that the plan begins from
    gap, seconds : float; gap [share] and time [s] at which each search ends
    """

    valuation: Valuation
    formulation: Formulation
    starting: Starting
    gap: float
    seconds: float

    def follow(self, future: DrawnFuture, solution: Solution) -> Ints:
        """Options (n_assets,) that the plan comes to have in a future.

        Parameters
        ----------
        future, solution : DrawnFuture, Solution; what comes, and the plan as it was made
        """
        inputs, decision = self.valuation.inputs, (solution.chosen, solution.amounts)
        firm = max(inputs.plan.firm_years, 1)  # works of the year that begins are under way
        for year in range(inputs.past + 1, inputs.plan.years - firm + 1):
            index = lived_index(future, self.formulation.options.schedule[decision[0]])[:, year]
            decision = self._anew(decision, year, year + firm - 1, index)
        return decision[0]

    def _anew(self, decision: tuple[Ints, Floats], year: int, open_from: int, index: Floats) -> tuple[Ints, Floats]:
        """The choice at the start of a plan year, with all before another kept (0 is the first)."""
        problem, options, (chosen, amounts) = self.formulation.problem, self.formulation.options, decision
        kept = options.schedule[:, :open_from]
        allowed = np.flatnonzero((kept == kept[chosen][options.asset]).all(axis=1))
        cost = self.ahead(chosen, year, index, allowed) + options.beside[allowed]
        now = np.searchsorted(allowed, chosen)
        # Beside the benefit of the plan, so that the gap is a share of that and not of all that is ahead.
        benefit = (problem.benefit[chosen] + cost[now])[options.asset[allowed]] - cost
        part = replace(problem.part(allowed, np.zeros(0, dtype=np.int64)), benefit=benefit)
        reached = solve(part, self.gap, self.seconds, start=(now, amounts))
        decision = allowed[reached.chosen], reached.amounts
        if not canonical(problem).is_feasible(*decision):
            raise AssertionError("the plan made anew passes a limit of the plan")
        return decision

    def ahead(self, chosen: Ints, year: int, index: Floats, allowed: Ints) -> Floats:
        """Present value of options (n_allowed,) from a plan year on, as is expected of what is observed [£].

        Parameters
        ----------
        chosen : array (n_assets,) of int; options that the assets have
        year : int; plan year that begins (0 is the first)
        index : array (n_assets,); condition observed at its start [0–100]
        allowed : array (n_allowed,) of int; options that agree with the works before it
        """
        inputs, options = self.valuation.inputs, self.formulation.options
        model, assets, out = inputs.model, inputs.register.assets, np.empty(len(allowed))
        group, place = np.empty(len(assets), dtype=object), np.empty(len(assets), dtype=np.intp)
        for name, rows in assets.groupby("group", sort=True).indices.items():
            group[rows], place[rows] = name, np.arange(len(rows))
        for name, members in self.valuation.members.items():
            rows, treatments = np.flatnonzero(group == name), model.catalogue.treatments[name]
            traced = members.exposure.limits is not None
            start = start_of(name, model, self.starting, rows, traced)
            state = list(watch(start, options.schedule[chosen[rows], :year], treatments))[-1].observed(index[rows])
            mine = np.flatnonzero(group[options.asset[allowed]] == name)
            at, schedule = place[options.asset[allowed[mine]]], options.schedule[allowed[mine]]
            later = model.later(name)
            out[mine], *_ = present_costs(
                state.take(at), schedule, members.take(at), treatments, model.rules, later, begins=year
            )
        # What was saved before is the same in all of them.
        return out + model.energy_cost(assets, options.asset[allowed], options.schedule[allowed])


def replanning_of(
    futures: DrawnFutures, replanning: Replanning, solution: Solution, count: int
) -> Iterator[dict[str, Any]]:
    """Rows of what the plan held and the plan made anew come to in the first futures.

    Parameters
    ----------
    futures, replanning, solution : DrawnFutures, Replanning, Solution; what comes, how it is planned anew, and the plan
    count : int; futures to follow
    """
    options, valuation = replanning.formulation.options, replanning.valuation
    nothing = np.full((len(solution.chosen), options.schedule.shape[1]), -1, dtype=options.schedule.dtype)
    for number in range(count):
        future = futures.draw(number)
        both = solution.chosen, replanning.follow(future, solution)
        cost = [
            future.decay.realised(valuation.stock, valuation.members, schedule, future.roads).sum()
            for schedule in (nothing, *(options.schedule[chosen] for chosen in both))
        ]
        worth = [cost[0] - cost[k + 1] - options.beside[chosen].sum() for k, chosen in enumerate(both)]
        changed = int((options.schedule[both[0]] != options.schedule[both[1]]).any(axis=1).sum())
        row = {"future": number + 1, "changed": changed}
        yield row | {"measure": "benefit", "asset_class": "", "held": round(worth[0], 2), "anew": round(worth[1], 2)}
        condition = [by_class(valuation.inputs, lived_index(future, options.schedule[chosen])) for chosen in both]
        for place, (asset_class, _) in enumerate(class_stocks(valuation.inputs)):
            for of, measure in enumerate(("index", "poor")):
                held, anew = (round(float(each[of][place, -1]), 4) for each in condition)
                yield row | {"measure": measure, "asset_class": asset_class, "held": held, "anew": anew}
