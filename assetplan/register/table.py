"""One table of assets, from any file that holds one, into a register by way of a mapping."""

from __future__ import annotations

import os
from collections.abc import Mapping as Keyed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan import schema
from assetplan.delimited import read_delimited
from assetplan.errors import Fault, RegisterError
from assetplan.register.components import building_components
from assetplan.register.fill import fill_and_check
from assetplan.register.mapping import Mapping, read_mapping
from assetplan.register.register import Register, RegisterNames
from assetplan.register.validation import check_register, nothing_with

if TYPE_CHECKING:
    import geopandas as gpd

_TEXT = frozenset({".csv", ".txt", ".tsv"})
_PARQUET = frozenset({".parquet", ".geoparquet"})
_ENCODING_HINT = 'name its encoding in the mapping, as [file] encoding = "cp1252"'
_CRS_HINT = 'has no CRS: add it to the mapping, as [file] crs = "EPSG:27700"'


def import_table(
    path: str | os.PathLike[str],
    mapping: str | os.PathLike[str] | Keyed[str, object] | None = None,
    fill: bool = False,
    names: RegisterNames | None = None,
) -> Register:
    """Make a register from one table of assets.

    Parameters
    ----------
    path : path
        CSV (with coordinates or WKT), GeoParquet, or anything GDAL reads: GeoPackage, Shapefile, GeoJSON.
    mapping : path or mapping, optional
        See `assetplan.register.mapping`; by default the file has the schema's own column names.
    fill : bool
        Fill what the table lacks by the rules of `assetplan.register.fill`.
    names : RegisterNames, optional
        Classes, groups and treatments that assets may have; by default the packaged ones.

    Returns
    -------
    Register
        Validated, in a projected CRS (m).

    Raises
    ------
    RegisterError
        The file, the mapping or a row breaks its rules; every fault is listed, a row of text by the line it starts
        on and a feature of a layer by its number (first is 1).
    FileNotFoundError
        There is no such file.
    """
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(f"{source}: there is no such file")
    plan = read_mapping(mapping)
    frame, rows = _read(source, plan)
    faults = _absent(frame, plan)
    if faults:
        raise RegisterError(faults)
    frame, rows, notes = _leave_out(frame, rows, plan)
    assets = _mapped(frame, plan)
    if not len(assets):
        raise RegisterError([Fault(source.name, 0, "", "", "there are no assets in it")])
    located, faults = _located(frame, assets, source, plan, rows)
    if plan.buildings and not faults:
        located, rows = _split(frame, located, rows, plan, source.name)
    if fill:
        clean, more = fill_and_check(located, source.name, rows, names)
    else:
        clean, more = check_register(located, source.name, rows, names)
    # A geometry that could not be made is a fault already.
    without = {fault.row for fault in faults}
    faults += [fault for fault in more if fault.column != "geometry" or fault.row not in without]
    if faults:
        raise RegisterError(faults)
    return Register(clean, notes=tuple(notes), **nothing_with(clean))


def _read(source: Path, plan: Mapping) -> tuple[pd.DataFrame, pd.Series]:
    kind = source.suffix.lower()
    encoding = plan.file.get("encoding", "")
    if kind in _TEXT:
        delimiter = plan.file.get("delimiter", "\t" if kind == ".tsv" else ",")
        text = read_delimited(source, encoding, delimiter, encoding_hint=_ENCODING_HINT)
        return text.reset_index(drop=True), pd.Series(text.index)
    frame = _read_parquet(source) if kind in _PARQUET else _read_vector(source, plan.file.get("layer"), encoding)
    for name in frame.columns:
        if pd.api.types.is_string_dtype(frame[name]) and name != frame.attrs.get("geometry"):
            frame[name] = frame[name].str.split().str.join(" ")
    return frame, pd.Series(np.arange(1, len(frame) + 1))


