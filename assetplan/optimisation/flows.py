"""Amounts of the flows for a choice that is made: a small linear programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from assetplan._types import Bools, Floats, Ints
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.problem.canonical import CanonicalForm, canonical
from assetplan.optimisation.problem.problem import usage_totals


def settle_flows(problem: Problem, solution: Solution, cost: Floats, free: Bools, margin: Floats) -> Floats:
    """Amounts of the flows with which the same choice keeps its limits at the least cost, shape (n_flows,).

    Parameters
    ----------
    problem : Problem; the problem; the benefits of its flows do not count
    solution : Solution; the choice, and the amounts that stay where no better ones do
    cost : array (n_flows,); cost of one unit of each flow [any one unit]
    free : array (n_flows,) of bool; flows that may change
    margin : array (n_resources,); how far to stay within each limit, if that is possible [multiples of its rounding]
    """
    flows, amounts = problem.flows, solution.amounts
    low, high = (np.where(free, end, amounts) for end in (flows.low, flows.high))
    form = canonical(replace(problem, flows=replace(flows, benefit=-cost, low=low, high=high)))
    # Within rounding of a limit is not within a penny of it: where flows can mend that, nothing is passed at all.
    exact = 0.5 * (abs(form.flows.usage).T @ free.astype(float) > 0)
    for within in (np.maximum(margin[form.resource], exact), exact, 0.0):
        kept = within * form.tolerance
        best = best_amounts(replace(form, limit=form.limit - kept), solution.chosen)
        if best is not None:
            return np.where(free, best, amounts)
    return amounts.copy()


def best_amounts(form: CanonicalForm, chosen: Ints, given: Floats | None = None) -> Floats | None:
    """Amounts of the flows with the most benefit that make a choice keep its limits; None where none do.

    Parameters
    ----------
    form : CanonicalForm; the problem
    chosen : array (n_assets,); option of each asset
    given : array (n_flows,), optional; amounts to fall back on where they do as well
    """
    from scipy.optimize import linprog

    flows = form.flows
    room = form.limit - usage_totals(form.usage, chosen)
    if not flows.names:
        return np.zeros(0) if np.all(room >= -form.tolerance) else None
    size = np.maximum(flows.size, 1e-300)
    worth = max(float(np.abs(flows.benefit * size).max()), 1e-300)
    left = sparse.diags_array(1.0 / form.scale) @ flows.usage.T @ sparse.diags_array(size)
    touched = np.diff(sparse.csr_array(left).indptr) > 0
    if np.any(room[~touched] < -form.tolerance[~touched]):
        return None
    most = (room + form.tolerance / 2) / form.scale
    solution = linprog(
        -flows.benefit * size / worth, A_ub=sparse.csr_array(left)[touched], b_ub=most[touched],
        bounds=np.column_stack([flows.low / size, flows.high / size]), method="highs",
        options={"primal_feasibility_tolerance": 1e-10},
    )  # fmt: skip
    if solution.status != 0:
        return None
    amounts: Floats = np.clip(solution.x * size, flows.low, flows.high)
    if (
        given is not None
        and flows.benefit @ amounts <= flows.benefit @ given
        and np.all(flows.usage.T @ given - room <= form.tolerance)
    ):
        return given
    return amounts if np.all(flows.usage.T @ amounts - room <= form.tolerance) else None
