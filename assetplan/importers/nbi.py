"""The US National Bridge Inventory's files as a register of bridges.

Rules. Only records with item 5A = 1 (the road on the bridge) count. Condition is the lowest rating of deck,
superstructure and substructure, or the culvert's; N means not applicable. Its year is that of item 90 (MMYY), of the
1900s from 70 on. Latitude and longitude are DDMMSSss with west positive, or decimal degrees where they have a point;
one that lacks digits or lies outside the United States is left out, never guessed. Deck area is structure length × deck
width; a culvert's deck width of 0 is no width. Numbers beyond what a register holds are left blank and counted.

Item 41 says whether a bridge is open, posted or closed today; item 64, the operating rating, stays its capacity, for
what decay does to it. A posted bridge's limit is the highest posting level not above that rating and below full
loading, for the file gives no tonnes: `assumed` names it. A rating of 0 of a bridge that is not closed, and one that
item 63 says is a factor, is no capacity.
"""

from __future__ import annotations

import os
from collections.abc import Mapping as Keyed
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Texts
from assetplan.asset_classes import BRIDGE
from assetplan.errors import Fault, RegisterError
from assetplan.importers.nbi_files import read_nbi
from assetplan.importers.nbi_mapping import asked_items, read_nbi_mapping, with_mapped
from assetplan.input_files import regular_file
from assetplan.reference import load_table
from assetplan.register.fill import fill_and_check
from assetplan.register.misplaced import only_placed
from assetplan.register.register import Register
from assetplan.register.sources import with_sources
from assetplan.register.validation import nothing_with

if TYPE_CHECKING:
    import geopandas as gpd


_RATINGS = ("deck", "superstructure", "substructure", "culvert")
# Degrees, north and west, that hold the fifty states and Puerto Rico.
_STATES = {"latitude": (17.0, 72.0), "longitude": (64.0, 180.0)}
# Figures of a position as DDMMSSss; a longitude under 100 degrees may have lost its leading zero.
_FIGURES = {"latitude": (8,), "longitude": (8, 9)}
_CENTURY = 70
_FEW = 5
_GIVEN = (
    "name", "road", "environment", "quantity", "length_m", "width_m", "built_year", "measure", "value",
    "surveyed_year", "aadt", "hgv", "capacity_t", "posting", "weight_limit_t",
)  # fmt: skip

Notes = list[tuple[str, int]]


def import_nbi(
    path: str | os.PathLike[str], mapping: str | os.PathLike[str] | Keyed[str, object] | None = None
) -> Register:
    """Make a register from a file of the National Bridge Inventory, filled by the rules of `register.fill`.

    Parameters
    ----------
    path : path
        A state's or the nation's file: delimited, with any year's header, or of fixed width.
    mapping : path or mapping, optional
        Columns that are added, or take the place of those of the rules above where they hold a value; see
        `assetplan.importers.nbi_mapping`.

    Returns
    -------
    Register
        Validated, bridges as points in the UTM zone of their middle (m). Its notes add up to the file's records;
        `sources` names the columns that the inventory gave, and the year of the latest inspection in the file.

    Raises
    ------
    RegisterError
        A column is missing, a value breaks the schema, or the mapping its rules; every fault is listed with its line.
    FileNotFoundError
        There is no such file.
    """
    source = regular_file(Path(path), RegisterError)
    plan = read_nbi_mapping(mapping)
    text = read_nbi(source, asked_items(plan))
    on = (text.table["record_type"] == "1").to_numpy(dtype=bool)
    longitude, latitude = (_position(text.table[name]) for name in ("longitude", "latitude"))
    placed = np.isfinite(longitude) & np.isfinite(latitude)
    notes: Notes = [("records read", len(text.table)), *text.notes]
    notes.append(("records left out: not the road on the bridge", int((~on).sum())))
    notes.append(_counted("records left out: no usable position", on & ~placed, text.table))
    kept, more_notes = _where_they_can(
        text.table[on & placed], -longitude[on & placed], latitude[on & placed], source.name
    )
    notes += more_notes
    faults = _unread_ratings(kept, text.heads, source.name)
    located, more_notes = _bridges(kept)
    located, mapped_notes = with_mapped(located, plan, text.more.loc[kept.index], source.name)
    notes += mapped_notes
    clean, more = fill_and_check(located, source.name, pd.Series(kept.index))
    if faults or more:
        raise RegisterError(faults + more)
    notes += [("bridges kept", len(clean)), *more_notes]
    latest = clean["surveyed_year"].max()
    named = "US bridge inventory" + (f" {latest:.0f}" if np.isfinite(latest) else "")
    given = {*_GIVEN, *plan.columns, *plan.year_of} - {*plan.constants}
    clean = with_sources(clean, [name for name in clean.columns if name in given], named)
    return Register(clean, notes=tuple(notes), **nothing_with(clean))


