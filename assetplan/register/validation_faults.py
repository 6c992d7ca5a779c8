"""Faults of the rows of a table that break a rule."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan.errors import Fault


def faults_where(
    clean: pd.DataFrame | None, wrong: pd.Series, file: str, place: np.ndarray, column: str, rule: str
) -> list[Fault]:
    """A fault for each row that breaks a rule.

    Parameters
    ----------
    clean : DataFrame or None; the table, for the value shown; None shows none
    wrong : Series of bool (n,); rows that break it
    file : str; name of the file
    place : array (n,); row of each in the file
    column, rule : str; column that is wrong, and the rule in the user's words
    """
    where = np.flatnonzero(wrong.to_numpy())
    shown = [""] * len(where) if clean is None else [_plain(v) for v in clean[column].to_numpy()[where]]
    return [Fault(file, int(row), column, value, rule) for row, value in zip(place[where], shown, strict=True)]


def among(values: pd.Series, allowed: pd.Series) -> pd.Series:
    """Which values are among those allowed, index-aligned."""
    # Arrow strings look each value up one by one; plain objects are hashed once.
    return values.astype(object).isin(set(allowed))


def _plain(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:g}"
    return str(value)[:80]
