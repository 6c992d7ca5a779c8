"""The problem and its answer as arrays, and the sums that check one against the other.

    maximise   Σ_a benefit[x_a]
    subject to floors_r ≤ Σ_a usage[x_a, r] ≤ caps_r   for every resource r,
               x_a one of asset a's own options         for every asset a.

This is the multi-dimensional multiple-choice knapsack problem (Kellerer, Pferschy and Pisinger 2004,
*Knapsack Problems*, ch. 11), one class an asset. Two things are added to it: continuous flows beside the choices
(money carried over, moved or borrowed), and groups of assets that choose together (the sections of a scheme).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from assetplan._types import Floats, Ints
from assetplan.display import Shown
from assetplan.errors import InfeasibleError
from assetplan.optimisation.problem.choices import Choices

MEET = 1e-14  # share by which a sum may differ from the same sum made in another order


@dataclass(frozen=True, eq=False, repr=False)
class Flows(Shown):
    """Continuous decisions beside the choices.

    Attributes
    ----------
    names : tuple of hashable; what each flow is known by; its `str` is what messages call it
    benefit : array (n_flows,); benefit of one unit
    usage : CSR matrix or array (n_flows, n_resources)
        What one unit uses of each resource; money carried into a year uses less than nothing of that year's cap.
    low, high : array (n_flows,); least and most of each flow, both finite
    """

    names: tuple[Hashable, ...]
    benefit: Floats
    usage: Any
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        convert = object.__setattr__
        convert(self, "names", tuple(self.names))
        for name in ("benefit", "low", "high"):
            convert(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        convert(self, "usage", sparse.csr_array(self.usage, dtype=np.float64))
        self.usage.sum_duplicates()  # and sorts: sums come out the same to the last digit

    @staticmethod
    def none(n_resources: int) -> Flows:
        """No flows."""
        nothing = np.zeros(0)
        return Flows((), nothing, sparse.csr_array((0, n_resources)), nothing, nothing)

    @cached_property
    def size(self) -> Floats:
        """Largest size of each flow, shape (n_flows,)."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    @cached_property
    def reach(self) -> Floats:
        """Largest size of one flow's usage of each resource, shape (n_resources,)."""
        used = np.abs(self.usage.toarray()) * self.size[:, None]
        return np.asarray(used.max(axis=0, initial=0.0), dtype=np.float64)


