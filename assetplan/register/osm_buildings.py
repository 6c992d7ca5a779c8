"""Public buildings from OpenStreetMap polygons.

Rules. A building counts where it has a tag of reference/osm_buildings.csv, or stands in a site (school grounds, say)
that has one. Left out: a site whose tags say private or that charges fees, a building or site whose operator is named
and is no council, a site that holds a building of such an operator, a building under the least footprint. Floor area
is footprint × `building:levels`, or × the usual storeys of its kind. A kind that is as often private (column `named` of
the table) counts only where its operator or name says council or county.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan.reference import load_table
from assetplan.register.fill import assumed_value
from assetplan.register.osm_tags import Tags, count, year

if TYPE_CHECKING:
    import geopandas as gpd


@lru_cache(maxsize=1)
def _kinds() -> list[tuple[str, str, str, float, bool]]:
    table = load_table("osm_buildings")
    columns = (table[name].tolist() for name in ("key", "value", "kind", "storeys", "named"))
    return [(str(k), str(v), str(n), float(s), m == "yes") for k, v, n, s, m in zip(*columns, strict=True)]


def public_kind(tags: Tags) -> tuple[str, float]:
    """Kind of public building and its usual storeys; ("", 1) for any other."""
    says = f"{tags.get('operator', '')} {tags.get('name', '')}".lower()
    for key, value, kind, storeys, named in _kinds():
        if tags.get(key) == value and (not named or "council" in says or "county" in says):
            return kind, storeys
    return "", 1.0


def _not_the_councils(tags: Tags) -> bool:
    operator = tags.get("operator", "").lower()
    private = tags.get("operator:type") in ("private", "religious") or tags.get("fee") == "yes"
    return private or (operator != "" and "council" not in operator)


def public_buildings(polygons: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[tuple[str, int]]]:
    """Public buildings with their floor areas.

    Parameters
    ----------
    polygons : GeoDataFrame
        Layer `multipolygons` with osm_id, tags, geometry, in a projected CRS (m).

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
