"""What works bring on each section, by crew and year, at the prices of the limits: what schemes are formed by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Floats32
from assetplan.formulation.site_costs import SiteWorks
from assetplan.formulation.works import Works
from assetplan.optimisation import estimated_prices
from assetplan.optimisation.problem import Problem


@dataclass(frozen=True, eq=False)
class SectionWorth:
    """Worth of works on sections, in the unit of the objective, over doing nothing.

    Attributes
    ----------
    value : array (n_assets, n_crews, n_years)
        Of the best strategy whose only works are of that crew in that year, its site left out; −inf where there is
        none.
    fixed : array (n_crews, n_years); what a site of the crew costs in that year whatever its size
    cost : array (n_assets, n_crews, n_years), float32; least cost of such works [£]
    area : array (n_assets,); their quantity [unit of the group]
    """

    value: Floats
    fixed: Floats
    cost: Floats32
    area: Floats


def single_works(works: Works, sites: SiteWorks) -> Bools:
    """Works with a site that are the only ones of their strategy, (n_works,)."""
    alone = np.bincount(works.option, minlength=works.n_options) == 1
    single: Bools = alone[works.option] & (sites.crew >= 0)
    return single


def section_worth(
    problem: Problem, money: Bools, works: Works, sites: SiteWorks, discount: Floats, bears_cost: bool
) -> SectionWorth:
    """What works bring on each section at the prices of the limits, each section by itself.

    Parameters
    ----------
    problem : Problem; every candidate on a site of its own, with no schemes
    money : array of bool (n_resources,); limits on money
    works, sites : Works, SiteWorks; its works
    discount : array (n_years,); discount factors at the start of each year
    bears_cost : bool; whether the objective itself bears the cost of works
    """
    # By class and name, so that the same prices follow whatever the order of the register.
    named = works.assets[["asset_class", "asset_id"]].reset_index(drop=True)
    order = named.sort_values(["asset_class", "asset_id"], kind="stable").index.to_numpy()
    order = np.concatenate([order, np.arange(len(order), problem.n_assets)])  # bids last
    prices = estimated_prices(problem, order)
    net = np.asarray(problem.benefit - problem.usage @ prices)
    starts = problem.starts[: len(works.assets)]
    base = net[starts]
    at = np.flatnonzero(single_works(works, sites))
    option, asset, crew, year = works.option[at], works.asset[at], sites.crew[at], works.year[at]
    paid = np.asarray(problem.usage[option] @ np.where(money, prices, 0.0))
    a_pound = np.divide(paid, works.cost[at], out=np.zeros(len(at)), where=works.cost[at] > 0)
    a_pound += discount[year] * bears_cost
    fixed = sites.fixed[at] * a_pound
    table = pd.DataFrame(
        {
            "asset": asset, "crew": crew, "year": year, "value": net[option] + fixed - base[asset], "fixed": fixed,
            "cost": works.cost[at] - sites.fixed[at],
        }
    )  # fmt: skip
    shape = (len(starts), len(sites.crews), len(discount))
    value, cost = np.full(shape, -np.inf), np.zeros(shape, dtype=np.float32)
    cell = table.groupby(["asset", "crew", "year"], sort=True)
    best = cell.agg(value=("value", "max"), cost=("cost", "min"))
    where = tuple(best.index.get_level_values(k).to_numpy(dtype=np.intp) for k in range(3))
    value[where], cost[where] = best["value"], best["cost"]
    each = np.zeros(shape[1:])
    usual = table.groupby(["crew", "year"])["fixed"].median()
    each[tuple(usual.index.get_level_values(k).to_numpy(dtype=np.intp) for k in range(2))] = usual
    return SectionWorth(value, each, cost, works.assets["quantity"].fillna(0.0).to_numpy(dtype=float))
