"""Files of OS NGD as layers: road links, streets and compound structures, each known by its columns.

A GeoPackage may hold several; OS delivers each feature type as a file of its own, GeoPackage or CSV. Columns and values
by the published schemas of `trn-ntwk-roadlink` 5.0, `trn-ntwk-street` 1.0 and `str-fts-compoundstructure` 1.0 to 3.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Texts
from assetplan.delimited import read_delimited
from assetplan.errors import Fault, RegisterError
from assetplan.file_kinds import TEXT, file_kind
from assetplan.input_files import regular_file
from assetplan.reading.layers import is_spatial, layer_facts, layer_names, read_layer
from assetplan.reference import load_table
from assetplan.words import and_list

if TYPE_CHECKING:
    import geopandas as gpd

NEEDED = ("osid", "roadclassification")
"""Columns by which links are known."""

_STRUCTURE = {"osid", "description", "networkover"}
# Why a layer of another feature type is not read, by a part of its name.
_UNREAD = {
    "structureline": "whose list of kinds was not at hand",
    "structurepoint": "none of whose kinds is a bridge",
    "fieldboundary": "none of whose kinds is a bridge",
    "structure": "whose areas are parts of compound structures or no bridges",
}
_GRID = 27700

Notes = list[tuple[str, int]]


@dataclass(frozen=True, eq=False)
class NgdLayers:
    """What files of OS NGD hold, columns in small letters and still as the file wrote them.

    Attributes
    ----------
    links : GeoDataFrame
    streets, structures : GeoDataFrame or None; where no file has such a layer
    file, structures_file : str; where links and structures stand, for faults
    notes : list of (str, int); layers that are not read, with their features, and what was dropped
    """

    links: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame | None
    structures: gpd.GeoDataFrame | None
    file: str
    structures_file: str
    notes: Notes


@dataclass(frozen=True)
class _Layer:
    """A layer of a file: "" the only one of a text file; what it is of links, streets or structures, else ""."""

    path: Path
    name: str
    kind: str
    features: int

    @property
    def file(self) -> str:
        return f"{self.path.name}, layer {self.name}" if self.name else self.path.name


def read_ngd(paths: Sequence[Path]) -> NgdLayers:
    """Read the layers of OS NGD that some files hold.

    Raises
    ------
    RegisterError
        A file cannot be read, or not exactly one layer has road links.
    FileNotFoundError
        There is no such file.
    """
    layers = [layer for path in paths for layer in _layers_of(regular_file(path, RegisterError))]
    by_kind: dict[str, list[_Layer]] = {}
    for layer in layers:
        by_kind.setdefault(layer.kind, []).append(layer)
    linked = by_kind.get("links", [])
    if len(linked) != 1:
        names = ", ".join(layer.name or layer.path.name for layer in layers)
        rule = (
            f"has {len(linked)} layers with columns {' and '.join(NEEDED)}: it must have one, of road links; there are"
        )
        raise RegisterError([Fault(and_list([path.name for path in paths]), 0, "", "", f"{rule} {names}")])
    frames: dict[str, Any] = {}
    notes: Notes = []
    for kind, some in by_kind.items():
        if kind:
            frames[kind], dropped = _read(some[0])
            notes += [(f"{note} of {some[0].file}", len(frames[kind])) for note in dropped]
        notes += [(_not_read(layer), layer.features) for layer in (some[1:] if kind else some)]
    where = {kind: some[0].file for kind, some in by_kind.items()}
    return NgdLayers(
        frames["links"], frames.get("streets"), frames.get("structures"),
        where["links"], where.get("structures", ""), notes,
    )  # fmt: skip


def _layers_of(path: Path) -> list[_Layer]:
    if file_kind(path) == TEXT:
        frame = read_delimited(path)
        return [_Layer(path, "", _kind(path.stem, {str(name).lower() for name in frame.columns}), len(frame))]
    out = []
    for name in layer_names(path, odd=True):
        columns, _, features = layer_facts(path, name)
        out.append(_Layer(path, name, _kind(name, {column.lower() for column in columns}), features))
    return out


def _plain(name: str) -> str:
    return "".join(filter(str.isalpha, name.lower()))


def _kind(name: str, columns: set[str]) -> str:
    """What a layer is: by its columns, and a first version of structures by its name."""
    if set(NEEDED) <= columns:
        return "links"
    if columns >= _STRUCTURE or ("compoundstructure" in _plain(name) and "osid" in columns):
        return "structures"
    return "streets" if "usrn" in columns else ""


def _not_read(layer: _Layer) -> str:
    if layer.kind:
        return f"features of layer {layer.file}, a second layer of {layer.kind}, not read"
    plain = _plain(layer.name or layer.path.stem)
    why = next(
        (text for part, text in _UNREAD.items() if part in plain), "which is none of links, streets or structures"
    )
    return f"features of layer {layer.name or layer.path.name}, {why}, not read"


def _read(layer: _Layer) -> tuple[Any, list[str]]:
    if not layer.name:
        return _from_text(layer.path), []
    frame, dropped = read_layer(layer.path, layer.name)
    return _small(frame), dropped


def _small(frame: Any) -> Any:
    return frame.rename(columns={name: str(name).lower() for name in frame.columns if name != "geometry"})


def _from_text(source: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    text = _small(read_delimited(source))
    place = next((name for name in ("geometry", "wkt", "geom") if name in text.columns), "")
    if not place:
        rule = "there is no column geometry or wkt of well-known text"
        raise RegisterError([Fault(source.name, 0, "geometry", "", rule)])
    with np.errstate(over="ignore", invalid="ignore"):
        shapes = shapely.from_wkt([value or None for value in text[place].to_numpy(dtype=object)], on_invalid="ignore")
    return gpd.GeoDataFrame(text.drop(columns=place), geometry=shapes, crs=_GRID)


def lacking(frame: Any, columns: Sequence[str], file: str) -> list[Fault]:
    """Faults of a layer that lacks columns, or shapes with a CRS.

    Parameters
    ----------
    frame : DataFrame; the layer
    columns : sequence of str; names that it must have
    file : str; for the faults
    """
    faults = [Fault(file, 0, name, "", "this column is missing") for name in columns if name not in frame.columns]
    if not is_spatial(frame) or frame.crs is None:
        faults.append(Fault(file, 0, "geometry", "", "is missing or has no CRS"))
    return faults


def texts(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as text, "" where there is nothing or no such column."""
    values = frame[column] if column in frame.columns else pd.Series("", frame.index)
    return values.astype(object).where(values.notna(), "").astype("str").str.strip()


def faults_at(file: str, wrong: Bools, column: str, shown: pd.Series, rule: str, hint: str = "") -> list[Fault]:
    """A fault for each row where something is wrong.

    Parameters
    ----------
    file, column, rule, hint : str; as of a `Fault`
    wrong : array (n,) of bool
    shown : Series (n,) of str; the value that each fault shows
    """
    return [Fault(file, int(row) + 1, column, str(shown.iloc[row])[:80], rule, hint) for row in np.flatnonzero(wrong)]


def known_values(column: str) -> dict[str, str]:
    """Values of a column in reference/ngd_values.csv, each with what a register makes of it."""
    table = load_table("ngd_values")
    own = table[table["column"] == column]
    return dict(zip(own["value"], own["use"].fillna("").astype("str"), strict=True))


def uses(frame: pd.DataFrame, column: str, values_of: str = "") -> Texts:
    """What reference/ngd_values.csv makes of each row's value in a column (n,), "" where it says nothing.

    Parameters
    ----------
    frame : DataFrame (n,)
    column : str
    values_of : str, optional; what the table calls the column, where that differs
    """
    return frame[column].map(known_values(values_of or column)).fillna("").to_numpy(dtype=object)
