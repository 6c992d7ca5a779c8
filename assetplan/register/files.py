"""Registers on disk: written as one GeoPackage, read from that or from any single table of assets.

A GeoPackage written here has one layer for each asset class, and one for each geometry type of a class where it has
several (`bridge_point`, `bridge_linestring`), so that no geometry is promoted; beside them `places`, `districts`,
`other_roads`, and the plain tables `inspections`, `premises`, `blocks` and `notes`. Column `position` keeps the order
of rows across layers. A class without geometry is a plain table whose name states that (`carriageway_no_geometry`): a
layer that has lost its geometry is not taken for one.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan import schema
from assetplan.asset_classes import AssetClasses, load_asset_classes
from assetplan.errors import Fault, RegisterError
from assetplan.file_kinds import file_kind
from assetplan.input_files import regular_file
from assetplan.output import new_file, repeatable_layers
from assetplan.postgis.address import DatabaseTable
from assetplan.reading.layers import is_spatial, layer_facts, layer_names, read_layer
from assetplan.reading.tables import Source
from assetplan.register.fill import fill_and_check
from assetplan.register.misplaced import Notes, sift
from assetplan.register.no_map import without_geometry
from assetplan.register.positions import BRITISH_GRID, metric_crs
from assetplan.register.premises import COMPONENT_COLUMNS, TABLES, check_premises, component_faults
from assetplan.register.register import Register, RegisterNames, packaged_names
from assetplan.register.table import import_table
from assetplan.register.validation import check_parts, check_register, no_assets

if TYPE_CHECKING:
    import geopandas as gpd

_SPATIAL_EXTRAS = ("places", "districts", "other_roads")
_PLAIN = ("inspections", *TABLES, "notes")
_NO_GEOMETRY = "no_geometry"
_SUFFIXES = (
    *("point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"),
    _NO_GEOMETRY,
)


def write_register(register: Register, path: str | os.PathLike[str], force: bool = False) -> Path:
    """Write a register as a GeoPackage; the same register gives the same bytes.

    Parameters
    ----------
    register : Register
        What to write; its assets hold the schema's columns and geometry in a projected CRS (m).
    path : path
        File to make. It appears only when complete.
    force : bool
        Replace a file that is there already.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OutputExistsError
        The file exists and `force` is not given.
    ValueError
        The assets have no coordinate reference system, or there are none.
    """
    target = Path(path)
    if not len(register.assets) and not len(register.premises):
        raise ValueError("the register has no assets to write")
    if register.assets.crs is None:
        raise ValueError("the register's assets have no coordinate reference system")
    with new_file(target, force) as part:
        # A fixed name inside: the layer's file name must not leak into the bytes.
        draft = part.with_name("draft") / "register.gpkg"
        draft.parent.mkdir()
        _write_layers(register, draft)
        draft.replace(part)
    return target


def _write_layers(register: Register, draft: Path) -> None:
    import pyogrio

    layers: dict[str, pd.DataFrame] = {}
    assets = register.assets.reset_index(drop=True)
    assets["position"] = range(len(assets))
    # A register without components is the same file as before there were columns of theirs.
    blank = [name for name in COMPONENT_COLUMNS if name in assets and not (assets[name] != "").any()]
    assets = assets.drop(columns=blank)
    # Packaged classes come in their own order, those of a council's own after them.
    for asset_class in dict.fromkeys((*load_asset_classes().names, *sorted(assets["asset_class"].unique()))):
        layers.update(_by_geometry_type(asset_class, assets[assets["asset_class"] == asset_class]))
    for name in _SPATIAL_EXTRAS:
        extra = getattr(register, name).reset_index(drop=True)
        extra["position"] = range(len(extra))
        layers.update(_by_geometry_type(name, extra))
    for name in ("inspections", *TABLES):
        if len(table := getattr(register, name)):
            layers[name] = table.reset_index(drop=True)
    if register.notes:
        layers["notes"] = pd.DataFrame(list(register.notes), columns=["note", "count"])
    with repeatable_layers():
        for number, (name, frame) in enumerate(layers.items()):
            kind = frame.geometry.geom_type.iloc[0] if is_spatial(frame) else None
            options = {} if kind is None else {"geometry_type": kind, "promote_to_multi": False}
            pyogrio.write_dataframe(frame, draft, layer=name, driver="GPKG", append=number > 0, **options)


def _by_geometry_type(name: str, frame: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    """Split a layer so that each part holds one geometry type; a layer of no rows gives none."""
    if len(frame) and without_geometry(frame).all():
        return {f"{name}_{_NO_GEOMETRY}": pd.DataFrame(frame.drop(columns="geometry"))}
    kinds = frame.geometry.geom_type
    more = sorted(kinds.unique())
    if len(more) == 1:
        return {name: frame}
    return {f"{name}_{kind.lower()}": frame[kinds == kind] for kind in more}


def read_register(
    path: Source,
    mapping: str | os.PathLike[str] | Mapping[str, object] | None = None,
    names: RegisterNames | None = None,
    fill: bool = False,
    premises_alone: bool = False,
) -> Register:
    """Read and validate a register.

    Parameters
    ----------
    path : path or DatabaseTable
        A GeoPackage as `write_register` makes it, or one table of assets: GeoPackage layer, GeoParquet, Shapefile,
        GeoJSON, CSV with coordinates or WKT, or a table of PostGIS.
    mapping : path or mapping, optional
        How a table's columns become the schema's: see `assetplan.reading.mapping`.
    names : RegisterNames, optional
        Classes, groups and treatments that assets may have; by default the packaged ones.
    fill : bool
        Fill what the assets lack by the rules of `assetplan.register.fill`.
    premises_alone : bool
        Whether a GeoPackage that has premises and no assets will do: there is nothing in it to plan.

    Returns
    -------
    Register
        Validated, in a projected CRS (m).

    Raises
    ------
    RegisterError
        Anything in the file breaks its rules; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    if isinstance(path, DatabaseTable):
        return import_table(path, mapping, fill=fill, names=names)
    source = regular_file(Path(path), RegisterError)
    if mapping is None and file_kind(source) == "GPKG":
        layers, other = _asset_layers(source, (names or packaged_names()).classes)
        if layers or (premises_alone and "premises" in layer_names(source, odd=True)):
            register = _read_layers(source, layers, names, fill)
            return replace(register, notes=(*register.notes, *other))
    return import_table(source, mapping, fill=fill, names=names)


