"""Small plans with one kind of limit each, and second methods to solve them: an exact model and its relaxation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray
from places import county_register
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from assetplan.config import Plan, make_plan
from assetplan.connectivity.criticality import weighed
from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.road_runs import road_runs
from assetplan.formulation import Formulation, build_problem
from assetplan.inputs.load import Inputs, load_inputs
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.solving import solve
from assetplan.outcome.outcome import Outcome, outcome_of
from assetplan.register import Register
from assetplan.strategies import Candidates, candidates, starting_condition

LINES = {
    "carriageway_preventative": [20_000.0] * 3,
    "carriageway_major": [60_000.0] * 3,
    "footways": [12_000.0] * 3,
    "bridges": [60_000.0] * 3,
}


@dataclass(frozen=True)
class Case:
    """A plan stated, and its every candidate before any rule."""

    inputs: Inputs
    candidates: Candidates
    formulation: Formulation

    @property
    def problem(self) -> Problem:
        return self.formulation.problem

    @property
    def names_of_limits(self) -> tuple[str, ...]:
        """What each limit is called."""
        return tuple(str(row.key) for row in self.formulation.rows)

    def row(self, name: str) -> int:
        """Position of a limit."""
        return self.names_of_limits.index(name)

    def solve(self) -> Solution:
        """The project's own solver, to the optimum."""
        return solve(self.problem, 1e-9, 30.0)

    def settled(self, gap: float = 1e-9, seconds: float = 30.0) -> Solution:
        """A solution within a gap, its money as the plan states it."""
        return self.formulation.settle(solve(self.problem, gap, seconds))

    def works(self, option: int) -> list[tuple[int, str]]:
        """Place of the year and treatment of each of an option's works."""
        options = self.formulation.options
        group = self.inputs.register.assets["group"][options.asset[option]]
        treatments = [t.name for t in self.inputs.model.catalogue.treatments[group]]
        return [(year, treatments[code]) for year, code in enumerate(options.schedule[option]) if code >= 0]

    def strategy(self, option: int) -> str:
        """An option as treatment@year+…"""
        first = self.inputs.plan.first_year
        return "+".join(f"{name}@{first + year}" for year, name in self.works(option)) or "do-nothing"

    def names(self, asset: str) -> set[str]:
        """Strategies left to one asset."""
        starts = self.formulation.options.starts
        row = self.inputs.register.assets["asset_id"].tolist().index(asset)
        return {self.strategy(option) for option in range(starts[row], starts[row + 1])}


@cache
def small_register() -> Register:
    """Forty-odd assets of three classes in two districts, none committed, the roads of every condition."""
    register = county_register()
    assets = register.assets
    free = assets[(assets["committed_treatment"] == "") & (assets["retention"] != "dispose")]
    districts = sorted(set(free["district"]))[:2]
    rows = [
        free[(free["asset_class"] == name) & (free["district"] == district)].index[:count]
        for name, count in (("carriageway", 13), ("bridge", 4), ("footway", 5))
        for district in districts
    ]
    part = assets.loc[sorted(np.concatenate(rows))].reset_index(drop=True)
    road = (part["asset_class"] == "carriageway").to_numpy()
    # Roads of every condition, so that every treatment may be used on some.
    part.loc[road, "measure"] = "index"
    part.loc[road, "value"] = np.linspace(12.0, 90.0, road.sum())
    return replace(register, assets=part)


def street(values: list[float], bridge: float | None = None) -> pd.DataFrame:
    """Sections of 120 m end to end on one link, and a bridge that the second carries."""
    register = small_register()
    assets = register.assets
    road = assets[(assets["asset_class"] == "carriageway") & (assets["environment"] == "rural")].index[0]
    part = assets.loc[[road] * len(values)].reset_index(drop=True)
    part = part.assign(
        asset_id=[f"R{i}" for i in range(len(values))], value=values, link_id="L1", length_m=120.0, quantity=700.0,
        chainage_m=120.0 * np.arange(len(values)), measure="index", surveyed_year=2018.0,
    )  # fmt: skip
    part["geometry"] = [shapely.LineString([(120 * i, 0), (120 * i + 120, 0)]) for i in range(len(values))]
    if bridge is not None:
        over = assets[assets["asset_class"] == "bridge"].iloc[[0]].assign(
            asset_id="B", parent_id="R1", value=bridge, measure="index", quantity=60.0, surveyed_year=2018.0,
            capacity_t=np.nan, weight_limit_t=np.nan,
        )  # fmt: skip
        part = pd.concat([part, over], ignore_index=True)
    return part


def small_plan(envelope: dict | None = None, **keys: object) -> Plan:
    """A plan of three years; amounts are in pounds, and works cost what their quantity costs."""
    money = {"unit": "£", "lines": LINES, **(envelope or {})}
    base = {"name": "case", "register": "r", "first_year": 2019, "years": 3, "sites": {"costs": "none"}}
    return make_plan({**base, "envelope": money, **keys})


def case(envelope: dict | None = None, assets: pd.DataFrame | None = None, **keys: object) -> Case:
    """State a small plan."""
    return case_of(small_plan(envelope, **keys), assets)


def case_of(plan: Plan, assets: pd.DataFrame | None = None, register: Register | None = None) -> Case:
    """State a plan of the small register or another, or of other assets in it."""
    register = small_register() if register is None else register
    register = register if assets is None else replace(register, assets=assets)
    inputs = load_inputs(plan, register)
    layout = lay_out(inputs.register.assets)
    inputs = weighed(inputs, layout)
    starting = starting_condition(inputs.register.assets, inputs.model)
    options = candidates(inputs.register.assets, starting, inputs.model)
    runs = road_runs(inputs.register.assets, layout, inputs.tables.classes)
    return Case(inputs, options, build_problem(inputs, options, runs))


