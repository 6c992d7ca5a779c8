"""One model of a whole problem or of a core of it, run by HiGHS on one thread: the same model, the same answer.

PuLP 3.3 hands HiGHS the maximisation with its sign changed and fails on a search stopped by its node limit
(the status is missing from its table); PuLP 4 keeps the sign and has other result objects. Both build the
same `highspy` model, so options are set and the answer is read there.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem import Flows, Problem
from assetplan.optimisation.problem.pulp_model import PulpModel, build_model

# Seconds that HiGHS takes: for each entry of a model before it searches, and from one step to the next, where it asks
# whether it is to go on.
ENTRY, STEP = 1e-4, 2.2e-3
SIZE = 1e3  # most of a limit or flow in the units of a model


class ModelAnswer(NamedTuple):
    """What a run of HiGHS came to.

    Attributes
    ----------
    chosen : array (n_assets,) or None; option of each asset, None where no solution was reached
    amounts : array (n_flows,); amounts of the flows, 0 without a choice
    bound : float; proven upper bound on the benefit, `inf` if none
    infeasible : bool; whether HiGHS proved that no solution exists
    """

    chosen: Ints | None
    amounts: Floats
    bound: float
    infeasible: bool


def _in_units(problem: Problem) -> tuple[Problem, Floats]:
    """The problem with limits and flows in units that keep them near a thousand, and the unit of each flow.

    HiGHS takes a millionth as zero whatever the size of a limit: of tens of millions of pounds that is next to the
    last digit it has. Units are powers of two, so that no figure changes a digit.
    """
    flows = problem.flows
    ends = [np.where(np.isfinite(end), np.abs(end), 0.0) for end in (problem.caps, problem.floors)]
    row, unit = _unit(np.maximum(flows.reach, np.maximum(*ends))), _unit(flows.size)
    down = sparse.diags_array(1.0 / row)
    flowing = sparse.diags_array(unit) @ flows.usage @ down
    part = Flows(flows.names, flows.benefit * unit, flowing, flows.low / unit, flows.high / unit)
    caps, floors = problem.caps / row, problem.floors / row
    return replace(problem, usage=problem.usage @ down, caps=caps, floors=floors, flows=part), unit


def _unit(size: Floats) -> Floats:
    """The power of two, 1 at least, that brings a size to `SIZE` or less."""
    return np.exp2(np.ceil(np.log2(np.maximum(size / SIZE, 1.0))))


def solve_model(
    problem: Problem, time_left: SearchTime, gap: float = 0.0, enough: float = np.inf, nodes: int | None = None
) -> ModelAnswer:
    """Solve a problem as one model.

    Parameters
    ----------
    problem : Problem; the problem, of thousands of options at most
    time_left : callable; seconds left
    gap : float, optional; stop when the bound is this near [unit of the benefit]
    enough : float, optional; stop at the first choice with at least this benefit
    nodes : int, optional; most nodes to search
    """
    owner = problem.owners()
    shift = np.maximum.reduceat(problem.benefit, problem.starts[:-1])  # smaller figures keep more digits
    total = float(shift.sum())
    scaled, unit = _in_units(replace(problem, benefit=problem.benefit - shift[owner], assets=None))
    built = build_model(scaled)
    values, bound, infeasible = _run(built, problem.usage.nnz, time_left, gap, enough - total, nodes)
    if values is None:
        return ModelAnswer(None, np.zeros(len(unit)), -np.inf if infeasible else bound + total, infeasible)
    n_options = problem.n_options
    amounts = np.clip(values[n_options:] * unit, problem.flows.low, problem.flows.high)
    # the heaviest option of each asset, groups together
    return ModelAnswer(problem.choices.best(values[:n_options])[1], amounts, bound + total, False)


def _run(
    built: PulpModel, entries: int, time_left: SearchTime, gap: float, enough: float, nodes: int | None
) -> tuple[Floats | None, float, bool]:
    """Maximise: value of each option's variable, then of each flow's; the bound; whether infeasible."""
    import highspy
    import pulp

    programme, engine = built.programme, _silent_highs()
    pulp_3 = hasattr(programme, "sol_status")
    sign = -1.0 if pulp_3 else 1.0  # PuLP 3.3 minimises the negative
    limit = max(time_left.by_clock(), 0.01)
    options = {"time_limit": limit, "mip_abs_gap": gap, "mip_rel_gap": 0.0, "threads": 1, "random_seed": 0}
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    if math.isfinite(enough):
        options["objective_target"] = sign * enough
    for name, value in options.items():
        engine.setOptionValue(name, value)
    programme.solverModel = engine
    pulp.HiGHS(msg=False).buildSolverModel(programme)
    time_left.count(ENTRY * entries)

    def step(event: Any) -> None:
        time_left.count(STEP)
        event.interrupt(time_left() <= 0)

    engine.cbMipInterrupt += step
    engine.run()
    info = engine.getInfo()
    values = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        columns = programme.variables() if pulp_3 else programme.exported_variables()
        by_name = {v.name: x for v, x in zip(columns, engine.getSolution().col_value, strict=True)}
        values = np.array([by_name.get(x.name, 0.0) for x in (*built.take, *built.flow)], dtype=np.float64)
    bound = sign * info.mip_dual_bound
    infeasible = engine.getModelStatus() == highspy.HighsModelStatus.kInfeasible
    return values, bound if math.isfinite(bound) else math.inf, infeasible


def _silent_highs() -> Any:
    """HiGHS that writes nothing: from 1.16 on its constructor prints a banner unless output is off by then."""
    import highspy

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    engine = Silent()
    engine.setOptionValue("output_flag", False)  # a constructor of earlier releases enables no callbacks
    return engine
