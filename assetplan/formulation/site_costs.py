"""What sites add to works: a small site costs more for its size than the unit cost says, a large one less.

The unit cost of a treatment holds the site of works of a typical size q₀, so works of quantity q on a site of their own
cost F·(1 − q/q₀) beside it, with F what a site costs whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assetplan._types import Bools, Floats, Ints
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates


@dataclass(frozen=True, eq=False)
class SiteWorks:
    """What the works of all candidates have to do with their sites, arrays (n_works,) in the order of `Works`.

    Attributes
    ----------
    crew : array; place of the crew in `crews`; −1 where the treatment has no site of its own
    crews : tuple of str; names of the crews of all treatments
    fixed : array; what the site costs in that year whatever its size [£]
    beside : array
        What the works cost on a site of their own beside the unit cost [£]; below 0 on a site larger than is typical.
    days : array; days that the works take, setting up left out
    guarding : array; traffic management [£/day]
    """

    crew: Ints
    fixed: Floats
    beside: Floats
    days: Floats
    guarding: Floats
    crews: tuple[str, ...]

    @classmethod
    def of(cls, works: Works, sites: pd.DataFrame) -> SiteWorks:
        """Look up each of the works in the table of sites (`assetplan.sites.load_sites`)."""
        rows = sites.reindex(works.treatments["treatment"])
        crew, crews = pd.factorize(rows["crew"], sort=True)
        table = rows[["fixed", "typical", "per_day", "traffic_management"]].to_numpy(dtype=float)
        fixed, typical, per_day, guarding = table[works.treatment].T
        quantity = works.assets["quantity"].to_numpy(dtype=float)[works.asset]
        beside = np.where(np.isnan(typical), 0.0, fixed * (1 - quantity / typical))
        kept = crew[works.treatment] >= 0
        # A site follows the price of the works on it.
        ratio = works.price_ratio
        parts = (fixed * ratio, beside * ratio, quantity / per_day, guarding * ratio)
        fixed, beside, days, guarding = (np.where(kept, part, 0.0) for part in parts)
        return cls(crew[works.treatment], fixed, beside, days, guarding, tuple(map(str, crews)))


def on_own_sites(inputs: Inputs, options: Candidates, free: Bools) -> Candidates:
    """Candidates whose works each pay for a site of their own.

    Parameters
    ----------
    inputs : Inputs; the plan, its register and what sites cost
    options : Candidates; at unit costs
    free : array of bool (n_assets,)
        Assets that the plan file does not tie to others: what the sites of those cost, it says itself.
    """
    if inputs.plan.sites.costs == "none":
        return options
    works = Works.of(inputs.register.assets, inputs.model, options)
    beside = SiteWorks.of(works, inputs.sites).beside * free[works.asset]
    return charge(options, works.option, works.year, beside, inputs.model.rules.discount)


def charge(
    options: Candidates, option: NDArray[np.integer], year: NDArray[np.integer], amount: Floats, discount: Floats
) -> Candidates:
    """Candidates with amounts (£) added to the works of a year: their cost, benefit, and what they hold of site costs.

    Parameters
    ----------
    options : Candidates; as they are
    option, year, amount : array (n,)
        Candidate, plan year and what is added; each pair of candidate and year at most once.
    discount : array (n_years,); discount factors at the start of each year
    """
    cost, present = options.cost.copy(), np.zeros(len(options.asset))
    cost[option, year] += amount
    np.add.at(present, option, amount * discount[np.asarray(year)])
    return replace(
        options,
        cost=cost,
        whole_life_cost=options.whole_life_cost + present,
        benefit=options.benefit - present,
        beside=options.beside + present,
    )
