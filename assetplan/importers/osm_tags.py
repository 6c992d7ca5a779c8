"""OpenStreetMap files: layers with their tags, and tags that hold a quantity."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assetplan.errors import Fault, RegisterError
from assetplan.reference import load_table

if TYPE_CHECKING:
    import geopandas as gpd

Tags = Mapping[str, str]

_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z/]*)\s*$")
_WEIGHT = re.compile(r"^\s*(\d+(?:,\d{3})+|\d+(?:[.,]\d+)?)\s*([a-z]*)\.?\s*$")
_SMALL_UNITS = frozenset({"kg", "lb", "lbs"})
_NO_LIMIT = frozenset({"none", "no", "unsigned", "default", "unlimited"})
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
    from pyogrio import errors

    broken = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, errors.GeometryError)
    try:
        frame = _layer(path, layer)
    except broken as error:
        if "Non increasing" not in str(error):
            raise RegisterError([Fault(path.name, 0, "", "", f"is no OpenStreetMap file: {error}")]) from error
        frame = _unsorted(path, layer)
    frame["osm_id"] = frame["osm_id"].fillna(frame["osm_way_id"]) if "osm_way_id" in frame else frame["osm_id"]
    named = [name for name in frame.columns if name not in _NOT_TAGS]
    tags = [_loaded(value) for value in frame["other_tags"]]
    for name in named:
        values = frame[name].to_numpy(dtype=object)
        for row in np.flatnonzero(~pd.isna(values)):
            tags[row][name] = str(values[row])
    frame["tags"] = tags
    return frame[["osm_id", "tags", "geometry"]]


def _layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    import pyogrio

    with warnings.catch_warnings():
        # Extracts cut areas at their edge; GDAL warns of each and leaves it open.
        warnings.filterwarnings("ignore", message="Non closed ring detected", category=RuntimeWarning)
        return pyogrio.read_dataframe(path, layer=layer, TAGS_FORMAT="JSON")


def _unsorted(path: Path, layer: str) -> gpd.GeoDataFrame:
    """A layer of a file whose nodes are not in order, which takes GDAL's slower index."""
    import pyogrio
    from pyogrio import errors

    pyogrio.set_gdal_config_options({"OSM_USE_CUSTOM_INDEXING": False})
    try:
        return _layer(path, layer)
    except (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, errors.GeometryError) as error:
        # A node that is there twice has a history.
        history = "UNIQUE constraint" in str(error)
        rule = "is a history file: make an extract of one moment of it, as `osmium time-filter` does"
        rule = rule if history else f"is no OpenStreetMap file: {error}"
        raise RegisterError([Fault(path.name, 0, "", "", rule)]) from error
    finally:
        pyogrio.set_gdal_config_options({"OSM_USE_CUSTOM_INDEXING": None})


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


@cache
def _weight_units() -> dict[str, float]:
    table = load_table("osm_weight_units")
    return dict(zip(table["unit"].fillna(""), table["tonnes"].astype(float), strict=True))


def tonnes(text: str | None) -> float:
    """Weight limit [t], above 0 and up to 1,000, by the units of reference/osm_weight_units.csv; NaN for all else.

    A comma is the decimal point, but marks thousands of pounds and kilograms where three figures follow.
    """
    match = _WEIGHT.match(text.lower()) if text else None
    if match is None or match[2] not in _weight_units():
        return np.nan
    thousands = match[2] in _SMALL_UNITS and re.fullmatch(r"\d{1,3}(,\d{3})+", match[1])
    value = float(match[1].replace(",", "" if thousands else ".")) * _weight_units()[match[2]]
    return value if 0 < value <= 1000 else np.nan


def unread(texts: Iterable[str | None], values: Iterable[float]) -> list[str]:
    """Texts of a tag that says something and gave no value."""
    pairs = zip(texts, values, strict=True)
    return [text for text, value in pairs if text and np.isnan(value) and text.strip().lower() not in _NO_LIMIT]


def count(text: str | None) -> float:
    """Number of lanes or storeys, at least 1; NaN where the tag holds none."""
    value = _number(text, {"": 1.0})
    return value if 1 <= value <= 100 else np.nan


def year(text: str | None) -> float:
    """Year of a date like 1931 or 1931-05-01; NaN for anything vaguer."""
    match = re.match(r"^\s*(1\d{3}|20\d{2})(?:-\d{2}){0,2}\s*$", text) if text else None
    return float(match[1]) if match else np.nan
