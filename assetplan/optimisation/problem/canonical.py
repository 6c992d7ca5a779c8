"""Every limit of a problem in one form, and the sums that check a choice against them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.optimisation.problem.problem import Flows, Problem, Solution

# Sums of 100,000 pounds-and-pence figures differ by order of addition in about the 12th digit; a thousand
# times that is still a hundredth of a penny in £100,000.
TOLERANCE = 1e-9
MEET = 1e-14  # the same sum made in two orders


@dataclass(frozen=True, eq=False)
class Rows:
    """Every limit as "usage @ choice + flows.usage @ amounts ≤ limit": caps as they are, floors with the sign changed.

    Attributes
    ----------
    usage : CSR array (n_options, n_rows)
    columns : CSR array (n_rows, n_options)
        Transpose of `usage`, for sums by row.
    limit : array (n_rows,)
        Right-hand sides.
    resource : array (n_rows,)
        Position of the resource each row limits.
    sign : array (n_rows,)
        1 for a cap, −1 for a floor.
    scale : array (n_rows,)
        Largest size of one option's usage; where no option uses it, of one flow's (1 where all are 0).
    flows : Flows
        The flows, their usage by row.
    """

    usage: Any
    columns: Any
    limit: Floats
    resource: Ints
    sign: Floats
    scale: Floats
    flows: Flows

    @property
    def tolerance(self) -> Floats:
        """How far a total may pass its limit by rounding alone, shape (n_rows,)."""
        size = np.maximum(np.abs(self.limit), self.scale)
        return TOLERANCE * (np.maximum(size, _reach(self.flows)) if self.flows.names else size)

    def prices(self, multipliers: Floats, n_resources: int) -> Floats:
        """Multipliers by row → price by resource, shape (n_resources,)."""
        return np.bincount(self.resource, self.sign * multipliers, n_resources).astype(np.float64)

    def key(self, problem: Problem, row: int) -> Hashable:
        """What the problem knows the resource by that a row limits."""
        key: Hashable = problem.resources[self.resource[row]]
        return key

    def at(self, amounts: Floats) -> Rows:
        """The limits that are left for the choices once the flows have these amounts."""
        if not self.flows.names:
            return self
        limit = self.limit - self.flows.usage.T @ amounts
        return replace(self, limit=limit, flows=Flows.none(len(limit)))

    def subset(self, kept: Sequence[int]) -> Rows:
        """Some of the rows."""
        index = np.asarray(kept, dtype=np.int64)
        return Rows(
            self.usage[:, index], self.columns[index], self.limit[index], self.resource[index], self.sign[index],
            self.scale[index], replace(self.flows, usage=self.flows.usage[:, index]),
        )  # fmt: skip


def limit_rows(problem: Problem) -> Rows:
    """Limits of a problem in the one form the methods work on; resources without limits drop out."""
    capped = np.flatnonzero(np.isfinite(problem.caps))
    floored = np.flatnonzero(np.isfinite(problem.floors))
    resource = np.concatenate([capped, floored]).astype(np.int64)
    sign = np.concatenate([np.ones(len(capped)), -np.ones(len(floored))])
    limit = np.concatenate([problem.caps[capped], -problem.floors[floored]])
    usage = _columns(problem.usage, resource, sign)
    columns = sparse.csr_array(usage.T)
    flows = replace(problem.flows, usage=_columns(problem.flows.usage, resource, sign))
    scale = np.zeros(len(resource))
    if usage.nnz:
        scale = np.maximum(columns.max(axis=1).toarray().ravel(), -columns.min(axis=1).toarray().ravel())
    if flows.names:
        scale = np.where(scale > 0, scale, _reach(flows))
    return Rows(usage, columns, limit, resource, sign, np.where(scale > 0, scale, 1.0), flows)


def _columns(usage: Any, resource: Ints, sign: Floats) -> Any:
    """Some columns of a CSR array with their signs."""
    if np.array_equal(resource, np.arange(usage.shape[1])) and np.all(sign > 0):
        return usage
    pick = sparse.csr_array((sign, (resource, np.arange(len(resource)))), shape=(usage.shape[1], len(resource)))
    return sparse.csr_array(usage @ pick)


def _reach(flows: Flows) -> Floats:
    """Largest size of one flow's usage of each row."""
    most = np.maximum(np.abs(flows.low), np.abs(flows.high))
    used = abs(flows.usage).T @ sparse.diags_array(most)
    return np.asarray(used.max(axis=1).toarray(), dtype=np.float64).ravel()


def usage_totals(usage: Any, chosen: Ints) -> Floats:
    """Column sums over the chosen options, shape (n_columns,)."""
    return np.asarray(usage[chosen].sum(axis=0), dtype=np.float64).ravel()


def excess(rows: Rows, chosen: Ints, amounts: Floats | None = None) -> Floats:
    """How far each row's total is past its limit (negative: room left), shape (n_rows,)."""
    over = usage_totals(rows.usage, chosen) - rows.limit
    return over if amounts is None else over + rows.flows.usage.T @ amounts


def is_feasible(rows: Rows, chosen: Ints, amounts: Floats | None = None) -> bool:
    """Whether a choice, with amounts of the flows, meets every limit, rounding apart."""
    return bool(np.all(excess(rows, chosen, amounts) <= rows.tolerance))


def gap_between(benefit: float, bound: float) -> float:
    """(bound − benefit) / |bound| [share], 0 where they meet but for rounding."""
    if bound - benefit <= MEET * abs(bound):
        return 0.0
    return (bound - benefit) / abs(bound) if bound else float("inf")


def settle(
    problem: Problem,
    chosen: Ints,
    amounts: Floats,
    bound: float,
    prices: Floats,
    target_gap: float,
    seconds: float,
) -> Solution:
    """Solution whose every figure is summed from the choice itself."""
    benefit = problem.value(chosen, amounts)
    bound = max(bound, benefit)  # the two are summed in different orders
    gap = gap_between(benefit, bound)
    status = "optimal" if gap <= target_gap else "feasible"
    used = usage_totals(problem.usage, chosen) + problem.flows.usage.T @ amounts
    return Solution(chosen, benefit, bound, gap, status, prices, used, seconds, amounts)
