"""From pieces of road to links of the published length, and to named carriageway sections of about 100 m."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from assetplan._types import Floats, Ints, Texts
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.condition import default_width
from assetplan.example.figures import figure, name_parts
from assetplan.example.land import CRS
from assetplan.example.roads import Roads
from assetplan.example.skeleton import spanning
from assetplan.example.towns import Towns
from assetplan.network.graph import pieces
from assetplan.network.lines import cut_sections
from assetplan.reference import load_table

if TYPE_CHECKING:
    import geopandas as gpd

_NUMBERS = {"A": ("A", 401, 4_100), "B": ("B", 4_001, 6_001), "C": ("C", 1, 5_000), "U": ("U", 1, 5_000)}


def in_one_piece(roads: Roads) -> Roads:
    """The largest connected part of a network."""
    part = pieces(roads.ends[:, 0], roads.ends[:, 1], int(roads.ends.max()) + 1)[roads.ends[:, 0]]
    return roads.take(part == np.bincount(part, weights=roads.length).argmax())


def trim(roads: Roads, towns: Towns, goal: float, rng: np.random.Generator) -> Roads:
    """Take unclassified roads away until their length is what is published.

    Streets go that leave the rest connected; then one dead end is shortened by what is still too much.

    Parameters
    ----------
    roads : Roads; a connected network with at least `goal` of unclassified road
    towns, rng : Towns, Generator; villages lose more streets than towns; the source of chance
    goal : float; length of unclassified road to leave (m)

    Raises
    ------
    ValueError
        There is less unclassified road than wanted, or too little of it can go.
    """
    local = roads.road_class == "U"
    surplus = float(roads.length[local].sum() - goal)
    if surplus < 0:
        raise ValueError(f"{-surplus / 1000:.1f} km of unclassified road are missing")
    cost = np.where(local, roads.length * rng.uniform(0.3, 1.7, len(local)) + 1.0, 1e-3)
    tree = spanning(int(roads.ends.max()) + 1, np.sort(roads.ends, axis=1), cost)
    village = (roads.town >= towns.urban_count) | ~roads.urban
    order = np.argsort(rng.random(len(local)) + 0.1 * ~village, kind="stable")
    order = order[(local & ~tree)[order]]
    total = np.cumsum(roads.length[order])
    if not len(order) or total[-1] < surplus:
        raise ValueError("too little of the unclassified road can go without cutting places off")
    going = order[total <= surplus]
    surplus -= float(roads.length[going].sum())
    kept = np.ones(len(local), dtype=bool)
    kept[going] = False
    return _shorten(roads.take(kept), surplus)


def _shorten(roads: Roads, surplus: float) -> Roads:
    """Shorten dead ends by a length (m) in all."""
    degree = np.bincount(roads.ends.ravel())
    local = (roads.road_class == "U") & roads.urban
    lines, length = roads.lines.copy(), roads.length.copy()
    for side in (0, 1):
        dead = np.flatnonzero(local & (degree[roads.ends[:, side]] == 1) & (degree[roads.ends[:, 1 - side]] > 1))
        for road in dead[np.argsort(-length[dead], kind="stable")]:
            cut = min(surplus, length[road] - figure("street_stub"))
            if cut <= 0:
                break
            points = shapely.get_coordinates(lines[road])[:: 1 if side else -1]
            part = (length[road] - cut) / length[road]
            points[-1] = np.round(points[0] + part * (points[-1] - points[0]), 1)
            lines[road] = shapely.LineString(points[:: 1 if side else -1])
            length[road] = lines[road].length
            surplus -= cut
    return replace(roads, lines=lines, length=length)


def merge(roads: Roads) -> Roads:
    """Join pieces of one road that meet where nothing else does, so that links run from junction to junction.

    Each link is the pieces of one road, class and environment between two junctions or ends.
    """
    ends = roads.ends
    degree = np.bincount(ends.ravel())
    node = ends.ravel(order="F")
    piece = np.tile(np.arange(len(ends)), 2)
    order = np.argsort(node, kind="stable")
    order = order[degree[node[order]] == 2].reshape(-1, 2)
    pair = piece[order]
    key = [roads.label, roads.road_class, roads.urban, roads.town]
    same = (pair[:, 0] != pair[:, 1]) & np.all([values[pair[:, 0]] == values[pair[:, 1]] for values in key], axis=0)
    link = pieces(pair[same, 0], pair[same, 1], len(ends))
    joint = np.zeros(len(degree), dtype=bool)
    joint[node[order[same, 0]]] = True
    return _chains(roads, link, joint)


def _chains(roads: Roads, link: Ints, joint: np.ndarray) -> Roads:
    """Put the pieces of each link in a row; `joint` marks the nodes inside links."""
    members: dict[int, list[int]] = {}
    for piece, number in enumerate(link.tolist()):
        members.setdefault(number, []).append(piece)
    lines, ends = [], []
    for group in members.values():
        way, points = _walk(roads, group, joint)
        lines.append(shapely.LineString(points))
        ends.append(way)
    out, whole = roads.take(np.array([group[0] for group in members.values()])), np.array(lines, dtype=object)
    return replace(out, lines=whole, ends=np.array(ends, dtype=np.intp), length=shapely.length(whole))


def _walk(roads: Roads, group: list[int], joint: np.ndarray) -> tuple[tuple[int, int], Floats]:
    at: dict[int, list[int]] = {}
    for piece in group:
        for node in roads.ends[piece].tolist():
            at.setdefault(node, []).append(piece)
    # A ring has no end of its own; it starts where its first piece does.
    start = next((node for node in at if not joint[node]), int(roads.ends[group[0], 0]))
    node, left = start, set(group)
    parts: list[Floats] = []
    while any(piece in left for piece in at[node]):
        piece = next(piece for piece in at[node] if piece in left)
        left.discard(piece)
        points = shapely.get_coordinates(roads.lines[piece])
        a, b = roads.ends[piece].tolist()
        forward = a == node
        parts.append((points if forward else points[::-1])[1 if parts else 0 :])
        node = b if forward else a
    return (start, node), np.vstack(parts)


def make_sections(
    links: Roads,
    towns: Towns,
    districts: list[shapely.Polygon],
    names: list[str],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Cut links into carriageway sections.

    Parameters
    ----------
    links, towns : Roads, Towns; links between junctions, and settlements, for names and traffic
    districts, names : list of Polygon, list of str; districts and their names
    rng : Generator; source of chance

    Returns
    -------
    GeoDataFrame
        Carriageway columns of table `assets` without condition, and `town` (settlement of the section or nearest).
    """
    import geopandas as gpd

    lines, link, chainage = cut_sections(links.lines, figure("section_length"))
    lines = shapely.transform(lines, lambda points: np.round(points, 1))
    lines = shapely.remove_repeated_points(lines)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(links.lines, 0.5, normalized=True))
    nearest = np.where(links.town >= 0, links.town, cKDTree(towns.xy).query(middle)[1])
    # A road that strays over the border is of the nearest district.
    district = shapely.STRtree(districts).nearest(shapely.points(middle))
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
            "district": np.array(names, dtype=object)[district][link],
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
    more = [f"{name} {quarter}" for quarter in ("North", "South", "East", "West") for name in names]
    return names + more[: count - len(names)]


def _traffic(
    links: Roads, towns: Towns, middle: Floats, nearest: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Vehicles and heavy goods vehicles a day on each link: more near large towns."""
    table = load_table("example_traffic").set_index(["road_class", "environment"])
    rows = table.loc[list(zip(links.road_class, np.where(links.urban, "urban", "rural"), strict=True))]
    big = slice(0, towns.urban_count)
    gap = np.hypot(*(middle[:, None] - towns.xy[None, big]).transpose(2, 0, 1))
    pull = (np.sqrt(towns.population[big] / towns.population[0]) * np.exp(-gap / 5_000)).max(axis=1)
    _, road = np.unique(links.label, return_inverse=True)
    chance = rng.lognormal(0, 0.3, int(road.max()) + 1)[road] * rng.lognormal(0, 0.12, len(middle))
    aadt = rows["aadt"].to_numpy(dtype=float) * (0.65 + 1.2 * pull) * chance
    hgv = aadt * rows["hgv_share"].to_numpy(dtype=float) * rng.lognormal(0, 0.2, len(middle))
    return np.maximum(np.round(aadt, -1), 10.0), np.round(hgv)
