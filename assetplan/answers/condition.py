"""At which condition today an asset would have been treated, at the plan's prices: its strategies stated anew."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.answers.levers import Lever
from assetplan.answers.market import Market, Options
from assetplan.asset_classes import BRIDGE
from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.traffic import bridge_limits, detour_costs, traffic_growth
from assetplan.consequences import DETOURS
from assetplan.energy import KWH, PART, shares_saved
from assetplan.errors import ConfigError, Fault, FaultyInputError
from assetplan.finance import limits
from assetplan.formulation import Formulation, build_problem
from assetplan.inputs.claims import with_claims
from assetplan.inputs.load import Inputs
from assetplan.inputs.settings import kept_plan
from assetplan.inputs.tables import load_tables
from assetplan.prices import Prices
from assetplan.programme import Programme
from assetplan.reference import load_table
from assetplan.register import Register
from assetplan.strategies import LifecycleModel, Starting, Traffic, candidates, with_stock
from assetplan.strategies.names import strategy_names

STEP = 0.1
_LASTS = 10


def condition_lever(programme: Programme, market: Market, asset: int, options: Options) -> Lever:
    """The condition today, nearest the present one, at which the choice would have been the other.

    Copies of the asset with every index from its own to the worst (or to the best, for a treated one) are given their
    strategies as the plan gave its own, and valued at the plan's prices.

    Parameters
    ----------
    programme : Programme; with the settings it was planned by
    market : Market; its strategies at the prices of its limits
    asset : int; position of the asset
    options : Options; the asset's strategies
    """
    base = programme.years[0] - 1
    present = float(programme.assets[f"do_nothing_{base}"].iloc[asset])
    grid = _grid(present, options.treated)
    if programme.settings is None or not len(grid):
        return Lever("condition")
    try:
        formulation, names = _at_conditions(programme, asset, grid)
    except FaultyInputError as fault:
        return Lever("condition", note=f"it could not be worked out: {fault.faults[0].rule}")
    net = _net(formulation, names, market, programme, options)
    starts, treats = formulation.problem.starts, names != "do-nothing"
    best = np.maximum.reduceat(np.where(treats, net, -np.inf), starts[:-1])
    # Every asset that is asked about may do nothing, and that comes first.
    other = (best > net[starts[:-1]]) != options.treated
    turned = np.flatnonzero(other)
    if len(turned):
        # A sliver between two treatments' ranges is no condition to plan by: one that lasts comes first.
        lasting = [place for place in turned if other[place : place + _LASTS].all()]
        turned = np.array(lasting or turned)
    else:
        never = not np.isfinite(best).any()
        return Lever("condition", note="no treatment may be used here" if never else "none is worth its price")
    copy = int(turned[0])
    rows = slice(int(starts[copy]), int(starts[copy + 1]))
    place = int(np.argmax(np.where(treats[rows], net[rows], -np.inf)))
    strategy = "do-nothing" if options.treated else str(names[rows][place])
    return Lever("condition", strategy, float(grid[copy]))


def _grid(present: float, up: bool) -> Floats:
    """Index values from the one next to the present one on, to a tenth."""
    if up:
        return np.arange(np.floor(present / STEP + 1e-9) + 1, 100 / STEP + 1) * STEP
    return np.arange(np.ceil(present / STEP - 1e-9) - 1, -1, -1) * STEP


def _at_conditions(programme: Programme, asset: int, grid: Floats) -> tuple[Formulation, np.ndarray]:
    """Strategies of one asset at many conditions as the plan would state them, and their names.

    What ties an asset to others or gives it one strategy (schemes, rules that lock or require) is left out.
    """
    row = programme.assets.iloc[[asset]]
    copies = row.loc[row.index.repeat(len(grid))].reset_index(drop=True)
    with kept_plan(programme.settings or {}) as plan:
        rules = plan.rules.model_copy(update={"lock": (), "require": ()})
        costs = "none" if plan.sites.costs == "none" else "single"
        sites = plan.sites.model_copy(update={"costs": costs})
        plan = plan.model_copy(update={"schemes": (), "rules": rules, "sites": sites})
        tables = load_tables(plan)
    every = programme.assets
    base, pace = (every[name].to_numpy(dtype=float) for name in (f"do_nothing_{programme.years[0] - 1}", "pace"))
    model, _ = with_claims(with_stock(tables.model, every, pace), tables.claims, every, base)
    copies = _without_energy(copies, model)
    texture = copies["texture_points"].to_numpy(dtype=float) if "texture_points" in copies else None
    starting = Starting.at(grid, copies["pace"].to_numpy(dtype=float), texture)
    register = Register(copies, pd.DataFrame(), programme.places, programme.districts)
    inputs = Inputs(plan, register, replace(tables, model=model), limits(plan), {})
    prices = tables.parameters.prices if DETOURS in model.rules.streams else None
    traffic = _traffic(programme, copies, grid, prices)
    formulation = build_problem(inputs, candidates(copies, starting, model, traffic), whole=False)
    name, names = strategy_names(copies, model, formulation.options)
    return formulation, names[name]


def _without_energy(copies: gpd.GeoDataFrame, model: LifecycleModel) -> gpd.GeoDataFrame:
    """Copies of an asset that use no energy: what none of its treatments saves is the same for every strategy.

    Raises
    ------
    ConfigError
        A treatment of its group saves some; a programme does not keep what its assets use.
    """
    if model.energy is None:
        return copies
    group = str(copies["group"].iloc[0])
    treatments = [(treatment.name, group) for treatment in model.catalogue.treatments[group]]
    if shares_saved(model.energy.savings, treatments).any():
        rule = "treatments of its group save energy, and the programme does not keep what it uses"
        raise ConfigError([Fault("the programme", 0, "energy", group, rule)])
    return copies.assign(**dict.fromkeys(KWH, 0.0), **{PART: 1.0})


def _traffic(programme: Programme, copies: gpd.GeoDataFrame, grid: Floats, prices: Prices | None) -> Traffic:
    """Growth of the copies' traffic and, of a bridge, what its limits would cost; no prices where detours count not."""
    rate, lasts = traffic_growth(copies, programme.places)
    rows, cost = np.zeros(0, dtype=np.intp), np.zeros((0, len(load_table("vehicle_classes"))))
    if prices is not None and copies["asset_class"].iloc[0] == BRIDGE:
        layout = lay_out(programme.assets)
        own = detour_costs(layout, prices)[(layout.bridges["asset_id"] == copies["asset_id"].iloc[0]).to_numpy()]
        rows, cost = np.arange(len(grid), dtype=np.intp), np.repeat(own, len(grid), axis=0)
    return Traffic(rate, lasts, rows, bridge_limits(copies.iloc[rows], grid[rows], cost))


def _net(formulation: Formulation, names: np.ndarray, market: Market, programme: Programme, options: Options) -> Floats:
    """Objective less the price of what is used, of strategies stated anew, (n,)."""
    known = dict(zip(market.keys, market.prices, strict=True))
    prices = np.array([known.get(row.key, 0.0) for row in formulation.rows])
    net = np.asarray(formulation.problem.benefit - formulation.problem.usage @ prices, dtype=float)
    stability = ((programme.settings or {}).get("plan") or {}).get("stability")
    if stability and options.changes.any():
        # A price on change lies on all but the earlier strategy of the asset.
        net -= np.where(np.isin(names, options.names[~options.changes]), 0.0, stability["price"])
    return net
