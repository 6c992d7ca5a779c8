"""What buildings and lights use in each plan year, if nothing is done and under the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Floats
from assetplan.asset_classes import BUILDING
from assetplan.energy import FUELS, factors_by_year
from assetplan.outcome.outcome import Outcome
from assetplan.strategies import energy_saved, energy_used


@dataclass(frozen=True, eq=False)
class EnergyOutcome:
    """Energy of a solved plan by asset class, arrays (n_fuels, n_years) in plan years.

    Attributes
    ----------
    nothing, plan : dict of asset class → array; what is used if nothing is done, and under the plan [kWh]
    price : array or None; price of each fuel in each year [£ per kWh, prices of the first year]; None without prices
    factor : array; what a kWh emits [kg CO2e; NaN where it is not known]
    apart : int; blocks with energy but without components, which no works change
    """

    nothing: dict[str, Floats]
    plan: dict[str, Floats]
    price: Floats | None
    factor: Floats
    apart: int


def energy_of(outcome: Outcome) -> EnergyOutcome:
    """Energy of a solved plan that states it.

    Parameters
    ----------
    outcome : Outcome; of a plan with `[energy]`
    """
    inputs, plan = outcome.inputs, outcome.inputs.plan
    assets, blocks, years = inputs.register.assets, inputs.register.blocks, plan.years
    used = np.repeat(energy_used(assets)[:, :, None], years, axis=2)
    savings = inputs.tables.parameters.energy_savings
    left = used - energy_saved(assets, outcome.schedule, inputs.model.catalogue, savings, years)
    of_class = assets["asset_class"].to_numpy(dtype=object)
    classes = [str(name) for name in dict.fromkeys(of_class) if used[of_class == name].any()]
    nothing, with_plan = ({name: each[of_class == name].sum(axis=0) for name in classes} for each in (used, left))
    apart = blocks[~blocks["block_id"].isin(assets["parent_id"])][[f"{fuel}_kwh" for fuel in FUELS]].fillna(0.0)
    if apart.to_numpy().any():
        beside = np.repeat(apart.sum().to_numpy(dtype=float)[:, None], years, axis=1)
        for case in (nothing, with_plan):
            case[BUILDING] = case.get(BUILDING, np.zeros_like(beside)) + beside
    price = None if inputs.model.energy is None else inputs.model.energy.prices(years)
    factor = factors_by_year(inputs.tables.parameters.energy_factors, plan.first_year, years)
    return EnergyOutcome(nothing, with_plan, price, factor, int(apart.any(axis=1).sum()))
