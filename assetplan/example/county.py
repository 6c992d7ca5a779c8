"""The example county put together: land, places, roads, everything the council owns, and its condition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan import schema
from assetplan.asset_classes import BUILDING
from assetplan.deterioration import Group, load_groups
from assetplan.example import inventory, links, money, surveyed
from assetplan.example.buildings import make_buildings
from assetplan.example.figures import Figures, load_figures, name_parts
from assetplan.example.land import Rivers, make_districts, make_outline, make_rivers
from assetplan.example.places import make_places
from assetplan.example.roads import Roads, make_roads
from assetplan.example.sections import CRS, make_sections
from assetplan.example.skeleton import make_skeleton
from assetplan.example.towns import Towns, make_towns
from assetplan.register.register import Register

if TYPE_CHECKING:
    import geopandas as gpd


def make_county(size: str = "small", seed: int = 1) -> Register:
    """Invent a county and what its council owns.

    Road lengths, counts of buildings, replacement values and the shares of residual life are those of the published
    case for investment (`reference/example_county.csv`); `small` is a tenth of it. All names are invented.

    Parameters
    ----------
    size : str
        "small" (about 4,700 carriageway sections) or "county" (about 47,000).
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
    figures = load_figures(size)
    if seed < 0:
        raise ValueError(f"seed must be 0 or above, not {seed}")
    rng = np.random.default_rng(seed)
    groups = load_groups()
    outline = make_outline(figures.part("area"), rng)
    rivers = make_rivers(outline, rng)
    towns = make_towns(outline, rivers, figures, rng)
    roads, skeleton, nodes = make_roads(make_skeleton(outline, towns, figures, rng), towns, figures, rng)
    towns = replace(towns, xy=skeleton.xy[: skeleton.towns])
    roads = links.trim(links.in_one_piece(roads), towns, figures.part("length_U") * 1000, rng)
    network = links.merge(roads)
    districts, names = _districts(outline, towns, figures, rng)
    sections = make_sections(network, towns, districts, names, figures, rng)
    parts, inspections = _everything(network, sections, towns, rivers, nodes, groups, figures, rng)
    assets, factors = _one_table(parts, groups, figures, rng)
    building = assets["asset_class"] == BUILDING
    counts = {"highway": int((~building).sum()), "property": int(building.sum())}
    notes = tuple(
        (f"{name} replacement values, quantity × unit cost × {factor:.3f}, of assets", counts[name])
        for name, factor in factors.items()
    )
    # A source of chance of their own: what was drawn before does not change with them.
    assets = inventory.assess_bridges(assets, figures, np.random.default_rng((seed, 1)))
    places = make_places(towns, assets, figures, np.random.default_rng((seed, 2)))
    return Register(assets, inspections, places, _district_table(districts, names), notes)


def _everything(
    network: Roads,
    sections: gpd.GeoDataFrame,
    towns: Towns,
    rivers: Rivers,
    nodes: np.ndarray,
    groups: dict[str, Group],
    figures: Figures,
    rng: np.random.Generator,
) -> tuple[list[gpd.GeoDataFrame], pd.DataFrame]:
    """Every kind of asset with its condition, and all inspections."""
    of_link = (
        sections.drop_duplicates("link_id").sort_values("link_id", kind="stable")["district"].to_numpy(dtype=object)
    )
    footways = inventory.make_footways(network, sections, towns, rng)
    gullies = inventory.make_gullies(network, sections, figures, rng)
    signals = inventory.make_signals(network, sections, nodes, figures, rng)
    bridges = inventory.make_bridges(sections, rivers, figures, rng)
    buildings = make_buildings(network, of_link, towns, figures, rng)
    roads, road_visits = surveyed.survey_roads(sections, groups, figures, rng)
    walked, walks = surveyed.survey_structures(footways, "fns", groups["footway"], figures, rng)
    spans, bridge_visits = surveyed.survey_structures(bridges, "bci", groups["bridge"], figures, rng)
    estate, building_visits = surveyed.survey_buildings(buildings, groups, figures, rng)
    drains, lights = (surveyed.survey_ages(frame, figures, rng) for frame in (gullies, signals))
    visits = pd.concat([road_visits, walks, bridge_visits, building_visits], ignore_index=True)
    return [roads, walked, drains, lights, spans, estate], schema.conform(visits, "inspections", "example")[0]


def _one_table(
    parts: list[gpd.GeoDataFrame], groups: dict[str, Group], figures: Figures, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """All assets with the schema's columns, replacement values and committed schemes."""
    import geopandas as gpd

    rows = pd.concat([pd.DataFrame(part).drop(columns="geometry") for part in parts], ignore_index=True)
    assets = schema.conform(rows, "assets", "example")[0]
    value, factors = money.replacement_values(assets, groups, figures)
    committed = money.commit(assets, figures, rng)
    assets = assets.assign(replacement_value=value, **committed)
    geometry = np.concatenate([part.geometry.to_numpy() for part in parts])
    return gpd.GeoDataFrame(assets, geometry=geometry, crs=CRS), factors


def _districts(
    outline: shapely.Polygon, towns: Towns, figures: Figures, rng: np.random.Generator
) -> tuple[list[shapely.Polygon], list[str]]:
    """Districts around the largest towns that are far from each other; at county size the first is the city's own."""
    city = figures.size == "county"
    count = int(figures["districts"] if city else figures["districts_small"])
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
    return shapes, _district_names([str(towns.name[i]) for i in seeds])


def _district_names(towns: list[str]) -> list[str]:
    forms = name_parts("district")
    return [forms[i % len(forms)].format(town=town) for i, town in enumerate(towns)]


def _district_table(districts: list[shapely.Polygon], names: list[str]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    table = schema.conform(pd.DataFrame({"name": names}), "districts", "example")[0]
    return gpd.GeoDataFrame(table, geometry=districts, crs=CRS)
