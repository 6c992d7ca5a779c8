"""Tables of assets or readings from any file that holds one: several of one layout, and a second one joined to them."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan import cells
from assetplan._types import Bools, Ints, Texts
from assetplan.delimited import read_delimited
from assetplan.errors import Fault, RegisterError
from assetplan.file_kinds import LAYERS, PARQUET, TEXT, WORKBOOK, file_kind, in_words
from assetplan.input_files import regular_file
from assetplan.postgis.address import DatabaseTable
from assetplan.postgis.reading import read_table
from assetplan.reading.layers import ENCODING_HINT, is_spatial, read_layer, read_parquet, shapes_in
from assetplan.reading.mapping import Mapping
from assetplan.reading.workbook import read_sheet
from assetplan.words import and_list, plural

_FEW = 5
Notes = tuple[tuple[str, int], ...]
Source = str | os.PathLike[str] | DatabaseTable
"""A file, or a table of a database."""


@dataclass(frozen=True, eq=False)
class SourceTable:
    """What files hold, still as they wrote it.

    Attributes
    ----------
    frame : DataFrame
        Columns under the files' own names; a GeoDataFrame where they have shapes. Its index is 0, 1, ….
    name : str
        The file, or the first and how many others there are.
    file, row : array (n,)
        Where each row stands: name of the file, and line of text, row of a sheet or number of a feature.
    decimal : str
        Decimal sign of numbers kept as text; "" where no cell shows it.
    notes : tuple of (str, int)
        What was read and what was not, with counts.
    digest : str
        Digest of the rows of a database; "" of files.
    """

    frame: pd.DataFrame
    name: str
    file: Texts
    row: Ints
    decimal: str = "."
    notes: Notes = ()
    digest: str = ""

    def where(self, keep: Bools) -> SourceTable:
        """Some of the rows."""
        frame = self.frame[keep].reset_index(drop=True)
        return replace(self, frame=frame, file=self.file[keep], row=self.row[keep])

    def placed(self, fault: Fault) -> Fault:
        """A fault of row n of the table (first is 1) as one of the file and row where that stands."""
        if not fault.row:
            return fault
        return replace(fault, file=str(self.file[fault.row - 1]), row=int(self.row[fault.row - 1]))

    def first_rows(self, some: Bools) -> str:
        """The first of some rows in words, as "rows 2, 7, …"; "" where there are none."""
        rows = self.row[some]
        if not len(rows):
            return ""
        shown = ", ".join(map(str, rows[:_FEW].tolist())) + (", …" if len(rows) > _FEW else "")
        return f"row{'s' if len(rows) > 1 else ''} {shown}"


def read_tables(paths: Sequence[Source], mapping: Mapping, known: Collection[str]) -> SourceTable:
    """Read files of one layout, each as it is laid out by the mapping, and join the mapping's second table to them.

    Parameters
    ----------
    paths : sequence of path or DatabaseTable
        Files, by their first bytes: text, workbook, Parquet, GeoPackage, shapefile, GeoJSON, FlatGeobuf; or tables.
    mapping : Mapping
        How they are laid out.
    known : collection of str
        Names that some columns are likely to have, by which a header is recognised.

    Raises
    ------
    RegisterError
        A file cannot be read, or its columns differ from those of the first; every fault is listed.
    FileNotFoundError
        One of them is not there.
    """
    likely = {*known, *(name for _, name in mapping.sources())}
    shapes = not mapping.without_geometry
    parts = [_read(path, mapping.file, likely, shapes) for path in paths]
    table = parts[0] if len(parts) == 1 else _together(parts)
    return _joined(table, mapping, likely) if mapping.join else table


def _read(source: Source, layout: Keyed[str, Any], known: Collection[str], shapes: bool = True) -> SourceTable:
    if isinstance(source, DatabaseTable):
        rows, dropped, digest = read_table(source, shapes)
        return replace(_source_table(_tidied(rows), source.name, ".", dropped), digest=digest)
    path = Path(source)
    kind = file_kind(regular_file(path, RegisterError))
    decimal: str = layout.get("decimal", ".")
    changed: list[str] = []
    if kind == TEXT:
        frame = read_delimited(
            path,
            layout.get("encoding", ""),
            layout.get("delimiter", ""),
            encoding_hint=ENCODING_HINT,
            header_row=layout.get("header_row", 0),
            known=known,
        )
        if "decimal" not in layout and frame.attrs["delimiter"] != ",":
            decimal = cells.decimal_of(frame)
    elif kind == WORKBOOK:
        frame = read_sheet(path, layout.get("sheet", ""), layout.get("header_row", 0), known)
    elif kind == PARQUET:
        frame = _tidied(read_parquet(path))
    elif kind in LAYERS:
        frame, changed = read_layer(path, layout.get("layer", ""), layout.get("encoding", ""), shapes)
        frame = _tidied(frame)
    else:
        raise RegisterError([Fault(path.name, 0, "", "", f"is {in_words(kind)}, which cannot be read as a table")])
    return _source_table(frame, path.name, decimal, changed)


def _source_table(frame: pd.DataFrame, name: str, decimal: str, changed: Sequence[str]) -> SourceTable:
    rows = frame.index.to_numpy(dtype=np.intp)
    notes = ((f"rows of {name}", len(frame)), *((note, len(frame)) for note in changed))
    file = np.full(len(frame), name, dtype=object)
    return SourceTable(frame.reset_index(drop=True), name, file, rows, decimal, notes)


def _tidied(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of a layer with text tidied as that of a text file is, numbered from 1."""
    shapes = frame.geometry.name if is_spatial(frame) else None
    for name in frame.columns:
        if name != shapes and pd.api.types.is_string_dtype(frame[name]):
            frame[name] = frame[name].str.split().str.join(" ")
    frame.columns = pd.Index([name if isinstance(name, str) else str(name) for name in frame.columns])
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def _together(parts: Sequence[SourceTable]) -> SourceTable:
    """Tables of one layout below each other, in the CRS of the first."""
    first = parts[0]
    columns = list(first.frame.columns)
    faults = []
    for part in parts[1:]:
        odd = sorted(set(columns) ^ set(part.frame.columns))
        if odd:
            rule = f"is in one of {and_list([first.name, part.name])} alone: files imported together have one layout"
            faults += [Fault(part.name, 0, str(name), "", rule) for name in odd]
        elif is_spatial(first.frame) and (first.frame.crs is None) != (part.frame.crs is None):
            faults.append(Fault(part.name, 0, "geometry", "", f"has a CRS, or none, unlike {first.name}"))
    if faults:
        raise RegisterError(faults)
    crs = first.frame.crs if is_spatial(first.frame) else None
    frames = [part.frame if crs is None else shapes_in(part.frame, crs) for part in parts]
    return SourceTable(
        pd.concat([frame[columns] for frame in frames], ignore_index=True),
        f"{first.name} and {plural(len(parts) - 1, 'other file')}",
        np.concatenate([part.file for part in parts]),
        np.concatenate([part.row for part in parts]),
        _one_decimal({part.decimal for part in parts}),
        tuple(note for part in parts for note in part.notes),
    )


