"""Firm works of an earlier programme, from its folder: what a council has approved and the next plan keeps."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan.asset_classes import BID
from assetplan.delimited import TextColumns, csv_table
from assetplan.errors import ConfigError
from assetplan.strategies.names import steps_of

FIRM, INDICATIVE, SPENT = "firm", "indicative", "spent"
"""Status of works: for approval; what is to follow; done in years that are past."""

WORKS = "programme.csv"
_COLUMNS = ("asset_id", "scheme_id", "year", "treatment")
_KEYS = ["asset_id", "year", "treatment"]


def firm_works(folder: Path, strategy: pd.Series) -> pd.DataFrame | None:
    """Firm works of a programme: columns asset_id, scheme_id, year, treatment, in the order of its rows.

    Whoever gives a row another status takes that works item out of what is firm.

    Parameters
    ----------
    folder : Path; output folder of the programme
    strategy : Series; strategy of each of its assets, by asset_id

    Returns
    -------
    DataFrame or None
        None where the folder does not say which works are firm.

    Raises
    ------
    ConfigError
        A status is none, or firm works are not those of their asset's strategy; every fault is listed.
    """
    path = folder / WORKS
    if not path.is_file():
        return None
    table = csv_table(path, ConfigError, _COLUMNS, comments=False, rows=False)
    if "status" not in table:
        return None
    if "asset_class" in table:  # what a bid spends is of no asset
        table = table[table["asset_class"] != BID.asset_class]
    text = TextColumns(str(path), table)
    text.refuse(~table["status"].isin([FIRM, INDICATIVE, SPENT]), "status", f"must be {FIRM}, {INDICATIVE} or {SPENT}")
    works = table[["scheme_id", "treatment"]].astype(object)
    works["asset_id"] = as_registered(table["asset_id"], strategy.index)
    works["year"] = text.numbers("year", 1900, 2300, needed=True)
    firm = (table["status"] == FIRM).to_numpy(dtype=bool)
    known = {name: set(steps_of(str(strategy[name]))) for name in works["asset_id"][firm].unique() if name in strategy}
    rows = zip(*(works[name] for name in _KEYS), strict=True)
    none_such = np.array([(treatment, year) not in known.get(asset, ()) for asset, year, treatment in rows], dtype=bool)
    text.refuse(firm & none_such, "treatment", "assets.parquet has no such works of this asset in this year")
    if text.faults:
        raise ConfigError(text.faults)
    return works.loc[firm, list(_COLUMNS)].astype({"year": "int64"}).reset_index(drop=True)


def as_registered(ids: pd.Series, names: Iterable[object]) -> pd.Series:
    """Identifiers as a register has them: delimited text is read with its blanks tidied, and one may hold two in a row.

    Parameters
    ----------
    ids : Series of str; as they were read
    names : iterable; identifiers of the register
    """
    known = {" ".join(str(name).split()): name for name in names}
    return ids.map(lambda name: known.get(name, name)).astype(object)
