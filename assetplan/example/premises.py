"""The property half of the county: its premises, the block on each, and what the components of blocks are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan import schema
from assetplan._types import Bools, Floats, Texts
from assetplan.asset_classes import BUILDING
from assetplan.example.buildings import whole_numbers
from assetplan.example.figures import Figures, figure
from assetplan.reference import load_table

if TYPE_CHECKING:
    import geopandas as gpd

_OUTSIDE = ("brick_wall", "roof_pitched", "roof_flat", "windows_doors")  # what a landlord keeps up of what is let


def make_premises(
    buildings: gpd.GeoDataFrame, figures: Figures, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the premises that buildings stand on, one each, and the buildings as their blocks.

    Parameters
    ----------
    buildings : GeoDataFrame; from `make_buildings`
    figures, rng : Figures, Generator; how many of them are let, crowded or kept up by others, and the source of chance

    Returns
    -------
    (DataFrame, DataFrame)
        Tables `premises` and `blocks` of the register.
    """
    count = len(buildings)
    school = (buildings["estate"] == "school").to_numpy()
    floor = buildings["floor_area_m2"].to_numpy(dtype=float)
    keeps, let, operational = _keepers(buildings, figures, rng)
    kept = (buildings["retention"] == "retain").to_numpy()
    capacity, pupils = _places(buildings, floor, rng)
    suitability = np.where(school, _dealt("suitability", count, rng), "")
    crowded = np.argsort(-np.where(kept & (keeps == "council"), pupils / capacity, 0.0), kind="stable")
    expansion = np.full(count, np.nan)
    growing = crowded[: figures.count("expansions")]
    expansion[growing] = figure("survey_year") + 2 + np.arange(len(growing)) % 3
    xy = shapely.get_coordinates(buildings.geometry)
    ids = "S" + buildings["building_id"].str[1:]
    premises = {
        "premises_id": ids,
        "name": buildings["name"],
        "easting": xy[:, 0],
        "northing": xy[:, 1],
        "use": buildings["use"],
        "tenure": _tenures(count, rng),
        "operational": np.where(operational, "yes", "no"),
        "responsibility": keeps,
        "retention": buildings["retention"],
        "pupils": pupils,
        "capacity": capacity,
        "suitability": suitability,
        "expansion_year": expansion,
        "district": buildings["district"],
        "holding_cost": np.round(figure("holding_m2") * floor, -2),
        "sale_value": _sale_values(floor, kept),
    }
    blocks = {
        "block_id": buildings["building_id"],
        "premises_id": ids,
        "name": buildings["name"],
        "floor_area_m2": floor,
        "storeys": buildings["storeys"],
        "built_year": buildings["built_year"],
        "listed": np.where(buildings["built_year"] < figure("listed_before"), "II", "no"),
        "let": np.where(let, "yes", "no"),
        **_energy(buildings, floor, let, rng),
    }
    return _table(premises, "premises"), _table(blocks, "blocks")


