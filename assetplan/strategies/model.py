"""All that decides what can be done to an asset and what it is worth, with what comes after the plan years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from assetplan._types import Codes, Floats, Ints
from assetplan.consequences import DETOURS, WORKS, Consequence
from assetplan.deterioration.groups import Group
from assetplan.display import Shown
from assetplan.strategies.after_plan import ALL, AfterPlan, SiteCost
from assetplan.strategies.chain_state import ChainLifecycle, ChainState
from assetplan.strategies.curve_state import CurveLifecycle, CurveState
from assetplan.strategies.doubts import load_doubts
from assetplan.strategies.energy import EnergyTerms
from assetplan.strategies.grid import Grid
from assetplan.strategies.mixed_state import MixedState
from assetplan.strategies.policy import Policy, least_cost_policy, stated_policy
from assetplan.strategies.states import AssetState
from assetplan.strategies.traffic import Exposure
from assetplan.strategies.tree import Later, Members, Rules, weak
from assetplan.treatments import Catalogue, FollowOn, Treatment

_KEPT = 64  # groups and environments whose years after the plan are kept


@dataclass(frozen=True)
class GroupStock:
    """What a group's policy rests on, of all its assets.

    Attributes
    ----------
    quantity : float; mean of an asset [unit of the group]
    vehicle_km : float; driven a year, per unit of quantity
    use : float; how much more than the mean of its class a unit of quantity is used
    slowest, fastest : float; least and greatest pace
    """

    quantity: float = 1.0
    vehicle_km: float = 0.0
    use: float = 1.0
    slowest: float = 1.0
    fastest: float = 1.0


@dataclass(frozen=True, eq=False, repr=False)
class LifecycleModel(Shown):
    """All that decides what can be done and what it is worth.

    Attributes
    ----------
    groups, catalogue, consequences, rules : how assets decay, what may be done, what condition costs, what limits it
    first_year : int; of the plan
    stock : mapping of group → GroupStock; of the register; a group without has works of one unit, and no traffic
    sites : DataFrame or None; what works sites cost (`assetplan.sites.load_sites`); None where that does not count
    energy : EnergyTerms or None; what energy costs and treatments save of it; None where that does not count
    """

    groups: Mapping[str, Group]
    catalogue: Catalogue
    consequences: Mapping[str, tuple[Consequence, ...]]
    rules: Rules
    first_year: int
    stock: Mapping[str, GroupStock] = field(default_factory=dict)
    sites: pd.DataFrame | None = None
    energy: EnergyTerms | None = None

    def energy_cost(self, assets: pd.DataFrame, asset: Ints, schedule: Codes) -> Floats:
        """Present value of the energy of strategies, (n,) [£]; zero where it does not count.

        Parameters
        ----------
        assets, asset, schedule : as of `EnergyTerms.present_cost`
        """
        if self.energy is None:
            return np.zeros(len(asset))
        return self.energy.present_cost(assets, asset, schedule, self.catalogue, self.rules)

    def start(
        self, group: str, index: Floats, pace: Floats, traced: bool = False, texture: Floats | None = None
    ) -> AssetState:
        """Untreated assets of a group, with the groups that treatments may make them of.

        Parameters
        ----------
        group : str; name of the group
        index, pace : array (n,); condition index [0–100], and years that each ages in one
        traced : bool; whether they are to know what of them was renewed
        texture : array (n,), optional; what texture takes of them [points of the RCI], as of `texture_lost`
        """
        names = self.catalogue.reached(group)
        states = tuple(self._started(name, index, pace, traced, texture) for name in names)
        return states[0] if len(states) == 1 else MixedState(names, np.zeros(len(index), dtype=np.intp), states)

    def _started(
        self, name: str, index: Floats, pace: Floats, traced: bool, texture: Floats | None
    ) -> CurveState | ChainState:
        lifecycle = self._lifecycles[name]
        state: CurveState | ChainState
        if isinstance(lifecycle, CurveLifecycle):
            state = CurveState.start(lifecycle, index, pace, texture)
        else:
            state = ChainState.start(lifecycle, index, pace)
        return state.traced() if traced else state

    @cached_property
    def _lifecycles(self) -> dict[str, CurveLifecycle | ChainLifecycle]:
        out: dict[str, CurveLifecycle | ChainLifecycle] = {}
        for name, group in self.groups.items():
            costs = tuple(row for row in self.consequences[name] if row.stream in self.rules.streams)
            chain = group.in_states
            out[name] = ChainLifecycle(group, costs, self.catalogue) if chain else CurveLifecycle(group, costs)
        return out

    def later(self, group: str) -> Later:
        """What comes after the plan years to assets of a group, as a function of state, members and stream.

        Parameters
        ----------
        group : str; name of the group that they are of today
        """

        def present(state: AssetState, members: Members, stream: str = ALL) -> Floats:
            state, paid = self._strengthened(group, state, members)
            out = self._present(group, state, members, stream)
            return out + paid * self.rules.discount[self.rules.years] if stream in (ALL, WORKS) else out

        return present

    def _present(self, group: str, state: AssetState, members: Members, stream: str = ALL) -> Floats:
        """Present value of the follow-on policy, which knows condition alone."""
        out = np.zeros(len(members.dispose))
        for rows, after, states in self._parts(group, state, members):
            out[rows] = after.present(states, members.exposure.take(rows), stream)
        return out

    def _strengthened(self, group: str, state: AssetState, members: Members) -> tuple[AssetState, Floats]:
        """States at the end of the plan, those too weak strengthened at once where that is cheaper, and its cost [£].

        The policy does not know capacity, so this is weighed apart and once: its cost, with its site, and all that
        follows, against the policy without it.
        """
        out, paid = state, np.zeros(len(members.dispose))
        limits = members.exposure.limits if DETOURS in self.rules.streams else None
        worth: Floats | None = None
        for treatment in self.catalogue.treatments[group]:
            called = weak(state, limits, treatment, np.arange(len(paid), dtype=np.intp))
            if called is None:
                continue
            called &= state.eligible(treatment, called)
            if treatment.environment:
                called &= getattr(members, treatment.environment)
            rows = np.flatnonzero(called)
            if not len(rows):
                continue
            worth = self._present(group, state, members) if worth is None else worth
            here = members.take(rows)
            after, price = state.take(rows).treat(treatment)
            site, ratio = self._site(treatment), treatment.price_ratio(self.rules.years)
            quantity = here.exposure.quantity
            cost = ratio * (price * quantity + (0.0 if site is None else site.of(quantity)))
            total = cost * self.rules.discount[self.rules.years] + self._present(group, after, here)
            gains = total < worth[rows]
            out = out.put(rows[gains], after.take(np.flatnonzero(gains)))
            paid[rows[gains]], worth[rows[gains]] = cost[gains], total[gains]
        return out, paid

    def later_by_year(self, group: str, state: AssetState, members: Members, n_years: int) -> tuple[Floats, Floats]:
        """Works and burdens expected in each year after the plan, not discounted, arrays (n_nodes, n_years) [£].

        Parameters
        ----------
        group : str; name of the group that the assets are of today
        state, members : AssetState, Members; at the end of the plan years (n_nodes)
        n_years : int; years to follow
        """
        works, burdens = np.zeros((2, len(members.dispose), n_years))
        state, paid = self._strengthened(group, state, members)
        for rows, after, states in self._parts(group, state, members):
            works[rows], burdens[rows] = after.by_year(states, members.exposure.take(rows), n_years)
        works[:, :1] += paid[:, None]
        return works, burdens

    def _parts(self, group: str, state: AssetState, members: Members) -> Iterator[tuple[Ints, AfterPlan, AssetState]]:
        """Rows of the nodes that one policy is for, that policy, and their states."""
        places, traced = members.urban + 2 * members.rural, members.exposure.limits is not None
        for place in np.unique(places):
            rows = np.flatnonzero(places == place)
            environments = tuple(name for bit, name in ((1, "urban"), (2, "rural")) if place & bit)
            here = state.take(rows)
            if not isinstance(here, MixedState):
                yield rows, self.after(group, environments, traced), here
                continue
            for code, name in enumerate(here.names):
                mine = np.flatnonzero(here.groups == code)
                yield rows[mine], self.after(name, environments, traced), here.states[code].take(mine)

    def after(self, group: str, environments: tuple[str, ...], traced: bool = False) -> AfterPlan:
        """What comes after the plan years to assets of a group, where treatments of some environments may be used.

        Parameters
        ----------
        group : str; name of the group
        environments : tuple of str; "urban", "rural" or both
        traced : bool; whether weight limits are to be followed
        """
        rows = self.catalogue.treatments[group]
        # Of texture the policy knows nothing.
        every = (t for t in self.catalogue.own_all[group] if not (t.becomes or t.restores))
        own = tuple(t for t in every if t.environment in ("", *environments))
        lifecycle, rules = self._lifecycles[group], self.rules
        return _after(
            _Circumstances(
                lifecycle.group, lifecycle.consequences, self.catalogue.shares_of(group), rows, own,
                self.catalogue.follow_on[group], tuple((t.name, self._site(t)) for t in own),
                self.stock.get(group, GroupStock()), tuple(rules.discount.tolist()), rules.years, rules.streams, traced,
                lifecycle,
            )
        )  # fmt: skip

    @cached_property
    def _site_costs(self) -> dict[str, SiteCost]:
        """Of the treatments whose works of a typical size are known."""
        if self.sites is None:
            return {}
        known = self.sites.dropna(subset="typical")
        return {
            str(name): SiteCost(float(fixed), float(typical))
            for name, fixed, typical in zip(known.index, known["fixed"], known["typical"], strict=True)
        }

    def _site(self, treatment: Treatment) -> SiteCost | None:
        return self._site_costs.get(treatment.name)


@dataclass(frozen=True)
class _Circumstances:
    """All that what comes after the plan years rests on: the same give the same."""

    group: Group
    consequences: tuple[Consequence, ...]
    renewal_shares: tuple[tuple[float, float], ...]
    treatments: tuple[Treatment, ...]
    own: tuple[Treatment, ...]
    stated: tuple[FollowOn, ...]
    sites: tuple[tuple[str, SiteCost | None], ...]
    stock: GroupStock
    discount: tuple[float, ...]
    years: int
    streams: tuple[str, ...]
    traced: bool
    lifecycle: CurveLifecycle | ChainLifecycle = field(compare=False)


# Plans of one process, such as those of a budget round, mostly share their circumstances.
@lru_cache(maxsize=_KEPT)
def _after(here: _Circumstances) -> AfterPlan:
    policy, sites = _policy(here), dict(here.sites)
    doubt, discount = load_doubts().readings["not stated"], np.array(here.discount)
    costs = tuple(sites.get(t.name) for t in policy.treatments)
    return AfterPlan(policy, costs, discount, here.years, here.streams, doubt)


def _policy(here: _Circumstances) -> Policy:
    """The policy that the council states, else that of least cost for the mean of the group's stock."""
    own, stock = here.own, here.stock
    paces = np.array([stock.slowest, stock.fastest])
    grid = Grid.of(here.lifecycle, here.treatments + own, paces, here.traced)
    if here.stated:
        return stated_policy(grid, here.stated)
    prices = np.array([t.unit_cost * t.price_ratio(here.years) for t in own])
    for k, (_, site) in enumerate(here.sites):
        beside = 0.0 if site is None else float(site.of(np.array(stock.quantity))) / stock.quantity
        prices[k] += beside * own[k].price_ratio(here.years)
    n = int(np.prod(grid.shape))
    unit = Exposure(np.ones(n), np.full(n, stock.vehicle_km), np.full(n, stock.use))
    factor = here.discount[here.years + 1] / here.discount[here.years]
    return least_cost_policy(grid, own, prices, lambda state: _burden(state, unit), factor)


def _burden(state: AssetState, exposure: Exposure) -> Floats:
    """Yearly burden of states that may be fewer than the exposures, which are all alike [£]."""
    n = len(state.index())
    return state.burden(ALL, exposure.take(np.arange(n, dtype=np.intp)))


def stocks(assets: pd.DataFrame, exposure: Exposure, pace: Floats) -> dict[str, GroupStock]:
    """The stock of each group.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register (n_assets), with `group`
    exposure : Exposure; what their burdens are multiplied by (n_assets)
    pace : array (n_assets,); years that each ages in one
    """
    out: dict[str, GroupStock] = {}
    for name, rows in assets.groupby("group", sort=True).indices.items():
        places: Ints = np.asarray(rows, dtype=np.intp)
        mine, mean = exposure.take(places), float(exposure.quantity[places].mean())
        total = float(mine.quantity.sum())
        driven, used = (float(each.sum()) / total if total > 0 else 0.0 for each in (mine.vehicle_km, mine.use))
        out[str(name)] = GroupStock(mean or 1.0, driven, used, float(pace[places].min()), float(pace[places].max()))
    return out
