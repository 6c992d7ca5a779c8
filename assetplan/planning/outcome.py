"""A solved plan, told in full, and why each asset has what it has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assetplan.optimisation.problem import Solution
from assetplan.planning.inputs import Inputs
from assetplan.strategies import Candidates, Starting, Told

Codes = NDArray[np.int8]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """A solved plan, told: chosen option of each asset, and both futures in full."""

    inputs: Inputs
    starting: Starting
    options: Candidates
    solution: Solution
    plan: Told
    nothing: Told

    @cached_property
    def chosen(self) -> NDArray[np.int64]:
        """Row of the chosen candidate of each asset."""
        return self.solution.chosen

    @cached_property
    def schedule(self) -> Codes:
        """Treatment codes of the chosen strategies, (n_assets, years)."""
        return self.options.schedule[self.chosen]

    @cached_property
    def benefit(self) -> Array:
        """Benefit of each asset's chosen strategy against do-nothing (£)."""
        return self.options.benefit[self.chosen]

    @cached_property
    def cost(self) -> Array:
        """Works of the chosen strategies by plan year (£), (n_assets, years)."""
        return self.options.cost[self.chosen]

    @property
    def years(self) -> list[int]:
        """Base year and plan years."""
        first = self.inputs.model.first_year
        return list(range(first - 1, first + self.inputs.model.rules.years))

    def residual_life(self, index: Array) -> Array:
        """Years until each untreated asset fails, from a condition index (n_assets,)."""
        return residual_life(self.inputs, index)

    @cached_property
    def reasons(self) -> NDArray[np.object_]:
        """Why each asset has the strategy it has, in a sentence."""
        return _reasons(self)


def residual_life(inputs: Inputs, index: Array) -> Array:
    """Years until each untreated asset fails, by its group's model, from a condition index (n_assets,)."""
    out = np.zeros(len(index))
    groups = inputs.register.assets["group"]
    for name, rows in groups.groupby(groups).indices.items():
        out[rows] = inputs.model.groups[str(name)].residual_life(index[rows])
    return out


def _reasons(outcome: Outcome) -> NDArray[np.object_]:
    options = outcome.options
    n = np.diff(options.starts).tolist()
    cost, benefit = outcome.cost.sum(axis=1), outcome.benefit
    best = np.maximum.reduceat(options.benefit, options.starts[:-1])
    treated = np.any(outcome.schedule >= 0, axis=1)
    assets = outcome.inputs.register.assets
    # A commitment for a year outside the plan is not what put a treatment here.
    due = assets["committed_year"].isin(outcome.years[1:]) & (assets["committed_treatment"] != "")
    committed = due.to_numpy(dtype=bool) & treated
    value = np.divide(benefit, cost, out=np.zeros(len(cost)), where=cost > 0)
    first, last = outcome.years[0], outcome.years[-1]
    now, left, done = outcome.nothing.index[:, 0], outcome.nothing.index[:, -1], outcome.plan.index[:, -1]
    out = np.empty(len(n), dtype=object)
    for row in range(len(n)):
        if committed[row]:
            out[row] = "Committed already, so kept."
        elif treated[row]:
            out[row] = (
                f"Returns £{value[row]:.2f} beyond its cost for each £1, best use of the money among {n[row]} "
                f"strategies; condition {now[row]:.0f} in {first} would be {left[row]:.0f} in {last} untreated "
                f"and is {done[row]:.0f}."
            )
        elif n[row] == 1:
            out[row] = f"Condition {now[row]:.0f} calls for no treatment that may be used here in the plan years."
        elif best[row] <= 0:
            out[row] = f"None of {n[row] - 1} strategies tried would save more than it costs."
        else:
            out[row] = f"Treatment would save £{best[row]:,.0f} more than it costs, but its money does more elsewhere."
    return out
