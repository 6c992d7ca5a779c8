"""Public buildings and places from OpenStreetMap points and polygons.

A building counts where it has a tag of reference/osm_buildings.csv, or stands in a site (school grounds, say)
that has one. Left out: a site whose tags say private or that charges fees, a building or site whose operator is named
and is no council, a site that holds a building of such an operator, a building under the least footprint. Floor area
is footprint × `building:levels`, or × the usual storeys of its kind. A kind that is as often private (column `named` of
the table) counts only where its operator or name says council or county.

Tags make a place by reference/osm_places.csv. A settlement is a point with a name. Of a site within a larger
one of its kind (a house of a school) the larger stands for both, but of a shop within a larger (retail land, say) the
smaller, for shops are counted. A site without a name is called by its kind and the nearest settlement.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Shapes, Texts
from assetplan.importers.osm_tags import Tags, count, year
from assetplan.reference import load_table
from assetplan.register.fill import assumed_value

if TYPE_CHECKING:
    import geopandas as gpd

_SETTLEMENT, _SHOP = "settlement", "shop"


@cache
def _building_kinds() -> list[tuple[str, str, str, float, bool]]:
    table = load_table("osm_buildings")
    columns = (table[name].tolist() for name in ("key", "value", "kind", "storeys", "named"))
    return [(str(k), str(v), str(n), float(s), m == "yes") for k, v, n, s, m in zip(*columns, strict=True)]


def public_kind(tags: Tags) -> tuple[str, float]:
    """Kind of public building and its usual storeys; ("", 1) for any other."""
    says = f"{tags.get('operator', '')} {tags.get('name', '')}".lower()
    for key, value, kind, storeys, named in _building_kinds():
        if tags.get(key) == value and (not named or "council" in says or "county" in says):
            return kind, storeys
    return "", 1.0


def _not_the_councils(tags: Tags) -> bool:
    operator = tags.get("operator", "").lower()
    private = tags.get("operator:type") in ("private", "religious") or tags.get("fee") == "yes"
    return private or (operator != "" and "council" not in operator)


def public_buildings(polygons: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[tuple[str, int]]]:
    """Public buildings with their floor areas, of the layer `multipolygons` (osm_id, tags, geometry [m]).

    Returns
    -------
    (GeoDataFrame, list of (str, int))
        Columns building_id, name, floor_area_m2, storeys, built_year, geometry (footprint); and how many were left
        out for each reason.
    """
    import geopandas as gpd

    tags = polygons["tags"].to_numpy(dtype=object)
    shapes = polygons.geometry.to_numpy()
    kinds = [public_kind(each) for each in tags]
    public = np.array([bool(kind) for kind, _ in kinds], dtype=bool)
    building = np.array([each.get("building", "no") not in ("no", "") for each in tags], dtype=bool)
    foreign = np.array([_not_the_councils(each) for each in tags], dtype=bool)
    site_of = _sites(shapes, building, np.flatnonzero(public & ~building))
    inside = site_of >= 0
    foreign_site = foreign.copy()
    foreign_site[site_of[inside & foreign]] = True
    wanted = building & (public | inside)
    others = wanted & (foreign | (inside & foreign_site[site_of]))
    footprint = shapely.area(shapes)
    sheds = wanted & ~others & (footprint < assumed_value("least_building"))
    rows = np.flatnonzero(wanted & ~others & ~sheds)
    records = [_record(tags, kinds, int(site_of[row]), int(row), float(footprint[row])) for row in rows]
    frame = pd.DataFrame(records, columns=["kind", "name", "floor_area_m2", "storeys", "built_year"])
    frame.insert(0, "building_id", "building-" + polygons["osm_id"].iloc[rows].astype("str").reset_index(drop=True))
    used = set(site_of[rows].tolist())
    empty = sum(int(site) not in used for site in np.flatnonzero(public & ~building & ~foreign_site))
    notes = [
        ("buildings left out: run by another body than a council", int(others.sum())),
        ("buildings left out: smaller than the least footprint", int(sheds.sum())),
        ("public sites left out: no building drawn in them", empty),
    ]
    return gpd.GeoDataFrame(frame, geometry=shapes[rows], crs=polygons.crs), notes


def _sites(shapes: np.ndarray, building: np.ndarray, sites: np.ndarray) -> np.ndarray:
    """Row of the smallest public site that each building stands in, −1 for none; shape (n,)."""
    holder = np.full(len(shapes), -1, dtype=np.int64)
    if not len(sites) or not building.any():
        return holder
    rows = np.flatnonzero(building)
    tree = shapely.STRtree(shapes[sites])
    which, site = tree.query(shapely.point_on_surface(shapes[rows]), predicate="within")
    # Largest first, so that the smallest is written last.
    order = np.argsort(-shapely.area(shapes[sites[site]]), kind="stable")
    holder[rows[which[order]]] = sites[site[order]]
    return holder


def _record(tags: np.ndarray, kinds: list[tuple[str, float]], site: int, row: int, footprint: float) -> tuple[Any, ...]:
    own: Tags = tags[row]
    kind, usual = kinds[row] if kinds[row][0] else kinds[site]
    of_site = tags[site].get("name", "") if site >= 0 else ""
    name = " – ".join(dict.fromkeys(part for part in (of_site, own.get("name", "")) if part)) or kind.capitalize()
    levels = count(own.get("building:levels"))
    storeys = usual if np.isnan(levels) else levels
    return kind, name, round(footprint * storeys, 1), storeys, year(own.get("start_date"))


@cache
def _place_kinds() -> dict[str, dict[str, str]]:
    table = load_table("osm_places").fillna({"kind": ""})
    keys = table.groupby("key", sort=False)
    return {str(key): dict(zip(rows["value"], rows["kind"], strict=True)) for key, rows in keys}


def kind_of_place(tags: Tags) -> str:
    """Kind of place that tags make; "" for none."""
    for key, kinds in _place_kinds().items():
        if key in tags and (kind := kinds.get(tags[key], kinds.get("*", ""))):
            return kind
    return ""


def places(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Places of the register, of the layers `points` and `multipolygons` (tags, geometry [m]).

    Returns
    -------
    GeoDataFrame
        Columns name, kind, population; points, settlements first.
    """
    import geopandas as gpd

    tags = pd.concat([points["tags"], areas["tags"]], ignore_index=True).to_numpy(dtype=object)
    shapes = np.concatenate([points.geometry.to_numpy(), areas.geometry.to_numpy()])
    kind = np.array([kind_of_place(each) for each in tags], dtype=object)
    name = np.array([each.get("name", "") for each in tags], dtype=object)
    settled = np.flatnonzero((kind == _SETTLEMENT) & (name != "") & (shapely.get_type_id(shapes) == 0))
    sites = np.flatnonzero((kind != "") & (kind != _SETTLEMENT))
    sites = sites[_kept(shapes[sites], kind[sites])]
    spots = shapely.point_on_surface(shapes[sites])
    named = np.where(name[sites] != "", name[sites], _called(kind[sites], spots, name[settled], shapes[settled]))
    people = [count_people(each.get("population")) for each in tags[settled]]
    columns = {
        "name": np.r_[name[settled], named],
        "kind": np.r_[kind[settled], kind[sites]],
        "population": np.r_[people, np.full(len(sites), np.nan)],
    }
    return gpd.GeoDataFrame(columns, geometry=np.r_[shapes[settled], spots], crs=points.crs)


