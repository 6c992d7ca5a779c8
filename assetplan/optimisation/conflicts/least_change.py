"""The least change of limits that makes them hold: the same problem with every limit elastic, at a price.

Each limit may be passed by an amount of its own: a flow that costs one for each share of the limit (where that is
zero, of the largest single use). Nothing else counts. Its optimum is the least total share by which limits must move
(Chinneck and Dravnieks 1991, doi:10.1287/ijoc.3.2.157, call it the elastic programme).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.errors import Change
from assetplan.optimisation.problem import Flows, Problem, Solution
from assetplan.optimisation.problem.canonical import Rows, excess

NOTICEABLE = 1e-6  # share of a limit, or of the largest use of it, below which passing it is rounding


def elastic(problem: Problem, rows: Rows) -> Problem:
    """The problem with a flow for every limit that passes it, and nothing else to gain or lose.

    Parameters
    ----------
    problem : Problem
        The problem.
    rows : Rows
        Its limits.

    Returns
    -------
    Problem
        Flows are those of the problem, then one a row.
    """
    n_rows, flows = len(rows.limit), problem.flows
    most = np.array([problem.choices.best_values(rows.columns[[j]].toarray().ravel()).sum() for j in range(n_rows)])
    if flows.names:
        ends = [(sparse.diags_array(end) @ rows.flows.usage).toarray() for end in (flows.low, flows.high)]
        most = most + np.maximum(*ends).sum(axis=0)
    high = np.maximum(most - rows.limit, 0.0)
    worth = 1.0 / np.where(rows.limit != 0, np.abs(rows.limit), rows.scale)
    passing = sparse.csr_array((-rows.sign, (np.arange(n_rows), rows.resource)), (n_rows, len(problem.resources)))
    joined = Flows(
        (*flows.names, *(f"beyond limit {j}" for j in range(n_rows))),
        np.concatenate([np.zeros(len(flows.names)), -worth]),
        sparse.vstack([flows.usage, passing], format="csr"),
        np.concatenate([flows.low, np.zeros(n_rows)]),
        np.concatenate([flows.high, high]),
    )
    return replace(problem, benefit=np.zeros(problem.n_options), flows=joined)


def passed(problem: Problem, rows: Rows, solution: Solution) -> tuple[Ints, Floats, Floats]:
    """What a solution of the elastic problem means for the problem itself.

    Parameters
    ----------
    problem : Problem
        The problem.
    rows : Rows
        Its limits.
    solution : Solution
        Of its elastic problem.

    Returns
    -------
    (array (n_assets,), array (n_flows,), array (n_rows,))
        Option of each asset, amounts of the flows, and how far each row is past its limit.
    """
    amounts = solution.amounts[: len(problem.flows.names)]
    over = excess(rows, solution.chosen, amounts)
    return solution.chosen, amounts, np.where(over > rows.tolerance, over, 0.0)


def changes(problem: Problem, rows: Rows, over: Floats) -> list[Change]:
    """What each limit that is passed would have to become, to four figures, on the loose side.

    A limit passed by rounding alone is named only where all are.
    """
    noticeable = over > NOTICEABLE * np.maximum(np.abs(rows.limit), rows.scale)
    moved = [int(j) for j in np.flatnonzero(noticeable if noticeable.any() else over > 0)]
    return [
        Change(
            rows.key(problem, j),
            "cap" if rows.sign[j] > 0 else "floor",
            float(rows.sign[j] * rows.limit[j]),
            float(rows.sign[j] * _outward(rows.limit[j] + over[j])),
        )
        for j in moved
    ]


def _outward(limit: float) -> float:
    """The next number up with four figures: a limit to the last digit leaves next to nothing to choose from."""
    if limit == 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(abs(limit))) - 3)
    return float(np.ceil(limit / unit - 1e-6) * unit)  # 1e-6: what linear programmes round to