def outcome_at(stated: Case, solution: Solution) -> Outcome:
    """What comes of a plan's solution."""
    starting = starting_condition(stated.inputs.register.assets, stated.inputs.model)
    return outcome_of(stated.inputs, starting, None, stated.formulation, solution)


def _model(problem: Problem) -> tuple[NDArray, sparse.csr_array, NDArray, NDArray]:
    """Objective, rows and their bounds of the whole model: options first, then flows, then one mode a group."""
    n, k = problem.n_options, len(problem.flows.names)
    one = sparse.csr_array((np.ones(n), (problem.owners(), np.arange(n))), shape=(problem.n_assets, n))
    limits = sparse.hstack([problem.usage.T, problem.flows.usage.T])
    blocks = [[limits, None], [sparse.hstack([one, sparse.csr_array((problem.n_assets, k))]), None]]
    low = [problem.floors, np.ones(problem.n_assets)]
    high = [problem.caps, np.ones(problem.n_assets)]
    modes: list[tuple[int, int]] = []
    if problem.group is not None:
        group, mode = problem.group[problem.owners()], problem.mode
        modes = sorted({(int(g), int(m)) for g, m in zip(group, mode, strict=True) if g >= 0})
        rows = [(a, m) for a in np.flatnonzero(problem.group >= 0) for g, m in modes if g == problem.group[a]]
        left = np.array([(problem.owners() == a) & (mode == m) for a, m in rows], dtype=float)
        right = np.zeros((len(rows), len(modes)))
        for i, (a, m) in enumerate(rows):
            right[i, modes.index((int(problem.group[a]), m))] = -1.0
        blocks.append([sparse.hstack([sparse.csr_array(left), sparse.csr_array((len(rows), k))]), right])
        low.append(np.zeros(len(rows)))
        high.append(np.zeros(len(rows)))
    full = [
        [left, right if right is not None else sparse.csr_array((left.shape[0], len(modes)))] for left, right in blocks
    ]
    objective = -np.concatenate([problem.benefit, problem.flows.benefit, np.zeros(len(modes))])
    return objective, sparse.csr_array(sparse.block_array(full)), np.concatenate(low), np.concatenate(high)


def _most(problem: Problem, objective: NDArray) -> NDArray:
    high = np.ones(len(objective))
    high[problem.n_options : problem.n_options + len(problem.flows.names)] = problem.flows.high
    return high


def _least(problem: Problem, objective: NDArray) -> NDArray:
    low = np.zeros(len(objective))
    low[problem.n_options : problem.n_options + len(problem.flows.names)] = problem.flows.low
    return low


def exact(problem: Problem) -> float:
    """Optimum by one integer model; NaN where there is none."""
    objective, rows, low, high = _model(problem)
    whole = np.ones(len(objective))
    whole[problem.n_options : problem.n_options + len(problem.flows.names)] = 0
    solved = milp(
        objective,
        integrality=whole,
        bounds=Bounds(_least(problem, objective), _most(problem, objective)),
        constraints=LinearConstraint(rows, low, high),
        options={"mip_rel_gap": 1e-10},
    )
    return float(-solved.fun) if solved.x is not None else float("nan")


def relaxed(problem: Problem, resource: int = 0, more: float = 0.0) -> float:
    """Optimum of the relaxation, with so much more of one resource's cap and floor."""
    objective, rows, low, high = _model(problem)
    low, high = low.copy(), high.copy()
    low[resource] += more
    high[resource] += more
    equal = low == high
    capped, floored = np.flatnonzero(np.isfinite(high) & ~equal), np.flatnonzero(np.isfinite(low) & ~equal)
    solved = linprog(
        objective,
        A_ub=sparse.vstack([rows[capped], -rows[floored]]),
        b_ub=np.concatenate([high[capped], -low[floored]]),
        A_eq=rows[np.flatnonzero(equal)],
        b_eq=low[equal],
        bounds=np.column_stack([_least(problem, objective), _most(problem, objective)]),
    )
    return float(-solved.fun) if solved.x is not None else -np.inf


def check(stated: Case, name: str, step: float, sign: int = 1) -> Solution:
    """Solve, compare with the exact model, and see that a limit binds and that its price is what a little more brings.

    Parameters
    ----------
    name : str
        The limit.
    step : float
        A little of its unit. A price is right where no change of the limit brings more than price times change.
    sign : int
        1 where the limit binds as a cap, −1 as a floor.
    """
    solution = stated.solve()
    row, problem = stated.row(name), stated.problem
    # The same programme by another model: pennies.
    assert solution.benefit == pytest.approx(exact(problem), abs=0.01)
    assert (solution.used <= problem.caps + 1e-6 * np.maximum(np.abs(problem.caps), 1)).all()
    assert (solution.used >= problem.floors - 1e-6 * np.maximum(np.abs(problem.floors), 1)).all()
    price = solution.prices[row]
    assert sign * price > 0, f"{name} has price {price}"
    base = relaxed(problem)
    for more in (step, -step):
        assert relaxed(problem, row, more) <= base + price * more + 1e-6 * abs(base)
    # Without the limit a better programme passes it: that is what it is for.
    free = replace(
        problem,
        caps=np.where(np.arange(len(problem.caps)) == row, np.inf, problem.caps),
        floors=np.where(np.arange(len(problem.caps)) == row, -np.inf, problem.floors),
    )
    better = solve(free, 1e-9, 30.0)
    assert better.benefit > solution.benefit
    bound = problem.caps[row] if sign > 0 else problem.floors[row]
    assert sign * (better.used[row] - bound) > 0
    return solution
