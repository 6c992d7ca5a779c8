"""Packaged tables: every row carries its source, its price base where it is money, and whether it is verified."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from assetplan.delimited import read_delimited


@cache
def _table(name: str) -> pd.DataFrame:
    with resources.as_file(resources.files("assetplan.reference") / f"{name}.csv") as path:
        table = read_delimited(path, comments=True).reset_index(drop=True).replace("", np.nan)
    for column in table.columns:
        numbers = pd.to_numeric(table[column], errors="coerce")
        if numbers.notna().equals(table[column].notna()):
            table[column] = numbers
    return table


def load_table(name: str) -> pd.DataFrame:
    """Read a packaged table: a copy, its columns of numbers as such, without the lines that begin with #.

    Parameters
    ----------
    name : str; the file's name without its ending, as listed in `assetplan/reference`

    Raises
    ------
    FileNotFoundError
        Where no such table is packaged.
    """
    return _table(name).copy()