def _where_they_can(
    table: pd.DataFrame, longitude: Floats, latitude: Floats, file: str
) -> tuple[gpd.GeoDataFrame, Notes]:
    """Records as points, by line, without those that lie where they cannot."""
    import geopandas as gpd

    shapes = gpd.points_from_xy(longitude, latitude)
    frame = gpd.GeoDataFrame(table.reset_index(names="line"), geometry=shapes, crs=4326)
    kept, notes = only_placed(frame, frame["number"], file, "records", frame["line"].to_numpy())
    return kept.set_index("line"), notes


def _counted(note: str, where: Bools, table: pd.DataFrame) -> tuple[str, int]:
    """A note with its count, and the first lines that it is about."""
    lines = [str(line) for line in table.index[where]]
    shown = f" (line {', '.join(lines[:_FEW])}{', …' if len(lines) > _FEW else ''})" if lines else ""
    return note + shown, len(lines)


def degrees(packed: pd.Series) -> Floats:
    """Degrees from DDMMSSss, hundredths of a second last; NaN where there is no such position.

    >>> degrees(pd.Series(["45585400", "45586000"])).round(5).tolist()
    [45.98167, 45.98333]
    """
    value = pd.to_numeric(packed, errors="coerce").to_numpy(dtype=float)
    whole, minutes, seconds = value // 1e6, value // 1e4 % 100, value % 1e4 / 100
    # Zero is how the files say that nobody knows; 60.00 seconds are the next minute, and more are no position.
    good = (value > 0) & (minutes < 60) & (seconds <= 60) & (whole <= 180)
    return np.where(good, whole + minutes / 60 + seconds / 3600, np.nan)


def _position(column: pd.Series) -> Floats:
    """Latitude, or longitude with west positive, of a column of that name [degrees]; NaN where it is none."""
    low, high = _STATES[str(column.name)]
    decimal = column.str.contains(".", regex=False).to_numpy(dtype=bool)
    whole = column.str.len().isin(_FIGURES[str(column.name)]).to_numpy(dtype=bool)
    plain = np.abs(pd.to_numeric(column, errors="coerce").to_numpy(dtype=float))
    value = np.where(decimal, plain, np.where(whole, degrees(column), np.nan))
    return np.where((value >= low) & (value <= high), value, np.nan)


def _unread_ratings(table: pd.DataFrame, heads: dict[str, str], file: str) -> list[Fault]:
    faults = []
    for name in _RATINGS:
        wrong = table[name][~table[name].str.fullmatch(r"[0-9N]?").to_numpy(dtype=bool)]
        faults += [
            Fault(file, int(line), heads[name], str(value)[:80], "must be 0 to 9 or N")
            for line, value in zip(wrong.index, wrong, strict=True)
        ]
    return faults


@cache
def _range(column: str) -> tuple[float, float]:
    """Least and most that a column of the register holds."""
    table = load_table("schema")
    row = table[(table["table"] == "assets") & (table["column"] == column)].iloc[0]
    high = float(row["high"])
    return float(row["low"]), high if np.isfinite(high) else np.inf


def _within(table: pd.DataFrame, name: str, column: str, notes: Notes, zero: bool = False) -> pd.Series:
    """Numbers that the register's column can hold; others are blank and counted, text stays for the schema to find.

    Zero is blank too, and not counted, unless `zero` says that it is a value.
    """
    numbers = pd.to_numeric(table[name], errors="coerce")
    low, high = _range(column)
    beyond = (numbers < low) | (numbers > high)
    if beyond.any():
        notes.append(_counted(f"{column} left blank: beyond {low:g} to {high:g}", beyond.to_numpy(), table))
    values = numbers.astype(object).where(numbers.notna(), table[name])
    return values.mask(beyond | ((numbers == 0) & (not zero)), np.nan)


