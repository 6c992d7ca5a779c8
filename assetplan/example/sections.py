"""Carriageway sections of about 100 m: cut from links, named, with width, traffic and district."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats, Ints, Texts
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.condition import default_width
from assetplan.example.figures import Figures, name_parts
from assetplan.example.roads import Roads
from assetplan.example.towns import Towns
from assetplan.network.lines import cut_sections
from assetplan.reference import load_table

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:27700"
_NUMBERS = {"A": ("A", 401, 4_100), "B": ("B", 4_001, 6_001), "C": ("C", 1, 5_000), "U": ("U", 1, 5_000)}


def make_sections(
    links: Roads,
    towns: Towns,
    districts: list[shapely.Polygon],
    names: list[str],
    figures: Figures,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Cut links into carriageway sections.

    Parameters
    ----------
    links : Roads
        Links between junctions.
    towns : Towns
        Settlements, for names and traffic.
    districts, names : list of Polygon, list of str
        Districts and their names.
    figures : Figures
        Length of a section.
    rng : Generator
        Source of chance.

    Returns
    -------
    GeoDataFrame
        Carriageway columns of table `assets` without condition, and `town` (settlement of the section or nearest).
    """
    import geopandas as gpd

    lines, link, chainage = cut_sections(links.lines, figures["section_length"])
    lines = shapely.transform(lines, lambda points: np.round(points, 1))
    lines = shapely.remove_repeated_points(lines)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(links.lines, 0.5, normalized=True))
    nearest = np.where(links.town >= 0, links.town, nearest_town(towns, middle))
    road = _road_names(links, towns, rng)
    width = default_width(links.road_class, np.where(links.urban, "urban", "rural"))
    width = np.round(width * np.clip(rng.normal(1, 0.06, len(width)), 0.85, 1.2), 1)
    aadt, hgv = _traffic(links, towns, middle, nearest, rng)
    length = np.round(shapely.length(lines), 1)
    street = np.array(["," in name for name in road])
    where = np.where(street, "", np.where(links.urban, ", ", " near ").astype(object) + towns.name[nearest])
    out = pd.DataFrame(
        {
            "asset_id": number_ids("R", len(lines)),
            "asset_class": CARRIAGEWAY,
            "name": (road + where)[link],
            "link_id": number_ids("L", len(links.lines))[link],
            "road": road[link],
            "chainage_m": np.round(chainage, 1),
            "road_class": links.road_class[link],
            "environment": np.where(links.urban, "urban", "rural")[link],
            "district": np.array(names, dtype=object)[district_of(districts, middle)][link],
            "quantity": np.round(length * width[link], 1),
            "length_m": length,
            "width_m": width[link],
            "aadt": aadt[link],
            "hgv": hgv[link],
            "town": nearest[link],
        }
    )
    return gpd.GeoDataFrame(out, geometry=lines, crs=CRS)


def number_ids(letter: str, count: int) -> Texts:
    """Identifiers (count,) such as R00001, all of one length."""
    digits = len(str(count))
    return np.array([f"{letter}{i:0{digits}d}" for i in range(1, count + 1)], dtype=object)


def nearest_town(towns: Towns, xy: Floats) -> Ints:
    """Nearest settlement of each point (m)."""
    from scipy.spatial import cKDTree

    return cKDTree(towns.xy).query(xy)[1].astype(np.intp)


def district_of(districts: list[shapely.Polygon], xy: Floats) -> Ints:
    """District of each point (m); the nearest one for a road that strays over the border."""
    return shapely.STRtree(districts).nearest(shapely.points(xy)).astype(np.intp)


def _road_names(links: Roads, towns: Towns, rng: np.random.Generator) -> Texts:
    """Number of each classified road or lane, name of each street; one for each label."""
    label, first, which = np.unique(links.label, return_index=True, return_inverse=True)
    road_class, town = links.road_class[first], links.town[first]
    length = np.bincount(which, weights=links.length)
    rural = np.bincount(which, weights=~links.urban) > 0
    names = np.full(len(label), "", dtype=object)
    for name, (letter, low, overflow) in _NUMBERS.items():
        mine = np.flatnonzero((road_class == name) & (rural | (name != "U")))
        mine = mine[np.argsort(-length[mine], kind="stable")]
        # The first hundred or so have three figures as the great roads do, the rest go on from the overflow.
        numbers = np.arange(low, low + len(mine))
        limit = 500 if name == "A" else overflow
        numbers = np.where(numbers < limit, numbers, numbers - limit + overflow)
        names[mine] = [f"{letter}{number}" for number in numbers]
    streets = np.flatnonzero((road_class == "U") & ~rural)
    for i in range(len(towns.name)):
        mine = streets[town[streets] == i]
        names[mine] = [f"{street}, {towns.name[i]}" for street in _street_names(len(mine), rng)]
    return names[which]


def _street_names(count: int, rng: np.random.Generator) -> list[str]:
    first, last = name_parts("street_first"), name_parts("street_last")
    chosen = rng.permutation(len(first) * len(last))
    names = [f"{first[i % len(first)]} {last[i // len(first)]}" for i in chosen[:count]]
    # A large town has more streets than there are pairs: those beyond get a quarter of the town with them.
    return (
        names
        + [f"{name} {quarter}" for quarter in ("North", "South", "East", "West") for name in names][
            : max(count - len(names), 0)
        ]
    )


def _traffic(
    links: Roads, towns: Towns, middle: Floats, nearest: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Vehicles and heavy goods vehicles a day on each link: more near large towns."""
    table = load_table("example_traffic").set_index(["road_class", "environment"])
    rows = table.loc[list(zip(links.road_class, np.where(links.urban, "urban", "rural"), strict=True))]
    big = slice(0, towns.urban_count)
    gap = np.hypot(*(middle[:, None] - towns.xy[None, big]).transpose(2, 0, 1))
    pull = (np.sqrt(towns.population[big] / towns.population[0]) * np.exp(-gap / 5_000)).max(axis=1)
    chance = by_label(links.label, rng) * rng.lognormal(0, 0.12, len(middle))
    aadt = rows["aadt"].to_numpy(dtype=float) * (0.65 + 1.2 * pull) * chance
    hgv = aadt * rows["hgv_share"].to_numpy(dtype=float) * rng.lognormal(0, 0.2, len(middle))
    return np.maximum(np.round(aadt, -1), 10.0), np.round(hgv)


def by_label(label: Ints, rng: np.random.Generator) -> Floats:
    """A factor (n,) about one that the links of one road share."""
    _, which = np.unique(label, return_inverse=True)
    return rng.lognormal(0, 0.3, int(which.max()) + 1)[which]
