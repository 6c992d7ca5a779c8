"""plan(): register → network → condition → strategies → finance → optimisation → programme, on one page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse

from assetplan.config import Plan
from assetplan.network import pieces
from assetplan.optimisation.baselines import incremental_benefit_cost, worst_first
from assetplan.optimisation.core import solve
from assetplan.optimisation.problem import Problem
from assetplan.planning.assemble import assemble
from assetplan.planning.inputs import Inputs, load_inputs
from assetplan.planning.outcome import residual_life
from assetplan.programme import Programme
from assetplan.register import Register
from assetplan.strategies import Candidates, candidates, starting_condition, tell

Progress = Callable[[str], None]


@dataclass
class _Clock:
    """Seconds by stage; tells a listener when a stage begins."""

    listener: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.listener(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def plan(plan: Plan, register: Register | None = None, progress: Progress = lambda stage: None) -> Programme:
    """Plan a register's treatments within the envelope.

    Parameters
    ----------
    plan : Plan
        From `read_plan` or `make_plan`.
    register : Register, optional
        A register in memory, in place of the file the plan names.
    progress : callable, optional
        Called with the name of each stage as it begins.

    Returns
    -------
    Programme
        The chosen programme, checked: its spend, limits and benefit are summed from its own choices.

    Raises
    ------
    RegisterError, ConfigError
        Faulty input; every fault is listed.
    InfeasibleError
        Limits and commitments cannot hold together; the limits are named.
    """
    clock = _Clock(progress)
    with clock.stage("register"):
        inputs = load_inputs(plan, register)
    assets = inputs.register.assets
    with clock.stage("network"):
        carriageway = assets.geometry[(assets["asset_class"] == "carriageway").to_numpy()]
        lines = carriageway[carriageway.geom_type == "LineString"]
        islands = pieces(lines.to_numpy())
    with clock.stage("condition"):
        starting = starting_condition(assets, inputs.model)
    with clock.stage("strategies"):
        options = candidates(assets, starting, inputs.model)
    with clock.stage("optimisation"):
        problem = build_problem(inputs, options)
        solution = solve(problem, plan.solver.target_gap, plan.solver.time_limit)
    with clock.stage("baselines"):
        baselines = {
            "worst first": worst_first(problem, np.argsort(starting.index, kind="stable")),
            "incremental benefit-cost": incremental_benefit_cost(problem),
        }
    with clock.stage("programme"):
        programme = assemble(inputs, starting, options, solution, baselines, islands, len(carriageway) - len(lines))
    programme.summary["seconds"] = {name: round(spent, 3) for name, spent in clock.seconds.items()}
    return programme.check()


def build_problem(inputs: Inputs, options: Candidates) -> Problem:
    """The choice to be made: one strategy for each asset within the cap of each line and year.

    Returns
    -------
    Problem
        Resources are line by line and year by year, as `inputs.limits.names`.
    """
    lines = {line: place for place, line in enumerate(inputs.limits.lines)}
    years = inputs.model.rules.years
    codes, groups = pd.factorize(inputs.register.assets["group"], sort=True)
    longest = max(len(rows) for rows in inputs.model.catalogue.treatments.values())
    table = np.zeros((len(groups), max(longest, 1)), dtype=np.intp)
    for row, group in enumerate(groups):
        for code, treatment in enumerate(inputs.model.catalogue.treatments[str(group)]):
            table[row, code] = lines[treatment.line]
    option, year = np.nonzero(options.schedule >= 0)
    line = table[codes[options.asset[option]], options.schedule[option, year]]
    usage = sparse.csr_array(
        (options.cost[option, year], (option, line * years + year)),
        shape=(len(options.asset), len(lines) * years),
    )
    return Problem(
        options.benefit,
        usage,
        options.starts,
        inputs.limits.amount.ravel(),
        np.full(len(lines) * years, -np.inf),
        inputs.limits.names,
        inputs.register.assets["asset_id"].to_numpy(dtype=object),
    )


def forecast(plan: Plan, register: Register | None = None) -> pd.DataFrame:
    """Condition of every asset by year if nothing is done.

    Returns
    -------
    DataFrame
        Columns asset_id, asset_class, group, residual_life (years, base year) and one column a year from the base
        year to the last plan year with the condition index (0–100).

    Raises
    ------
    RegisterError, ConfigError
        Faulty input; every fault is listed.
    """
    inputs = load_inputs(plan, register)
    assets = inputs.register.assets
    starting = starting_condition(assets, inputs.model)
    nothing = np.full((len(assets), plan.years), -1, dtype=np.int8)
    path = tell(assets, starting, nothing, inputs.model).index
    out = pd.DataFrame(assets[["asset_id", "asset_class", "group"]])
    out["residual_life"] = residual_life(inputs, starting.index).round(2)
    for place, year in enumerate(range(plan.first_year - 1, plan.first_year + plan.years)):
        out[str(year)] = path[:, place].round(2)
    return out
