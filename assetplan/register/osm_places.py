"""Settlements, schools, hospitals and fire stations from OpenStreetMap points and polygons.

Rules. Tags make a place by reference/osm_places.csv. A settlement is a point with a name. Of a site within a larger
one of its kind (a house of a school) the larger stands for both. A site without a name is called by its kind and the
nearest settlement.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Shapes, Texts
from assetplan.reference import load_table
from assetplan.register.osm_tags import Tags

if TYPE_CHECKING:
    import geopandas as gpd

_SETTLEMENT = "settlement"


@lru_cache(maxsize=1)
def _kinds() -> dict[tuple[str, str], str]:
    table = load_table("osm_places")
    return dict(zip(zip(table["key"], table["value"], strict=True), table["kind"], strict=True))


def kind_of_place(tags: Tags) -> str:
    """Kind of place that tags make; "" for none."""
    return next((kind for (key, value), kind in _kinds().items() if tags.get(key) == value), "")


def places(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Places of the register.

    Parameters
    ----------
    points, areas : GeoDataFrame
        Layers `points` and `multipolygons` with tags and geometry [m].

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
    sites = sites[_largest(shapes[sites], kind[sites])]
    spots = shapely.point_on_surface(shapes[sites])
    named = np.where(name[sites] != "", name[sites], _called(kind[sites], spots, name[settled], shapes[settled]))
    people = [count_people(each.get("population")) for each in tags[settled]]
    columns = {
        "name": np.r_[name[settled], named],
        "kind": np.r_[kind[settled], kind[sites]],
        "population": np.r_[people, np.full(len(sites), np.nan)],
    }
    return gpd.GeoDataFrame(columns, geometry=np.r_[shapes[settled], spots], crs=points.crs)


def _largest(shapes: Shapes, kind: Texts) -> Bools:
    """Which sites lie in no larger one of their kind."""
    inner, outer = shapely.STRtree(shapes).query(shapes, predicate="within")
    within = (inner != outer) & (kind[inner] == kind[outer])
    # Two sites drawn alike lie within each other: the first stays.
    within &= (shapely.area(shapes[inner]) < shapely.area(shapes[outer])) | (inner > outer)
    kept = np.ones(len(shapes), dtype=bool)
    kept[inner[within]] = False
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
