"""Energy that a register's buildings and lights use, checked against what the plan says of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan.config import Plan
from assetplan.energy import FUELS, KWH, burning_hours, shares_saved, with_energy
from assetplan.errors import ConfigError, Fault
from assetplan.inputs.tables import Tables
from assetplan.register import Register

_ROUNDING = 1e-9  # shares that add up to one may miss it by so much


def with_energy_used(plan: Plan, tables: Tables, register: Register) -> pd.DataFrame:
    """Assets with what they use (`assetplan.energy.with_energy`), of a plan that states energy; else as they are.

    Parameters
    ----------
    plan, tables, register : Plan, Tables, Register; what the plan is made from

    Raises
    ------
    ConfigError
        A fuel that is used has no price while others have, or is of unknown carbon where that is limited or sought;
        components of one block save more than it uses.
    """
    if plan.energy is None:
        return register.assets
    assets = with_energy(register.assets, register.blocks, plan.energy.burning_hours or burning_hours())
    if faults := [
        *_unpriced(plan, assets, register.blocks),
        *_oversaved(plan, tables, assets),
        *_unfactored(plan, tables, assets),
    ]:
        raise ConfigError(faults)
    return assets


def _unpriced(plan: Plan, assets: pd.DataFrame, blocks: pd.DataFrame) -> Iterator[Fault]:
    if plan.energy is None or not plan.energy.prices:
        return
    for fuel, column in zip(FUELS, KWH, strict=True):
        used = assets[column].any() or blocks[f"{fuel}_kwh"].fillna(0.0).any()
        if used and fuel not in plan.energy.prices:
            yield Fault("plan", 0, "energy.prices", fuel, "the register has use of it, so state its price (£ per kWh)")


def _unfactored(plan: Plan, tables: Tables, assets: pd.DataFrame) -> Iterator[Fault]:
    sought = plan.objective.of == "least carbon"
    if not (sought or any(limit.of == "carbon with energy" for limit in plan.limits)):
        return
    for fuel, column in zip(FUELS, KWH, strict=True):
        if assets[column].any() and fuel not in tables.parameters.energy_factors:
            rule = "what a kWh of it emits is not known, and its carbon is limited or sought: give it a row"
            yield Fault(plan.tables.energy_factors or "energy_factors", 0, "fuel", fuel, rule)


def _oversaved(plan: Plan, tables: Tables, assets: pd.DataFrame) -> Iterator[Fault]:
    """Blocks whose components could save more of a fuel together than all of it: savings are added up."""
    using = assets[assets[list(KWH)].any(axis=1)]
    catalogue, savings = tables.model.catalogue, tables.parameters.energy_savings
    if savings.empty or using.empty:
        return
    most = {
        group: shares_saved(savings, [(t.name, t.group) for t in catalogue.treatments[group]]).max(axis=0, initial=0.0)
        for group in using["group"].unique()
    }
    shares = pd.DataFrame(np.array([most[group] for group in using["group"]]), index=using.index, columns=list(FUELS))
    block = using["parent_id"].where((using["watts"].fillna(0.0) == 0) & (using["parent_id"] != ""), using["asset_id"])
    total = shares.groupby(block).sum()
    for fuel in FUELS:
        over = total.index[total[fuel] > 1 + _ROUNDING]
        if len(over):
            rule = f"its components' treatments together save {total[fuel].max():.0%} of its {fuel}: state lower shares"
            yield Fault(plan.tables.energy_savings or "energy_savings", 0, "share_saved", str(over[0]), rule)
