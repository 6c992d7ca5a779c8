"""Carbon of works: kg CO2e per unit of a treatment, as rows; what has no row is not known, which is not zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.deterioration.groups import word
from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.schema import own_table, row_faults

KG_PER_TONNE = 1000.0
_KEYS = ["treatment", "group"]


def load_treatment_carbon(treatments: pd.DataFrame, path: Path | None = None) -> pd.DataFrame:
    """Read what treatments emit.

    Parameters
    ----------
    treatments : DataFrame
        Columns treatment, group and unit of every treatment that rows may name; packaged rows that fit none are left
        out.
    path : path, optional
        A CSV with the columns of reference/treatment_carbon.csv, in place of that table.

    Returns
    -------
    DataFrame
        Columns treatment, group ("" for every group with the treatment), kg_co2e [kg CO2e per unit; NaN where it is
        not known] and verified (bool).

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    table = load_table("treatment_carbon") if path is None else own_table("treatment_carbon", path)
    table = table.assign(group=table["group"].map(word), kg_co2e=table["kg_co2e"].astype(np.float64))
    units = pd.concat([treatments, treatments.assign(group="")]).groupby(_KEYS)["unit"].agg(["first", "nunique"])
    mine = units.reindex(pd.MultiIndex.from_frame(table[_KEYS])).set_axis(table.index)
    named = table["treatment"].isin(set(treatments["treatment"]))
    fits = (mine["first"] == table["unit"]) & (mine["nunique"] == 1)
    if path is None:
        table = table[fits]
    else:
        rule = "must be the unit that its works are counted in, one for all groups that the row is for"
        checks = [
            ("treatment", named, "no such treatment"),
            ("group", ~named | mine["first"].notna(), "is no group with this treatment"),
            ("unit", mine["first"].isna() | fits, rule),
            ("kg_co2e", table["kg_co2e"].isna() | (table["kg_co2e"] >= 0), "must be a number not below 0, or blank"),
            ("treatment", ~table.duplicated(_KEYS), "is there twice for its group"),
        ]
        if faults := row_faults(table.assign(file=str(path), row=table.index), checks):
            raise ConfigError(faults)
    return table.assign(verified=table["verified"] == "yes")[[*_KEYS, "kg_co2e", "verified"]].reset_index(drop=True)


def carbon_factors(carbon: pd.DataFrame, treatments: pd.DataFrame) -> Floats:
    """Carbon of treatments, (n_treatments,) [kg CO2e per unit; NaN where it is not known].

    Parameters
    ----------
    carbon : DataFrame; from `load_treatment_carbon`
    treatments : DataFrame; columns treatment and group; a row of its own group comes before one of every group
    """
    known = carbon.set_index(_KEYS)["kg_co2e"]
    own = known.reindex(pd.MultiIndex.from_frame(treatments[_KEYS]))
    of_all = known.reindex(pd.MultiIndex.from_frame(treatments[_KEYS].assign(group="")))
    stated = pd.MultiIndex.from_frame(treatments[_KEYS]).isin(known.index)
    return np.where(stated, own.to_numpy(dtype=float), of_all.to_numpy(dtype=float))
