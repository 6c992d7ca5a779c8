"""Bids of a programme, and premises that it sells, as marks of the map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from assetplan.asset_classes import BID, SALE, AssetClass, AssetClasses

if TYPE_CHECKING:
    from assetplan.programme import Programme

_SOLD = replace(BID, asset_class=SALE, label="Premises sold", plural="Premises sold", symbol="cross", shown_first=True)
_ASKED = replace(BID, symbol="star", shown_first=True)
CLASSES: tuple[AssetClass, ...] = (_ASKED, _SOLD)
"""What the key of the map calls them, and their marks."""
EXEMPT = "What the premises are sold for is exempt information."


def with_placed_bids(programme: Programme) -> tuple[gpd.GeoDataFrame, AssetClasses, int]:
    """Assets with a row for each bid and each premises sold that has a place.

    Parameters
    ----------
    programme : Programme

    Returns
    -------
    (GeoDataFrame, AssetClasses, int)
        The assets, what they may be of, and how many rows were added.
    """
    classes, assets = AssetClasses(programme.summary.asset_classes), programme.assets
    works = programme.works[programme.works["asset_class"] == BID.asset_class]
    shape = works.geometry
    placed = works[~(shape.isna() | shape.is_empty)].drop_duplicates("asset_id")
    if placed.empty:
        return assets, classes, 0
    own = placed[[name for name in placed.columns if name in assets.columns]]
    own = own.assign(asset_class=placed["kind"].where(placed["kind"] == SALE, BID.asset_class))
    every = gpd.GeoDataFrame(pd.concat([assets, own], ignore_index=True), geometry="geometry", crs=assets.crs)
    return every, AssetClasses((*classes.rows, *CLASSES)), len(own)


def without_exempt(works: pd.DataFrame) -> pd.DataFrame:
    """Works items as a page may show them: of a sale neither cost nor why, for both show what it brings.

    Parameters
    ----------
    works : DataFrame; works items of a programme
    """
    sold = works["kind"] == SALE
    return works.assign(cost=works["cost"].mask(sold), reason=works["reason"].mask(sold, EXEMPT))
