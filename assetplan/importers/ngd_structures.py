"""Compound structures of OS NGD (`str-fts-compoundstructure`) as the bridges of a council.

Rules. The areas alone say what is a bridge: structures and points have no such kind, and of lines the list of kinds was
not at hand. A bridge is the council's where a road of the council runs on it: a link that is stated to be on a bridge,
or, where neither road nor an unknown network passes below, any link; the one with the greatest length within the area
is carried. What carries a railway, canal, path or water, is not in use, or carries no road of the council is left out
and counted. Deck area is the area drawn, length that of the carried link within it, mean width the one over the other.
Nobody says its condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Ints
from assetplan.asset_classes import BRIDGE
from assetplan.errors import RegisterError
from assetplan.importers.ngd_files import Notes, faults_at, known_values, lacking, texts, uses
from assetplan.reading.layers import ONE_EACH
from assetplan.register.misplaced import only_placed
from assetplan.register.shapes import plain_shapes

if TYPE_CHECKING:
    import geopandas as gpd

_AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_WIDEST = 100.0  # m, of the register's own rule
_MOST = 0.5  # share of a link within structures from which it is no bridge beside them


def checked_structures(frame: gpd.GeoDataFrame, file: str) -> tuple[gpd.GeoDataFrame, Notes]:
    """Structures that lie where they can, with the columns that are read as text, and notes of the others.

    Raises
    ------
    RegisterError
        A column is missing, a structure is there twice or is no valid area; every fault is listed.
    """
    import geopandas as gpd

    faults = lacking(frame, ("osid", "description"), file)
    if faults:
        raise RegisterError(faults)
    frame = frame.reset_index(drop=True)
    # Version 3 of the schema calls it status.
    status = "status" if "status" in frame.columns else "operationalstatus"
    out = pd.DataFrame({name: texts(frame, name) for name in
                        ("osid", "description", "name1_text", "networkover", "networkunder")})  # fmt: skip
    out["status"] = texts(frame, status)
    shapes = plain_shapes(frame.geometry.to_numpy())
    good = np.isin(shapely.get_type_id(shapes), _AREAS) & shapely.is_valid(shapes) & (shapely.area(shapes) > 0)
    faults += faults_at(file, ~good, "geometry", out["osid"], "must be a valid area")
    faults += faults_at(file, (out["osid"] == "").to_numpy(), "osid", out["osid"], "a value is required")
    twice = out["osid"].duplicated() & (out["osid"] != "")
    faults += faults_at(file, twice.to_numpy(), "osid", out["osid"], "is there more than once", ONE_EACH)
    if faults:
        raise RegisterError(faults)
    whole = gpd.GeoDataFrame(out, geometry=shapes, crs=frame.crs)
    return only_placed(whole, whole["osid"], file, "structures", np.arange(1, len(whole) + 1))


def structure_bridges(
    structures: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, structure_of_road: pd.Series
) -> tuple[gpd.GeoDataFrame, set[str], Notes]:
    """Bridges of the council among structures, the links that they carry, and what was left out.

    Parameters
    ----------
    structures : GeoDataFrame (n,); as of `checked_structures`
    roads : GeoDataFrame (m,); sections of the council's links [m], with link_id, length_m, name and where they are
    structure_of_road : Series (m,) of str; what each section's link says of itself: On Bridge, In Tunnel or ""
    """
    structures = structures.to_crs(roads.crs)
    why = _left_out(structures)
    pairs = _pairs(structures, roads, (why == ""), structure_of_road.to_numpy(dtype=object))
    chosen = pairs.sort_values(["structure", "inside", "road"], ascending=[True, False, True], kind="stable")
    chosen = chosen.drop_duplicates("structure")
    alone = (why == "") & ~np.isin(np.arange(len(structures)), chosen["structure"])
    why = np.where(alone, "it carries no road of the council", why)
    reasons, counts = np.unique(why[why != ""].astype(str), return_counts=True)
    notes: Notes = [("structures read", len(structures)), ("structures kept as bridges", len(chosen))]
    notes += [(f"structures left out: {reason}", int(n)) for reason, n in zip(reasons, counts, strict=True)]
    carried = _carried(pairs, chosen, roads)
    return _bridges(structures, roads, pairs, chosen), carried, notes


def _left_out(structures: gpd.GeoDataFrame) -> np.ndarray:
    """Why each structure is no bridge of a road, "" where it may be one."""
    kind = np.where(
        structures["description"].isin(known_values("structure")),
        uses(structures, "description", "structure"),
        "a kind that is not known",
    )
    why = uses(structures, "status", "structure status")
    for reason in (kind, uses(structures, "networkover")):
        why = np.where(why == "", reason, why)
    return why


def _pairs(structures: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, may: Bools, on: np.ndarray) -> pd.DataFrame:
    """Sections that may run on a structure: rows of both, and the length within it [m]."""
    areas, lines = structures.geometry.to_numpy(), roads.geometry.to_numpy()
    road, structure = shapely.STRtree(areas).query(lines, predicate="intersects")
    # Only where it is known that no road passes below is a road within the area one that runs on it.
    over = structures["networkover"].isin(["Road", "Multiple"])
    under = structures["networkunder"].isin(["", "Road", "Multiple"])
    any_road = (over & ~under).to_numpy()
    stated = on[road] == "On Bridge"
    good = may[structure] & (stated | (any_road[structure] & (on[road] == "")))
    road, structure, stated = road[good], structure[good], stated[good]
    inside = shapely.length(shapely.intersection(lines[road], areas[structure]))
    pairs = pd.DataFrame({"road": road, "structure": structure, "inside": inside, "stated": stated})
    pairs = pairs[pairs["inside"] > 0]
    known = pairs.groupby("structure")["stated"].transform("any")
    return pairs[pairs["stated"] | ~known]


def _carried(pairs: pd.DataFrame, chosen: pd.DataFrame, roads: gpd.GeoDataFrame) -> set[str]:
    """Links whose bridge is one of the structures: those carried, and those that lie mostly within them."""
    link = roads["link_id"].to_numpy(dtype=object)
    inside = pairs.groupby(link[pairs["road"]])["inside"].sum()
    whole = roads.groupby("link_id")["length_m"].sum().reindex(inside.index)
    return {*link[chosen["road"]], *inside.index[inside >= _MOST * whole]}


def _bridges(
    structures: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, pairs: pd.DataFrame, chosen: pd.DataFrame
) -> gpd.GeoDataFrame:
    at: Ints = chosen["structure"].to_numpy(dtype=np.intp)
    section = roads.iloc[chosen["road"].to_numpy(dtype=np.intp)]
    own = structures.iloc[at]
    link = roads["link_id"].to_numpy(dtype=object)
    along = pairs.assign(link=link[pairs["road"]]).groupby(["structure", "link"])["inside"].sum()
    keys = pd.MultiIndex.from_arrays([at, link[chosen["road"]]])
    length = np.round(along.reindex(keys).to_numpy(dtype=float), 2)
    area = np.round(shapely.area(own.geometry.to_numpy()), 1)
    width = np.round(area / np.maximum(length, 0.01), 2)
    bridges = section[["usrn", "environment", "road", "road_class"]].reset_index(drop=True)
    bridges["asset_id"] = "bridge-" + own["osid"].to_numpy(dtype=object)
    bridges["parent_id"] = section["asset_id"].to_numpy(dtype=object)
    bridges["asset_class"] = BRIDGE
    bridges["name"] = (
        own["name1_text"].where(own["name1_text"] != "", bridge_name(section["name"]).to_numpy()).to_numpy()
    )
    bridges["length_m"] = np.where(length > 0, length, np.nan)
    bridges["width_m"] = np.where(width <= _WIDEST, width, np.nan)
    bridges["quantity"] = area
    return bridges.set_geometry(own.geometry.to_numpy(), crs=roads.crs)


def bridge_name(road: pd.Series) -> pd.Series:
    """What a bridge without a name of its own is called after its road."""
    name = road + " bridge"
    return name.str.strip().str.capitalize().where(road == "", name)
