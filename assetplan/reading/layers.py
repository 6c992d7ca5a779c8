"""Layers of vector files and Parquet files as columns and shapes; GDAL is given the one driver that a file needs."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from assetplan.errors import Fault, RegisterError
from assetplan.file_kinds import LAYERS, file_kind, in_words

if TYPE_CHECKING:
    import geopandas as gpd

_MEASURED = (
    "holds shapes that cannot be read, such as TIN, or measures (M) in a layer of any shapes: save it again as "
    "plain lines, points or areas without M"
)
_ODD = """
    SELECT layer.table_name, shape.column_name, shape.geometry_type_name, shape.m,
           CASE upper(system.organization) WHEN 'EPSG' THEN 'EPSG:' || system.organization_coordsys_id
                                           WHEN 'NONE' THEN '' ELSE system.definition END
    FROM gpkg_contents AS layer
    LEFT JOIN gpkg_geometry_columns AS shape USING (table_name)
    LEFT JOIN gpkg_spatial_ref_sys AS system ON system.srs_id = shape.srs_id
    WHERE layer.data_type IN ('features', 'attributes')
"""
_COLUMNS = "SELECT name FROM pragma_table_info(?) WHERE pk = 0"
_PLAIN = {"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"}
_WITHOUT = 'or read it without shapes: state in the mapping [file] geometry = "none"'
STATE_NONE = 'where there is none state it in the mapping, as [file] geometry = "none"'
"""How a fault names the key for a table without geometry."""
ENCODING_HINT = 'name its encoding in the mapping, as [file] encoding = "cp1252"'
"""How a fault names the key for text in another encoding than UTF-8."""

ONE_EACH = "where files that overlap were put together keep one copy of each"
"""What mends features that are there more than once."""


@dataclass(frozen=True)
class _GpkgLayer:
    """A layer as a GeoPackage describes it: column, type and CRS of its shapes, "" where it has none, and columns."""

    name: str
    column: str
    shape: str
    measured: bool
    crs: str
    columns: tuple[str, ...]

    @property
    def odd(self) -> bool:
        """Whether pyogrio has no type for its shapes: TIN and the like, or any shapes with measures."""
        return bool(self.column) and self.shape not in _PLAIN and (self.measured or self.shape != "GEOMETRY")


def layer_names(path: Path, odd: bool = False) -> list[str]:
    """Names of a vector file's layers; `odd` takes in those of any shapes with measures, which `read_layer` can read.

    Raises
    ------
    RegisterError
        The file is no vector file that is read here, or one of its layers holds shapes that cannot be read.
    """
    return list(_layers(path, odd))


def layer_facts(path: Path, layer: str) -> tuple[list[str], bool, int]:
    """Columns of a layer, whether it has shapes, and how many rows it has; errors as of `read_layer`."""
    import pyogrio
    from pyogrio.errors import GeometryError

    try:
        info = pyogrio.read_info(_source(path), layer=layer)
    except GeometryError:
        frame = read_layer(path, layer, shapes=False)[0]
        return [str(name) for name in frame.columns], True, len(frame)
    return [str(name) for name in info["fields"]], bool(info["geometry_type"]), int(info["features"])


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

    layer = _one_layer(path, layer)
    file = f"{path.name}, layer {layer}"
    dropped = False
    broken = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, ValueError)
    try:
        with _quiet() as met:
            try:
                source = _source(path)
                frame = pyogrio.read_dataframe(source, layer=layer, encoding=encoding or None, read_geometry=shapes)
            except errors.GeometryError:
                frame, dropped = _cast(path, layer, shapes)
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 text: {ENCODING_HINT}"
        raise RegisterError([Fault(path.name, 0, "", "", rule)]) from error
    except (errors.GeometryError, *_shape_errors()) as error:
        raise RegisterError([Fault(file, 0, "geometry", "", _MEASURED, _WITHOUT)]) from error
    except broken as error:
        raise RegisterError([Fault(file, 0, "", "", f"cannot be read: {error}")]) from error
    dropped = dropped or any("(M)" in str(each.message) for each in met)
    return frame, ["measures (M) of lines were dropped"] if dropped else []


def _one_layer(path: Path, layer: str) -> str:
    """The layer of a name; of none the only one, or the only one with shapes."""
    layers = _layers(path, odd=True)
    if layer:
        if layer in layers:
            return layer
        rule = f"is no layer of {path.name}; there are {', '.join(layers)}"
        raise RegisterError([Fault(path.name, 0, "", layer, rule)])
    spatial = [name for name, kind in layers.items() if kind] or list(layers)
    if len(spatial) == 1:
        return spatial[0]
    rule = f'has {len(spatial)} layers ({", ".join(spatial)}): name one in the mapping, as [file] layer = "roads"'
    raise RegisterError([Fault(path.name, 0, "", "", rule)])


def _cast(path: Path, layer: str, shapes: bool) -> tuple[pd.DataFrame, bool]:
    """A layer whose type of shape pyogrio does not know, cast to any shape without measures; whether it had them."""
    import pyogrio
    from pyogrio.errors import GeometryError

    own = next((each for each in _described(path) if each.name == layer and each.odd), None)
    if own is None:
        raise GeometryError(_MEASURED)
    columns = [_quoted(name) for name in own.columns if name != own.column]
    cast = f"CAST({_quoted(own.column)} AS GEOMETRY(GEOMETRY)) AS geometry"
    query = f"SELECT {', '.join([*columns, cast])} FROM {_quoted(layer)}"
    frame = pyogrio.read_dataframe(_source(path), sql=query, sql_dialect="OGRSQL", read_geometry=shapes)
    return (frame.set_crs(own.crs) if shapes and own.crs else frame), shapes and own.measured


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


def _layers(path: Path, odd: bool) -> dict[str, str | None]:
    """Type of shape of each layer, None where it has none, by name; `odd` takes in what pyogrio has no type for."""
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
        described = _described(path) if kind == "GPKG" else []
        wrong = [each.name for each in described if each.odd]
        if odd and wrong:
            return {each.name: each.shape or None for each in described}
        raise RegisterError(
            Fault(f"{path.name}, layer {name}" if name else path.name, 0, "geometry", "", _MEASURED)
            for name in wrong or [""]
        ) from error
    except (errors.DataSourceError, errors.DataLayerError, ValueError) as error:
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read: {error}")]) from error
    if driver != kind:
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read: it is no {kind} file")])
    return {str(name): None if shape is None else str(shape) for name, shape in layers}


def _quoted(name: str) -> str:
    """A name as OGR SQL takes it."""
    return '"' + name.replace('"', '\\"') + '"'


def _described(path: Path) -> list[_GpkgLayer]:
    """Layers of a GeoPackage by its own tables; none where those cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            rows = base.execute(_ODD).fetchall()
            columns = {row[0]: base.execute(_COLUMNS, row[:1]).fetchall() for row in rows}
    except sqlite3.Error:
        return []
    return [
        _GpkgLayer(name, column or "", (shape or "").upper(), bool(measured), crs or "", sum(columns[name], ()))
        for name, column, shape, measured, crs in rows
    ]