def _bridges(table: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Notes]:
    import geopandas as gpd

    notes: Notes = []
    ratings = table[list(_RATINGS)].apply(pd.to_numeric, errors="coerce").min(axis=1)
    length, width = _within(table, "length", "length_m", notes), _within(table, "width", "width_m", notes)
    aadt = _within(table, "traffic", "aadt", notes, zero=True)
    capacity = _capacity(table, notes)
    status = _status(table, notes)
    limit = _limits(status, capacity, notes)
    columns: dict[str, object] = {
        # Structure numbers are unique within a state only.
        "asset_id": table["state"] + "-" + table["number"] if table["state"].nunique() > 1 else table["number"],
        "asset_class": BRIDGE,
        "name": table["carries"].where(table["carries"] != "", table["number"]),
        "road": table["carries"],
        "quantity": pd.to_numeric(length, errors="coerce") * pd.to_numeric(width, errors="coerce"),
        "length_m": length,
        "width_m": width,
        "built_year": _within(table, "built", "built_year", notes),
        "measure": ratings.map(lambda rating: "" if np.isnan(rating) else "nbi"),
        "value": ratings,
        "surveyed_year": _inspected(table, ratings.notna().to_numpy(), notes),
        "aadt": aadt,
        "hgv": pd.to_numeric(aadt, errors="coerce") * pd.to_numeric(table["trucks"], errors="coerce") / 100,
        "capacity_t": capacity,
        "posting": status,
        "weight_limit_t": limit,
        "assumed": np.where(status == "posted", "weight_limit_t", ""),
        # 01 to 09 are rural, 11 to 19 urban.
        "environment": (pd.to_numeric(table["functional_class"], errors="coerce") // 10)
        .map({0.0: "rural", 1.0: "urban"})
        .fillna(""),
    }
    frame = pd.DataFrame(columns, index=table.index).reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=table.geometry.to_numpy(), crs=table.crs), notes


def _codes(item: str) -> dict[str, str]:
    table = load_table("nbi_codes")
    table = table[table["item"].astype("str").str.zfill(3) == item]
    return dict(zip(table["code"].astype("str"), table["use"], strict=True))


def _capacity(table: pd.DataFrame, notes: Notes) -> pd.Series:
    """Operating rating [t]; blank where it is a factor, or 0 of a bridge that is not closed."""
    values = _within(table, "operating_rating", "capacity_t", notes, zero=True)
    factor = table["rating_method"].isin(_codes("063")).to_numpy(dtype=bool)
    uses = _codes("041")
    nothing = (values == 0).to_numpy(dtype=bool) & (table["status"].map(uses) != "closed").to_numpy(dtype=bool)
    for note, where in (
        ("capacity_t left blank: item 63 says that the operating rating is a factor", factor),
        ("capacity_t left blank: operating rating 0 of a bridge that is not closed", nothing & ~factor),
    ):
        if where.any():
            notes.append(_counted(note, where, table))
    return values.mask(factor | nothing, np.nan)


def _status(table: pd.DataFrame, notes: Notes) -> Texts:
    """Open, posted or closed by item 41; "" where it says nothing that is known."""
    status = table["status"].map(_codes("041")).fillna("").to_numpy(dtype=object)
    for name in ("open", "posted", "closed"):
        if (status == name).any():
            notes.append((f"bridges {name} by item 41", int((status == name).sum())))
    if (status == "").any():
        note = "bridges of which item 41 does not say whether they are open: the operating rating decides"
        notes.append(_counted(note, status == "", table))
    return status


def _limits(status: Texts, capacity: pd.Series, notes: Notes) -> Floats:
    """Weight limit [t]: 0 of a closed bridge, of a posted one by its capacity; blank of others."""
    levels = np.sort(load_table("posting_levels")["level_t"].to_numpy(dtype=float))
    rated = pd.to_numeric(capacity, errors="coerce").fillna(np.inf).to_numpy(dtype=float)
    # A posted bridge is open below full loading and above nothing.
    place = np.clip(np.searchsorted(levels, rated, side="right") - 1, 1, len(levels) - 2)
    posted = status == "posted"
    if posted.any():
        notes.append(("weight limits reckoned from the operating rating: item 41 gives no tonnes", int(posted.sum())))
    return np.where(posted, levels[place], np.where(status == "closed", 0.0, np.nan))


def _inspected(table: pd.DataFrame, rated: Bools, notes: Notes) -> Floats:
    """Year of the inspection by item 90, MMYY, which may have lost its leading zero."""
    figures = table["inspected"].where(~table["inspected"].str.fullmatch(r"\d{3}"), "0" + table["inspected"])
    good = figures.str.fullmatch(r"(0[1-9]|1[0-2])\d\d").to_numpy(dtype=bool)
    year = pd.to_numeric(figures.str[2:].where(good), errors="coerce").to_numpy(dtype=float)
    if (rated & ~good).any():
        notes.append(_counted("bridges rated whose date of inspection (item 90) is not given", rated & ~good, table))
    return np.where(year >= _CENTURY, 1900 + year, 2000 + year)
