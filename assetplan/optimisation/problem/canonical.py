"""A problem in canonical form, every limit as "at most", and the sums that check a choice against it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.optimisation.problem.choices import Choices
from assetplan.optimisation.problem.problem import Flows, Problem, usage_totals

# Sums of 100,000 pounds-and-pence figures differ by order of addition in about the 12th digit; a thousand
# times that is still a hundredth of a penny in £100,000.
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class CanonicalForm:
    """Maximise benefit within "usage @ choice + flows.usage @ amounts ≤ limit"; floors stand with the sign changed.

    Attributes
    ----------
    benefit : array (n_options,)
    choices : Choices; which options may be chosen together
    usage : CSR array (n_options, n_rows)
    columns : CSR array (n_rows, n_options); transpose of `usage`, for sums by row
    limit : array (n_rows,); right-hand sides
    resource : array (n_rows,); position of the resource each row limits
    keys : tuple of hashable; what the problem knows each row's resource by
    sign : array (n_rows,); 1 for a cap, −1 for a floor
    scale : array (n_rows,)
        Largest size of one option's usage; where no option uses it, of one flow's (1 where all are 0).
    flows : Flows; the flows, their usage by row
    """

    benefit: Floats
    choices: Choices
    usage: Any
    columns: Any
    limit: Floats
    resource: Ints
    keys: tuple[Hashable, ...]
    sign: Floats
    scale: Floats
    flows: Flows

    @property
    def tolerance(self) -> Floats:
        """How far a total may pass its limit by rounding alone, shape (n_rows,)."""
        size = np.maximum(np.abs(self.limit), self.scale)
        return TOLERANCE * (np.maximum(size, self.flows.reach) if self.flows.names else size)

    def prices(self, multipliers: Floats, n_resources: int) -> Floats:
        """Multipliers by row → price by resource, shape (n_resources,)."""
        return np.bincount(self.resource, self.sign * multipliers, n_resources).astype(np.float64)

    def at(self, amounts: Floats) -> CanonicalForm:
        """The limits that are left for the choices once the flows have these amounts."""
        if not self.flows.names:
            return self
        limit = self.limit - self.flows.usage.T @ amounts
        return replace(self, limit=limit, flows=Flows.none(len(limit)))

    def excess(self, chosen: Ints, amounts: Floats | None = None) -> Floats:
        """How far each row's total, of the flows too if given, is past its limit (negative: room left), (n_rows,)."""
        over = usage_totals(self.usage, chosen) - self.limit
        return over if amounts is None else over + self.flows.usage.T @ amounts

    def is_feasible(self, chosen: Ints, amounts: Floats) -> bool:
        """Whether a choice, with amounts of the flows, meets every limit, rounding apart."""
        return bool(np.all(self.excess(chosen, amounts) <= self.tolerance))

    def total_range(self) -> tuple[Floats, Floats]:
        """Least and most total of each row over all choices and flows, each row by itself, shapes (n_rows,)."""
        columns = [self.columns[[j]].toarray().ravel() for j in range(len(self.limit))]
        least, most = (np.array([sign * self.choices.best_values(sign * c).sum() for c in columns]) for sign in (-1, 1))
        ends = self.flows.usage.toarray() * np.array([self.flows.low, self.flows.high])[:, :, None]
        return least + ends.min(axis=0).sum(axis=0), most + ends.max(axis=0).sum(axis=0)

    def only(self, rows: list[int]) -> CanonicalForm:
        """Some of the rows by themselves, with no benefit to gain."""
        flows = replace(self.flows, usage=self.flows.usage[:, rows], benefit=np.zeros(len(self.flows.names)))
        return CanonicalForm(
            np.zeros(len(self.benefit)), self.choices, self.usage[:, rows], self.columns[rows], self.limit[rows],
            self.resource[rows], tuple(self.keys[j] for j in rows), self.sign[rows], self.scale[rows], flows,
        )  # fmt: skip


def canonical(problem: Problem) -> CanonicalForm:
    """A problem in the one form the methods work on; resources without limits drop out."""
    capped = np.flatnonzero(np.isfinite(problem.caps))
    floored = np.flatnonzero(np.isfinite(problem.floors))
    resource = np.concatenate([capped, floored]).astype(np.int64)
    sign = np.concatenate([np.ones(len(capped)), -np.ones(len(floored))])
    limit = np.concatenate([problem.caps[capped], -problem.floors[floored]])
    usage = _signed(problem.usage, resource, sign)
    columns = sparse.csr_array(usage.T)
    flows = replace(problem.flows, usage=_signed(problem.flows.usage, resource, sign))
    scale = np.zeros(len(resource))
    if usage.nnz:
        scale = np.maximum(columns.max(axis=1).toarray().ravel(), -columns.min(axis=1).toarray().ravel())
    if flows.names:
        scale = np.where(scale > 0, scale, flows.reach)
    keys = tuple(problem.resources[r] for r in resource)
    scale = np.where(scale > 0, scale, 1.0)
    return CanonicalForm(problem.benefit, problem.choices, usage, columns, limit, resource, keys, sign, scale, flows)


def _signed(usage: Any, resource: Ints, sign: Floats) -> Any:
    """Some columns of a CSR array with their signs."""
    if np.array_equal(resource, np.arange(usage.shape[1])) and np.all(sign > 0):
        return usage
    pick = sparse.csr_array((sign, (resource, np.arange(len(resource)))), shape=(usage.shape[1], len(resource)))
    return sparse.csr_array(usage @ pick)
