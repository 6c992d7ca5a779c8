"""The tree of strategies: year by year, every asset may take any treatment its condition allows, or none.

Each node is one asset with one history. In every plan year a node keeps itself (nothing done) and grows one branch for
each treatment it is eligible for; after the plan years every leaf follows the group's follow-on policy for ever.
Only what can happen is ever built, and a level of the tree is a set of arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from assetplan._types import Bools, Codes, Floats, Floats32, Ints
from assetplan.consequences import DETOURS
from assetplan.strategies.after_plan import ALL
from assetplan.strategies.states import AssetState, Nodes
from assetplan.strategies.traffic import Exposure, WeightLimits
from assetplan.treatments import Treatment

Later = Callable[[AssetState, "Members", str], Floats]
"""Present value of one stream, or of all, from states at the end of the plan years on (n_nodes,) [£]."""
_LONG_AGO = 10**6  # years since the last treatment of an asset that had none


@dataclass(frozen=True, eq=False)
class Rules:
    """What limits the tree.

    Attributes
    ----------
    max_treatments : int; treatments of one asset within the plan years
    min_interval : int; years between two of them
    years : int; plan years
    discount : array (horizon + 1,)
        Discount factors at the start of each year followed, from the first plan year's, 1; beyond them the last year's
        rate goes on.
    streams : tuple of str; burden streams that count, besides works
    apart : tuple of str; those of them that candidates keep by themselves too, for an objective or a limit
    """

    max_treatments: int
    min_interval: int
    years: int
    discount: Floats
    streams: tuple[str, ...]
    apart: tuple[str, ...] = ()

    @property
    def works_discount(self) -> Floats:
        """Factors of works of each plan year (years,): they are done at its start."""
        return self.discount[: self.years]

    @property
    def burden_discount(self) -> Floats:
        """Factors of what each plan year costs besides (years,): it falls in the middle."""
        return np.sqrt(self.discount[1 : self.years + 1] * self.discount[: self.years])


@dataclass(frozen=True, eq=False)
class Members:
    """What the tree must know of a group's assets, arrays (n_assets,).

    `urban` and `rural` say where a treatment of that environment may go; `dispose` bars major treatments and ends what
    counts with the plan years; `others` is true of what somebody else keeps up, which bars every treatment; `committed`
    is the code of a committed treatment (−1 none) and `committed_year` its plan year (0 is the first).
    """

    exposure: Exposure
    urban: Bools
    rural: Bools
    dispose: Bools
    others: Bools
    committed: Codes
    committed_year: Ints

    def take(self, rows: Ints) -> Members:
        """Some of the assets."""
        committed, year = self.committed[rows], self.committed_year[rows]
        urban, rural, dispose, others = (part[rows] for part in (self.urban, self.rural, self.dispose, self.others))
        return Members(self.exposure.take(rows), urban, rural, dispose, others, committed, year)


@dataclass(frozen=True, eq=False)
class Leaves:
    """All strategies of a group's assets, do-nothing among them.

    Attributes
    ----------
    asset : array (n_leaves,); position of the asset in the group
    schedule : array (n_leaves, years); code of the treatment in each plan year, −1 for none
    cost : array (n_leaves, years); works within the plan years (£, prices of the first year)
    whole_life_cost : array (n_leaves,); present value of works, burdens and, as a credit, residual value (£)
    index : array (n_leaves, years), float32
        Condition index at the end of each plan year, to 0.01 as programmes store it.
    nothing : array (n_assets,); whole-life cost of do-nothing, which an asset with a commitment has no leaf of
    nothing_index : array (n_assets, years), float32; condition index under do-nothing, as `index`
    triggered : array (n_treatments,); how many assets could take each treatment in some year
    apart : array (n_leaves, n_streams, years + 1)
        Each stream of `Rules.apart`: in each plan year, not discounted, and the present value of what comes after (£).
    nothing_apart : array (n_assets, n_streams, years + 1); the same under do-nothing
    """

    asset: Ints
    schedule: Codes
    cost: Floats
    whole_life_cost: Floats
    index: Floats32
    nothing: Floats
    nothing_index: Floats32
    triggered: Ints
    apart: Floats
    nothing_apart: Floats


@dataclass(frozen=True, eq=False)
class _Level(Nodes):
    state: AssetState
    asset: Ints
    schedule: Codes
    cost: Floats
    burden: Floats
    index: Floats32
    done: Ints
    last: Ints
    apart: Floats


def grow(start: AssetState, members: Members, treatments: tuple[Treatment, ...], rules: Rules, later: Later) -> Leaves:
    """Every strategy of every asset of one group.

    Parameters
    ----------
    start : AssetState; state of the assets (n_assets) at the start of the first plan year
    members : Members; their exposure, environment, commitments
    treatments : tuple of Treatment; treatments of the group; codes are positions in it
    rules : Rules; what limits the tree, discounting, streams
    later : callable; present value of what comes after the plan years, as of `LifecycleModel.later`
    """
    n = len(members.dispose)
    shape, none = (n, rules.years), np.zeros(n, dtype=np.intp)
    schedule, cost, index = np.full(shape, -1, dtype=np.int8), np.zeros(shape), np.zeros(shape, dtype=np.float32)
    apart = np.zeros((n, len(rules.apart), rules.years + 1))
    level = _Level(
        start, np.arange(n, dtype=np.intp), schedule, cost, np.zeros(n), index, none, none - _LONG_AGO, apart
    )
    reached = [np.zeros(n, dtype=bool) for _ in treatments]
    for year in range(rules.years):
        exposure = members.exposure.in_year(year + 1)
        parts = [_older(level, exposure, rules, year)]
        for code, branch in _branches(level, members, treatments, rules, year):
            reached[code][branch.asset] = True
            parts.append(_older(branch, exposure, rules, year))
        level = parts[0].joined(parts[1:])
    total = level.burden + level.cost @ rules.works_discount + _after(level, members, later)
    for place, name in enumerate(rules.apart):
        level.apart[:, place, -1] = _after(level, members, later, name)
    keep = np.flatnonzero(_honours_commitment(level, members))
    schedule, cost, index = level.schedule[keep], level.cost[keep], level.index[keep]
    triggered = np.array([mask.sum() for mask in reached], dtype=np.intp)
    # The nodes that did nothing come first on every level.
    return Leaves(
        level.asset[keep],
        schedule,
        cost,
        total[keep],
        index,
        total[:n],
        level.index[:n],
        triggered,
        level.apart[keep],
        level.apart[:n],
    )


def _branches(
    level: _Level, members: Members, treatments: tuple[Treatment, ...], rules: Rules, year: int
) -> Iterator[tuple[int, _Level]]:
    """Codes of treatments that some nodes may have this year, each with those nodes as it leaves them."""
    asset = level.asset
    committed = members.committed[asset] >= 0
    free = ~committed & (level.done < rules.max_treatments) & (year - level.last >= rules.min_interval)
    free &= ~members.others[asset]
    for code, treatment in enumerate(treatments):
        allowed = free & level.state.eligible(treatment, weak(level.state, members.exposure.limits, treatment, asset))
        if treatment.environment:
            allowed &= getattr(members, treatment.environment)[asset]
        if treatment.kind == "major":
            allowed &= ~members.dispose[asset]
        allowed |= (members.committed[asset] == code) & (members.committed_year[asset] == year)
        rows = np.flatnonzero(allowed)
        if not len(rows):
            continue
        branch = level.take(rows)
        after, price = branch.state.treat(treatment)
        branch.schedule[:, year] = code
        branch.cost[:, year] = price * treatment.price_ratio(year) * members.exposure.quantity[branch.asset]
        branch.done[:] += 1
        branch.last[:] = year
        yield code, replace(branch, state=after)


def weak(state: AssetState, limits: WeightLimits | None, treatment: Treatment, asset: Ints) -> Bools | None:
    """Where capacity calls for a treatment (n_nodes,); None where it never does.

    Parameters
    ----------
    state : AssetState; of the nodes
    limits : WeightLimits or None; of the assets
    treatment : Treatment
    asset : array (n_nodes,) of int; asset of each node
    """
    if limits is None or not treatment.capacity_below:
        return None
    return state.weaker(limits.weak_below(treatment.capacity_below)[asset])


def _older(level: _Level, exposure: Exposure, rules: Rules, year: int) -> _Level:
    burden = yearly_cost(level.state, exposure.take(level.asset), rules.streams)
    after = level.state.step()
    index = level.index.copy()
    index[:, year] = after.index().round(2)
    apart = level.apart
    if rules.apart:
        apart = apart.copy()
        mine = exposure.take(level.asset)
        for place, name in enumerate(rules.apart):
            apart[:, place, year] = stream_cost(level.state, mine, name)
    burden = level.burden + rules.burden_discount[year] * burden
    return replace(level, state=after, burden=burden, index=index, apart=apart)


def yearly_cost(state: AssetState, exposure: Exposure, streams: tuple[str, ...]) -> Floats:
    """Cost of all streams together over the coming year (n_nodes,) [£].

    Parameters
    ----------
    state, exposure : AssetState, Exposure; as of `stream_cost`
    streams : tuple of str; those that count
    """
    # A state knows only the consequences that count, added up beforehand.
    total = state.burden(ALL, exposure)
    return total + stream_cost(state, exposure, DETOURS) if DETOURS in streams else total


def stream_cost(state: AssetState, exposure: Exposure, name: str) -> Floats:
    """Cost of one stream over the coming year (n_nodes,) [£].

    Parameters
    ----------
    state : AssetState; state of the nodes at the start of the year
    exposure : Exposure; of the nodes, in that year
    name : str; name of the stream
    """
    if name != DETOURS:
        return state.burden(name, exposure)
    return np.zeros(len(exposure.quantity)) if exposure.limits is None else state.sent_round(exposure.limits)


def _honours_commitment(level: _Level, members: Members) -> Bools:
    """Whether a leaf holds its asset's committed treatment; every leaf does where there is none."""
    committed = members.committed[level.asset]
    place = np.clip(members.committed_year[level.asset], 0, level.schedule.shape[1] - 1)
    return (committed < 0) | (level.schedule[np.arange(len(committed)), place] == committed)


def _after(level: _Level, members: Members, later: Later, stream: str = ALL) -> Floats:
    """Present value of what comes after the plan years, of each leaf; none of what is disposed of."""
    total = np.zeros(len(level.asset))
    kept = np.flatnonzero(~members.dispose[level.asset])
    total[kept] = later(level.state.take(kept), members.take(level.asset[kept]), stream)
    return total
