"""Energy of buildings and lighting: what a kWh emits, what treatments save, and what each asset of a register uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.deterioration.groups import word
from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.schema import own_table, row_faults

FUELS = ("electricity", "gas", "oil", "biomass", "other")
"""Fuels that a register counts, in kWh a year."""
KWH = tuple(f"kwh_{fuel}" for fuel in FUELS)
"""Columns of assets with what the block of a component, or a light, uses of each fuel [kWh a year]."""
PART = "energy_part"
"""Column of assets: the part of that use that is counted with the asset [share]."""
_KEYS = ["treatment", "group", "fuel"]
_HOURS = 1000.0  # watts in a kilowatt


def load_energy_factors(path: Path | None = None) -> Mapping[str, pd.Series]:
    """Read what a kWh emits.

    Parameters
    ----------
    path : path, optional
        A CSV with the columns of reference/energy_factors.csv, whose rows are added to the packaged ones or replace
        those of the same fuel and year.

    Returns
    -------
    mapping of fuel → Series
        kg CO2e per kWh by year, rising; a fuel of which nothing is known is not in it.

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    table = load_table("energy_factors")
    if path is not None:
        own = own_table("energy_factors", path)
        checks = [
            ("fuel", own["fuel"].isin(FUELS), f"must be one of {', '.join(FUELS)}"),
            (
                "year",
                own["year"].between(1990, 2200) & (own["year"] % 1 == 0),
                "must be a whole year from 1990 to 2200",
            ),
            ("kg_co2e_per_kwh", own["kg_co2e_per_kwh"] >= 0, "must be a number not below 0"),
            ("year", ~own.duplicated(["fuel", "year"]), "is there twice for its fuel"),
        ]
        if faults := row_faults(own.assign(file=str(path), row=own.index), checks):
            raise ConfigError(faults)
        table = pd.concat([table, own[table.columns]]).drop_duplicates(["fuel", "year"], keep="last")
    by_fuel = table.sort_values("year").groupby("fuel")
    return {str(fuel): rows.set_index("year")["kg_co2e_per_kwh"].astype(float) for fuel, rows in by_fuel}


def factors_by_year(factors: Mapping[str, pd.Series], first_year: int, n_years: int) -> Floats:
    """What a kWh of each fuel emits in each year, (n_fuels, n_years) [kg CO2e; NaN where it is not known].

    Parameters
    ----------
    factors : mapping of fuel → Series; from `load_energy_factors`
    first_year, n_years : int; years wanted; one that has no row takes the latest before it, or the first
    """
    out = np.full((len(FUELS), n_years), np.nan)
    for place, fuel in enumerate(FUELS):
        if fuel in factors:
            known = factors[fuel]
            at = np.searchsorted(known.index.to_numpy(), first_year + np.arange(n_years), side="right") - 1
            out[place] = known.to_numpy()[np.maximum(at, 0)]
    return out


def load_energy_savings(treatments: pd.DataFrame, path: Path | None = None) -> pd.DataFrame:
    """Read what treatments save.

    Parameters
    ----------
    treatments : DataFrame
        Columns treatment and group of every treatment that rows may name; packaged rows of others are left out.
    path : path, optional
        A CSV with the columns of reference/energy_savings.csv, in place of that table.

    Returns
    -------
    DataFrame
        Columns treatment, group ("" for every group with the treatment), fuel, share_saved [0 to 1], verified (bool).

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    table = load_table("energy_savings") if path is None else own_table("energy_savings", path)
    table = table.assign(group=table["group"].map(word))
    named = table["treatment"].isin(set(treatments["treatment"]))
    if path is None:
        table = table[named]
    else:
        pairs = pd.MultiIndex.from_frame(pd.concat([treatments, treatments.assign(group="")])[_KEYS[:2]])
        of_group = pd.Series(pd.MultiIndex.from_frame(table[_KEYS[:2]]).isin(pairs), table.index)
        checks = [
            ("treatment", named, "no such treatment"),
            ("group", ~named | of_group, "is no group with this treatment"),
            ("fuel", table["fuel"].isin(FUELS), f"must be one of {', '.join(FUELS)}"),
            ("share_saved", table["share_saved"].between(0, 1), "must be a share from 0 to 1"),
            ("treatment", ~table.duplicated(_KEYS), "is there twice for its group and fuel"),
        ]
        if faults := row_faults(table.assign(file=str(path), row=table.index), checks):
            raise ConfigError(faults)
    kept = table.assign(share_saved=table["share_saved"].astype(float), verified=table["verified"] == "yes")
    return kept[[*_KEYS, "share_saved", "verified"]].reset_index(drop=True)


def shares_saved(savings: pd.DataFrame, treatments: Sequence[tuple[str, str]]) -> Floats:
    """Share of each fuel that treatments save, (n_treatments, n_fuels).

    Parameters
    ----------
    savings : DataFrame; from `load_energy_savings`
    treatments : sequence of (str, str); each by name and group; a row of its group comes before one of every group
    """
    shares = savings.set_index(_KEYS)["share_saved"].to_dict()
    rows = [
        [shares.get((name, group, fuel), shares.get((name, "", fuel), 0.0)) for fuel in FUELS]
        for name, group in treatments
    ]
    return np.array(rows, dtype=float).reshape(len(treatments), len(FUELS))


def burning_hours() -> float:
    """What a light burns in a year where neither its row nor the plan says [hours]."""
    rules = load_table("energy_rules")
    return float(rules["value"][rules["name"] == "burning_hours"].iloc[0])


def with_energy(assets: pd.DataFrame, blocks: pd.DataFrame, hours: float) -> pd.DataFrame:
    """Assets with what they use: columns `KWH` and `PART`.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register
    blocks : DataFrame; its table `blocks`, with kWh a year by fuel
    hours : float; what a light burns in a year where its row does not say [hours]
    """
    used = blocks.set_index("block_id")[[f"{fuel}_kwh" for fuel in FUELS]].fillna(0.0)
    kwh = used.reindex(assets["parent_id"]).fillna(0.0).to_numpy()
    count = assets["parent_id"].map(assets["parent_id"].value_counts()).to_numpy(dtype=float)
    watts = assets["watts"].fillna(0.0).to_numpy(dtype=float)
    burning = assets["burning_hours"].fillna(hours).to_numpy(dtype=float)
    # What has watts of its own is no part of a block.
    light = watts > 0
    kwh = np.where(light[:, None], 0.0, kwh)
    kwh[:, 0] += watts * burning / _HOURS
    part = np.where(light | ~kwh.any(axis=1), 1.0, 1.0 / np.maximum(count, 1.0))
    return assets.assign(**dict(zip(KWH, kwh.T, strict=True)), **{PART: part})
