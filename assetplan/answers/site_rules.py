"""A plan without its rules of sites, and what these cost: the most that the same money could bring without them."""

from __future__ import annotations

from dataclasses import replace

from assetplan.connectivity.road_runs import RoadRuns
from assetplan.formulation import build_problem
from assetplan.inputs.load import Inputs
from assetplan.optimisation import relaxation_bound
from assetplan.strategies import Candidates

# Of the bound: nearer to the least one is not worth the time, for it is stated in per cent.
_CLOSE = 1e-3


def _without_rules(inputs: Inputs) -> Inputs:
    """The inputs of the same plan, but with sites of any size and as many as are wanted."""
    sites = inputs.plan.sites.model_copy(update={"minimum": 0.0, "most": None})
    return replace(inputs, plan=inputs.plan.model_copy(update={"sites": sites}))


def with_own_sites(inputs: Inputs) -> Inputs:
    """The inputs of the same plan, but with a site for every asset by itself, of any size."""
    free = _without_rules(inputs)
    costs = "single" if free.plan.sites.costs == "shared" else free.plan.sites.costs
    sites = free.plan.sites.model_copy(update={"costs": costs})
    return replace(free, plan=free.plan.model_copy(update={"sites": sites}))


def bound_without_rules(inputs: Inputs, options: Candidates, runs: RoadRuns) -> float | None:
    """Upper bound on the objective within the plan's limits, but with sites of any size and as many as are wanted.

    Parameters
    ----------
    inputs, options, runs : as of `build_problem`

    Returns
    -------
    float or None
        In the unit of the objective; None where the plan has no rule of sites, or seeks the least of something.
    """
    plan = inputs.plan
    rules = plan.sites.costs == "shared" and (plan.sites.minimum != 0 or plan.sites.most is not None)
    if not rules or plan.objective.sought.least:
        return None
    return relaxation_bound(build_problem(_without_rules(inputs), options, runs).problem, _CLOSE)
