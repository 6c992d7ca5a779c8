"""Weight limits in the years ahead: which bridges come to be limited, what all limits together cost, whom they cut off.

Limits of a year are those of the (expected) condition at its end. All of them hold together, so a detour keeps off
every other bridge that is limited then. The benefit of a strategy takes each bridge by itself
(`assetplan.connectivity.traffic`), so these figures are a reading of the plan and no part of its sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assetplan import condition, network
from assetplan._types import Bools, Codes, Floats, Ints
from assetplan.connectivity.layout import Layout, carried_today, environmental_limit, limits_today, vehicles_of
from assetplan.connectivity.places import NAMED, place_nodes
from assetplan.inputs.load import Inputs
from assetplan.prices import Prices, running_costs
from assetplan.reference import load_table
from assetplan.strategies import Traffic

CASES = ("do-nothing", "plan")


@dataclass(frozen=True, eq=False)
class _Posted:
    """Limits by bridge and column [t], missing where none: the base year, then the years of each case; what they do."""

    limit: Floats
    detours: network.WeightLimitDetours
    cut: Bools

    def columns(self, case: int) -> list[int]:
        """The base year and the years of a case."""
        years = (self.limit.shape[1] - 1) // len(CASES)
        return [0, *range(1 + case * years, 1 + (case + 1) * years)]


def weight_limit_forecast(
    inputs: Inputs, layout: Layout, traffic: Traffic, table: pd.DataFrame, schedule: Codes
) -> dict[str, Any]:
    """What weight limits do in the base year and each plan year, if nothing is done and under the plan.

    Parameters
    ----------
    inputs : Inputs; the plan's
    layout : Layout; the network of its register
    traffic : Traffic; how its traffic grows
    table : DataFrame; one row an asset, with condition by year in both cases: do_nothing_<year>, plan_<year>
    schedule : array (n_assets, years); treatment codes of the plan, −1 for none

    Returns
    -------
    dict
        `years`: year, case, restricted (bridges), by_limit (limit_t, bridges), detour_cost [£ a year], cut_off
        (places). `falling`: bridges whose limit falls within the plan years if nothing is done, the dearest first.
        `cut_off`: named places, with the years of each case in which limits cut them off for the heaviest vehicles.
        `unplaced`: named places too far from any road to be placed. Empty lists where there are no bridges.
    """
    if not len(layout.bridges):
        return {"years": [], "falling": [], "cut_off": [], "unplaced": []}
    places = inputs.register.places
    named = places[places["kind"].isin(NAMED)]
    node = place_nodes(layout, named)
    limit = _limits(inputs, layout, table, schedule)
    vehicles = _vehicles(layout, traffic, inputs.plan.years)
    seen = _Posted(
        limit, _together(layout, limit, vehicles, inputs.tables.parameters.prices), _cut_off(layout, limit, node)
    )
    years = [inputs.plan.first_year - 1, *inputs.plan.plan_years]
    return {
        "years": [
            _year(seen, column, year, case)
            for place, case in enumerate(CASES)
            for year, column in zip(years, seen.columns(place), strict=True)
        ],
        "falling": _falling(seen, table.iloc[layout.bridge_rows], years),
        "cut_off": [
            {
                "place": str(name),
                "kind": str(kind),
                **{
                    case: [y for y, c in zip(years, seen.columns(k), strict=True) if cut[c]]
                    for k, case in enumerate(CASES)
                },
            }
            for name, kind, cut in zip(named["name"], named["kind"], seen.cut, strict=True)
            if cut.any()
        ],
        "unplaced": sorted(str(name) for name in named["name"].to_numpy()[node < 0]),
    }


def _limits(inputs: Inputs, layout: Layout, table: pd.DataFrame, schedule: Codes) -> Floats:
    """Limit of each bridge [t] in the base year and the years of both cases, missing where it carries full loading."""
    bridges, assets = layout.bridges, table.iloc[layout.bridge_rows]
    sound = network.network_rules()["sound_capacity"]
    years = inputs.plan.plan_years
    now = assets[f"do_nothing_{years[0] - 1}"].to_numpy(dtype=float)
    today = carried_today(bridges, now)
    signed = limits_today(bridges)
    renewed = np.cumsum(_renewals(inputs, layout, schedule), axis=1) > 0
    out = [signed[:, None]]
    for case, new in (("do_nothing", np.zeros_like(renewed)), ("plan", renewed)):
        index = assets[[f"{case}_{year}" for year in years]].to_numpy(dtype=float)
        left = condition.capacity_at(index, today[:, None], now[:, None])
        limit = condition.posting_level(np.where(new, condition.capacity_at(index, sound, 100.0), left))
        out.append(np.fmin(limit, np.where(new, environmental_limit(bridges)[:, None], signed[:, None])))
    limits = np.concatenate(out, axis=1)
    return np.where(limits < condition.full_loading(), limits, np.nan)


def _renewals(inputs: Inputs, layout: Layout, schedule: Codes) -> Bools:
    """Whether each bridge is renewed in each plan year (n_bridges, years)."""
    codes = schedule[layout.bridge_rows]
    out = np.zeros(codes.shape, dtype=bool)
    for group, rows in layout.bridges.groupby("group").indices.items():
        treatments = inputs.model.catalogue.treatments[str(group)]
        renewing = [code for code, treatment in enumerate(treatments) if treatment.renews]
        out[rows] = np.isin(codes[rows], renewing)
    return out


def _vehicles(layout: Layout, traffic: Traffic, years: int) -> Floats:
    """Vehicles a day by bridge, column and class."""
    now, rate = vehicles_of(layout.bridges), traffic.rate[layout.bridge_rows]
    ahead = network.growth(now, rate[:, None], years, traffic.lasts).swapaxes(1, 2)
    return np.concatenate([now[:, None], *[ahead] * len(CASES)], axis=1)


def _together(layout: Layout, limit: Floats, vehicles: Floats, prices: Prices) -> network.WeightLimitDetours:
    """Detours with all limits of a year holding; only bridges that have one in some year are looked at."""
    (weight, running), severed_km = running_costs(prices), network.network_rules()["severed_km"]
    rows = np.flatnonzero((layout.placed >= 0) & ~np.isnan(limit).all(axis=1))
    extra, cost = np.zeros((*limit.shape, len(weight))), np.zeros(limit.shape)
    if len(rows):
        detours = network.weight_limit_detours(
            layout.net, layout.placed[rows], limit[rows], vehicles[rows], weight, running, severed_km, layout.own_limit
        )
        extra[rows], cost[rows] = detours.extra_km, detours.cost
    return network.WeightLimitDetours(extra, cost)


def _cut_off(layout: Layout, limit: Floats, node: Ints) -> Bools:
    """Whether the limits of bridges cut each place off for the heaviest vehicles, by column."""
    net, heaviest = layout.net, float(load_table("vehicle_classes")["weight_t"].max())
    if not (node >= 0).any():
        return np.zeros((len(node), limit.shape[1]), dtype=bool)
    cases = (limit[:, 0] * np.nan, *limit.T)
    closed = [network.limits_of_links(net, layout.placed, limits, layout.own_limit) < heaviest for limits in cases]
    sets, which = np.unique(closed, axis=0, return_inverse=True)
    cut = np.array([network.cut_off(net, node, links) for links in sets])[which.ravel()]
    return np.asarray(cut[1:] & ~cut[0]).T


def _year(seen: _Posted, column: int, year: int, case: str) -> dict:
    limits = seen.limit[:, column]
    levels, counts = np.unique(limits[~np.isnan(limits)], return_counts=True)
    return {
        "year": int(year),
        "case": case,
        "restricted": int(counts.sum()),
        "by_limit": [{"limit_t": float(t), "bridges": int(n)} for t, n in zip(levels[::-1], counts[::-1], strict=True)],
        "detour_cost": round(float(seen.detours.cost[:, column].sum()), 2),
        "cut_off": int(seen.cut[:, column].sum()),
    }


def _falling(seen: _Posted, bridges: pd.DataFrame, years: list[int]) -> list[dict]:
    """Bridges whose limit is lower in some plan year than today if nothing is done, in the first such year."""
    limit = np.where(np.isnan(seen.limit), np.inf, seen.limit)
    nothing, plan = (seen.columns(case) for case in range(len(CASES)))
    lower = limit[:, nothing] < limit[:, :1]
    rows = np.flatnonzero(lower.any(axis=1))
    out = []
    for row, place in zip(rows, lower[rows].argmax(axis=1), strict=True):
        column, bridge = nothing[place], bridges.iloc[row]
        km = float(seen.detours.extra_km[row, column].max())
        out.append(
            {
                "asset_id": str(bridge["asset_id"]),
                "name": str(bridge["name"]),
                "year": int(years[place]),
                "limit_t": float(limit[row, column]),
                "today_t": _or_none(limit[row, 0]),
                "detour_km": _or_none(round(km, 4)),
                "cost": round(float(seen.detours.cost[row, column]), 2),
                "plan": str(bridge["treatments"]),
                "plan_t": _or_none(limit[row, plan[-1]]),
            }
        )
    return sorted(out, key=lambda row: (-row["cost"], row["asset_id"]))


def _or_none(value: float) -> float | None:
    """JSON has no infinity: None for a bridge with no limit, and for a detour that is not there."""
    return float(value) if np.isfinite(value) else None
