"""The example county put together: land, places, roads, everything the council owns, and its condition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan import schema
from assetplan._types import Floats, Shapes
from assetplan.asset_classes import BUILDING, CARRIAGEWAY, group_of
from assetplan.condition import to_index
from assetplan.deterioration import Group, load_groups
from assetplan.example import inventory
from assetplan.example.buildings import make_buildings
from assetplan.example.figures import Figures, figure, load_figures, name_parts
from assetplan.example.land import CRS, make_districts, make_outline, make_rivers
from assetplan.example.premises import furnish, make_premises
from assetplan.example.roads import make_roads
from assetplan.example.sections import in_one_piece, make_sections, merge, trim
from assetplan.example.skeleton import make_skeleton
from assetplan.example.surveyed import survey_assets
from assetplan.example.towns import Towns, make_places, make_towns
from assetplan.finance import published_profile
from assetplan.reference import load_table
from assetplan.register.components import building_components
from assetplan.register.register import Register

if TYPE_CHECKING:
    import geopandas as gpd


def make_county(size: str = "small", seed: int = 1) -> Register:
    """Invent a county and what its council owns.

    Road lengths, counts of buildings, replacement values and the shares of residual life are those of the published
    case for investment (`reference/example_county.csv`); `small` is a tenth of it. All names are invented.

    Parameters
    ----------
    size : str; "small" (about 4,700 carriageway sections) or "county" (about 47,000)
    seed : int
        The same seed gives the same county, byte for byte; 0 or above.

    Returns
    -------
    Register
        In EPSG:27700, with inspections, places and districts.

    Raises
    ------
    ValueError
        The size is unknown or the seed negative.
    """
    figures, groups = load_figures(size), load_groups()
    if seed < 0:
        raise ValueError(f"seed must be 0 or above, not {seed}")
    rng = np.random.default_rng(seed)
    outline = make_outline(figures.part("area"), rng)
    rivers = make_rivers(outline, rng)
    towns = make_towns(outline, rivers, figures, rng)
    roads, skeleton, nodes = make_roads(make_skeleton(outline, towns, figures, rng), towns, figures, rng)
    towns = replace(towns, xy=skeleton.xy[: skeleton.towns])
    roads = trim(in_one_piece(roads), towns, figures.part("length_U") * 1000, rng)
    network = merge(roads)
    districts, names = _districts(outline, towns, figures, rng)
    sections = make_sections(network, towns, districts, names, rng)
    stock = {CARRIAGEWAY: sections}
    stock |= inventory.make_inventory(network, sections, towns, rivers, nodes, figures, rng)
    of_link = inventory.first_of_link(sections)["district"].to_numpy(dtype=object)
    buildings = make_buildings(network, of_link, towns, figures, rng)
    stock[BUILDING] = building_components(buildings)
    parts, inspections = survey_assets(stock, groups, figures, rng)
    rows = pd.concat([part.drop(columns="geometry") for part in parts], ignore_index=True)
    table = _table(rows, "assets", np.concatenate([part.geometry.to_numpy() for part in parts]))
    value, notes = _replacement_values(table, groups, figures)
    table = table.assign(replacement_value=value, **_commit(table, figures, rng))
    # A source of chance of their own: what was drawn before does not change with them.
    assets = inventory.assess_bridges(table, np.random.default_rng((seed, 1)))
    places = make_places(towns, assets, figures, np.random.default_rng((seed, 2)))
    tiles = _table(pd.DataFrame({"name": names}), "districts", np.array(districts, dtype=object))
    property_rng = np.random.default_rng((seed, 3))
    premises, blocks = make_premises(buildings, figures, property_rng)
    assets = furnish(assets, blocks, premises, property_rng)
    surveys = schema.conform(inspections, "inspections", "example")[0]
    return Register(assets, surveys, places, tiles, notes, premises=premises, blocks=blocks)


def _table(rows: pd.DataFrame, name: str, geometry: Shapes) -> gpd.GeoDataFrame:
    """A table of the register with the schema's columns."""
    import geopandas as gpd

    return gpd.GeoDataFrame(schema.conform(pd.DataFrame(rows), name, "example")[0], geometry=geometry, crs=CRS)


