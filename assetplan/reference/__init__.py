"""Packaged tables: every row carries its source, its price base where it is money, and whether it is verified."""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd


@cache
def _table(name: str) -> pd.DataFrame:
    file = resources.files("assetplan.reference") / f"{name}.csv"
    with file.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, comment="#")


def load_table(name: str) -> pd.DataFrame:
    """Read a packaged table.

    Parameters
    ----------
    name : str
        The file's name without its ending, as listed in `assetplan/reference`.

    Returns
    -------
    DataFrame
        A copy of the table; lines that begin with # are left out.

    Raises
    ------
    FileNotFoundError
        Where no such table is packaged.
    """
    return _table(name).copy()
