"""What works and energy emit: of each works item of each candidate, and of candidates."""

from __future__ import annotations

import numpy as np

from assetplan._types import Bools, Floats
from assetplan.asset_classes import BID
from assetplan.carbon import KG_PER_TONNE, carbon_factors
from assetplan.energy import factors_by_year
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates, energy_used, weighed_savings


def carbon_of_works(inputs: Inputs, works: Works) -> Floats:
    """Carbon of each works item, (n_works,) [t CO2e; NaN where it is not known].

    What a treatment emits is by the quantity of its asset; what mends an asset in grades emits the share of it that its
    cost is of renewal.

    Parameters
    ----------
    inputs : Inputs; the plan with its tables
    works : Works; works of candidates
    """
    known, catalogue = inputs.tables.parameters.carbon, inputs.model.catalogue
    groups = dict.fromkeys(works.treatments["group"])
    groups.pop(BID.asset_class, None)  # what a bid emits is not known; its rows are the last
    rows = list(catalogue.of(groups))
    factor = carbon_factors(known, works.treatments)[works.treatment]
    quantity = works.assets["quantity"].to_numpy(dtype=float)[works.asset]
    price = np.full(len(works.treatments), np.nan)
    price[: len(rows)] = [t.unit_cost if t.states else np.nan for t in rows]
    price = price[works.treatment]
    mended = np.minimum(works.cost / (price * works.price_ratio), quantity)
    return np.where(np.isnan(price), quantity, mended) * factor / KG_PER_TONNE


def carbon_of_options(inputs: Inputs, works: Works) -> tuple[Floats, Floats]:
    """Carbon of each candidate as far as it is known, and the cost of its works of which it is not, (n_options,).

    Parameters
    ----------
    inputs, works : as of `carbon_of_works`

    Returns
    -------
    two of array (n_options,)
        Carbon [t CO2e], and cost of works of unknown carbon [£].
    """
    carbon = carbon_of_works(inputs, works)
    unknown: Bools = np.isnan(carbon)
    emitted, left_out = (
        np.bincount(works.option, amounts, works.n_options).astype(np.float64)
        for amounts in (np.where(unknown, 0.0, carbon), np.where(unknown, works.cost, 0.0))
    )
    return emitted, left_out


def carbon_of_energy(inputs: Inputs, options: Candidates, years: Floats) -> Floats:
    """What the energy of each candidate emits, (n_options,) [t CO2e]; zero of a plan that states no energy.

    Parameters
    ----------
    inputs : Inputs; the plan with its tables
    options : Candidates
    years : array (years,); weight of each plan year
    """
    if inputs.plan.energy is None:
        return np.zeros(len(options.asset))
    assets, parameters = inputs.register.assets, inputs.tables.parameters
    factor = factors_by_year(parameters.energy_factors, inputs.plan.first_year, inputs.plan.years)
    # Of a fuel that is used the factor is known, or the plan would have been refused.
    weight = np.nan_to_num(factor) * years / KG_PER_TONNE
    saved = weighed_savings(
        assets, options.asset, options.schedule, inputs.model.catalogue, parameters.energy_savings, weight
    )
    return np.asarray((energy_used(assets) @ weight.sum(axis=1))[options.asset] - saved)


def carbon_of_plan(inputs: Inputs, options: Candidates) -> Floats:
    """What each candidate emits by its works and its energy in the plan years together, (n_options,) [t CO2e].

    Parameters
    ----------
    inputs, options : as of `carbon_of_energy`
    """
    works = Works.of(inputs.register.assets, inputs.model, options)
    return carbon_of_options(inputs, works)[0] + carbon_of_energy(inputs, options, np.ones(inputs.plan.years))