def _asset_layers(source: Path, classes: AssetClasses) -> tuple[dict[str, str], tuple[tuple[str, int], ...]]:
    """Class of the assets of each layer that is read, by layer, and notes of the others.

    A layer of another name whose assets name a class is read where no layer is named for that class: a class that is
    not known must not be left out, but a copy kept beside the layer is no part of the register.
    """
    names = [name for name in layer_names(source, odd=True) if _base(name, (*_SPATIAL_EXTRAS, *_PLAIN)) == ""]
    classed = {name: base for name in names if (base := _base(name, classes.names))}
    if not classed:
        return {}, ()
    notes = []
    for name in (name for name in names if name not in classed):
        columns, spatial, rows = layer_facts(source, name)
        copied = set(classed.values())
        if "asset_class" in columns and not set(_plain_column(source, name, "asset_class")) <= copied:
            classed[name] = name
        elif spatial:
            notes.append((f"rows of layer {name}, which is no layer of a register, not read", rows))
    return classed, tuple(notes)


def _plain_column(source: Path, layer: str, column: str) -> list[str]:
    values = read_layer(source, layer, shapes=False)[0][column]
    return values.dropna().astype("str").unique().tolist()


def _base(layer: str, known: Collection[str]) -> str:
    """The name of those known that a layer had before it was split by geometry type; "" where it had none of them."""
    stems = (layer.removesuffix(f"_{suffix}") for suffix in _SUFFIXES)
    return next((name for name in (layer, *stems) if name in known), "")


def _read_layers(path: Path, classed: Mapping[str, str], names: RegisterNames | None, fill: bool) -> Register:
    file = path.name
    layers = layer_names(path, odd=True)
    assets, places_in_file, left_out, faults = _read_assets(path, classed, sifting=fill)
    if faults:
        raise RegisterError(faults)
    rows = pd.Series(range(1, len(assets) + 1))
    bare = np.array([_states_none(layer) for layer, _ in places_in_file], dtype=bool)
    check = fill_and_check if fill else check_register
    clean, more = check(assets, file, rows, names, bare) if classed else (no_assets(), [])
    faults += [_in_layer(fault, places_in_file) for fault in more]
    parts: dict[str, pd.DataFrame | None] = {"inspections": _read_plain(path, layers, "inspections")}
    parts |= {name: _read_spatial(path, [each for each in layers if _base(each, (name,))]) for name in _SPATIAL_EXTRAS}
    checked, more = check_parts(parts, f"{file}, layer ", clean)
    faults += more
    tables, more = check_premises({name: _read_plain(path, layers, name) for name in TABLES}, f"{file}, layer ")
    faults += [*more, *(_in_layer(each, places_in_file) for each in component_faults(clean, tables["blocks"], file))]
    notes, more = _notes(_read_plain(path, layers, "notes"), f"{file}, layer notes")
    faults += more
    if faults:
        raise RegisterError(faults)
    return Register(clean, notes=(*notes, *left_out), **checked, **tables)


