"""How large a site has to be: the least of each treatment, and what schemes keep to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan import network
from assetplan._types import Bools, Floats
from assetplan.config import Plan
from assetplan.connectivity.road_runs import RoadRuns
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.candidate_schemes import SchemeLimits
from assetplan.formulation.closed_years import least_between
from assetplan.formulation.divide import ROUNDING, StretchRules
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs


def least_sizes(inputs: Inputs) -> pd.DataFrame:
    """Least length [m], area [unit of quantity] and cost [£] of a site by treatment, by the plan or the table."""
    sizes = inputs.sites[["minimum_length", "minimum_area", "minimum_cost"]].fillna(0.0)
    own = inputs.plan.sites.minimum
    if own is None:
        return sizes
    if own == 0:
        return sizes * 0.0
    return sizes.assign(minimum_length=np.where(sizes["minimum_length"] > 0, own, 0.0))


def least_of_works(inputs: Inputs, works: Works) -> Floats:
    """Least length [m], area [unit of quantity] and cost [£] of a site of each of the works, (n_works, 3)."""
    least = least_sizes(inputs).reindex(works.treatments["treatment"]).fillna(0.0).to_numpy(dtype=float)
    return np.asarray(least[works.treatment])


def check_minimum(inputs: Inputs, runs: RoadRuns) -> None:
    """Refuse a least length that no road or estate of the register has.

    Raises
    ------
    ConfigError
    """
    own = inputs.plan.sites.minimum
    length = inputs.register.assets["length_m"].fillna(0.0).to_numpy(dtype=float)
    longest = 0.0
    for place in (runs.run, runs.estate):
        longest = max(longest, float(np.bincount(place[place >= 0], length[place >= 0]).max(initial=0.0)))
    if own and own > longest:
        rule = f"is above the length of every road and estate, {longest:,.0f} m at most: state less, or 0 for no least"
        raise ConfigError([Fault("plan", 0, "sites.minimum", f"{own:g}", rule)])


def large_enough(inputs: Inputs, works: Works, sections: Bools, stands: Bools) -> Bools:
    """Candidates all of whose works are large enough for sites of their own, (n_options,).

    Parameters
    ----------
    inputs : Inputs; the plan and what sites cost
    works : Works; of the candidates
    sections : array of bool (n_assets,); sections, whose works must be; bridges and signals need not
    stands : array of bool (n_assets, n_years); where works are committed or firm, and so need not be either
    """
    least = least_of_works(inputs, works)
    of = works.assets[["length_m", "quantity"]].fillna(0.0).to_numpy(dtype=float)[works.asset]
    small = (np.column_stack([of, works.cost]) < least - ROUNDING).any(axis=1)
    asked = sections[works.asset] & (works.year >= inputs.past) & ~stands[works.asset, works.year]
    return ~works.options_of(small & asked)


def scheme_limits(inputs: Inputs, crews: tuple[str, ...]) -> SchemeLimits:
    """What candidate schemes keep to, by the plan and the tables.

    Parameters
    ----------
    inputs : Inputs; the plan and what sites cost
    crews : tuple of str; names of the crews
    """
    plan, sites = inputs.plan, inputs.sites
    least = least_sizes(inputs).groupby(sites["crew"]).min().reindex(list(crews))
    by_area = (sites["estate"] == "yes").groupby(sites["crew"]).any().reindex(list(crews))
    length, area, cost = least.to_numpy(dtype=float).T
    return SchemeLimits(
        stretch_rules(plan), length, area, cost, by_area.to_numpy(dtype=bool), max(int(least_between(inputs)), 1),
    )  # fmt: skip


def stretch_rules(plan: Plan) -> StretchRules:
    """Lengths of schemes: the plan's own, else the packaged ones."""
    rules, own = network.network_rules(), plan.sites
    maximum = rules["scheme_maximum"] if own.maximum is None else own.maximum
    return StretchRules(maximum, rules["untreated"] if own.untreated is None else own.untreated)
