"""The US National Bridge Inventory's delimited files as a register of bridges.

Rules. Only records with RECORD_TYPE_005A = 1 (the road on the bridge) count. Condition is the lowest rating of deck,
superstructure and substructure, or the culvert's; N means not applicable. Latitude and longitude are DDMMSSss with
west positive. Deck area is structure length × deck width; a culvert's deck width of 0 is no width. A record without a
usable position is left out and counted.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.asset_classes import BRIDGE
from assetplan.delimited import read_delimited
from assetplan.errors import Fault, RegisterError
from assetplan.register.fill import fill_and_check
from assetplan.register.register import Register
from assetplan.register.validation import nothing_with

if TYPE_CHECKING:
    import geopandas as gpd


_RATINGS = ("DECK_COND_058", "SUPERSTRUCTURE_COND_059", "SUBSTRUCTURE_COND_060", "CULVERT_COND_062")
_NEEDED = (
    "STRUCTURE_NUMBER_008",
    "RECORD_TYPE_005A",
    "YEAR_BUILT_027",
    "ADT_029",
    "LAT_016",
    "LONG_017",
    "STRUCTURE_LEN_MT_049",
    "DECK_WIDTH_MT_052",
    *_RATINGS,
    "OPERATING_RATING_064",
)


def import_nbi(path: str | os.PathLike[str]) -> Register:
    """Make a register from a delimited file of the National Bridge Inventory, filled by the rules of `register.fill`.

    Parameters
    ----------
    path : path
        A state's or the nation's file: commas, quote character '.

    Returns
    -------
    Register
        Validated, bridges as points in the UTM zone of their middle (m).

    Raises
    ------
    RegisterError
        A column is missing or a value breaks the schema; every fault is listed with its line.
    FileNotFoundError
        There is no such file.
    """
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(f"{source}: there is no such file")
    # Apostrophes inside names are not doubled in these files.
    frame = read_delimited(source, quote="'", strict=False)
    lines = frame.index.to_series()
    lacking = [name for name in _NEEDED if name not in frame.columns]
    if lacking:
        raise RegisterError([Fault(source.name, 1, name, "", "this column is missing") for name in lacking])
    on = (frame["RECORD_TYPE_005A"] == "1").to_numpy()
    longitude, latitude = -degrees(frame["LONG_017"]), degrees(frame["LAT_016"])
    placed = np.isfinite(longitude) & np.isfinite(latitude)
    notes = (
        ("records left out: not the road on the bridge", int((~on).sum())),
        ("records left out: no usable position", int((on & ~placed).sum())),
    )
    kept = np.flatnonzero(on & placed)
    faults = _unread_ratings(frame.iloc[kept], lines.iloc[kept], source.name)
    located = _bridges(frame.iloc[kept].reset_index(drop=True), longitude[kept], latitude[kept])
    rows = lines.iloc[kept].reset_index(drop=True)
    clean, more = fill_and_check(located, source.name, rows)
    if faults or more:
        raise RegisterError(faults + more)
    return Register(clean, notes=notes, **nothing_with(clean))


def degrees(packed: pd.Series) -> Floats:
    """Degrees from DDMMSSss, hundredths of a second last; NaN where there is no such position.

    >>> degrees(pd.Series(["45585400"])).round(5).tolist()
    [45.98167]
    """
    value = pd.to_numeric(packed, errors="coerce").to_numpy(dtype=float)
    whole, minutes, seconds = value // 1e6, value // 1e4 % 100, value % 1e4 / 100
    # Zero is how the files say that nobody knows; seconds or minutes past 60 are no position.
    good = (value > 0) & (minutes < 60) & (seconds < 60) & (whole <= 180)
    return np.where(good, whole + minutes / 60 + seconds / 3600, np.nan)


def _unread_ratings(frame: pd.DataFrame, lines: pd.Series, file: str) -> list[Fault]:
    faults = []
    for name in _RATINGS:
        text = frame[name]
        wrong = ~text.str.fullmatch(r"[0-9N]?").to_numpy(dtype=bool)
        faults += [
            Fault(file, int(lines.iloc[i]), name, str(text.iloc[i])[:80], "must be 0 to 9 or N")
            for i in np.flatnonzero(wrong)
        ]
    return faults


def _positive(column: pd.Series) -> pd.Series:
    """Numbers above 0; 0 and blank are missing, other text stays for the schema to find."""
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers.astype(object).where(numbers.notna(), column).where(numbers != 0, np.nan)


def _bridges(frame: pd.DataFrame, longitude: Floats, latitude: Floats) -> gpd.GeoDataFrame:
    import geopandas as gpd

    state = frame["STATE_CODE_001"] if "STATE_CODE_001" in frame.columns else pd.Series("", index=frame.index)
    number = frame["STRUCTURE_NUMBER_008"]
    ratings = frame[list(_RATINGS)].apply(pd.to_numeric, errors="coerce").min(axis=1)
    length, width = _positive(frame["STRUCTURE_LEN_MT_049"]), _positive(frame["DECK_WIDTH_MT_052"])
    flow = pd.to_numeric(frame["ADT_029"], errors="coerce")
    columns: dict[str, object] = {
        # Structure numbers are unique within a state only.
        "asset_id": state + "-" + number if state.nunique() > 1 else number,
        "asset_class": BRIDGE,
        "name": frame.get("FACILITY_CARRIED_007", number),
        "road": frame.get("FACILITY_CARRIED_007", ""),
        "quantity": pd.to_numeric(length, errors="coerce") * pd.to_numeric(width, errors="coerce"),
        "length_m": length,
        "width_m": width,
        "built_year": _positive(frame["YEAR_BUILT_027"]),
        "measure": ratings.map(lambda rating: "" if np.isnan(rating) else "nbi"),
        "value": ratings,
        "aadt": frame["ADT_029"],
        "capacity_t": frame["OPERATING_RATING_064"],
    }
    if "PERCENT_ADT_TRUCK_109" in frame.columns:
        columns["hgv"] = flow * pd.to_numeric(frame["PERCENT_ADT_TRUCK_109"], errors="coerce") / 100
    if "FUNCTIONAL_CLASS_026" in frame.columns:
        # 01 to 09 are rural, 11 to 19 urban.
        tens = pd.to_numeric(frame["FUNCTIONAL_CLASS_026"], errors="coerce") // 10
        columns["environment"] = tens.map({0.0: "rural", 1.0: "urban"}).fillna("")
    points = gpd.points_from_xy(longitude, latitude)
    return gpd.GeoDataFrame(columns, geometry=points, crs=4326)
