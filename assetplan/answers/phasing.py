"""The best phasing of the whole envelope: what would be gained if its money were not tied to years, or to lines.

Two wider problems are solved beside the plan's own. In the first each line keeps its money but may spend it in any
year; in the second all money may go to any line in any year. Every programme of the plan is one of theirs too, so what
they reach beyond it is gained by the phasing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from assetplan._types import Ints
from assetplan.config import Plan
from assetplan.errors import InfeasibleError
from assetplan.formulation import Formulation, LimitRow
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.solving import solve
from assetplan.programme.summary import Phasing, PhasingAmount, PhasingCase

# What limits on the money of lines lose.
_CASES: dict[str, dict[str, Any]] = {"years free": {"year": 0}, "years and lines free": {"year": 0, "line": ""}}
# A report's figure, not the plan itself: a tenth of a per cent will do.
_GAP = 1e-3
# Seconds for each case.
_SECONDS = 8.0
_MERGED = ("line", "line floor")


def best_phasing(plan: Plan, formulation: Formulation, solution: Solution) -> Phasing:
    """Spend by line and year if it were not tied to years, or to years and lines, and what that gains.

    Parameters
    ----------
    plan : Plan; what is sought
    formulation : Formulation; the plan as a problem
    solution : Solution; its programme

    Returns
    -------
    Phasing
        `cases`: rows case, least, most (gain on the programme, in the unit of what the plan seeks, as far as it is
        proved); `amounts`: rows case, line, year, amount (£); `note`: why there are none, else "".
    """
    if plan.objective.sought.least:
        return _none(f"The plan seeks {plan.objective.sought.seeks}, not the best use of its money.")
    if plan.sources or plan.borrowing:
        return _none("Its money comes from sources that fund only what they may, so it was not freed.")
    cases: list[PhasingCase] = []
    amounts: list[PhasingAmount] = []
    for case, fields in _CASES.items():
        wider = merged(formulation.problem, _codes(formulation.rows, fields))
        try:
            freed = solve(wider, _GAP, min(_SECONDS, plan.solver.time_limit / 2))
        except InfeasibleError:
            # What the plan itself reaches is always there; nothing better was reached in the time.
            freed = None
        cases.append(_gain(case, solution, freed))
        amounts += _amounts(case, formulation, solution, freed)
    return {"cases": cases, "amounts": amounts, "note": ""}


def _none(why: str) -> Phasing:
    return {"cases": [], "amounts": [], "note": why}


def _codes(rows: Sequence[LimitRow], fields: dict[str, Any]) -> Ints:
    """Which limit of the wider problem each becomes a part of: those on money of lines lose some of their fields."""
    keys = pd.Series([replace(row.key, **fields) if row.key.kind in _MERGED else row.key for row in rows])
    return pd.factorize(keys)[0]


def merged(problem: Problem, code: Ints) -> Problem:
    """The problem with limits of one code added up to one limit.

    Parameters
    ----------
    problem : Problem; the narrower problem
    code : array (n_resources,); limit of the wider problem that each becomes a part of, counted from 0
    """
    n, count = len(code), int(code.max()) + 1
    add = sparse.csr_array((np.ones(n), (np.arange(n), code)), shape=(n, count))
    held = np.isfinite(problem.floors)
    floors = np.bincount(code[held], problem.floors[held], count).astype(np.float64)
    floors[np.bincount(code[held], minlength=count) == 0] = -np.inf
    flows, first = problem.flows, np.unique(code, return_index=True)[1]
    return replace(
        problem,
        usage=sparse.csr_array(problem.usage @ add),
        caps=np.bincount(code, problem.caps, count).astype(np.float64),
        floors=floors,
        resources=tuple(problem.resources[place] for place in first),
        flows=Flows(flows.names, flows.benefit, sparse.csr_array(flows.usage @ add), flows.low, flows.high),
    )


def _gain(case: str, solution: Solution, freed: Solution | None) -> PhasingCase:
    """What the wider problem is proved to gain on the programme: at least, and at most (None: not known)."""
    if freed is None:
        return {"case": case, "least": 0.0, "most": None}
    return {
        "case": case,
        "least": round(max(freed.benefit - solution.benefit, 0.0), 2),
        "most": round(max(freed.bound - solution.benefit, 0.0), 2),
    }


def _amounts(case: str, formulation: Formulation, solution: Solution, freed: Solution | None) -> list[PhasingAmount]:
    better = freed if freed is not None and freed.benefit > solution.benefit else solution
    spent = np.asarray(formulation.problem.usage[better.chosen].sum(axis=0), dtype=float).ravel()
    spent += formulation.mandatory_use
    return [
        {"case": case, "line": row.key.line, "year": row.key.year, "amount": round(float(by), 2)}
        for row, by in zip(formulation.rows, spent, strict=True)
        if row.key.kind == "line"
    ]
