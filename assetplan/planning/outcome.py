"""A solved plan, told in full, and why each asset has what it has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assetplan.optimisation.problem import Problem, Solution
from assetplan.planning.constraints import Statement
from assetplan.planning.inputs import Inputs
from assetplan.planning.reasons import reasons
from assetplan.strategies import Candidates, Starting, Told

Codes = NDArray[np.int8]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """A solved plan, told: chosen option of each asset, and both futures in full."""

    inputs: Inputs
    starting: Starting
    statement: Statement
    solution: Solution
    plan: Told
    nothing: Told

    @property
    def options(self) -> Candidates:
        """The strategies chosen from."""
        return self.statement.options

    @property
    def problem(self) -> Problem:
        """What was solved; its benefit is the plan's objective."""
        return self.statement.problem

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

    @cached_property
    def reasons(self) -> NDArray[np.object_]:
        """Why each asset has the strategy it has, in a sentence."""
        return reasons(self)
