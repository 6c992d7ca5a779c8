"""OpenStreetMap files: layers with their tags, and tags that hold a quantity."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assetplan.errors import Fault, RegisterError

if TYPE_CHECKING:
    import geopandas as gpd

Tags = Mapping[str, str]

_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z/]*)\s*$")
_KM_PER_MILE = 1.609344
_NOT_TAGS = {"osm_id", "osm_way_id", "geometry", "z_order", "other_tags"}


def read_osm(path: Path, layer: str) -> gpd.GeoDataFrame:
    """Read one layer of a .osm.pbf or .osm file: points, lines or multipolygons.

    Returns
    -------
    GeoDataFrame
        osm_id (of the node, way or relation, as text), tags (dict of str to str), geometry in EPSG:4326.

    Raises
    ------
    RegisterError
        The file cannot be read as OpenStreetMap data.
    """
    import pandas as pd
    import pyogrio
    from pyogrio import errors

    broken = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, errors.GeometryError)
    with warnings.catch_warnings():
        # Extracts cut areas at their edge; GDAL warns of each and leaves it open.
        warnings.filterwarnings("ignore", message="Non closed ring detected", category=RuntimeWarning)
        try:
            frame = pyogrio.read_dataframe(path, layer=layer, TAGS_FORMAT="JSON")
        except broken as error:
            raise RegisterError([Fault(path.name, 0, "", "", f"is no OpenStreetMap file: {error}")]) from error
    frame["osm_id"] = frame["osm_id"].fillna(frame["osm_way_id"]) if "osm_way_id" in frame else frame["osm_id"]
    named = [name for name in frame.columns if name not in _NOT_TAGS]
    tags = [_loaded(value) for value in frame["other_tags"]]
    for name in named:
        values = frame[name].to_numpy(dtype=object)
        for row in np.flatnonzero(~pd.isna(values)):
            tags[row][name] = str(values[row])
    frame["tags"] = tags
    return frame[["osm_id", "tags", "geometry"]]


def _loaded(value: object) -> dict[str, str]:
    if isinstance(value, str):
        value = json.loads(value)
    return dict(value) if isinstance(value, dict) else {}


def _number(text: str | None, units: Mapping[str, float]) -> float:
    match = _NUMBER.match(text.lower()) if text else None
    if match is None or match[2] not in units:
        return np.nan
    return float(match[1]) * units[match[2]]


def speed_mph(text: str | None) -> float:
    """Speed limit [mph]: a bare number is km/h; NaN where the tag holds no number."""
    return _number(text, {"": 1 / _KM_PER_MILE, "km/h": 1 / _KM_PER_MILE, "mph": 1.0})


def metres(text: str | None) -> float:
    """Width of a road [m], 1.5 to 40; NaN where the tag holds no number, another unit, or no road's width."""
    value = _number(text, {"": 1.0, "m": 1.0})
    return value if 1.5 <= value <= 40 else np.nan


def tonnes(text: str | None) -> float:
    """Weight limit [t], above 0; NaN for `none`, `unsigned` and all else that is no number of tonnes."""
    value = _number(text, {"": 1.0, "t": 1.0})
    return value if 0 < value <= 1000 else np.nan


def count(text: str | None) -> float:
    """Number of lanes or storeys, at least 1; NaN where the tag holds none."""
    value = _number(text, {"": 1.0})
    return value if 1 <= value <= 100 else np.nan


def year(text: str | None) -> float:
    """Year of a date like 1931 or 1931-05-01; NaN for anything vaguer."""
    match = re.match(r"^\s*(1\d{3}|20\d{2})(?:-\d{2}){0,2}\s*$", text) if text else None
    return float(match[1]) if match else np.nan
