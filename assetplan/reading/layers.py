"""Layers of vector files and Parquet files as columns and shapes; GDAL is given the one driver that a file needs."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from assetplan.errors import Fault, RegisterError
from assetplan.file_kinds import LAYERS, file_kind, in_words

if TYPE_CHECKING:
    import geopandas as gpd

_MEASURED = (
    "holds shapes that cannot be read, such as TIN, or measures (M) in a layer of any shapes: save it again as plain "
    "lines, points or areas without M"
)
ENCODING_HINT = 'name its encoding in the mapping, as [file] encoding = "cp1252"'
"""How a fault names the key for text in another encoding than UTF-8."""

ONE_EACH = "where files that overlap were put together keep one copy of each"
"""What mends features that are there more than once."""


def layer_names(path: Path) -> list[str]:
    """Names of a vector file's layers.

    Raises
    ------
    RegisterError
        The file is no vector file that is read here, or one of its layers holds shapes that cannot be read.
    """
    return list(_layers(path))


def read_layer(path: Path, layer: str = "", encoding: str = "", shapes: bool = True) -> tuple[pd.DataFrame, list[str]]:
    """Read one layer of a vector file.

    Parameters
    ----------
    path : Path
        GeoPackage, shapefile, GeoJSON, FlatGeobuf or MapInfo table, by its first bytes.
    layer : str
        Name of the layer; "" the only one, or the only one with shapes.
    encoding : str
        Of its text; by default what the file says, else UTF-8.
    shapes : bool
        Read the shapes too.

    Returns
    -------
    (DataFrame, list of str)
        A GeoDataFrame where it has shapes, and what GDAL had to change in them.

    Raises
    ------
    RegisterError
        The file cannot be read, has several layers of which none is named, or no layer of that name.
    """
    import pyogrio
    from pyogrio import errors

    layers = _layers(path)
    if not layer:
        spatial = [name for name, kind in layers.items() if kind] or list(layers)
        if len(spatial) != 1:
            names = ", ".join(spatial)
            rule = f'has {len(spatial)} layers ({names}): name one in the mapping, as [file] layer = "roads"'
            raise RegisterError([Fault(path.name, 0, "", "", rule)])
        layer = spatial[0]
    elif layer not in layers:
        rule = f"is no layer of {path.name}; there are {', '.join(layers)}"
        raise RegisterError([Fault(path.name, 0, "", layer, rule)])
    file = f"{path.name}, layer {layer}"
    broken = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, ValueError)
    try:
        with _quiet() as met:
            frame = pyogrio.read_dataframe(_source(path), layer=layer, encoding=encoding or None, read_geometry=shapes)
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 text: {ENCODING_HINT}"
        raise RegisterError([Fault(path.name, 0, "", "", rule)]) from error
    except (errors.GeometryError, *_shape_errors()) as error:
        raise RegisterError([Fault(file, 0, "geometry", "", _MEASURED)]) from error
    except broken as error:
        raise RegisterError([Fault(file, 0, "", "", f"cannot be read: {error}")]) from error
    changed = ["measures (M) of lines were dropped"] if any("(M)" in str(each.message) for each in met) else []
    return frame, changed


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file, with shapes where it is GeoParquet; a named index becomes a column.

    Raises
    ------
    RegisterError
        It cannot be read.
    """
    import geopandas as gpd
    import pyarrow

    try:
        try:
            frame = gpd.read_parquet(path)
        except ValueError as error:
            if "geo" not in str(error).lower():
                raise
            frame = pd.read_parquet(path)
    except (ValueError, OSError, TypeError, KeyError, pyarrow.ArrowException, *_shape_errors()) as error:
        # pyarrow says OSError of a footer it cannot read.
        raise RegisterError([Fault(path.name, 0, "", "", f"is no GeoParquet file: {error}")]) from error
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    return frame.reset_index(level=named).reset_index(drop=True) if named else frame.reset_index(drop=True)


def is_spatial(frame: pd.DataFrame) -> bool:
    """Whether a table has a column of shapes."""
    import geopandas as gpd

    return isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None


def shapes_of(frame: pd.DataFrame) -> gpd.GeoSeries:
    """The shapes of a table for which `is_spatial` holds."""
    return frame.geometry


def shapes_in(frame: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    """A table with its shapes in another CRS."""
    return frame.to_crs(crs)


def _shape_errors() -> tuple[type[Exception], ...]:
    from shapely.errors import ShapelyError

    return (ShapelyError,)


@contextmanager
def _quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Within this the warnings of GDAL are kept for us: none reaches a user."""
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        yield met


def _source(path: Path) -> str:
    """Where GDAL finds a file, as the file's one driver and no other takes it.

    JSON is text and could hold another driver's description; the other kinds begin with bytes that no other takes.
    """
    whole = str(path.resolve())
    return f"GeoJSON:{whole}" if file_kind(path) == "GeoJSON" else whole


def _layers(path: Path) -> dict[str, str | None]:
    """Type of shape of each layer, None where it has none, by name."""
    import pyogrio
    from pyogrio import errors

    kind = file_kind(path)
    if kind not in LAYERS:
        wanted = "GeoPackage, shapefile, GeoJSON or FlatGeobuf"
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read: it is {in_words(kind)}, and no {wanted}")])
    try:
        with _quiet():
            layers = pyogrio.list_layers(_source(path))
            driver = pyogrio.read_info(_source(path), layer=layers[0][0])["driver"] if len(layers) else kind
    except errors.GeometryError as error:
        odd = _odd_layers(path) if kind == "GPKG" else []
        raise RegisterError(
            Fault(f"{path.name}, layer {name}" if name else path.name, 0, "geometry", "", _MEASURED)
            for name in odd or [""]
        ) from error
    except (errors.DataSourceError, errors.DataLayerError, ValueError) as error:
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read: {error}")]) from error
    if driver != kind:
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read: it is no {kind} file")])
    return {str(name): None if shape is None else str(shape) for name, shape in layers}


def _odd_layers(path: Path) -> list[str]:
    """Layers of a GeoPackage with shapes of a type that is not read."""
    plain = "('POINT','LINESTRING','POLYGON','MULTIPOINT','MULTILINESTRING','MULTIPOLYGON','GEOMETRYCOLLECTION')"
    query = (
        "SELECT table_name FROM gpkg_geometry_columns "
        f"WHERE upper(geometry_type_name) NOT IN {plain} AND (m > 0 OR upper(geometry_type_name) != 'GEOMETRY')"
    )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            return [str(name) for (name,) in base.execute(query)]
    except sqlite3.Error:
        return []
