"""What stands beside and under the road: footways, gullies, traffic signals, bridges and what they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan import condition
from assetplan._types import Floats, Ints, Shapes, Texts
from assetplan.asset_classes import BRIDGE, FOOTWAY
from assetplan.example.figures import Figures, county_figures, figure
from assetplan.example.land import CRS, Rivers
from assetplan.example.roads import Roads
from assetplan.example.sections import number_ids
from assetplan.example.towns import Towns

if TYPE_CHECKING:
    import geopandas as gpd

_SHARED = ["link_id", "road", "road_class", "environment", "district", "aadt", "hgv"]
_WEAK = {"A": 0.2, "B": 0.5, "C": 0.8, "U": 1.0}  # how much rarer a weak bridge is on a better road


def make_inventory(
    links: Roads,
    sections: gpd.GeoDataFrame,
    towns: Towns,
    rivers: Rivers,
    nodes: Floats,
    figures: Figures,
    rng: np.random.Generator,
) -> dict[str, gpd.GeoDataFrame]:
    """Make what stands beside and under the roads.

    Parameters
    ----------
    links : Roads; links in the order of their `link_id`
    sections : GeoDataFrame; their carriageway sections; a bridge's parent is the one that it carries
    towns, rivers : Towns, Rivers; settlements, and the streams that roads cross
    nodes : array (n, 2); where links meet (m)
    figures, rng : Figures, Generator; numbers of signals and bridges, and the source of chance

    Returns
    -------
    dict of str to GeoDataFrame
        Footways, drainage, signals and bridges by class.
    """
    one = first_of_link(sections)
    return {
        FOOTWAY: _make_footways(links, one, towns, rng),
        "drainage": _make_gullies(links, one, rng),
        "signal": _make_signals(links, one, nodes, figures, rng),
        BRIDGE: _make_bridges(sections, rivers, figures, rng),
    }


def first_of_link(sections: pd.DataFrame) -> pd.DataFrame:
    """The first section of each link, in the order of `link_id`."""
    return sections.drop_duplicates("link_id").sort_values("link_id", kind="stable").reset_index(drop=True)


def _assets(
    rows: pd.DataFrame, letter: str, asset_class: str, title: str | Texts, geometry: Shapes, **columns: Any
) -> gpd.GeoDataFrame:
    """Assets on the roads of `rows`, named after them."""
    import geopandas as gpd

    ids, names = number_ids(letter, len(rows)), title + rows["name"].to_numpy(dtype=object)
    made = rows[_SHARED].assign(asset_id=ids, asset_class=asset_class, name=names, **columns)
    return gpd.GeoDataFrame(made, geometry=geometry, crs=CRS)


def _make_footways(links: Roads, one: pd.DataFrame, towns: Towns, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Lay footways along urban links, in towns often on both sides."""
    chance = rng.random(len(links.lines))
    left = links.urban & (chance < np.where(links.town < towns.urban_count, 0.93, 0.55))
    right = left & (chance < np.where(links.town < towns.urban_count, figure("footway_both_sides"), 0.12))
    which = np.concatenate([np.flatnonzero(left), np.flatnonzero(right)])
    side = np.r_[np.ones(left.sum()), -np.ones(right.sum())]
    order = np.argsort(which, kind="stable")
    which, side = which[order], side[order]
    rows = one.iloc[which].reset_index(drop=True)
    lines = _beside(links.lines[which], side * (rows["width_m"].to_numpy() / 2 + figure("kerb")))
    width = np.round(rng.uniform(1.6, 2.4, len(rows)), 1)
    length = np.round(shapely.length(lines), 1)
    size = {"quantity": np.round(length * width, 1), "length_m": length, "width_m": width}
    return _assets(rows, "F", FOOTWAY, "Footway, ", lines, **size)


def _beside(lines: np.ndarray, offset: Floats) -> np.ndarray:
    """Lines moved sideways (m, left above 0): each vertex by the mean direction of the pieces that meet there."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    step = np.diff(xy, axis=0)
    unit = step / np.maximum(np.hypot(*step.T), 1e-6)[:, None]
    same = line[1:] == line[:-1]
    unit[~same] = 0.0
    along = np.vstack([unit, [0, 0]]) + np.vstack([[0, 0], unit])
    along /= np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    moved = xy + np.column_stack([-along[:, 1], along[:, 0]]) * offset[line, None]
    return shapely.linestrings(np.round(moved, 1), indices=line)


def _make_gullies(links: Roads, one: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Count the gullies of each link that has any; they are one asset at the link's middle."""
    spacing = np.where(links.urban, figure("gully_spacing_urban"), figure("gully_spacing_rural"))
    count = np.floor(links.length / spacing * rng.uniform(0.7, 1.3, len(spacing)) + rng.random(len(spacing)))
    # Gullies of short lanes are kept with the next link's: a list of drains has some thousands of runs, not more.
    which = np.flatnonzero(count >= 4)
    rows = one.iloc[which].reset_index(drop=True)
    points = shapely.line_interpolate_point(links.lines[which], 0.5, normalized=True)
    points = shapely.points(np.round(shapely.get_coordinates(points), 1))
    size = {"quantity": count[which], "length_m": np.round(links.length[which], 1)}
    return _assets(rows, "G", "drainage", "Gullies, ", points, **size)


