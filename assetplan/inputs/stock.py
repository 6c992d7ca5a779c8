"""What the stock of each asset class is counted in, on condition tables and in targets."""

from __future__ import annotations

import pandas as pd

from assetplan._types import Floats

# Unit, column of the register, divisor.
_STOCK = {
    "carriageway": ("km", "length_m", 1000.0),
    "footway": ("km", "length_m", 1000.0),
    "bridge": ("m2 of deck", "quantity", 1.0),
    "building": ("£m replacement", "replacement_value", 1e6),
}


def stock_of(assets: pd.DataFrame, asset_class: str) -> tuple[str, Floats]:
    """Unit, and the stock of each asset in it as if it were of that class, (n_assets,)."""
    unit, column, divisor = _STOCK.get(asset_class, ("number", "quantity", 1.0))
    return unit, assets[column].fillna(0.0).to_numpy(dtype=float) / divisor