def _notes(table: pd.DataFrame, file: str) -> tuple[tuple[tuple[str, int], ...], list[Fault]]:
    if not len(table):
        return (), []
    lacking = [name for name in ("note", "count") if name not in table.columns]
    if lacking:
        return (), [Fault(file, 0, name, "", "this column is missing") for name in lacking]
    numbers = pd.to_numeric(table["count"], errors="coerce")
    wrong = numbers.isna() | (numbers % 1 != 0)
    faults = [
        Fault(file, int(row) + 1, "count", str(table["count"].iloc[row])[:80], "must be a whole number")
        for row in wrong.to_numpy().nonzero()[0]
    ]
    if faults:
        return (), faults
    return tuple(zip(table["note"].astype("str").tolist(), numbers.astype(int).tolist(), strict=True)), []


def _read_plain(path: Path, layers: list[str], name: str) -> pd.DataFrame:
    if name in layers:
        return read_layer(path, name, shapes=False)[0]
    return pd.DataFrame() if name == "notes" else schema.empty(name)


def _read_assets(
    path: Path, classed: Mapping[str, str], sifting: bool
) -> tuple[gpd.GeoDataFrame, list[tuple[str, int]], Notes, list[Fault]]:
    """All asset layers as one frame, with the (layer, feature number) of each row; where they can lie, if sifting."""
    import geopandas as gpd

    parts: list[gpd.GeoDataFrame] = []
    plain: list[pd.DataFrame] = []
    faults: list[Fault] = []
    notes: Notes = []
    crs = None
    for layer, asset_class in classed.items():
        frame = read_layer(path, layer)[0]
        if "asset_class" not in frame.columns:
            frame["asset_class"] = asset_class
        frame["_layer"], frame["_row"] = layer, range(1, len(frame) + 1)
        if _states_none(layer):
            plain.append(pd.DataFrame(frame.drop(columns=frame.geometry.name) if is_spatial(frame) else frame))
            continue
        if not isinstance(frame, gpd.GeoDataFrame):
            hint = f"where there is none state it in the layer's name, as {asset_class}_{_NO_GEOMETRY}"
            faults.append(Fault(f"{path.name}, layer {layer}", 0, "geometry", "", "this layer has no geometry", hint))
            continue
        if frame.crs is None:
            faults.append(Fault(f"{path.name}, layer {layer}", 0, "geometry", "", "has no CRS"))
            continue
        if sifting:
            names = frame["asset_id"].astype("str") if "asset_id" in frame.columns else pd.Series("", frame.index)
            sifted = sift(frame.geometry, names, f"{path.name}, layer {layer}", frame["_row"].to_numpy())
            faults += sifted.faults
            notes += sifted.notes
            frame = frame[sifted.keep]
        crs = crs or metric_crs(frame)
        parts.append(frame.to_crs(crs))
    if not parts and not plain:
        return gpd.GeoDataFrame(), [], notes, faults
    crs = crs or BRITISH_GRID
    parts += [gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=crs) for frame in plain]
    assets = _in_order(pd.concat(parts, ignore_index=True))
    where = list(zip(assets["_layer"], assets["_row"].astype(int), strict=True))
    return assets.drop(columns=["_layer", "_row"]), where, notes, faults


def _states_none(layer: str) -> bool:
    """Whether a layer's name states that its assets have no geometry."""
    return layer.endswith(f"_{_NO_GEOMETRY}")


def _in_layer(fault: Fault, where: list[tuple[str, int]]) -> Fault:
    """Name the layer and feature of a fault in row `fault.row` (first is 1) of all layers together."""
    if not fault.row:
        return fault
    layer, row = where[fault.row - 1]
    return replace(fault, file=f"{fault.file}, layer {layer}", row=row)


def _read_spatial(path: Path, layers: list[str]) -> gpd.GeoDataFrame | None:
    parts = [read_layer(path, layer)[0] for layer in layers]
    if not parts:
        return None
    return _in_order(pd.concat(parts, ignore_index=True))


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as they were before they were split into layers; rows somebody added come last."""
    if "position" not in frame.columns:
        return frame
    position = pd.to_numeric(frame["position"], errors="coerce")
    return frame.loc[position.sort_values(kind="stable").index].reset_index(drop=True)
