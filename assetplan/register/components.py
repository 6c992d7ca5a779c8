"""Buildings into the components that are planned: walls, roofs, windows, heating, wiring, finishes, water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan import schema
from assetplan.asset_classes import BUILDING, group_of
from assetplan.errors import Fault, RegisterError
from assetplan.reference import load_table
from assetplan.register.register import RegisterNames

if TYPE_CHECKING:
    import geopandas as gpd

GROUP_MENDS = {
    BUILDING: "a building is planned by its components: give each as a row of its own with its group, such as "
    "roof_pitched, and the building as parent_id, or let [buildings] floor_area_m2 of an import's mapping make them",
    "": "name one in column group (road class tells carriageways apart)",
}
"""What mends an asset without a deterioration group, by class; under "" of any other class."""

_NEEDED = ("building_id", "floor_area_m2")
_SHOWN = 5


def ungrouped(assets: pd.DataFrame, names: RegisterNames) -> list[tuple[str, int]]:
    """Assets that no deterioration group is known of: a note by class that names the first of them, and how many.

    Parameters
    ----------
    assets : DataFrame; table `assets` of a register
    names : RegisterNames; classes and groups that they may have
    """
    bare = assets[group_of(assets, names.groups) == ""]
    notes = []
    for asset_class, part in bare.groupby("asset_class"):
        shown = ", ".join(part["asset_id"].head(_SHOWN)) + (", …" if len(part) > _SHOWN else "")
        mend = GROUP_MENDS.get(str(asset_class), GROUP_MENDS[""])
        called = names.classes[asset_class].plural.lower()
        notes.append((f"{called} without a deterioration group, which no plan can hold ({shown}); {mend}", len(part)))
    return notes


def building_components(
    buildings: gpd.GeoDataFrame,
    file: str = "buildings",
    rows: pd.Series | None = None,
) -> gpd.GeoDataFrame:
    """Make the component assets of each building, as many of each as reference/component_mix.csv says.

    The components are the planned assets; the building is no asset itself, and each component names it as parent.

    Parameters
    ----------
    buildings : GeoDataFrame
        One row a building: building_id, floor_area_m2 (m², all storeys together, above 0), geometry; where there,
        storeys (at least 1, else 1), name, and any column of table `assets` (district, environment, built_year,
        retention, …), which every component takes. Never written to.
    file : str
        Name for the faults.
    rows : Series of int, optional
        Row of each building in that file, for the faults; by default 1, 2, ….

    Returns
    -------
    GeoDataFrame
        Columns of table `assets` and geometry; asset_id is `<building_id>-<group>`, quantity to one decimal and
        marked as assumed.

    Raises
    ------
    RegisterError
        A column is missing, an identifier is missing or repeated, or an area or number of storeys is not in range.
    """
    import geopandas as gpd

    table = load_table("component_mix")
    place = np.arange(1, len(buildings) + 1) if rows is None else rows.to_numpy()
    _check_buildings(buildings, file, place)
    count = len(table)
    whole = buildings.reset_index(drop=True)
    floor = whole["floor_area_m2"].to_numpy(dtype=float)
    footprint = floor / _storeys(whole)
    basis = np.stack([floor if kind == "floor" else footprint for kind in table["basis"]], axis=1)
    quantity = np.maximum(np.round(basis * table["ratio"].to_numpy(dtype=float), 1), 0.1).reshape(-1)
    each = whole.loc[np.repeat(whole.index, count)].reset_index(drop=True)
    group = pd.Series(np.tile(table["group"].to_numpy(dtype=object), len(whole)), dtype="str")
    building = each["building_id"].astype("str").str.strip()
    out = {name: each[name] for name in schema.columns("assets") if name in each.columns}
    before = out.get("assumed", pd.Series("", index=each.index, dtype="str")).astype("str")
    out |= {
        "asset_id": building + "-" + group,
        "asset_class": pd.Series(BUILDING, index=each.index, dtype="str"),
        "group": group,
        "parent_id": building,
        "quantity": pd.Series(quantity),
        "assumed": (before + " quantity").str.strip(),
    }
    frame, faults = schema.conform(pd.DataFrame(out), "assets", file, pd.Series(np.repeat(place, count)))
    if faults:
        # One fault of a building would show once for each of its components.
        raise RegisterError(set(faults))
    return gpd.GeoDataFrame(frame, geometry=each.geometry.array, crs=buildings.crs)


def _storeys(rows: pd.DataFrame) -> np.ndarray:
    if "storeys" not in rows.columns:
        return np.ones(len(rows))
    return rows["storeys"].astype(float).fillna(1.0).to_numpy()


def _check_buildings(buildings: pd.DataFrame, file: str, place: np.ndarray) -> None:
    faults = [Fault(file, 0, name, "", "this column is missing") for name in _NEEDED if name not in buildings.columns]
    if faults:
        raise RegisterError(faults)
    names = buildings["building_id"].astype("str").str.strip()
    area = pd.to_numeric(buildings["floor_area_m2"], errors="coerce")
    rules = [
        ("building_id", names == "", "a value is required"),
        ("building_id", names.duplicated() & (names != ""), "is there more than once"),
        ("floor_area_m2", ~(np.isfinite(area) & (area > 0)), "must be a number above 0"),
    ]
    if "storeys" in buildings.columns:
        storeys = pd.to_numeric(buildings["storeys"], errors="coerce")
        rules.append(("storeys", buildings["storeys"].notna() & ~(storeys >= 1), "must be at least 1"))
    for column, wrong, rule in rules:
        for row in np.flatnonzero(wrong.to_numpy()):
            faults.append(Fault(file, int(place[row]), column, str(buildings[column].iloc[row])[:80], rule))
    if faults:
        raise RegisterError(faults)
