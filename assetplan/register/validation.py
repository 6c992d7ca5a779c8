"""What a register must hold to, checked once at the boundary: every fault is gathered before any is raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan import schema
from assetplan._types import Bools
from assetplan.asset_classes import BUILDING, AssetClasses
from assetplan.errors import Fault, RegisterError
from assetplan.reading.layers import STATE_NONE, is_spatial
from assetplan.reference import load_table
from assetplan.register.no_map import classes_without_geometry, without_geometry
from assetplan.register.positions import BRITISH_GRID, metric, on_earth, true_to_scale
from assetplan.register.premises import TABLES, check_premises, component_faults
from assetplan.register.register import Register, RegisterNames, packaged_names
from assetplan.register.shapes import plain_shapes
from assetplan.register.validation_faults import among, faults_where

if TYPE_CHECKING:
    import geopandas as gpd


def validate_register(
    register: Register,
    file: str = "register",
    names: RegisterNames | None = None,
) -> Register:
    """Check a register made in memory and bring it to the schema's types.

    Parameters
    ----------
    register : Register
        Never written to.
    file : str
        Name for the faults; rows are counted from 1.
    names : RegisterNames, optional
        Classes, groups and treatments that assets may have; by default the packaged ones.

    Raises
    ------
    RegisterError
        Faults; every one is listed. A register of no assets is one, unless it has premises.
    """
    given = register.assets
    bare = classes_without_geometry(given) if is_spatial(given) and "asset_class" in given.columns else None
    alone = not len(given) and bool(len(register.premises))  # premises without components
    assets, faults = (no_assets(), []) if alone else check_register(given, file, None, names, bare)
    parts = {name: getattr(register, name) for name in ("inspections", "places", "districts", "other_roads")}
    checked, more = check_parts(parts, f"{file}, ", assets)
    faults += more
    property_tables, more = check_premises({name: getattr(register, name) for name in TABLES}, f"{file}, ")
    faults += [*more, *component_faults(assets, property_tables["blocks"], file)]
    if faults:
        raise RegisterError(faults)
    return replace(register, assets=assets, **checked, **property_tables)


def check_register(
    assets: gpd.GeoDataFrame,
    file: str,
    rows: pd.Series | None,
    names: RegisterNames | None = None,
    bare: Bools | None = None,
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Bring assets to the schema and a metric CRS, and list every fault.

    Parameters
    ----------
    assets : GeoDataFrame
        Never written to; its index is replaced by 0, 1, ….
    file : str
        Name for the faults.
    rows : Series of int, optional
        Row of each asset in the user's file, in the order of `assets`; by default 1, 2, ….
    names : RegisterNames, optional
        Classes, groups and treatments that assets may have; by default the packaged ones.
    bare : array of bool (n,), optional
        Assets stated to have no geometry, which those of a class may have together; by default none are.
    """
    import geopandas as gpd

    if not len(assets):
        return no_assets(), [Fault(file, 0, "", "", "there are no assets in it")]
    frame = assets.reset_index(drop=True)
    place = np.arange(1, len(frame) + 1) if rows is None else rows.to_numpy()
    names = names or packaged_names()
    allowed = {"asset_class": names.classes.names}
    clean, faults = schema.conform(pd.DataFrame(frame), "assets", file, pd.Series(place, index=frame.index), allowed)
    faults += _measure_faults(clean, file, place)
    faults += _parent_faults(clean, file, place)
    faults += _commitment_faults(clean, file, place, names.treatments)
    if not is_spatial(frame):
        blank = gpd.GeoDataFrame(clean, geometry=gpd.GeoSeries([None] * len(clean)))
        return blank, [*faults, Fault(file, 0, "geometry", "", "there is no geometry", STATE_NONE)]
    geometry, more = _check_geometry(frame, file, place, bare)
    checked = gpd.GeoDataFrame(clean, geometry=geometry.array, crs=geometry.crs)
    if bare is not None and bare.any():
        more += _bare_faults(checked, bare, file, place, names.classes)
    return checked, faults + more


