"""Valuation of what is owned: gross and depreciated replacement cost by component, in real prices."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan.economics import drc
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import Statement, declared

_NOT_STATED = "not stated"


def valuation(grc: ArrayLike, useful_life: ArrayLike, remaining_life: ArrayLike, component: ArrayLike) -> pd.DataFrame:
    """Gross replacement cost, depreciation and depreciated replacement cost by component, in a straight line.

    Source: depreciated replacement cost as in `assetplan.economics.drc`, GRC·RUL/UL for each asset.

    Parameters
    ----------
    grc : array (n,); gross replacement cost of each asset [£, 0 or more]; NaN where it is not known
    useful_life : array (n,); life when new [years, above 0]; NaN where it is not known
    remaining_life : array (n,); life left [years], held between 0 and the useful life; NaN where it is not known
    component : array (n,); what each asset is counted with; missing is "not stated"

    Returns
    -------
    DataFrame
        One row a component, as they first come: component; valued (count); grc, depreciation, drc of these [£];
        not_valued (count): cost or a life is not known; grc_not_valued [£]: their gross cost as far as it is known.

    Raises
    ------
    ValueError
        A cost is below 0 or without end, or a useful life is not above 0.
    """
    gross, life, left = (np.asarray(a, dtype=float) for a in (grc, useful_life, remaining_life))
    if (gross < 0).any() or np.isinf(gross).any():
        raise ValueError("every gross replacement cost must be a number not below 0, or be left blank")
    known = ~(np.isnan(gross) | np.isnan(life) | np.isnan(left))
    worth = np.zeros(gross.shape)
    worth[known] = drc(gross[known], life[known], left[known])
    names = pd.Series(component, dtype=object)
    assets = pd.DataFrame(
        {
            "component": names.where(names.notna(), _NOT_STATED),
            "valued": known.astype(int),
            "grc": np.where(known, gross, 0.0),
            "drc": worth,
            "not_valued": (~known).astype(int),
            "grc_not_valued": np.where(known, 0.0, np.nan_to_num(gross)),
        }
    )
    rows = assets.groupby("component", sort=False).sum().reset_index()
    rows.insert(3, "depreciation", rows["grc"] - rows["drc"])
    return rows


def valuation_table(frame: pd.DataFrame, prices: str, unit: str = "£m") -> Statement:
    """The statement of what `valuation` returns, with a total.

    Gross and depreciated cost are rounded, depreciation is their difference and totals are sums of what is printed.

    Parameters
    ----------
    frame : DataFrame; what `valuation` returned
    prices : str; what `real` says of the year of the prices
    unit : str; "£", "£000" or "£m"

    Raises
    ------
    ValueError
        There is no such unit.
    """
    gross, net, apart = (in_steps(frame[name], unit) for name in ("grc", "drc", "grc_not_valued"))
    valued, not_valued = frame["valued"].to_numpy(dtype=int), frame["not_valued"].to_numpy(dtype=int)
    rows = pd.DataFrame(
        {
            "component": [*frame["component"], "total"],
            "valued": _totalled(valued),
            "grc": printed(_totalled(gross), unit),
            "depreciation": printed(_totalled(gross - net), unit),
            "drc": printed(_totalled(net), unit),
            "not_valued": _totalled(not_valued),
            "grc_not_valued": printed(_totalled(apart), unit),
        }
    )
    note = "GRC is gross, DRC depreciated replacement cost, in a straight line over each asset's life. " + (
        f"{not_valued.sum():,} of {valued.sum() + not_valued.sum():,} assets are counted apart, their cost or life "
        "not being known."
        if not_valued.any()
        else "Cost and life of every asset are known."
    )
    return declared("valuation").table(rows, prices, note, unit)


def _totalled(values: np.ndarray) -> np.ndarray:
    return np.append(values, values.sum())
