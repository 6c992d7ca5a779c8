"""The register: what is owned, as one table of assets with what goes with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def _none() -> gpd.GeoDataFrame:
    import geopandas as gpd

    from assetplan import schema

    return gpd.GeoDataFrame(schema.empty("other_roads"), geometry=[])


@dataclass(frozen=True)
class Register:
    """A validated register.

    Attributes
    ----------
    assets : GeoDataFrame
        One row an asset with exactly the columns of table `assets` in reference/schema.csv and `geometry`, in a
        projected CRS (m). Text "" and numbers NaN where nothing is known.
    inspections : DataFrame
        Columns asset_id, year, measure, value; may have no rows.
    places : GeoDataFrame
        Settlements, schools, hospitals, fire stations and growth sites by `kind`, blank a settlement: for the map, for
        what weight limits cut off and for where traffic grows; may have no rows.
    districts : GeoDataFrame
        District or county polygons, for the map; may have no rows.
    notes : tuple of (str, int)
        What the import left out or filled in, each with its count.
    other_roads : GeoDataFrame
        Roads of others (lines), such as trunk roads and those beyond the boundary, which detours need; never assets and
        never in a total. May have no rows.
    """

    assets: gpd.GeoDataFrame
    inspections: pd.DataFrame
    places: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    notes: tuple[tuple[str, int], ...] = field(default=())
    other_roads: gpd.GeoDataFrame = field(default_factory=_none)
