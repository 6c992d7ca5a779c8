"""Duties on the energy performance certificates of what a council lets, and which blocks fall short of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from assetplan._types import Bools
from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.schema import choices, own_table, row_faults

_KEYS = ["band", "from_year", "above_m2"]


def load_epc_duties(path: Path | None = None) -> pd.DataFrame:
    """Read the duties, by the year from which they hold.

    Parameters
    ----------
    path : path, optional
        A CSV with the columns of reference/epc_duties.csv, in place of that table.

    Returns
    -------
    DataFrame
        Columns band, from_year, above_m2 [m2], payback_years [years; NaN without that test] and verified (bool).

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    table = load_table("epc_duties") if path is None else own_table("epc_duties", path)
    if path is not None:
        bands = choices("blocks", "epc")
        years, payback = table["from_year"], table["payback_years"]
        checks = [
            ("band", table["band"].isin(bands), f"must be one of {', '.join(bands)}"),
            ("from_year", years.between(1990, 2200) & (years % 1 == 0), "must be a whole year, 1990 to 2200"),
            ("above_m2", table["above_m2"] >= 0, "must be a number not below 0"),
            ("payback_years", payback.isna() | (payback > 0), "must be a number above 0, or blank"),
            ("band", ~table.duplicated(_KEYS), "is there twice for its year and area"),
        ]
        if faults := row_faults(table.assign(file=str(path), row=table.index), checks):
            raise ConfigError(faults)
    kept = table[[*_KEYS, "payback_years"]].assign(verified=table["verified"] == "yes")
    return kept.sort_values(["from_year", "above_m2"], kind="stable").reset_index(drop=True)


def epc_shortfalls(blocks: pd.DataFrame, duties: pd.DataFrame) -> pd.DataFrame:
    """Let blocks that fall short of a duty, or of which nobody can say so, for want of a certificate.

    Parameters
    ----------
    blocks : DataFrame; table `blocks` of a register
    duties : DataFrame; from `load_epc_duties`

    Returns
    -------
    DataFrame
        One row a block and duty that it falls short of, by block and then year: row (in the table, from 1), block_id,
        epc ("" for none), floor_area_m2 (NaN where not known: the duties of any area count, and those of large
        buildings too), band, from_year and payback_years of the duty. A duty of a band that an earlier one of the
        block asks for already is left out.
    """
    bands = list(choices("blocks", "epc"))
    place = {band: rank for rank, band in enumerate(bands)}
    let = (blocks["let"] == "yes").to_numpy(dtype=bool)
    area = blocks["floor_area_m2"].fillna(blocks["let_area_m2"]).to_numpy(dtype=float)
    # The best band is first; without a certificate none is reached.
    has = blocks["epc"].map(place).fillna(len(bands)).to_numpy(dtype=float)
    asked = np.full(len(blocks), np.inf)
    parts = []
    for duty in duties.to_dict("records"):
        rank = place[duty["band"]]
        short: Bools = let & (np.isnan(area) | (area > duty["above_m2"])) & (has > rank) & (rank < asked)
        at = np.flatnonzero(short)
        asked[at] = rank
        rows = blocks.iloc[at]
        parts.append(
            pd.DataFrame(
                {
                    "row": at + 1,
                    "block_id": rows["block_id"].to_numpy(),
                    "epc": rows["epc"].to_numpy(),
                    "floor_area_m2": area[at],
                    "band": duty["band"],
                    "from_year": int(duty["from_year"]),
                    "payback_years": float(duty["payback_years"]),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(["row", "from_year"], kind="stable").reset_index(drop=True)
