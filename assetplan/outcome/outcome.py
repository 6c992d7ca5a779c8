"""A solved plan with the trajectories of its assets, under the plan and if nothing is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from assetplan._types import Bools, Codes, Floats, Ints
from assetplan.display import Shown
from assetplan.formulation import Formulation
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Problem, Solution
from assetplan.strategies import Candidates, Starting, Traffic, Trajectory, simulate


@dataclass(frozen=True, eq=False, repr=False)
class Outcome(Shown):
    """A solved plan: the chosen strategy of each asset, and its trajectories under the plan and if nothing is done.

    Under the plan what is sold is in no band and has no backlog from the end of that year on; if nothing is done it is
    kept.
    """

    inputs: Inputs
    starting: Starting
    formulation: Formulation
    solution: Solution
    plan: Trajectory
    nothing: Trajectory

    @property
    def options(self) -> Candidates:
        """The strategies chosen from."""
        return self.formulation.options

    @property
    def problem(self) -> Problem:
        """What was solved; its benefit is the plan's objective."""
        return self.formulation.problem

    @cached_property
    def chosen(self) -> Ints:
        """Row of the chosen candidate of each asset."""
        return self.formulation.chosen(self.solution)

    @cached_property
    def schedule(self) -> Codes:
        """Treatment codes of the chosen strategies, (n_assets, years)."""
        return self.options.schedule[self.chosen]

    @cached_property
    def benefit(self) -> Floats:
        """Benefit of each asset's chosen strategy against do-nothing (£)."""
        return self.options.benefit[self.chosen]

    @cached_property
    def cost(self) -> Floats:
        """Works of the chosen strategies by plan year (£), (n_assets, years)."""
        return self.options.cost[self.chosen]

    @cached_property
    def chosen_bids(self) -> Ints:
        """Row of the chosen option of each bid."""
        return self.formulation.chosen_bids(self.solution)

    @property
    def years(self) -> list[int]:
        """Base year and plan years."""
        first = self.inputs.model.first_year
        return list(range(first - 1, first + self.inputs.model.rules.years))


def outcome_of(
    inputs: Inputs, starting: Starting, traffic: Traffic, formulation: Formulation, solution: Solution
) -> Outcome:
    """A solved plan with both trajectories of every asset.

    Parameters
    ----------
    inputs : Inputs; what the plan was made from
    starting : Starting; condition of each asset at the start
    traffic : Traffic or None; how traffic grows, and what weight limits cost it, as the candidates were made with
    formulation : Formulation; the plan as a problem
    solution : Solution; its solution, settled
    """
    assets = inputs.register.assets
    chosen = formulation.options.schedule[formulation.chosen(solution)]
    return Outcome(
        inputs,
        starting,
        formulation,
        solution,
        _held(_rounded(simulate(assets, starting, chosen, inputs.model, traffic)), formulation.kept(solution)),
        _rounded(simulate(assets, starting, np.full_like(chosen, -1), inputs.model, traffic)),
    )


def _held(future: Trajectory, kept: Bools) -> Trajectory:
    """Condition of what is kept, (n_assets, years + 1) of bool: what is sold is in no band."""
    if kept.all():
        return future
    return replace(
        future, bands=future.bands * kept[:, :, None].astype(np.float32), backlog=np.where(kept, future.backlog, 0.0)
    )


def _rounded(future: Trajectory) -> Trajectory:
    """Condition as it is stored, so that sums over assets.parquet are those of summary.json."""
    return replace(future, index=future.index.round(2))