def _one_decimal(signs: set[str]) -> str:
    """The decimal sign of several files: one of them may not show it."""
    known = signs - {""}
    return known.pop() if len(known) == 1 else ""


def _joined(table: SourceTable, mapping: Mapping, known: Collection[str]) -> SourceTable:
    """A table with the columns of the mapping's second one, row by row of the same key."""
    asked = mapping.join
    path = mapping.folder / asked["file"]
    second = _read(path, asked, {*known, asked.get("to", asked["key"])})
    key, to = asked["key"], asked.get("to", asked["key"])
    faults = [
        Fault(mapping.name, 0, f"join.{place}", name, f"is no column of {of.name}")
        for place, name, of in (("key", key, table), ("to", to, second), ("latest", asked.get("latest", to), second))
        if name not in of.frame.columns
    ]
    if faults:
        raise RegisterError(faults)
    theirs = cells.text_of(second.frame[to]).to_numpy(dtype=object)
    order = _latest_last(second, asked.get("latest", ""), mapping.file.get("date_format", ""))
    repeated = pd.Series(theirs).duplicated(keep=False).to_numpy() & (theirs != "")
    if repeated.any() and "latest" not in asked:
        rule = 'is there more than once: name a column of dates, whose last row counts, as [join] latest = "Date"'
        raise RegisterError(
            Fault(path.name, int(second.row[at]), to, str(theirs[at])[:80], rule) for at in np.flatnonzero(repeated)
        )
    last = dict(zip(theirs[order], order.tolist(), strict=True))
    last.pop("", None)
    taken = np.array([last.get(one, -1) for one in cells.text_of(table.frame[key])], dtype=np.intp)
    alone = taken < 0
    notes = [
        *table.notes,
        *second.notes,
        (f"rows with no row of {path.name} ({table.first_rows(alone)})" if alone.any() else "", int(alone.sum())),
        (f"rows of {path.name} passed over for a later one", len(theirs) - len(last) - int((theirs == "").sum())),
        (f"rows of {path.name} that no row takes", len(set(last.values()) - set(taken.tolist()))),
    ]
    frame = _beside(table.frame, second, taken, to, path.stem)
    return replace(table, frame=frame, notes=tuple(note for note in notes if note[1]))


def _latest_last(second: SourceTable, column: str, date_format: str) -> Ints:
    if not column:
        return np.arange(len(second.row), dtype=np.intp)
    values = second.frame[column]
    when = cells.dates(values, date_format)
    number = cells.numbers(values, second.decimal)
    if when.notna().any():
        number = np.where(when.notna(), when.astype("int64"), np.nan)
    return np.argsort(np.where(np.isnan(number), -np.inf, number), kind="stable")


def _beside(frame: pd.DataFrame, second: SourceTable, taken: Ints, to: str, stem: str) -> pd.DataFrame:
    """Columns of the second table beside those of the first; one of a name that is there already gets its file's."""
    import geopandas as gpd

    other = second.frame.drop(columns=[to])
    shapes = other.geometry.name if is_spatial(other) else None
    rows = other.iloc[np.maximum(taken, 0)].reset_index(drop=True)
    out = frame.copy()
    for name in other.columns:
        if name == shapes:
            continue
        column = rows[name]
        if isinstance(column.dtype, pd.StringDtype) and second.decimal == ",":
            read = cells.numbers(column, second.decimal)
            column = pd.Series(read) if not (np.isnan(read) & ~cells.missing(column)).any() else column
        out[name if name not in out.columns else f"{stem}.{name}"] = column.where(taken >= 0)
    if shapes is None or is_spatial(frame):
        return out
    geometry = rows[shapes].where(taken >= 0)
    return gpd.GeoDataFrame(out, geometry=gpd.GeoSeries(geometry.array, crs=other.crs))