def _replacement_values(
    assets: pd.DataFrame, groups: dict[str, Group], figures: Figures
) -> tuple[Floats, tuple[tuple[str, int], ...]]:
    """Values (£) at which highways and buildings come to the published totals, with notes of how many were valued."""
    unit = np.array([groups[str(name)].replacement_unit_cost for name in group_of(assets)])
    value = assets["quantity"].to_numpy(dtype=float) * unit
    building = (assets["asset_class"] == BUILDING).to_numpy()
    notes = []
    for estate, total, mine in (("highway", "highway_value", ~building), ("property", "buildings_value", building)):
        factor = float(figures.part(total) / value[mine].sum())
        value[mine] *= factor
        notes.append((f"{estate} replacement values, quantity × unit cost × {factor:.3f}, of assets", int(mine.sum())))
    return np.round(value), tuple(notes)


def _commit(assets: pd.DataFrame, figures: Figures, rng: np.random.Generator) -> pd.DataFrame:
    """Commit a handful of schemes, each within a small share of its line's money in its year."""
    treatment = np.full(len(assets), "", dtype=object)
    year = np.full(len(assets), np.nan)
    group = group_of(assets).to_numpy(dtype=object)
    index = np.full(len(assets), np.nan)
    known = ((assets["measure"] != "") & (assets["measure"] != "age")).to_numpy()
    index[known] = to_index(assets.loc[known, "measure"].to_numpy(dtype=object), assets.loc[known, "value"])[0]
    money = published_profile(figures.share) * 1e6
    treatments = load_table("treatments").drop(columns=["source", "verified"])
    for rule in load_table("example_schemes").merge(treatments, on=["treatment", "group"]).to_dict("records"):
        budget = figure("committed_share") * float(money.loc[rule["line"], rule["year"]])
        cost = assets["quantity"].to_numpy(dtype=float) * float(rule["unit_cost"])
        worn = (index >= rule["index_low"]) & (index <= rule["index_high"])
        fits = (group == rule["group"]) & worn & (cost <= budget)
        chosen = _one_scheme(assets, np.flatnonzero(fits), cost, budget, rng)
        treatment[chosen], year[chosen] = rule["treatment"], float(rule["year"])
    text = pd.Series(treatment, index=assets.index, dtype="str")
    return pd.DataFrame({"committed_treatment": text, "committed_year": year}, index=assets.index)


def _one_scheme(
    assets: pd.DataFrame, fits: np.ndarray, cost: Floats, budget: float, rng: np.random.Generator
) -> np.ndarray:
    """The assets of one link that fit, from one drawn at random, as many as the budget (£) holds."""
    if not len(fits):
        return fits
    link = assets["link_id"].to_numpy(dtype=object)
    drawn = fits[rng.integers(len(fits))]
    together = fits[link[fits] == link[drawn]]
    together = np.r_[drawn, together[together != drawn]]
    return together[np.cumsum(cost[together]) <= budget]


def _districts(
    outline: shapely.Polygon, towns: Towns, figures: Figures, rng: np.random.Generator
) -> tuple[list[shapely.Polygon], list[str]]:
    """Districts around the largest towns that are far from each other; at county size the first is the city's own."""
    city = figures.size == "county"
    count = int(figure("districts") if city else figure("districts_small"))
    seeds = [0]
    far = 0.9 * np.sqrt(outline.area / count)
    while len(seeds) < count:
        gap = np.hypot(*(towns.xy[:, None] - towns.xy[seeds][None]).transpose(2, 0, 1)).min(axis=1)
        # The city's own district is small: another may start not far from it.
        free = [i for i in range(towns.urban_count) if gap[i] > far and i not in seeds]
        if free:
            seeds.append(free[0])
        else:
            far *= 0.9
    shapes = make_districts(outline, towns.xy[seeds], towns.radius[0] * 1.5 if city else 0.0, rng)
    forms = name_parts("district")
    return shapes, [forms[i % len(forms)].format(town=towns.name[seed]) for i, seed in enumerate(seeds)]
