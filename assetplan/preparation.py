"""Everything up to the choice: register → network → condition → strategies → the plan as a problem; and the choice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

from assetplan.answers.site_rules import with_own_sites
from assetplan.config import Plan
from assetplan.connectivity.criticality import weighed
from assetplan.connectivity.layout import Layout, lay_out, off_network
from assetplan.connectivity.levels import asset_levels
from assetplan.connectivity.road_runs import RoadRuns, road_runs
from assetplan.connectivity.traffic import traffic_ahead
from assetplan.errors import InfeasibleError
from assetplan.formulation import Formulation, build_problem
from assetplan.inputs.load import Inputs, load_inputs, paying_claims
from assetplan.optimisation.problem import Solution
from assetplan.optimisation.solving import solve
from assetplan.register import Register
from assetplan.strategies import Candidates, Starting, Traffic, candidates, starting_condition

Progress = Callable[[str], None]


@dataclass
class Clock:
    """Seconds by stage; calls a listener when a stage begins.

    Attributes
    ----------
    listener : callable; called with the name of each stage
    seconds : dict; time that each has taken [s]
    """

    listener: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Within this a stage of that name is timed."""
        self.listener(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, eq=False)
class Prepared:
    """A plan as a problem, and what it was made from.

    Attributes
    ----------
    inputs, layout : Inputs, Layout; what the plan is made from, and its roads and bridges as a network
    off_network : list; what does not lie on the network, as `off_network` gives it
    starting, traffic, runs : Starting, Traffic, RoadRuns; condition at the start, traffic ahead, and roads as runs
    options : Candidates; every strategy of every asset
    formulation : Formulation; the problem
    """

    inputs: Inputs
    layout: Layout
    off_network: list[tuple[str, str, int]]
    starting: Starting
    traffic: Traffic
    runs: RoadRuns
    options: Candidates
    formulation: Formulation

    @cached_property
    def on_own_sites(self) -> Formulation:
        """The plan with a site for each asset: schemes are formed of what pays, not of what is done today or holds."""
        return build_problem(with_own_sites(self.inputs), self.options, self.runs)


def prepare(plan: Plan, register: Register | None, clock: Clock) -> Prepared:
    """Everything up to the choice.

    Parameters
    ----------
    plan, register : Plan, Register or None; as of `assetplan.plan`
    clock : Clock; times the stages
    """
    with clock.stage("register"):
        inputs = load_inputs(plan, register)
    with clock.stage("network"):
        layout = lay_out(inputs.register.assets, inputs.register.other_roads)
        apart = off_network(inputs.register.assets, layout)
        inputs = weighed(inputs, layout)
        assets = inputs.register.assets
        assets = assets.assign(hierarchy=asset_levels(assets, layout, inputs.tables.classes))
        inputs = replace(inputs, register=replace(inputs.register, assets=assets))
    with clock.stage("condition"):
        starting = starting_condition(assets, inputs.model)
        inputs = paying_claims(inputs, starting.index)
    with clock.stage("detours"):
        traffic = traffic_ahead(layout, assets, inputs.register.places, starting.index, inputs.tables.parameters.prices)
    with clock.stage("strategies"):
        runs = road_runs(assets, layout, inputs.tables.classes)
        options = candidates(assets, starting, inputs.model, traffic)
        formulation = build_problem(inputs, options, runs)
    return Prepared(inputs, layout, apart, starting, traffic, runs, options, formulation)


def solved(plan: Plan, formulation: Formulation, clock: Clock) -> Solution:
    """The choice.

    Parameters
    ----------
    plan, formulation : Plan, Formulation; the plan, and it as a problem
    clock : Clock; times the stage

    Raises
    ------
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named, as the plan file says them.
    """
    with clock.stage("optimisation"):
        try:
            return solve(formulation.problem, plan.solver.target_gap, plan.solver.time_limit)
        except InfeasibleError as error:
            raise formulation.in_plan_words(error) from error