def _bare_faults(
    assets: gpd.GeoDataFrame, bare: Bools, file: str, place: np.ndarray, classes: AssetClasses
) -> list[Fault]:
    """Assets stated to have no geometry that need one, or a length in its place."""
    missing = pd.Series(bare & without_geometry(assets))
    mixed = missing & ~classes_without_geometry(assets)
    rule = "has no geometry, as others of its class have"
    unmeasured = missing & ~mixed & assets["asset_class"].isin(classes.where("stock_column", "length_m"))
    named = pd.DataFrame({"geometry": assets["asset_id"]})
    return faults_where(named, mixed, file, place, "geometry", rule) + faults_where(
        None, unmeasured & assets["length_m"].isna(), file, place, "length_m", "is needed where no line is drawn"
    )


def no_assets() -> gpd.GeoDataFrame:
    """Assets of no rows, for a register of premises alone."""
    import geopandas as gpd

    return gpd.GeoDataFrame(schema.empty("assets"), geometry=[], crs=BRITISH_GRID)


def check_parts(
    parts: Mapping[str, pd.DataFrame | None], file: str, assets: gpd.GeoDataFrame
) -> tuple[dict[str, Any], list[Fault]]:
    """Bring what goes with assets to the schema and their CRS, and list every fault.

    Parameters
    ----------
    parts : mapping of str to DataFrame or None
        Any of inspections, places, districts and other_roads, never written to; None gives a table of no rows.
    file : str
        Name for the faults, before that of the part.
    assets : GeoDataFrame
        Checked assets, for their identifiers and CRS.
    """
    checked, faults = {}, []
    for name, frame in parts.items():
        if name == "inspections":
            checked[name], more = _check_inspections(frame, file + name, assets["asset_id"])
        elif name == "other_roads":
            checked[name], more = _check_other_roads(frame, file + name, assets)
        else:
            checked[name], more = _check_spatial(frame, name, file + name, assets.crs)
        faults += more
    return checked, faults


def nothing_with(assets: gpd.GeoDataFrame) -> dict[str, Any]:
    """Inspections, places and districts of no rows, for a source that has none."""
    return check_parts(dict.fromkeys(("inspections", "places", "districts")), "", assets)[0]


def _check_inspections(
    inspections: pd.DataFrame | None, file: str, asset_ids: pd.Series
) -> tuple[pd.DataFrame, list[Fault]]:
    """Bring inspections to the schema and list every fault: unknown assets and values out of range among them."""
    if inspections is None or not len(inspections):
        return schema.empty("inspections"), []
    frame = inspections.reset_index(drop=True)
    place = np.arange(1, len(frame) + 1)
    clean, faults = schema.conform(frame, "inspections", file, pd.Series(place, index=frame.index))
    unknown = (clean["asset_id"] != "") & ~among(clean["asset_id"], asset_ids)
    faults += faults_where(clean, unknown, file, place, "asset_id", "no asset of the register has this asset_id")
    return clean, faults + _measure_faults(clean, file, place)


