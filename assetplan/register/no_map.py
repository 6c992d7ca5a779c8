"""Assets without geometry, and what is not worked out for them: the one place that says so.

Rule. A class has geometry or has none. It may have none only where its source states that: a mapping, or the name of a
layer. Within a class that has geometry an asset without one is a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assetplan._types import Bools
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.words import and_list, plural

if TYPE_CHECKING:
    import geopandas as gpd

NO_DETOURS = "what their detours cost and which places they cut off is not worked out, for no carriageway is drawn"
"""What stands in the place of detours where `without_network`."""

_EFFECTS = "connectivity, detours, critical links and nearest sections are"


def without_geometry(assets: gpd.GeoDataFrame) -> Bools:
    """Which assets have no geometry (n,)."""
    return assets.geometry.isna().to_numpy()


def classes_without_geometry(assets: gpd.GeoDataFrame) -> Bools:
    """Which assets are of a class none of whose assets has a geometry (n,); column asset_class."""
    of_class = assets["asset_class"].to_numpy(dtype=object)
    return assets.geometry.isna().groupby(of_class, dropna=False).transform("all").to_numpy(dtype=bool)


def without_network(assets: gpd.GeoDataFrame) -> bool:
    """Whether no carriageway is drawn as a line: there is no network then, and no detour is worked out."""
    roads = assets.geometry[(assets["asset_class"] == CARRIAGEWAY).to_numpy()]
    return not (roads.geom_type == "LineString").any()


def no_map(assets: gpd.GeoDataFrame) -> str:
    """That some or all assets are on no map, and what is not worked out for them, in a sentence; "" where all are."""
    bare = without_geometry(assets)
    if not bare.any():
        return ""
    if bare.all():
        return f"No asset has a geometry: there is no map, and {_EFFECTS} not worked out."
    classes = sorted(np.unique(assets["asset_class"].to_numpy(dtype=object)[bare]).tolist())
    have = plural(int(bare.sum()), "asset has", "assets have")
    known = (
        "not worked out, for there is no network"
        if CARRIAGEWAY in classes
        else "worked out for them only through a section or link that they name"
    )
    return f"{have} no geometry ({and_list(classes)}): they are not on the map, and {_EFFECTS} {known}."
