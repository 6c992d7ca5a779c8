"""Every asset's candidate strategies with cost by year and line and benefit against do-nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assetplan import condition
from assetplan._types import Bools, Codes, Floats, Floats32, Ints
from assetplan.consequences import ENERGY
from assetplan.deterioration.groups import Group
from assetplan.display import Shown
from assetplan.register.premises import kept_by_others
from assetplan.strategies.energy import energy_saved, energy_used
from assetplan.strategies.model import LifecycleModel, stocks
from assetplan.strategies.states import AssetState, Chance
from assetplan.strategies.texture import texture_lost
from assetplan.strategies.traffic import Exposure, Traffic
from assetplan.strategies.trajectory import Trajectory, replay
from assetplan.strategies.tree import Leaves, Members, Rules, grow
from assetplan.treatments import Treatment

# Nodes of one block; a block's arrays then stay within a few hundred megabytes.
BLOCK = 8_000
_DAYS = 365.0


@dataclass(frozen=True, eq=False, repr=False)
class Candidates(Shown):
    """Strategies of all assets, sorted by asset, do-nothing (or what is committed) first.

    Attributes
    ----------
    asset : array (n,); row of the asset in the register
    schedule : array (n, years)
        Code of the treatment in each plan year (position among its group's treatments), −1 for none.
    cost : array (n, years); works by plan year (£, prices of the first year)
    whole_life_cost : array (n,); present value of all streams (£)
    benefit : array (n,); whole-life cost of do-nothing less that of the strategy (£)
    beside : array (n,)
        Present value of what whole_life_cost holds beside the asset's own works and burdens: its share of sites and of
        mobilisation (£); zero until these are charged.
    index : array (n, years), float32
        Condition index at the end of each plan year (0–100), to 0.01 as programmes store it.
    nothing_index : array (n_assets, years), float32
        The same of each asset under do-nothing, which may be no candidate of it.
    starts : array (n_assets + 1,); asset a owns rows starts[a] to starts[a + 1] − 1
    triggered : DataFrame; columns group, treatment, assets: how many assets could take each treatment in some year
    apart : array (n, n_streams, years + 1)
        Each stream that the plan keeps apart, as `Rules.apart` has them: in each plan year, not discounted, and the
        present value of what comes after (£).
    nothing_apart : array (n_assets, n_streams, years + 1); the same of each asset under do-nothing
    starting : Starting or None; condition that they begin from; None where `index` is not what is expected of it
    """

    asset: Ints
    schedule: Codes
    cost: Floats
    whole_life_cost: Floats
    benefit: Floats
    beside: Floats
    index: Floats32
    nothing_index: Floats32
    starts: Ints
    triggered: pd.DataFrame
    apart: Floats
    nothing_apart: Floats
    starting: Starting | None = None

    def stream_apart(self, rules: Rules, streams: Sequence[str]) -> Floats:
        """Some of the streams kept apart together, (n, years + 1) [£], as `apart`.

        Parameters
        ----------
        rules : Rules; those that the candidates were made with
        streams : sequence of str; the streams wanted
        """
        return together(self.apart, rules, streams)

    def take(self, rows: Ints) -> Candidates:
        """The candidates in some rows, sorted by asset; a row may come twice, and an asset be left with none."""
        asset = self.asset[rows]
        names = ("schedule", "cost", "whole_life_cost", "benefit", "beside", "index", "apart")
        part = {name: getattr(self, name)[rows] for name in names}
        return replace(self, asset=asset, starts=np.searchsorted(asset, np.arange(len(self.starts))), **part)


def together(apart: Floats, rules: Rules, streams: Sequence[str]) -> Floats:
    """Some of the streams kept apart as their sum, (n, years + 1) [£].

    Parameters
    ----------
    apart : array (n, n_streams, years + 1); of candidates, or of assets under do-nothing
    rules, streams : as of `Candidates.stream_apart`
    """
    total: Floats = apart[:, [rules.apart.index(name) for name in streams]].sum(axis=1)
    return total


@dataclass(frozen=True, eq=False, repr=False)
class Starting(Shown):
    """Condition of every asset at the start of the plan, arrays (n_assets,).

    Attributes
    ----------
    index : array; (expected) condition index at the end of the base year (0–100)
    surveyed : array; condition index when last surveyed (0–100)
    gap : array; years from then to the end of the base year
    clamped : array of bool; where a native value lay outside its measure's range
    pace : array; how much faster than its group an asset ages
    texture : array or None; what texture takes of its condition [points of the RCI]; None where nothing of any
    """

    index: Floats
    surveyed: Floats
    gap: Floats
    clamped: Bools
    pace: Floats
    texture: Floats | None = None

    @classmethod
    def at(cls, index: Floats, pace: Floats, texture: Floats | None = None) -> Starting:
        """Assets whose condition at the end of the base year is known.

        Parameters
        ----------
        index, pace, texture : array (n_assets,); as of the class
        """
        return cls(index, index, np.zeros(len(index)), np.zeros(len(index), dtype=bool), pace, texture)

    def texture_of(self, rows: Ints) -> Floats | None:
        """What texture takes of some assets; None where nothing."""
        mine = None if self.texture is None else self.texture[rows]
        return mine if mine is not None and mine.any() else None


def surveyed_index(assets: pd.DataFrame, groups: Mapping[str, Group]) -> tuple[Floats, Bools]:
    """Condition index of each asset when it was last surveyed, and where its value lay beyond its measure's range.

    Parameters
    ----------
    assets : DataFrame
        Table `assets` of the register, with `group`, `measure` and `value`; a missing value stays missing.
    groups : mapping of name → Group
        Groups of the assets: those measured by age take the curve at that age.
    """
    index, clamped = np.full(len(assets), np.nan), np.zeros(len(assets), dtype=bool)
    measure = assets["measure"].to_numpy(dtype=object)
    value = assets["value"].to_numpy(dtype=float)
    aged, pace = measure == "age", paces(assets, groups)
    index[~aged], clamped[~aged] = condition.to_index(measure[~aged], value[~aged])
    for name, rows in by_group(assets):
        by_age = rows[aged[rows]]
        index[by_age] = groups[name].index(value[by_age] * pace[by_age])
    return index, clamped


def starting_condition(assets: pd.DataFrame, model: LifecycleModel) -> Starting:
    """Condition in the year before the model's first, from each asset's latest survey carried forward by its group.

    Assets measured by age take the curve at that age. A survey later than that year, where a plan takes it, is held to
    be of its end. `assets` is that table of the register, with `group`.
    """
    pace = paces(assets, model.groups)
    index, clamped = surveyed_index(assets, model.groups)
    base = model.first_year - 1
    gap = np.clip(base - assets["surveyed_year"].fillna(base).to_numpy(dtype=float), 0.0, None)
    starting = Starting(index.copy(), index, gap, clamped, pace, texture_lost(assets))
    for name, rows in by_group(assets):
        late = rows[gap[rows] > 0]
        starting.index[late] = start_of(name, model, starting, late).index()
    return starting


def by_group(assets: pd.DataFrame) -> Iterator[tuple[str, Ints]]:
    """Groups by name, each with the rows of its assets."""
    codes, names = pd.factorize(assets["group"], sort=True)
    for code, name in enumerate(names):
        yield str(name), np.flatnonzero(codes == code)


def paces(assets: pd.DataFrame, groups: Mapping[str, Group]) -> Floats:
    """How much faster than their group assets age (n_assets,): 1 where nothing was learned of what shifts it."""
    out = np.ones(len(assets))
    for name, rows in by_group(assets):
        learned = groups[name].learned
        if learned is not None and learned.covariates:
            out[rows] = learned.pace(assets.iloc[rows])
    return out


def start_of(group: str, model: LifecycleModel, starting: Starting, rows: Ints, traced: bool = False) -> AssetState:
    """Some assets of a group at the end of the base year: what was surveyed earlier is carried forward.

    Parameters
    ----------
    group, model : str, LifecycleModel; name of the group, and how it decays
    starting : Starting; condition of all assets (n_assets)
    rows : array (n_rows,) of int; the assets wanted
    traced : bool; whether they are to know what of them was renewed
    """
    start = model.start(group, starting.surveyed[rows], starting.pace[rows], traced, starting.texture_of(rows))
    return carried(start, starting.gap[rows])


def carried(state: AssetState, gap: Floats, chance: Chance | None = None) -> AssetState:
    """A state some whole years later (n_nodes,), nothing done meanwhile.

    Parameters
    ----------
    state : AssetState; state of the nodes (n_nodes)
    gap : array (n_nodes,); years to carry each forward [0 or more]
    chance : Generator, optional; draws how each ages; by default as expected
    """
    for year in range(int(gap.max(initial=0.0))):
        late = np.flatnonzero(gap > year)
        state = state.put(late, state.take(late).step(chance))
    return state


def exposure_of(assets: pd.DataFrame) -> Exposure:
    """What yearly burdens of assets are multiplied by: nothing of those that others keep up.

    Without a column use_factor all are used alike.
    """
    own = ~kept_by_others(assets)
    daily, quantity = assets["aadt"].fillna(0.0).to_numpy(dtype=float), assets["quantity"].to_numpy(dtype=float) * own
    vehicle_km = np.asarray(daily * _DAYS * assets["length_m"].fillna(0.0).to_numpy(dtype=float) / 1000)
    factor = assets["use_factor"].to_numpy(dtype=float) if "use_factor" in assets else 1.0
    return Exposure(quantity, vehicle_km, quantity * factor)


def with_stock(model: LifecycleModel, assets: pd.DataFrame, pace: Floats | None = None) -> LifecycleModel:
    """The model with the stock that its policies rest on.

    Parameters
    ----------
    model : LifecycleModel
    assets : DataFrame; table `assets` of the register (n_assets), with `group`
    pace : array (n_assets,), optional; years that each ages in one; by default from what was learned of the groups
    """
    known = paces(assets, model.groups) if pace is None else pace
    own = np.flatnonzero(~kept_by_others(assets))
    return replace(model, stock=stocks(assets.iloc[own], exposure_of(assets).take(own), known[own]))


def yearly_burden(assets: pd.DataFrame, index: Floats, model: LifecycleModel, stream: str) -> Floats:
    """What one stream that follows condition costs in a year at a condition (n_assets,) [£].

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register (n_assets), with `group`
    index : array (n_assets,); condition index [0–100]
    model : LifecycleModel; with the rates of its groups
    stream : str; such as "claims"
    """
    exposure, out = exposure_of(assets), np.zeros(len(assets))
    for group, rows in by_group(assets):
        for row in model.consequences[group]:
            if row.stream == stream:
                out[rows] += row.at(index[rows]) * getattr(exposure, row.per)[rows]
    return out


def members_of(
    assets: pd.DataFrame, rows: Ints, treatments: tuple[Treatment, ...], model: LifecycleModel, traffic: Traffic | None
) -> Members:
    """What the tree must know of some assets of a group.

    Parameters
    ----------
    assets, rows : DataFrame, array (n_rows,) of int; table `assets` of the register, and the assets wanted
    treatments : tuple of Treatment; those of the group
    model, traffic : as for `candidates`
    """
    part = assets.iloc[rows]
    codes = {t.name: code for code, t in reversed(list(enumerate(treatments)))}  # the group's own come first
    environment = part["environment"].to_numpy(dtype=object)
    year = part["committed_year"].fillna(-1).to_numpy(dtype=float).astype(np.intp) - model.first_year
    committed: Codes = np.full(len(rows), -1, dtype=np.int8)
    # A commitment outside the plan's years is not this plan's to keep.
    kept = np.flatnonzero((year >= 0) & (year < model.rules.years))
    committed[kept] = [codes.get(name, -1) for name in part["committed_treatment"].iloc[kept]]
    exposure = exposure_of(part)
    if traffic is not None:
        limits, rate = traffic.limits_of(rows), traffic.rate_of(rows)
        exposure = replace(exposure, limits=limits, rate=rate, lasts=traffic.lasts)
    dispose = (part["retention"] == "dispose").to_numpy(dtype=bool)
    where = (environment != "rural", environment != "urban", dispose, kept_by_others(part))
    return Members(exposure, *where, committed, year)


def candidates(
    assets: pd.DataFrame, starting: Starting, model: LifecycleModel, traffic: Traffic | None = None
) -> Candidates:
    """Build every strategy of every asset.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register
    starting : Starting; its condition in the base year
    model : LifecycleModel; what can be done and what it is worth
    traffic : Traffic, optional
        How traffic grows and what weight limits cost it; by default it neither grows nor is limited.
    """
    rows: list[Ints] = []
    nothing = np.zeros(len(assets))
    nothing_index = np.zeros((len(assets), model.rules.years), dtype=np.float32)
    nothing_apart = np.zeros((len(assets), len(model.rules.apart), model.rules.years + 1))
    leaves: list[Leaves] = []
    triggered: list[tuple[str, str, int]] = []
    for group, members in by_group(assets):
        treatments = model.catalogue.treatments[group]
        counts = np.zeros(len(treatments), dtype=np.intp)
        for block in np.array_split(members, max(1, -(-len(members) // BLOCK))):
            of = members_of(assets, block, treatments, model, traffic)
            start = start_of(group, model, starting, block, of.exposure.limits is not None)
            leaf = grow(start, of, treatments, model.rules, model.later(group))
            rows.append(block[leaf.asset])
            nothing[block], nothing_index[block] = leaf.nothing, leaf.nothing_index
            nothing_apart[block] = leaf.nothing_apart
            leaves.append(leaf)
            counts += leaf.triggered
        triggered += [(group, t.name, int(c)) for t, c in zip(treatments, counts, strict=True)]
    asset = np.concatenate(rows)
    order = np.argsort(asset, kind="stable")
    asset = asset[order]

    def every(name: str) -> NDArray:
        return np.concatenate([getattr(leaf, name) for leaf in leaves])[order]

    schedule = every("schedule")
    whole = every("whole_life_cost") + model.energy_cost(assets, asset, schedule)
    every_asset = np.arange(len(nothing), dtype=np.intp)
    nothing += model.energy_cost(assets, every_asset, np.full((len(nothing), model.rules.years), -1, dtype=np.int8))
    starts = np.searchsorted(asset, np.arange(len(nothing) + 1))
    table = pd.DataFrame(triggered, columns=["group", "treatment", "assets"])
    return Candidates(
        asset, schedule, every("cost"), whole, nothing[asset] - whole, np.zeros(len(asset)),
        every("index"), nothing_index, starts, table, every("apart"), nothing_apart, starting,
    )  # fmt: skip


def simulate(
    assets: pd.DataFrame, starting: Starting, schedule: Codes, model: LifecycleModel, traffic: Traffic | None = None
) -> Trajectory:
    """Condition by year and present values by stream of one strategy for each asset.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register (n_assets), with `group`
    starting : Starting; its condition in the base year
    schedule : array (n_assets, years); treatment codes, −1 for none; all −1 is do-nothing
    model : LifecycleModel; what can be done and what it is worth
    traffic : Traffic, optional; as for `candidates`
    """
    n_bands = max(len(condition.band_names(model.groups[name].bands)) for name in set(assets["group"]))
    out = Trajectory.empty(len(assets), model.rules.years, ("works", *model.rules.streams), n_bands)
    for group, rows in by_group(assets):
        treatments = model.catalogue.treatments[group]
        members = members_of(assets, rows, treatments, model, traffic)
        start = start_of(group, model, starting, rows, members.exposure.limits is not None)
        out.put(rows, replay(start, schedule[rows], members, treatments, model.rules, model.later(group)))
    if model.energy is not None:
        every, years = np.arange(len(assets), dtype=np.intp), model.rules.years
        saved = energy_saved(assets, schedule, model.catalogue, model.energy.savings, years)
        kwh = energy_used(assets)[:, :, None] - saved
        out.yearly[ENERGY][:] = (kwh * model.energy.prices(years)).sum(axis=1)
        out.streams[ENERGY][:] = model.energy_cost(assets, every, schedule)
    return out