def _check_spatial(
    frame: gpd.GeoDataFrame | None, table: str, file: str, crs: Any
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Bring places or districts to the schema and the register's CRS, and list every fault."""
    import geopandas as gpd

    nothing = gpd.GeoDataFrame(schema.empty(table), geometry=[], crs=crs)
    if frame is None or not len(frame):
        return nothing, []
    if not is_spatial(frame):
        return nothing, [Fault(file, 0, "geometry", "", "there is no geometry")]
    frame = frame.reset_index(drop=True)
    place = np.arange(1, len(frame) + 1)
    clean, faults = schema.conform(pd.DataFrame(frame), table, file, pd.Series(place, index=frame.index))
    geometry, more = _check_geometry(frame, file, place)
    if geometry.crs is not None and crs is not None:
        geometry = geometry.to_crs(crs)
    return gpd.GeoDataFrame(clean, geometry=geometry.array, crs=geometry.crs), faults + more


def _check_other_roads(
    frame: gpd.GeoDataFrame | None, file: str, assets: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Bring roads of others to the schema and the assets' CRS, and list every fault: each is one line and no asset."""
    clean, faults = _check_spatial(frame, "other_roads", file, assets.crs)
    place = np.arange(1, len(clean) + 1)
    owned = among(clean["road_id"], assets["asset_id"])
    faults += faults_where(clean, owned, file, place, "road_id", "is the asset_id of an asset")
    shape = clean.geom_type
    return clean, faults + faults_where(
        None, shape.notna() & (shape != "LineString"), file, place, "geometry", "must be one line"
    )


def _check_geometry(
    frame: gpd.GeoDataFrame, file: str, place: np.ndarray, bare: Bools | None = None
) -> tuple[gpd.GeoSeries, list[Fault]]:
    """Shapes made plain and brought to a metric CRS, with every fault in them by the identifier of its row.

    Those of rows that are stated to have none (`bare`) may be missing.
    """
    import geopandas as gpd

    if frame.crs is None:
        return frame.geometry, [Fault(file, 0, "geometry", "", "has no CRS (coordinate reference system)")]
    geometry = gpd.GeoSeries(plain_shapes(frame.geometry.to_numpy()), frame.index, frame.crs)
    missing = geometry.isna() | geometry.is_empty
    stated = geometry.isna() & (False if bare is None else bare)
    own = next((name for name in ("asset_id", "road_id", "name") if name in frame.columns), None)
    named = None if own is None else pd.DataFrame({"geometry": frame[own].astype("str")})
    faults = faults_where(named, missing & ~stated, file, place, "geometry", "is missing or empty")
    # A line of no length stays: the network lists it.
    point_like = (geometry.geom_type == "LineString") & (shapely.length(geometry.to_numpy()) == 0)
    invalid = ~missing & ~geometry.is_valid & ~point_like
    if invalid.any():
        reasons = geometry[invalid].is_valid_reason()
        for i, reason in reasons.items():
            shown = "" if named is None else str(named["geometry"].iloc[i])[:80]
            faults.append(Fault(file, int(place[i]), "geometry", shown, f"is not valid: {reason}"))
    usable = geometry[~missing & ~invalid]
    if len(usable) and not true_to_scale(usable):
        lost = pd.Series(False, index=geometry.index)
        lost.loc[usable.index[~on_earth(usable)]] = True
        faults += faults_where(named, lost, file, place, "geometry", "lies outside what its CRS can hold")
    if faults:
        return geometry, faults
    return metric(geometry.to_frame("geometry")).geometry, []


def _measure_faults(clean: pd.DataFrame, file: str, place: np.ndarray) -> list[Fault]:
    measure, value = clean["measure"], clean["value"]
    bare = (measure != "") & value.isna()
    # Inspections require both, and conform lists that already.
    faults = [] if "year" in clean else faults_where(clean, bare, file, place, "measure", "has no value beside it")
    loose = (measure == "") & value.notna()
    if "year" not in clean:
        faults += faults_where(clean, loose, file, place, "value", "has no measure beside it")
    table = load_table("measures").set_index("measure")
    low = measure.map(table["low"]).astype(float).fillna(0.0)
    high = measure.map(table["high"]).astype(float).fillna(np.inf)
    wrong = (measure != "") & value.notna() & ((value < low) | (value > high))
    for name in measure[wrong].unique():
        span = f"{table['low'].get(name, 0):g} to {table['high'].get(name, np.inf):g}"
        faults += faults_where(
            clean, wrong & (measure == name), file, place, "value", f"measure {name} runs from {span}"
        )
    return faults


def _parent_faults(clean: pd.DataFrame, file: str, place: np.ndarray) -> list[Fault]:
    parent = clean["parent_id"]
    own = (parent != "") & (parent == clean["asset_id"])
    # A building is not an asset itself: its components are, and name it as their parent.
    needs = (parent != "") & ~own & (clean["asset_class"] != BUILDING)
    nothing = needs & ~among(parent, clean["asset_id"])
    return faults_where(clean, nothing, file, place, "parent_id", "no asset has this asset_id") + faults_where(
        clean, own, file, place, "parent_id", "an asset cannot be its own parent"
    )


def _commitment_faults(clean: pd.DataFrame, file: str, place: np.ndarray, treatments: frozenset[str]) -> list[Fault]:
    treatment, year = clean["committed_treatment"], clean["committed_year"]
    undated = (treatment != "") & year.isna()
    dangling = (treatment == "") & year.notna()
    unknown = (treatment != "") & ~treatment.isin(treatments)
    rule = "no treatment has this name; tables.treatments of the plan may add it"
    return (
        faults_where(clean, undated, file, place, "committed_treatment", "has no committed_year beside it")
        + faults_where(clean, dangling, file, place, "committed_year", "has no committed_treatment beside it")
        + faults_where(clean, unknown, file, place, "committed_treatment", rule)
    )