def furnish(
    assets: gpd.GeoDataFrame, blocks: pd.DataFrame, premises: pd.DataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Say of each component which element it is, what it is made of and, in shared premises, who keeps it up.

    Parameters
    ----------
    assets : GeoDataFrame; table `assets`, whose components name a block each
    blocks, premises : DataFrame; from `make_premises`
    rng : Generator; the source of chance
    """
    out = assets.copy()
    table = load_table("example_components")
    group = assets["group"].to_numpy(dtype=object)
    mine = (assets["asset_class"] == BUILDING).to_numpy()
    for name, rows in table.groupby("group", sort=False):
        here = np.flatnonzero(mine & (group == name))
        number = whole_numbers(rows["share"].to_numpy(dtype=float), len(here))
        made = np.repeat(rows["material"].to_numpy(dtype=object), number)
        out.loc[assets.index[here], "element"] = rows["element"].iloc[0]
        out.loc[assets.index[here], "material"] = rng.permutation(made)
    shared = premises.loc[premises["responsibility"] == "shared", "premises_id"]
    halved = assets["parent_id"].isin(blocks.loc[blocks["premises_id"].isin(shared), "block_id"])
    out.loc[halved & ~assets["group"].isin(_OUTSIDE), "responsibility"] = "tenant"
    return out


def _table(columns: dict[str, Any], name: str) -> pd.DataFrame:
    return schema.conform(pd.DataFrame(columns), name, "example")[0]


def _dealt(kind: str, count: int, rng: np.random.Generator) -> Texts:
    """A grade (count,) for each, in the shares of `reference/example_grades.csv`."""
    table = load_table("example_grades").query("kind == @kind")
    return rng.permutation(
        np.repeat(table["grade"].to_numpy(dtype=object), whole_numbers(table["share"].to_numpy(dtype=float), count))
    )


def _tenures(count: int, rng: np.random.Generator) -> Texts:
    owned, leased = figure("freehold"), figure("leasehold")
    number = whole_numbers(np.array([owned, leased, 1 - owned - leased]), count)
    return rng.permutation(np.repeat(np.array(["freehold", "leasehold", "other"], dtype=object), number))


def _keepers(buildings: pd.DataFrame, figures: Figures, rng: np.random.Generator) -> tuple[Texts, Bools, Bools]:
    """Who keeps up each of the premises, whether they are let, and whether the council's services use them."""
    kept = (buildings["retention"] == "retain").to_numpy()
    school = (buildings["estate"] == "school").to_numpy()
    schools, academies = rng.permutation(np.flatnonzero(school & kept)), round(figure("academies") * school.sum())
    keeps = np.full(len(buildings), "council", dtype=object)
    keeps[schools[:academies]] = "academy"
    keeps[schools[academies : academies + figures.count("pfi_schools")]] = "PFI"
    # Kinds that are often left to others come first; those of weight 0 last.
    weight = buildings["left_to_others"].to_numpy(dtype=float)
    corporate = np.flatnonzero(~school)
    first = corporate[np.argsort(-(rng.random(len(corporate)) ** (1 / np.maximum(weight[corporate], 1e-3))))]
    held = first[buildings["retention"].to_numpy(dtype=object)[first] != "dispose"]
    let = np.zeros(len(buildings), dtype=bool)
    tenants = held[: round(figure("premises_let") * len(corporate))]
    let[tenants] = True
    keeps[tenants] = np.where(np.arange(len(tenants)) % 2 == 0, "tenant", "shared")
    idle = np.concatenate([schools[:academies], tenants, np.setdiff1d(first, tenants, assume_unique=True)])
    operational = np.ones(len(buildings), dtype=bool)
    operational[idle[: round((1 - figure("operational")) * len(buildings))]] = False
    return keeps, let, operational


def _places(buildings: pd.DataFrame, floor: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Places for pupils in each building, in fifteens, and its pupils; NaN where it is no school."""
    room = buildings["place_m2"].to_numpy(dtype=float)
    capacity = 15 * np.maximum(np.round(floor / room / 15), 1)
    return capacity, np.round(capacity * rng.uniform(figure("schools_empty"), figure("schools_crowded"), len(floor)))


def _sale_values(floor: Floats, kept: Bools) -> Floats:
    """What a sale would bring of what is not to be kept (£), below 0 of the smallest of it; NaN of the rest."""
    value = np.where(kept, np.nan, np.round(figure("sale_m2") * floor, -3))
    smallest = np.argsort(np.where(kept, np.inf, floor), kind="stable")[: int((~kept).sum() > 1)]
    value[smallest] = -np.round(figure("dowry_m2") * floor[smallest], -2)
    return value


def _energy(buildings: pd.DataFrame, floor: Floats, let: Bools, rng: np.random.Generator) -> dict[str, Any]:
    """Electricity and gas of each block in the year of the surveys, and its certificate: all but some of those let."""
    kwh = {}
    for fuel in ("electricity", "gas"):
        usual = floor * buildings[fuel].to_numpy(dtype=float)
        kwh[f"{fuel}_kwh"] = np.round(usual * rng.lognormal(0, figure("energy_spread"), len(floor)), -2)
    band, year = _dealt("epc", len(floor), rng), figure("survey_year") - rng.integers(0, 10, len(floor))
    missing = rng.permutation(np.flatnonzero(let))[: round(figure("certificates_missing") * let.sum())]
    none = np.isin(np.arange(len(floor)), missing)
    certificate = {"epc": np.where(none, "", band), "epc_year": np.where(none, np.nan, year)}
    return {**kwh, "energy_year": figure("survey_year"), **certificate}
