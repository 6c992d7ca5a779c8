"""The register: what is owned, as one table of assets with what goes with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from assetplan.display import Shown, in_notebooks

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import ArrayLike

    from assetplan.asset_classes import AssetClasses


def _none() -> gpd.GeoDataFrame:
    import geopandas as gpd

    from assetplan import schema

    return gpd.GeoDataFrame(schema.empty("other_roads"), geometry=[])


def _no_rows(table: str) -> pd.DataFrame:
    from assetplan import schema

    return schema.empty(table)


@dataclass(frozen=True, eq=False)
class RegisterNames:
    """What assets of a register may name.

    Attributes
    ----------
    classes : AssetClasses
        Their classes.
    groups : DataFrame
        Deterioration groups: columns asset_class, road_class, group, replacement_unit_cost as in reference/groups.csv.
    treatments : frozenset of str
        Treatments that they may be committed to.
    """

    classes: AssetClasses
    groups: pd.DataFrame
    treatments: frozenset[str]


@cache
def packaged_names() -> RegisterNames:
    """What assets may name where a council has no tables of its own."""
    from assetplan.asset_classes import load_asset_classes
    from assetplan.reference import load_table

    treatments = frozenset(load_table("treatments")["treatment"])
    return RegisterNames(load_asset_classes(), load_table("groups"), treatments)


@dataclass(frozen=True, eq=False, repr=False)
class Register(Shown):
    """A validated register.

    Attributes
    ----------
    assets : GeoDataFrame
        One row an asset with exactly the columns of table `assets` in reference/schema.csv and `geometry`, in a
        projected CRS (m). Text "" and numbers NaN where nothing is known.
    inspections : DataFrame
        Columns asset_id, year, measure, value; may have no rows.
    places : GeoDataFrame
        Settlements, schools, hospitals, fire stations, growth sites, shops and stations by `kind`, blank a settlement:
        for the map, for what weight limits cut off, for where traffic grows and for how much footways are used; may
        have no rows.
    districts : GeoDataFrame
        District or county polygons, for the map; may have no rows.
    notes : tuple of (str, int)
        What the import left out or filled in, each with its count.
    other_roads : GeoDataFrame
        Roads of others (lines), such as trunk roads and those beyond the boundary, which detours need; never assets and
        never in a total. May have no rows.
    digest : str
        Digest of the rows of a database that it was read from; "" of a file's.
    premises : DataFrame
        Property sites, one row each with the columns of table `premises` in reference/schema.csv; may have no rows.
    blocks : DataFrame
        Buildings on premises, with the columns of table `blocks`; may have no rows. Where there are some, each
        building component names one as its `parent_id`.
    """

    assets: gpd.GeoDataFrame
    inspections: pd.DataFrame
    places: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    notes: tuple[tuple[str, int], ...] = field(default=())
    other_roads: gpd.GeoDataFrame = field(default_factory=_none)
    digest: str = ""
    premises: pd.DataFrame = field(default_factory=partial(_no_rows, "premises"))
    blocks: pd.DataFrame = field(default_factory=partial(_no_rows, "blocks"))

    def where(self, keep: ArrayLike) -> Register:
        """Some of its assets, with their inspections, and the blocks and premises of those that are kept.

        Places, districts and roads of others stay; roads that are left out carry no detours.

        Parameters
        ----------
        keep : array or Series (n_assets,) of bool; as `register.assets["district"] == "North"`
        """
        assets = self.assets[np.asarray(keep, dtype=bool)].reset_index(drop=True)
        blocks = self.blocks[self.blocks["block_id"].isin(assets["parent_id"])]
        inspections = self.inspections[self.inspections["asset_id"].isin(assets["asset_id"])]
        premises = self.premises[self.premises["premises_id"].isin(blocks["premises_id"])]
        return replace(
            self,
            assets=assets,
            inspections=inspections.reset_index(drop=True),
            premises=premises.reset_index(drop=True),
            blocks=blocks.reset_index(drop=True),
        )

    def _repr_html_(self) -> str:
        return str(in_notebooks("cards", "register_html")(self))

    def explore(self, **filters: Any) -> Any:
        """An interactive map, which opens without a network: condition, and what is known of each asset.

        Condition is at the end of the latest year of a survey, as `assetplan.inspect` has it.

        Parameters
        ----------
        filters : str or list of str, by keyword
            Which assets are on it: asset_class, road_class, hierarchy, district, division, group, road. One value or
            several; those of several keywords must all hold.

        Returns
        -------
        assetplan.notebook.explore.ExploreMap
            It shows itself at the end of a cell; `save(path)` writes it as one file.

        Raises
        ------
        ConfigError
            A keyword or a value is unknown, with those that are known; nothing that is left has a location.
        """
        return in_notebooks("explore", "explore_register")(self, filters)
