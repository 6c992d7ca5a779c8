"""The one place that knows PuLP 3.3 from PuLP 4: how a model is run, and how its file is written.

PuLP 3.3 hands HiGHS the maximisation with its sign changed and fails on a search stopped by its node limit
(the status is missing from its table); PuLP 4 keeps the sign and has other result objects. Both build the
same `highspy` model, so the answer is read there, and read once.
"""

from __future__ import annotations

import math
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a run of HiGHS left behind.

    Attributes
    ----------
    values : dict of str → float
        Value of each variable by name; empty when no solution was found.
    bound : float
        Proven upper bound on the objective, `inf` when there is none.
    infeasible : bool
        Whether HiGHS proved that no solution exists.
    """

    values: dict[str, float]
    bound: float
    infeasible: bool


def run(model: Any, seconds: float, gap: float = 0.0, enough: float = math.inf, nodes: int | None = None) -> Answer:
    """Maximise a PuLP model with HiGHS, one thread, so that the same model gives the same answer.

    Parameters
    ----------
    model : LpProblem
        PuLP problem that maximises, with an objective.
    seconds : float
        Time limit [s].
    gap : float, optional
        Stop when bound − objective is at most this [unit of the objective].
    enough : float, optional
        Stop at the first solution at least this good.
    nodes : int, optional
        Most nodes to search.

    Returns
    -------
    Answer
        Values, bound, and whether the model is infeasible.
    """
    import pulp

    sign = -1.0 if hasattr(model, "sol_status") else 1.0  # PuLP 3.3 minimises the negative
    options: dict[str, Any] = {"mip_abs_gap": gap, "mip_rel_gap": 0.0, "random_seed": 0}
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    if math.isfinite(enough):
        options["objective_target"] = sign * enough
    solver = pulp.HiGHS(msg=False, threads=1, timeLimit=max(seconds, 0.01), **options)
    solver.createAndConfigureSolver(model)
    solver.buildSolverModel(model)
    solver.callSolver(model)
    return _read(model, sign)


def _read(model: Any, sign: float) -> Answer:
    import highspy

    engine = model.solverModel
    info, status = engine.getInfo(), engine.getModelStatus()
    values: dict[str, float] = {}
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        columns = model.exported_variables() if hasattr(model, "exported_variables") else model.variables()
        values = {v.name: x for v, x in zip(columns, engine.getSolution().col_value, strict=True)}
    bound = sign * info.mip_dual_bound
    if not math.isfinite(bound):
        bound = math.inf
    return Answer(values, bound, status == highspy.HighsModelStatus.kInfeasible)


def lp_text(model: Any) -> str:
    """The model as the text of an LP file, the same under every PuLP.

    They differ in writing 1e-07 and in the order in which variables are declared binary.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.lp"
        model.writeLP(str(path))
        text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?<=\d)e([+-]?)0*(?=\d)", lambda found: f"e{found[1].replace('+', '')}", text)
    body, _, rest = text.partition("Binaries\n")
    names, _, end = rest.rpartition("End")
    return f"{body}Binaries\n" + "".join(sorted(names.splitlines(keepends=True))) + f"End{end}"
