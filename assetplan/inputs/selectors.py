"""Which assets and which treatments a selector of the plan file means."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Bools
from assetplan.config import PlaceSelector, WorksSelector


def assets_where(assets: pd.DataFrame, selector: PlaceSelector) -> Bools:
    """The assets that a selector means, (n_assets,)."""
    return _where(assets, selector.of_assets)


def assets_selected(assets: pd.DataFrame, selector: PlaceSelector) -> Bools:
    """The assets that a selector means, of them only those named where it names any, (n_assets,)."""
    meant, names = assets_where(assets, selector), getattr(selector, "asset", None)
    return meant if names is None else meant & assets["asset_id"].isin(names).to_numpy(dtype=bool)


def treatments_where(treatments: pd.DataFrame, selector: WorksSelector) -> Bools:
    """The treatments that a selector means, (n_treatments,)."""
    return _where(treatments, selector.of_treatments)


def _where(table: pd.DataFrame, names: dict[str, tuple[str, ...]]) -> Bools:
    chosen = np.ones(len(table), dtype=bool)
    for column, allowed in names.items():
        chosen &= table[column].isin(allowed).to_numpy(dtype=bool)
    return chosen
