"""Road condition by PAS 2161:2024: categories 1 to 5 of lengths of ten metres, what of them is valid, and the network.

The standard's own table of national reporting is not public. Columns here are named for what it is known to ask for; a
mapping says what a file calls them. A length that is not valid was driven and says nothing: it is in the coverage and
in no condition.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.delimited import TextColumns, read_delimited
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import read_toml, regular_file
from assetplan.inspection.readings import Readings
from assetplan.register import Register, fill_assumed
from assetplan.register.misplaced import only_placed
from assetplan.register.validation import nothing_with, validate_register

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK = (
    "road_name", "road_number", "start_x", "start_y", "end_x", "end_y", "length_m",
    "road_class", "road_type", "function", "lanes",
)  # fmt: skip
"""Attributes of a section that the standard asks for."""

_NEEDED = ("section_label", "from_m", "to_m", "category", "date")
_OPTIONAL = ("valid", "reason", "technology")
_YES = frozenset({"yes", "y", "true", "t", "1", "valid", "v"})
_NO = frozenset({"no", "n", "false", "f", "0", "invalid", "i"})
_FURTHEST_M = 1e6
# How far a stated length may lie from the register's before it is named [share].
_LENGTH_GAP = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class PasResults(Shown):
    """Results of a survey by PAS 2161.

    Attributes
    ----------
    readings : Readings
        Of the lengths that are valid.
    coverage : DataFrame
        By section_label: valid_m, invalid_m, total_m [m] and the valid share [0–1].
    reasons : DataFrame
        By reason, of lengths not valid: lengths and length_m [m].
    network : DataFrame
        By section_label, the attributes of `NETWORK` that the file has, as text, "" where it gives none.
    notes : tuple of (str, int)
        What was read and left out, and what of the network's attributes is not given.
    """

    readings: Readings
    coverage: pd.DataFrame
    reasons: pd.DataFrame
    network: pd.DataFrame
    notes: tuple[tuple[str, int], ...]

    def _shown(self) -> dict[str, Any]:
        return {"readings": f"{len(self.readings.row):,}", "sections": f"{len(self.coverage):,}"}


def read_pas2161(
    path: str | os.PathLike[str], mapping: str | os.PathLike[str] | Mapping[str, str] | None = None
) -> PasResults:
    """Read a table of ten-metre results.

    Parameters
    ----------
    path : path
        Delimited text. Columns section_label; from_m and to_m, chainage along the section [m]; category [1–5], which
        may be blank where a length is not valid; valid (yes or no, by default yes), reason, date, technology, and those
        of `NETWORK`. Others are left alone.
    mapping : path or mapping, optional
        TOML of names in the file by ours, in a section [columns], or the same as a mapping.

    Raises
    ------
    RegisterError
        The file breaks these rules; every fault is listed with its row.
    FileNotFoundError
        There is no such file.
    """
    source = regular_file(Path(path), RegisterError)
    text = _renamed(read_delimited(source), mapping)
    lacking = [
        Fault(source.name, 0, name, "", "this column is missing") for name in _NEEDED if name not in text.columns
    ]
    if lacking:
        raise RegisterError(lacking)
    for name in _OPTIONAL:
        if name not in text.columns:
            text[name] = ""
    columns = TextColumns(source.name, text)
    start, end = (columns.numbers(name, 0, _FURTHEST_M, needed=True) for name in ("from_m", "to_m"))
    valid = _valid(columns)
    category = columns.numbers("category", 1, 5, needed=False)
    columns.refuse(np.isfinite(category) & (category % 1 != 0), "category", "must be a whole category from 1 to 5")
    columns.refuse(valid & np.isnan(category), "category", "a value is required where the length is valid")
    columns.refuse(columns.blank("section_label"), "section_label", "a value is required")
    time = columns.times("date")
    if columns.faults:
        raise RegisterError(columns.faults)
    coverage, reasons = _coverage(text, np.abs(end - start), valid)
    network, notes = _network(text)
    readings = _readings(source.name, text, start, end, time, category, valid)
    notes = [("lengths read", len(text)), ("lengths not valid", int((~valid).sum())), *notes]
    return PasResults(readings, coverage, reasons, network, tuple(notes))


def _renamed(text: pd.DataFrame, mapping: str | os.PathLike[str] | Mapping[str, str] | None) -> pd.DataFrame:
    if mapping is None:
        return text
    if isinstance(mapping, str | os.PathLike):
        path = Path(mapping)
        content = read_toml(path, RegisterError)
        name, names = path.name, content.get("columns", {})
        faults = [Fault(name, 0, key, "", "must be the section columns") for key in content if key != "columns"]
    else:
        name, names, faults = "mapping", mapping, []
    ours = (*_NEEDED, *_OPTIONAL, *NETWORK)
    for key, column in dict(names).items():
        if key not in ours:
            faults.append(Fault(name, 0, f"columns.{key}", str(column)[:80], f"must be one of {', '.join(ours)}"))
        elif column not in text.columns:
            faults.append(Fault(name, 0, f"columns.{key}", str(column)[:80], "is no column of the file"))
    if faults:
        raise RegisterError(faults)
    named = {column: key for key, column in dict(names).items()}
    # A column of one of our names that the mapping takes for another is not read twice.
    return text.drop(columns=[key for key in named.values() if key in text.columns and key not in named]).rename(
        columns=named
    )


def _valid(columns: TextColumns) -> Bools:
    word = columns.text["valid"].str.lower()
    blank = columns.blank("valid")
    columns.refuse(~blank & ~word.isin(_YES | _NO).to_numpy(dtype=bool), "valid", "must be yes or no")
    return blank | word.isin(_YES).to_numpy(dtype=bool)


def _coverage(text: pd.DataFrame, metres: Floats, valid: Bools) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = pd.DataFrame({"valid_m": metres * valid, "invalid_m": metres * ~valid, "total_m": metres})
    table = table.groupby(text["section_label"].to_numpy(dtype=object)).sum().rename_axis("section_label")
    share = np.divide(
        table["valid_m"], table["total_m"], out=np.zeros(len(table)), where=(table["total_m"] > 0).to_numpy()
    )
    why = text["reason"].where(text["reason"] != "", "no reason given")[~valid].to_numpy(dtype=object)
    reasons = pd.DataFrame({"length_m": metres[~valid]}).groupby(why)["length_m"].agg(["size", "sum"])
    return table.assign(valid=share), reasons.set_axis(["lengths", "length_m"], axis=1).rename_axis("reason")


def _network(text: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    held = [name for name in NETWORK if name in text.columns]
    known = text[["section_label", *held]].replace("", np.nan).groupby("section_label", sort=True)
    table = known.first().fillna("")
    notes = [
        (
            f"sections whose {name} the file does not give",
            int((table[name] == "").sum()) if name in held else len(table),
        )
        for name in NETWORK
    ]
    several = int((known.nunique() > 1).any(axis=1).sum()) if held else 0
    notes.append(("sections whose attributes differ between their lengths: the first counts", several))
    return table, [(note, number) for note, number in notes if number]


def _readings(
    file: str, text: pd.DataFrame, start: Floats, end: Floats, time: Floats, category: Floats, valid: Bools
) -> Readings:
    used = sorted(set(text["technology"][valid]) - {""})
    method = "PAS 2161" + (f" {'/'.join(used)}" if used else "")
    return Readings(
        file, text.index.to_numpy(dtype=np.intp)[valid], text["section_label"].to_numpy(dtype=object)[valid],
        start[valid], end[valid], np.floor(time[valid]).astype(np.intp), "pas2161", category[valid], {}, method,
    )  # fmt: skip


# Coordinates beyond any number are faults; the arithmetic that shows it needs no warning.
@np.errstate(over="ignore", invalid="ignore")
def pas2161_register(results: PasResults) -> Register:
    """Make a register of the sections that a survey names, each drawn straight between its ends.

    Parameters
    ----------
    results : PasResults
        With the coordinates of both ends [m, EPSG:27700] and the class of every section.

    Raises
    ------
    RegisterError
        The file lacks coordinates or classes, half of its sections lie where they cannot, or a value breaks the schema;
        every fault is listed.
    """
    import geopandas as gpd
    import shapely

    network, file = results.network, results.readings.file
    ends = ("start_x", "start_y", "end_x", "end_y")
    rule = "is needed of every section to draw it: give it, or a register with its sections"
    faults = [
        Fault(file, 0, name, "", rule)
        for name in (*ends, "road_class")
        if name not in network.columns or (network[name] == "").any()
    ]
    if faults:
        raise RegisterError(faults)
    kept = network[network["road_class"].str.upper() != "M"]
    if not len(kept):
        raise RegisterError([Fault(file, 0, "road_class", "", "there is no road of a council in it")])
    place = kept[list(ends)].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    wrong = kept.index[~np.isfinite(place).all(axis=1)]
    if len(wrong):
        raise RegisterError([Fault(file, 0, "start_x", str(name)[:80], "has no coordinates") for name in wrong])
    number, name = (kept[each] if each in kept else pd.Series("", kept.index) for each in ("road_number", "road_name"))
    columns = {
        "asset_id": kept.index,
        "asset_class": CARRIAGEWAY,
        "link_id": kept.index,
        "name": (number + " " + name).str.strip(),
        "road": number.where(number != "", name),
        "road_class": kept["road_class"].str.upper(),
        "chainage_m": 0.0,
        "length_m": kept["length_m"].replace("", np.nan) if "length_m" in kept else np.nan,
    }
    shapes = shapely.linestrings(place.reshape(-1, 2, 2))
    frame = gpd.GeoDataFrame(pd.DataFrame(columns).reset_index(drop=True), geometry=shapes, crs=27700)
    frame, misplaced = only_placed(frame, frame["asset_id"].astype("str"), file, "sections")
    filled = fill_assumed(frame)
    notes = (
        ("sections read", len(network)),
        ("sections left out: motorway", len(network) - len(kept)),
        *misplaced,
        ("sections drawn straight between their ends", len(frame)),
    )
    return validate_register(Register(filled, notes=notes, **nothing_with(frame)), file)


def against_register(results: PasResults, register: Register) -> list[tuple[str, int]]:
    """Sections whose stated length or class is not that of the register's link of the same name, counted."""
    assets = register.assets[register.assets["asset_class"] == CARRIAGEWAY]
    links = assets.groupby("link_id").agg(length=("length_m", "sum"), road_class=("road_class", "first"))
    both = results.network.index.intersection(links.index)
    notes = []
    if "length_m" in results.network:
        stated = pd.to_numeric(results.network.loc[both, "length_m"], errors="coerce")
        gap = (stated / links.loc[both, "length"] - 1).abs() > _LENGTH_GAP
        notes.append(
            (f"sections whose stated length is more than {_LENGTH_GAP:.0%} off the register's", int(gap.sum()))
        )
    if "road_class" in results.network:
        stated = results.network.loc[both, "road_class"].str.upper()
        other = (stated != "") & (stated != links.loc[both, "road_class"])
        notes.append(("sections whose stated class is not the register's", int(other.sum())))
    return [(note, number) for note, number in notes if number]