def _kept(shapes: Shapes, kind: Texts) -> Bools:
    """Which sites lie in no larger one of their kind, or are shops that hold no smaller one."""
    inner, outer = shapely.STRtree(shapes).query(shapes, predicate="within")
    within = (inner != outer) & (kind[inner] == kind[outer])
    # Two sites drawn alike lie within each other: one stays.
    within &= (shapely.area(shapes[inner]) < shapely.area(shapes[outer])) | (inner > outer)
    kept = np.ones(len(shapes), dtype=bool)
    kept[np.where(kind[inner] == _SHOP, outer, inner)[within]] = False
    return kept


def _called(kind: Texts, spots: Shapes, name: Texts, settled: Shapes) -> Texts:
    """What to call sites without a name of their own."""
    if not len(settled) or not len(spots):
        return np.array([each.capitalize() for each in kind], dtype=object)
    near = name[shapely.STRtree(settled).nearest(spots)]
    return np.array([f"{each.capitalize()}, {where}" for each, where in zip(kind, near, strict=True)], dtype=object)


def count_people(text: str | None) -> float:
    """Population in a tag, with or without thousands commas; NaN where it holds no whole number."""
    digits = (text or "").replace(",", "").strip()
    return float(digits) if digits.isdecimal() and len(digits) < 10 else np.nan
