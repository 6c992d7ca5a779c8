"""The problem and its answer as arrays, and the sums that check one against the other.

    maximise   Σ_a benefit[x_a]
    subject to floors_r ≤ Σ_a usage[x_a, r] ≤ caps_r   for every resource r,
               x_a one of asset a's own options         for every asset a.

This is the multi-dimensional multiple-choice knapsack problem (Kellerer, Pferschy and Pisinger 2004,
*Knapsack Problems*, ch. 11), one class an asset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from assetplan.errors import InfeasibleError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Sums of 100,000 pounds-and-pence figures differ by order of addition in about the 12th digit; a thousand
# times that is still a hundredth of a penny in £100,000.
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Problem:
    """One option for each asset, within limits on totals.

    Attributes
    ----------
    benefit : array (n_options,)
        Benefit of each option [any one unit, pounds as a rule].
    usage : CSR matrix or array (n_options, n_resources)
        What each option uses of each resource [the resource's unit], as a scipy CSR matrix or array; negative figures
        (income, a loan drawn down) are allowed.
    starts : array (n_assets + 1,)
        Asset a owns options starts[a] to starts[a + 1] − 1.
    caps : array (n_resources,)
        Most that may be used of each resource, `inf` where there is no cap.
    floors : array (n_resources,)
        Least that must be used, `-inf` where there is no floor.
    resources : tuple
        Name of each resource.
    assets : sequence, optional
        Identifier of each asset, for messages and names in the model; positions when left out.

    Raises
    ------
    ValueError
        Shapes that do not fit, an asset without options, a figure that is not finite (the message names its option and
        column).
    InfeasibleError
        A floor above its cap.
    """

    benefit: Floats
    usage: Any
    starts: Ints
    caps: Floats
    floors: Floats
    resources: tuple[Any, ...]
    assets: Sequence[Any] | None = None

    def __post_init__(self) -> None:
        convert = object.__setattr__
        convert(self, "benefit", np.asarray(self.benefit, dtype=np.float64))
        convert(self, "usage", sparse.csr_array(self.usage, dtype=np.float64))
        convert(self, "starts", np.asarray(self.starts, dtype=np.int64))
        convert(self, "caps", np.asarray(self.caps, dtype=np.float64))
        convert(self, "floors", np.asarray(self.floors, dtype=np.float64))
        convert(self, "resources", tuple(self.resources))
        _check_shapes(self)
        _check_figures(self)

    @property
    def n_assets(self) -> int:
        """Number of assets."""
        return len(self.starts) - 1

    @property
    def n_options(self) -> int:
        """Number of options of all assets together."""
        return len(self.benefit)

    def asset_name(self, asset: int) -> Any:
        """Identifier of the asset at a position."""
        return asset if self.assets is None else self.assets[asset]

    def owners(self) -> Ints:
        """Position of the asset that owns each option, shape (n_options,)."""
        return np.repeat(np.arange(self.n_assets), np.diff(self.starts))


@dataclass(frozen=True, eq=False)
class Solution:
    """One option for each asset, with sums made afresh from the choice.

    Attributes
    ----------
    chosen : array (n_assets,)
        Position of each asset's option among all options.
    benefit : float
        Benefit of the choice.
    bound : float
        Proven upper bound on the benefit of any choice within the limits; `nan` from a heuristic.
    gap : float
        (bound − benefit) / |bound| [share]; `nan` from a heuristic.
    status : str
        "optimal" if gap is at most the target gap, else "feasible".
    prices : array (n_resources,)
        Benefit that one more unit of each resource would bring: at least 0 for a cap, at most 0 where a floor binds
        instead, 0 without limits; `nan` from a heuristic.
    used : array (n_resources,)
        Total of each resource.
    seconds : float
        Time taken [s].
    """

    chosen: Ints
    benefit: float
    bound: float
    gap: float
    status: str
    prices: Floats
    used: Floats
    seconds: float


@dataclass(frozen=True, eq=False)
class Rows:
    """Every limit as "usage @ choice ≤ limit": caps as they are, floors with the sign changed.

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
        Largest size of one option's usage (1 where all are 0).
    """

    usage: Any
    columns: Any
    limit: Floats
    resource: Ints
    sign: Floats
    scale: Floats

    @property
    def tolerance(self) -> Floats:
        """How far a total may pass its limit by rounding alone, shape (n_rows,)."""
        return TOLERANCE * np.maximum(np.abs(self.limit), self.scale)

    def prices(self, multipliers: Floats, n_resources: int) -> Floats:
        """Multipliers by row → price by resource, shape (n_resources,)."""
        return np.bincount(self.resource, self.sign * multipliers, n_resources).astype(np.float64)


def rows_of(problem: Problem) -> Rows:
    """Limits of a problem in the one form the methods work on; resources without limits drop out."""
    capped = np.flatnonzero(np.isfinite(problem.caps))
    floored = np.flatnonzero(np.isfinite(problem.floors))
    resource = np.concatenate([capped, floored]).astype(np.int64)
    sign = np.concatenate([np.ones(len(capped)), -np.ones(len(floored))])
    limit = np.concatenate([problem.caps[capped], -problem.floors[floored]])
    by_column = sparse.csc_array(problem.usage)[:, resource] * sign
    usage = sparse.csr_array(by_column)
    columns = sparse.csr_array(by_column.T)
    scale = np.zeros(len(resource))
    if usage.nnz:
        scale = np.abs(columns).max(axis=1).toarray().ravel()
    return Rows(usage, columns, limit, resource, sign, np.where(scale > 0, scale, 1.0))


def totals(usage: Any, chosen: Ints) -> Floats:
    """Column sums over the chosen options, shape (n_columns,)."""
    return np.asarray(usage[chosen].sum(axis=0), dtype=np.float64).ravel()


def excess(rows: Rows, chosen: Ints) -> Floats:
    """How far each row's total is past its limit (negative: room left), shape (n_rows,)."""
    return totals(rows.usage, chosen) - rows.limit


def is_feasible(rows: Rows, chosen: Ints) -> bool:
    """Whether a choice meets every limit, rounding apart."""
    return bool(np.all(excess(rows, chosen) <= rows.tolerance))


def gap_between(benefit: float, bound: float) -> float:
    """(bound − benefit) / |bound| [share], 0 where they meet."""
    if bound <= benefit:
        return 0.0
    return (bound - benefit) / abs(bound) if bound else float("inf")


def settle(
    problem: Problem, rows: Rows, chosen: Ints, bound: float, multipliers: Floats, target_gap: float, seconds: float
) -> Solution:
    """Solution whose every figure is summed from the choice itself."""
    benefit = float(problem.benefit[chosen].sum())
    bound = max(bound, benefit)  # the two are summed in different orders
    gap = gap_between(benefit, bound)
    status = "optimal" if gap <= target_gap else "feasible"
    prices = rows.prices(multipliers, len(problem.resources))
    return Solution(chosen, benefit, bound, gap, status, prices, totals(problem.usage, chosen), seconds)


def _check_shapes(problem: Problem) -> None:
    n_resources = len(problem.resources)
    if problem.benefit.ndim != 1 or problem.usage.shape != (problem.n_options, n_resources):
        raise ValueError(
            f"usage has shape {problem.usage.shape}; with {problem.n_options} options and {n_resources} resources "
            f"it must be {(problem.n_options, n_resources)}"
        )
    if problem.caps.shape != (n_resources,) or problem.floors.shape != (n_resources,):
        raise ValueError(f"caps and floors must each have {n_resources} figures, one a resource")
    starts = problem.starts
    if len(starts) < 1 or starts[0] != 0 or starts[-1] != problem.n_options:
        raise ValueError("starts must run from 0 to the number of options")
    empty = np.flatnonzero(np.diff(starts) < 1)
    if len(empty):
        raise ValueError(f"asset {problem.asset_name(int(empty[0]))!r} has no option")
    if problem.assets is not None and len(problem.assets) != problem.n_assets:
        raise ValueError(f"{len(problem.assets)} asset names for {problem.n_assets} assets")


def _check_figures(problem: Problem) -> None:
    bad = np.flatnonzero(~np.isfinite(problem.benefit))
    if len(bad):
        raise ValueError(f"benefit of option {bad[0]} is {problem.benefit[bad[0]]}; it must be a finite number")
    entry = np.flatnonzero(~np.isfinite(problem.usage.data))
    if len(entry):
        option = int(np.searchsorted(problem.usage.indptr, entry[0], side="right")) - 1
        resource = problem.resources[problem.usage.indices[entry[0]]]
        raise ValueError(f"usage of {resource} by option {option} is {problem.usage.data[entry[0]]}; it must be finite")
    for word, limits, none in (("cap", problem.caps, np.inf), ("floor", problem.floors, -np.inf)):
        wrong = np.flatnonzero(np.isnan(limits) | (limits == -none))
        if len(wrong):
            raise ValueError(f"{word} of {problem.resources[wrong[0]]} is {limits[wrong[0]]}; it must be a number")
    crossed = np.flatnonzero(problem.floors > problem.caps)
    if len(crossed):
        r = crossed[0]
        name, floor, cap = problem.resources[r], problem.floors[r], problem.caps[r]
        raise InfeasibleError(f"floor of {name} ({floor:,.0f}) is above its cap ({cap:,.0f})", [str(name)])
