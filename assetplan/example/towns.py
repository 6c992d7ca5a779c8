"""Where people live: a county town on the river, market towns, villages; and the places that they go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan import schema
from assetplan._types import Floats, Ints, Texts
from assetplan.asset_classes import BUILDING
from assetplan.example.figures import Figures, figure, name_parts
from assetplan.example.land import CRS, Rivers, unit

if TYPE_CHECKING:
    import geopandas as gpd

# Ends of the names of buildings that are places too, with their kind.
_BUILDINGS = (("School", "school"), ("Fire Station", "fire station"))


@dataclass(frozen=True, eq=False)
class Towns:
    """Settlements, the county town first, then towns, then villages.

    Attributes
    ----------
    name : array (n,); each once
    xy : array (n, 2); market place (m)
    population : array (n,); people
    radius : array (n,); mean distance from the market place to the last house (m)
    phase : array (n, 3); what gives each its own outline (radians)
    urban_count : int; how many, from the first, are towns
    """

    name: Texts
    xy: Floats
    population: Floats
    radius: Floats
    phase: Floats
    urban_count: int

    def edge(self, which: Ints, angle: Floats) -> Floats:
        """Distance from the market place to the edge of the built-up area (m) in a direction (radians)."""
        first, second, third = np.moveaxis(self.phase[which], -1, 0)
        shape = 0.09 * np.cos(2 * angle + first) + 0.06 * np.cos(3 * angle + second)
        return self.radius[which] * (1 + shape + 0.035 * np.cos(5 * angle + third))


def make_towns(outline: shapely.Polygon, rivers: Rivers, figures: Figures, rng: np.random.Generator) -> Towns:
    """Place the settlements.

    Parameters
    ----------
    outline, rivers : Polygon, Rivers; the county, and its rivers: the county town lies on the largest
    figures, rng : Figures, Generator; counts, and the source of chance
    """
    towns, villages = figures.count("towns") + 1, figures.count("villages")
    population = _populations(towns, villages, figures, rng)
    density = np.where(np.arange(len(population)) < towns, figure("town_density"), figure("village_density"))
    radius = np.maximum(np.sqrt(population / density / np.pi) * 1000, figure("smallest_radius"))
    region = outline.buffer(-figure("settlement_inset"))
    first = _on_river(outline, rivers, rng)
    spread = 0.62 * np.sqrt(outline.area / towns)
    xy = scatter(region.buffer(-2 * figure("settlement_inset")), first[None], radius[:1], radius[1:towns], spread, rng)
    xy = scatter(region, xy, radius[:towns], radius[towns:], 0.62 * np.sqrt(outline.area / len(radius)), rng)
    phase = rng.uniform(0, 2 * np.pi, (len(radius), 3))
    return Towns(_place_names(len(radius), rng), xy, np.round(population, -1), radius, phase, towns)


def _populations(towns: int, villages: int, figures: Figures, rng: np.random.Generator) -> Floats:
    # Rank and size: the second town has under half the first one's people, and so on down.
    county_town = figure("county_town_population") * figures.share**0.55
    rank = np.arange(1, towns)
    market = np.maximum(0.43 * county_town / rank**0.85, 3_600) * rng.uniform(0.9, 1.1, towns - 1)
    rural = np.clip(rng.lognormal(np.log(430), 0.75, villages), 90, 3_200)
    return np.concatenate([[county_town], market, np.sort(rural)[::-1]])


def _on_river(outline: shapely.Polygon, rivers: Rivers, rng: np.random.Generator) -> Floats:
    middle = rivers.lines.mean(axis=1)
    off_centre = np.hypot(*(middle - np.array(outline.centroid.coords[0])).T) / np.sqrt(outline.area)
    return middle[int(np.argmax(rivers.flow * (off_centre < 0.2) + rng.random(len(middle))))]


def make_places(towns: Towns, assets: gpd.GeoDataFrame, figures: Figures, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """List the places: table `places`, settlements first.

    Parameters
    ----------
    towns, assets : Towns, GeoDataFrame; settlements, and table `assets`: its schools and fire stations are places
    figures, rng : Figures, Generator; numbers of hospitals and of growth sites, and the source of chance

    """
    import geopandas as gpd

    settled = pd.DataFrame({"name": towns.name, "population": towns.population, "kind": "settlement"})
    homes = (figure("growth_site_homes_low"), figure("growth_site_homes_high"))
    grown, sites = _around(towns, figures.count("growth_sites"), 1.0, rng)
    beds, hospitals = _around(towns, figures.count("hospitals"), figure("hospital_distance"), rng)
    sides = name_parts("side")
    side = np.round(sites[:, 2] / (2 * np.pi) * len(sides)).astype(int) % len(sides)
    growth = pd.DataFrame(
        {
            "name": [f"Land {sides[s]} of {town}" for s, town in zip(side, grown, strict=True)],
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
    """Names of towns, the largest first and over again; x, y [m] and direction [radians] of a point near each."""
    town = np.arange(count) % towns.urban_count
    turn = (np.arange(count) // towns.urban_count) / -(-count // towns.urban_count)
    angle = 2 * np.pi * (rng.random(towns.urban_count)[town] + turn)
    away = part * towns.edge(town, angle)
    at = towns.xy[town] + away[:, None] * unit(angle)
    return [str(name) for name in towns.name[town]], np.column_stack([at, angle])


def scatter(
    region: shapely.Geometry, taken: Floats, taken_room: Floats, room: Floats, gap: float, rng: np.random.Generator
) -> Floats:
    """Add places to a region, none too near another.

    Parameters
    ----------
    region : Polygon; where new places may lie (m)
    taken, taken_room : array (n, 2), array (n,); places there are, and the radius that each fills (m)
    room : array (m,); radius that each new place needs (m)
    gap : float
        Distance to aim at between two places' rims (m); it shrinks where there is no more room.
    rng : Generator; source of chance

    Returns
    -------
    array (n + m, 2)
        Those there were, then the new ones in the order of `room`.
    """
    total = len(taken) + len(room)
    xy, rooms = np.empty((total, 2)), np.concatenate([taken_room, room])
    xy[: len(taken)] = taken
    pool = _random_points(region, 4000, rng)
    used, tries = 0, 0
    for i in range(len(taken), total):
        while True:
            if used == len(pool):
                pool, used = _random_points(region, 4000, rng), 0
            point = pool[used]
            used, tries = used + 1, tries + 1
            near = np.hypot(xy[:i, 0] - point[0], xy[:i, 1] - point[1])
            if np.all(near > rooms[:i] + rooms[i] + gap):
                xy[i], tries = point, 0
                break
            if tries > 60:
                gap, tries = 0.96 * gap, 0
    return xy


def _random_points(region: shapely.Geometry, count: int, rng: np.random.Generator) -> Floats:
    """Points (count, 2) drawn evenly over a region (m)."""
    west, south, east, north = region.bounds
    points = np.empty((0, 2))
    while len(points) < count:
        draw = rng.uniform([west, south], [east, north], (2 * count, 2))
        points = np.vstack([points, draw[shapely.contains_xy(region, draw[:, 0], draw[:, 1])]])
    return points[:count]


def _place_names(count: int, rng: np.random.Generator) -> Texts:
    """Invented names (count,), each once."""
    first, last = name_parts("place_first"), name_parts("place_last")
    plain = [a + b for a in first for b in last if a[-1] != b[0]]
    chosen = [plain[i] for i in rng.permutation(len(plain))]
    before, after = name_parts("place_before"), name_parts("place_after")
    names: list[str] = []
    for name in chosen[:count]:
        # Neighbours often share a name; about one in six has a by-name, and never a town.
        kind = rng.random() if len(names) > 0.1 * count else 1.0
        if kind < 0.08:
            name = f"{before[rng.integers(len(before))]} {name}"
        elif kind < 0.16:
            name = f"{name} {after[rng.integers(len(after))]}"
        names.append(name)
    return np.array(names, dtype=object)
