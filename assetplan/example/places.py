"""Places of the example county: settlements, what must be reached in them, and where homes are to be built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan import schema
from assetplan._types import Floats
from assetplan.asset_classes import BUILDING
from assetplan.example.figures import Figures
from assetplan.example.sections import CRS
from assetplan.example.towns import Towns

if TYPE_CHECKING:
    import geopandas as gpd

# Ends of the names of buildings that are places too, with their kind.
_BUILDINGS = (("School", "school"), ("Fire Station", "fire station"))
_SIDES = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")
_HOSPITAL = 0.6  # how far from the market place to the edge of the town a hospital lies


def make_places(towns: Towns, assets: gpd.GeoDataFrame, figures: Figures, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """List the places.

    Parameters
    ----------
    towns : Towns
        Settlements.
    assets : GeoDataFrame
        Table `assets`: its schools and fire stations are places.
    figures : Figures
        Number of hospitals and of growth sites, and how many homes these have.
    rng : Generator
        Source of chance.

    Returns
    -------
    GeoDataFrame
        Table `places`: settlements first.
    """
    import geopandas as gpd

    settled = pd.DataFrame({"name": towns.name, "population": towns.population, "kind": "settlement"})
    homes = (figures["growth_site_homes_low"], figures["growth_site_homes_high"])
    grown, sites = _around(towns, figures.count("growth_sites"), 1.0, rng)
    beds, hospitals = _around(towns, figures.count("hospitals"), _HOSPITAL, rng)
    side = np.round(sites[:, 2] / (2 * np.pi) * len(_SIDES)).astype(int) % len(_SIDES)
    growth = pd.DataFrame(
        {
            "name": [f"Land {_SIDES[s]} of {town}" for s, town in zip(side, grown, strict=True)],
            "kind": "growth site",
            "homes": np.round(rng.uniform(*homes, len(grown)), -1),
        }
    )
    care = pd.DataFrame({"name": [f"{town} Hospital" for town in beds], "kind": "hospital"})
    buildings = assets[assets["asset_class"] == BUILDING].drop_duplicates("parent_id")
    parts, points = [settled], [shapely.points(np.round(towns.xy, 1))]
    for end, kind in _BUILDINGS:
        mine = buildings[buildings["name"].str.endswith(end)]
        parts.append(pd.DataFrame({"name": mine["name"].to_numpy(), "kind": kind}))
        points.append(mine.geometry.to_numpy())
    table = schema.conform(pd.concat([*parts, care, growth], ignore_index=True), "places", "example")[0]
    spots = [shapely.points(np.round(at[:, :2], 1)) for at in (hospitals, sites)]
    return gpd.GeoDataFrame(table, geometry=np.concatenate([*points, *spots]), crs=CRS)


def _around(towns: Towns, count: int, part: float, rng: np.random.Generator) -> tuple[list[str], Floats]:
    """Names of towns, the largest first and over again, and a point beside each market place.

    The points (count, 3) hold x and y [m], this part of the way to the edge of the town, and the direction [radians];
    of one town they lie evenly around it.
    """
    town = np.arange(count) % towns.urban_count
    turn = (np.arange(count) // towns.urban_count) / -(-count // towns.urban_count)
    angle = 2 * np.pi * (rng.random(towns.urban_count)[town] + turn)
    away = part * towns.edge(town, angle)
    at = towns.xy[town] + away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return [str(name) for name in towns.name[town]], np.column_stack([at, angle])