def layer_names(path: Path) -> list[str]:
    """Names of a vector file's layers.

    Raises
    ------
    RegisterError
        The file is no vector file GDAL can open.
    """
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        return [str(name) for name, _ in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise RegisterError([Fault(path.name, 0, "", "", f"cannot be read: {error}")]) from error


def _read_parquet(source: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    try:
        return gpd.read_parquet(source).reset_index(drop=True)
    except (ValueError, OSError) as error:
        # pyarrow says OSError of a footer it cannot read.
        raise RegisterError([Fault(source.name, 0, "", "", f"is no GeoParquet file: {error}")]) from error


def _read_vector(source: Path, layer: str | None, encoding: str) -> pd.DataFrame:
    import pyogrio
    from pyogrio import errors

    layers = layer_names(source)
    if layer is None and len(layers) != 1:
        rule = f'has {len(layers)} layers ({", ".join(layers)}): name one in the mapping, as [file] layer = "roads"'
        raise RegisterError([Fault(source.name, 0, "", "", rule)])
    if layer is not None and layer not in layers:
        rule = f"is no layer of {source.name}; there are {', '.join(layers)}"
        raise RegisterError([Fault(source.name, 0, "", layer, rule)])
    broken = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, errors.GeometryError, ValueError)
    try:
        return pyogrio.read_dataframe(source, layer=layer or layers[0], encoding=encoding or None)
    except UnicodeDecodeError as error:
        rule = f"is not UTF-8 text: {_ENCODING_HINT}"
        raise RegisterError([Fault(source.name, 0, "", "", rule)]) from error
    except broken as error:
        raise RegisterError([Fault(source.name, 0, "", "", f"cannot be read: {error}")]) from error


def _absent(frame: pd.DataFrame, plan: Mapping) -> list[Fault]:
    """Source columns that the mapping names and the file does not have."""
    asked = [(f"columns.{key}", name) for key, name in plan.columns.items()]
    asked += [(f"leave_out.{name}", name) for name in plan.leave_out]
    asked += [(f"buildings.{key}", name) for key, name in plan.buildings.items()]
    asked += [(f"file.{key}", plan.file[key]) for key in ("x", "y", "wkt") if key in plan.file]
    faults = []
    for key, name in asked:
        if name in frame.columns:
            continue
        repeated = f"{name}#1" in frame.columns
        rule = "is there more than once: say which, as " if repeated else "is no column of the file"
        faults.append(Fault(plan.name, 0, key, name, f"{rule}{name}#1" if repeated else rule))
    return faults


def _leave_out(
    frame: pd.DataFrame, rows: pd.Series, plan: Mapping
) -> tuple[pd.DataFrame, pd.Series, list[tuple[str, int]]]:
    notes = []
    for column, values in plan.leave_out.items():
        out = frame[column].astype(object).isin(values)
        notes.append((f"rows left out: {column} is {' or '.join(values)}", int(out.sum())))
        frame, rows = frame[~out].reset_index(drop=True), rows[~out].reset_index(drop=True)
    return frame, rows, notes


def _mapped(frame: pd.DataFrame, plan: Mapping) -> pd.DataFrame:
    """The schema's columns that the file and the mapping give, still unchecked."""
    out: dict[str, Any] = {}
    for name in schema.columns("assets"):
        if name in plan.constants:
            out[name] = pd.Series([plan.constants[name]] * len(frame), index=frame.index)
            continue
        source = plan.columns.get(name, name)
        if source not in frame.columns:
            continue
        values = frame[source]
        table = plan.translations.get(name)
        if table is not None:
            text = values.astype(object).where(values.notna(), "").astype("str").str.strip()
            values = text.map(table).fillna(text)
        if name in plan.factors:
            values = _times(values, plan.factors[name])
        out[name] = values
    return pd.DataFrame(out, index=frame.index)


def _times(values: pd.Series, factor: float) -> pd.Series:
    """Numbers multiplied; text that is no number stays for the schema to find."""
    numbers = pd.to_numeric(values, errors="coerce") * factor
    return numbers.astype(object).where(numbers.notna(), values)


def _located(
    frame: pd.DataFrame, assets: pd.DataFrame, source: Path, plan: Mapping, rows: pd.Series
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    import geopandas as gpd

    faults: list[Fault] = []
    crs: Any = None
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        shapes, crs = frame.geometry.to_numpy(), frame.crs
    elif "wkt" in plan.file or "wkt" in frame.columns:
        shapes, faults = _from_wkt(frame[plan.file.get("wkt", "wkt")], source.name, rows)
    else:
        x, y = plan.file.get("x", "x"), plan.file.get("y", "y")
        lacking = [name for name in (x, y) if name not in frame.columns]
        if lacking:
            rule = "there is no such column of coordinates; name them in the mapping, as [file] x = … and y = …"
            faults = [Fault(source.name, 0, name, "", rule) for name in lacking]
            return gpd.GeoDataFrame(assets), faults
        shapes, faults = _from_points(frame[x], frame[y], source.name, rows)
    if "crs" in plan.file:
        crs, more = _crs(plan)
        faults += more
    elif crs is None:
        faults.append(Fault(source.name, 0, "geometry", "", _CRS_HINT))
    return gpd.GeoDataFrame(assets, geometry=shapely.force_2d(shapes), crs=crs), faults


def _crs(plan: Mapping) -> tuple[Any, list[Fault]]:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(plan.file["crs"]), []
    except CRSError:
        return None, [Fault(plan.name, 0, "file.crs", plan.file["crs"], "is no coordinate reference system")]


def _from_wkt(column: pd.Series, file: str, rows: pd.Series) -> tuple[np.ndarray, list[Fault]]:
    text = column.astype(object).where(column.notna(), "").to_numpy()
    shapes = shapely.from_wkt([value or None for value in text], on_invalid="ignore")
    wrong = np.flatnonzero((text != "") & shapely.is_missing(shapes))
    rule = "is no well-known text"
    return shapes, [Fault(file, int(rows.iloc[i]), "geometry", str(text[i])[:80], rule) for i in wrong]


def _from_points(x: pd.Series, y: pd.Series, file: str, rows: pd.Series) -> tuple[np.ndarray, list[Fault]]:
    faults: list[Fault] = []
    numbers = []
    for column in (x, y):
        values = pd.to_numeric(column, errors="coerce").astype(float).to_numpy()
        shown = column.astype("str").to_numpy()
        for i in np.flatnonzero(~np.isfinite(values)):
            faults.append(Fault(file, int(rows.iloc[i]), str(column.name), str(shown[i])[:80], "must be a number"))
        numbers.append(values)
    shapes = np.full(len(x), None, dtype=object)
    good = np.isfinite(numbers[0]) & np.isfinite(numbers[1])
    shapes[good] = shapely.points(numbers[0][good], numbers[1][good])
    return shapes, faults


def _split(
    frame: pd.DataFrame, located: gpd.GeoDataFrame, rows: pd.Series, plan: Mapping, file: str
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Each building into its components, each with its building's row."""
    buildings = located.rename(columns={"asset_id": "building_id"})
    if "building_id" not in buildings.columns:
        raise RegisterError([Fault(file, 0, "asset_id", "", "this column is missing")])
    for name, source in plan.buildings.items():
        buildings[name] = pd.to_numeric(frame[source], errors="coerce")
    parts = building_components(buildings, file=file, rows=rows)
    count = len(parts) // max(len(buildings), 1)
    return parts, rows.repeat(count).reset_index(drop=True)