@dataclass(frozen=True, eq=False, repr=False)
class Problem(Shown):
    """One option for each asset, within limits on totals.

    Attributes
    ----------
    benefit : array (n_options,); benefit of each option [any one unit, pounds as a rule]
    usage : CSR matrix or array (n_options, n_resources)
        What each option uses of each resource [the resource's unit], as a scipy CSR matrix or array; negative figures
        (income, a loan drawn down) are allowed.
    starts : array (n_assets + 1,); asset a owns options starts[a] to starts[a + 1] − 1
    caps : array (n_resources,); most that may be used of each resource, `inf` where there is no cap
    floors : array (n_resources,); least that must be used, `-inf` where there is no floor
    resources : tuple of hashable; what each resource is known by; its `str` is what messages call it
    assets : sequence, optional; identifier of each asset, for messages and names in the model; positions when left out
    flows : Flows, optional; continuous decisions beside the choices
    group : array (n_assets,), optional
        Group of each asset, −1 for an asset by itself. All assets of a group choose options of one mode.
    mode : array (n_options,), optional
        Mode of each option, any whole numbers; those of assets by themselves do not matter.

    Raises
    ------
    ValueError
        Shapes that do not fit, an asset without options, a group without a mode that all its assets have, a figure that
        is not finite (the message names its option and column).
    InfeasibleError
        A floor above its cap.
    """

    benefit: Floats
    usage: Any
    starts: Ints
    caps: Floats
    floors: Floats
    resources: tuple[Hashable, ...]
    assets: Sequence[Any] | None = None
    flows: Flows = None  # type: ignore[assignment]  # never None once made
    group: Ints | None = None
    mode: Ints | None = None

    def __post_init__(self) -> None:
        convert = object.__setattr__
        for name in ("benefit", "caps", "floors"):
            convert(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        convert(self, "usage", sparse.csr_array(self.usage, dtype=np.float64))
        convert(self, "resources", tuple(self.resources))
        if self.flows is None or not self.flows.names:
            convert(self, "flows", Flows.none(len(self.resources)))
        for name in ("starts", "group", "mode"):
            if getattr(self, name) is not None:
                convert(self, name, np.asarray(getattr(self, name), dtype=np.int64))
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

    @cached_property
    def choices(self) -> Choices:
        """Which options may be chosen together."""
        return Choices.of(self.starts, self.group, self.mode)

    def owners(self) -> Ints:
        """Position of the asset that owns each option, shape (n_options,)."""
        return self.choices.owner

    def part(self, options: Ints, decided: Ints) -> Problem:
        """The problem of some options alone, with what the decided ones leave of the limits.

        Parameters
        ----------
        options : array (n_part_options,)
            Positions of the options, in order; their assets are those of the part. Assets of one group go together.
        decided : array (n_decided,); positions of the options that other assets have
        """
        used = usage_totals(self.usage, decided)
        counts = np.bincount(self.owners()[options], minlength=self.n_assets)
        assets = np.flatnonzero(counts)
        return Problem(
            self.benefit[options], self.usage[options], np.concatenate([[0], np.cumsum(counts[assets])]),
            self.caps - used, self.floors - used, self.resources, flows=self.flows,
            group=None if self.group is None else self.group[assets],
            mode=None if self.mode is None else self.mode[options],
        )  # fmt: skip

    def value(self, chosen: Ints, amounts: Floats) -> float:
        """Benefit of a choice and of amounts of the flows."""
        return float(self.benefit[chosen].sum() + self.flows.benefit @ amounts)

    def used(self, chosen: Ints, amounts: Floats) -> Floats:
        """Total of each resource, shape (n_resources,)."""
        return np.asarray(usage_totals(self.usage, chosen) + self.flows.usage.T @ amounts, dtype=np.float64)

    def solution(self, chosen: Ints, amounts: Floats, seconds: float) -> Solution:
        """A choice within the limits as a solution of which nothing is proved.

        Parameters
        ----------
        chosen : array (n_assets,); option of each asset
        amounts : array (n_flows,); amount of each flow
        seconds : float; time taken [s]
        """
        unpriced, used = np.full(len(self.resources), np.nan), self.used(chosen, amounts)
        value = self.value(chosen, amounts)
        return Solution(chosen, value, np.nan, np.nan, "feasible", unpriced, used, seconds, amounts)


@dataclass(frozen=True, eq=False, repr=False)
class Solution(Shown):
    """One option for each asset, with sums made afresh from the choice.

    Attributes
    ----------
    chosen : array (n_assets,); position of each asset's option among all options
    benefit : float; benefit of the choice
    bound : float; proven upper bound on the benefit of any choice within the limits; `nan` from a heuristic
    gap : float; (bound − benefit) / |bound| [share]; `nan` from a heuristic
    status : str; "optimal" if gap is at most the target gap, else "feasible"
    prices : array (n_resources,)
        Benefit that one more unit of each resource would bring: at least 0 for a cap, at most 0 where a floor binds
        instead, 0 without limits; `nan` from a heuristic.
    used : array (n_resources,); total of each resource
    seconds : float; time taken [s]
    amounts : array (n_flows,); amount of each flow
    """

    chosen: Ints
    benefit: float
    bound: float
    gap: float
    status: str
    prices: Floats
    used: Floats
    seconds: float
    amounts: Floats

    def proved(self, bound: float, prices: Floats, target_gap: float) -> Solution:
        """The same choice with what is proved of it.

        Parameters
        ----------
        bound : float; upper bound on the benefit of any choice within the limits
        prices : array (n_resources,); prices that prove it
        target_gap : float; gap up to which the choice counts as optimal [share]
        """
        bound = max(bound, self.benefit)  # the two are summed in different orders
        gap = gap_between(self.benefit, bound)
        status = "optimal" if gap <= target_gap else "feasible"
        return replace(self, bound=bound, gap=gap, status=status, prices=prices)


def usage_totals(usage: Any, chosen: Ints) -> Floats:
    """Column sums over the chosen options, shape (n_columns,)."""
    return np.asarray(usage[chosen].sum(axis=0), dtype=np.float64).ravel()


def gap_between(benefit: float, bound: float) -> float:
    """(bound − benefit) / |bound| [share], 0 where they meet but for rounding."""
    if bound - benefit <= MEET * abs(bound):
        return 0.0
    return (bound - benefit) / abs(bound) if bound else float("inf")


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
    flows = problem.flows
    shapes = {flows.benefit.shape, flows.low.shape, flows.high.shape, (len(flows.names),)}
    if len(shapes) > 1 or flows.usage.shape != (len(flows.names), n_resources):
        raise ValueError(f"flows must have one benefit, low, high and row of {n_resources} uses a name")
    if (problem.group is None) != (problem.mode is None):
        raise ValueError("group and mode must be given together")
    if problem.group is not None and problem.mode is not None:
        if problem.group.shape != (problem.n_assets,) or problem.mode.shape != (problem.n_options,):
            raise ValueError("group must have one number an asset, mode one number an option")
        _ = problem.choices  # a group without a common mode is refused here


def _check_figures(problem: Problem) -> None:
    bad = np.flatnonzero(~np.isfinite(problem.benefit))
    if len(bad):
        raise ValueError(f"benefit of option {bad[0]} is {problem.benefit[bad[0]]}; it must be a finite number")
    entry = np.flatnonzero(~np.isfinite(problem.usage.data))
    if len(entry):
        option = int(np.searchsorted(problem.usage.indptr, entry[0], side="right")) - 1
        resource = problem.resources[problem.usage.indices[entry[0]]]
        raise ValueError(f"usage of {resource} by option {option} is {problem.usage.data[entry[0]]}; it must be finite")
    _check_flows(problem)
    for word, limits, none in (("cap", problem.caps, np.inf), ("floor", problem.floors, -np.inf)):
        wrong = np.flatnonzero(np.isnan(limits) | (limits == -none))
        if len(wrong):
            raise ValueError(f"{word} of {problem.resources[wrong[0]]} is {limits[wrong[0]]}; it must be a number")
    crossed = np.flatnonzero(problem.floors > problem.caps)
    if len(crossed):
        r = crossed[0]
        name, floor, cap = problem.resources[r], problem.floors[r], problem.caps[r]
        raise InfeasibleError(f"floor of {name} ({floor:,.0f}) is above its cap ({cap:,.0f})", [str(name)])


def _check_flows(problem: Problem) -> None:
    flows = problem.flows
    for word, figures in (("benefit", flows.benefit), ("low", flows.low), ("high", flows.high)):
        bad = np.flatnonzero(~np.isfinite(figures))
        if len(bad):
            raise ValueError(f"{word} of flow {flows.names[bad[0]]} is {figures[bad[0]]}; it must be finite")
    if not np.all(np.isfinite(flows.usage.data)):
        raise ValueError("usage of the flows must be finite")
    crossed = np.flatnonzero(flows.low > flows.high)
    if len(crossed):
        k = crossed[0]
        message = f"least of {flows.names[k]} ({flows.low[k]:,.0f}) is above its most ({flows.high[k]:,.0f})"
        raise InfeasibleError(message, [flows.names[k]])