def _make_signals(
    links: Roads, one: pd.DataFrame, nodes: Floats, figures: Figures, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Put signals at the busiest junctions of towns, and at crossings where there are too few of those."""
    urban = links.urban & (links.road_class != "U")
    node = links.ends.ravel(order="F")
    busy = np.bincount(node, weights=np.tile(one["aadt"].to_numpy() * urban, 2), minlength=len(nodes))
    meets = np.bincount(node, minlength=len(nodes)) >= 3
    score = busy * meets * rng.lognormal(0, 0.9, len(nodes))
    count = min(figures.count("signals"), int((score > 0).sum()))
    chosen = np.sort(np.argsort(-score, kind="stable")[:count])
    main = np.argsort(np.where(np.tile(urban, 2), -np.tile(one["aadt"].to_numpy(), 2), 0.0), kind="stable")
    junctions, first = np.unique(node[main], return_index=True)
    link = main[first[np.searchsorted(junctions, chosen)]] % len(links.ends)
    rows = one.iloc[link].reset_index(drop=True)
    return _assets(rows, "T", "signal", "Signals, ", shapely.points(nodes[chosen]), quantity=1.0)


def _make_bridges(
    sections: gpd.GeoDataFrame, rivers: Rivers, figures: Figures, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Build bridges where roads cross streams, the larger streams first, and culverts elsewhere if need be."""
    section, flow, at = _bridge_sites(sections, rivers, figures.count("bridges"), rng)
    rows = sections.iloc[section].reset_index(drop=True)
    length = np.round(np.clip(4.2 * flow**0.36 * rng.lognormal(0, 0.3, len(rows)), 1.6, 130), 1)
    width = np.round(rows["width_m"].to_numpy() + rng.uniform(0.8, 3.2, len(rows)), 1)
    points = shapely.points(np.round(shapely.get_coordinates(at), 1))
    return _assets(
        rows,
        "B",
        BRIDGE,
        np.where(length < 3, "Culvert, ", "Bridge, "),
        points,
        parent_id=rows["asset_id"].to_numpy(),
        quantity=np.round(length * width, 1),
        length_m=length,
        width_m=width,
        built_year=np.round(2010 - rng.gamma(2.6, 30.0, len(rows)).clip(0, 320)),
    )


def _bridge_sites(
    sections: gpd.GeoDataFrame, rivers: Rivers, count: int, rng: np.random.Generator
) -> tuple[Ints, Floats, np.ndarray]:
    """Section, flow and point of each bridge, in the order of sections and one a section at most."""
    # Only the people who live in a street would want a bridge there: the stream is in a pipe.
    street = ((sections["road_class"] == "U") & (sections["environment"] == "urban")).to_numpy()
    lines, reaches = sections.geometry.to_numpy(), shapely.linestrings(rivers.lines)
    section, reach = shapely.STRtree(reaches).query(lines, predicate="crosses")
    at = shapely.intersection(lines[section], reaches[reach])
    bridged = (shapely.get_type_id(at) == 0) & ~street[section]
    section, flow, at = section[bridged].astype(np.intp), rivers.flow[reach][bridged], at[bridged]
    order = np.argsort(-flow, kind="stable")
    chosen = order[np.unique(section[order], return_index=True)[1]]
    chosen = chosen[np.argsort(np.argsort(order)[chosen], kind="stable")][:count]
    section, flow, at = section[chosen], flow[chosen], at[chosen]
    short = count - len(section)
    if short > 0:
        free = np.setdiff1d(np.flatnonzero(~street), section)
        culverts = np.sort(rng.choice(free, short, replace=False))
        section, flow = np.concatenate([section, culverts]), np.concatenate([flow, np.ones(short)])
        at = np.concatenate([at, shapely.line_interpolate_point(lines[culverts], 0.5, normalized=True)])
    order = np.argsort(section, kind="stable")
    return section[order], flow[order], at[order]


def assess_bridges(assets: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Assess the older bridges of table `assets`, and post those that carry less than full loading.

    Older bridges, and those of smaller roads, are more likely to be weak. The result has `capacity_t` of the bridges
    assessed and `weight_limit_t` of those posted.
    """
    rows = np.flatnonzero(assets["asset_class"] == BRIDGE)
    built = assets["built_year"].to_numpy(dtype=float)[rows]
    old = built < figure("assessed_before")
    younger = -built / figure("bridge_younger") + built.min() / figure("bridge_younger")
    likely = np.exp(younger) * assets["road_class"].iloc[rows].map(_WEAK) * old
    count = min(round(figure("bridges_substandard") * len(rows)), int(old.sum()))
    weak = rng.choice(len(rows), count, replace=False, p=likely / likely.sum())
    capacity = np.where(old, condition.full_loading(), np.nan)
    capacity[weak] = _capacities(count, rng)
    limit = condition.posting_level(capacity)
    limit = np.where(limit < condition.full_loading(), limit, np.nan)
    out = assets.copy()
    out.loc[assets.index[rows], ["capacity_t", "weight_limit_t"]] = np.column_stack([capacity, limit])
    return out


def _capacities(count: int, rng: np.random.Generator) -> Floats:
    """Assessed capacities [t] (count,): each posting level has its share, and they lie evenly up to the next."""
    prefix = "substandard_"
    share = {float(name.removeprefix(prefix)): value for name, value in county_figures().items() if name[:12] == prefix}
    levels = np.array(sorted(share))
    # Strata, so that a small county has weak bridges of every kind too.
    strata = (np.arange(count) + rng.random(count)) / count
    level = np.searchsorted(np.cumsum([share[t] for t in levels])[:-1], strata, side="right")
    above = np.append(levels[1:], condition.full_loading())[level]
    return np.floor(10 * rng.uniform(levels[level], above)) / 10
