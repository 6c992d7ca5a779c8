"""Texture of carriageways: what it takes of their condition today, and so what treatments that restore it may give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Floats
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.strategies.model import LifecycleModel


def texture_lost(assets: pd.DataFrame) -> Floats | None:
    """What texture adds to the RCI of each asset (n_assets,) [points]; None where it adds nothing to any.

    Nothing is known to be lost where condition was not measured as RCI, and never more than the RCI that was surveyed.

    Parameters
    ----------
    assets : DataFrame
        Table `assets` of the register (n_assets); without a column texture_mm nothing is lost.
    """
    if "texture_mm" not in assets:
        return None
    known = assets["texture_mm"].notna().to_numpy()
    for column, value in (("measure", "rci"), ("asset_class", CARRIAGEWAY)):
        known = known & (assets[column] == value).to_numpy(dtype=bool)
    for column in ("road_class", "environment"):
        known &= (assets[column] != "").to_numpy(dtype=bool)
    if not known.any():
        return None
    part, out = assets[known], np.zeros(len(assets))
    points = condition.texture_points(part["road_class"], part["environment"], part["texture_mm"])
    out[known] = np.minimum(points, part["value"].to_numpy(dtype=float))
    return out if out.any() else None


def without_texture(model: LifecycleModel, assets: pd.DataFrame) -> LifecycleModel:
    """The model without treatments that restore texture, where no asset has lost any and none is committed to one.

    Parameters
    ----------
    model : LifecycleModel
    assets : DataFrame; table `assets` of the register
    """
    catalogue = model.catalogue
    names = {t.name for t in catalogue.of(catalogue.treatments) if t.restores}
    if texture_lost(assets) is not None or assets["committed_treatment"].isin(names).any():
        return model
    kept = {group: tuple(t for t in rows if not t.restores) for group, rows in catalogue.treatments.items()}
    return replace(model, catalogue=replace(catalogue, treatments=kept))
