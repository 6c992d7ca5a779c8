"""A mapping applied: the columns that are wanted out of those that a file has, and which of its own were not read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from collections.abc import Mapping as Keyed
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from assetplan import cells
from assetplan._types import Bools
from assetplan.errors import Fault
from assetplan.reading.layers import is_spatial, shapes_of
from assetplan.reading.mapping import DROP, Mapping
from assetplan.reading.tables import SourceTable

NUMBERS = frozenset({"number", "positive", "whole"})
"""Types of column that hold numbers."""

_WITH_VALUE = ("measure", "surveyed_year", "confidence")
_CUT = 10  # letters of a name that a shapefile keeps
_SHOWN = 20


def absent(table: SourceTable, mapping: Mapping, wanted: Collection[str] = ()) -> list[Fault]:
    """Columns that the mapping names and the file does not have, and wanted ones that it has more than once.

    Parameters
    ----------
    table : SourceTable
        As read.
    mapping : Mapping
        What it names.
    wanted : collection of str
        Columns that are read by their own name unless the mapping says otherwise.
    """
    names = list(map(str, table.frame.columns))
    faults = []
    for key, name in mapping.sources():
        if name in names:
            continue
        if f"{name}#1" in names:
            faults.append(Fault(mapping.name, 0, key, name, f"is there more than once: say which, as {name}#1"))
            continue
        near = difflib.get_close_matches(name, names, 1)
        hint = f"is it {near[0]!r}?" if near else _held(names)
        faults.append(Fault(mapping.name, 0, key, name, "is no column of the file", hint))
    given = {*mapping.columns, *mapping.year_of, *mapping.constants}
    for name in wanted:
        if f"{name}#1" in names and name not in names and name not in given:
            hint = f'say which in the mapping, as [columns] {name} = "{name}#1"'
            faults.append(Fault(table.name, 0, name, "", "this column is there more than once", hint))
    return faults


def _held(names: Iterable[str]) -> str:
    shown = [name for name in names if name != "geometry"]
    return f"the file has {', '.join(shown[:_SHOWN])}" + (", …" if len(shown) > _SHOWN else "")


def copies(table: SourceTable) -> Bools:
    """Rows alike in every column and shape to one before them, array (n_rows,) of bool."""
    plain, shapes = table.frame, {}
    if is_spatial(plain):
        geometry = shapes_of(plain)
        name = str(geometry.name)
        plain, shapes = plain.drop(columns=name), {name: shapely.to_wkb(geometry.to_numpy())}
    words = {name: cells.text_of(plain[name]) for name in plain.columns}
    return pd.DataFrame(words | shapes).duplicated().to_numpy(dtype=bool)


def leave_out(table: SourceTable, mapping: Mapping) -> SourceTable:
    """A table without the rows that the mapping leaves out, how many and the first of them in its notes."""
    notes = list(table.notes)
    if mapping.file.get("duplicates") == DROP:
        out = copies(table)
        first = f" ({table.first_rows(out)})" if out.any() else ""
        notes.append((f"rows left out: alike in every column and shape to one before{first}", int(out.sum())))
        table = table.where(~out)
    for column, values in mapping.leave_out.items():
        out = cells.text_of(table.frame[column]).isin(values).to_numpy(dtype=bool)
        first = f" ({table.first_rows(out)})" if out.any() else ""
        notes.append((f"rows left out: {column} is {' or '.join(values)}{first}", int(out.sum())))
        table = table.where(~out)
    return replace(table, notes=tuple(notes))


def source_of(name: str, table: SourceTable, mapping: Mapping) -> str:
    """The file's column that a wanted one is read from; "" where it has none.

    Parameters
    ----------
    name : str
        Wanted column.
    table, mapping : SourceTable, Mapping
        What was read and how.
    """
    if name in mapping.constants:
        return ""
    source = mapping.year_of.get(name) or mapping.columns.get(name, name)
    return source if source in table.frame.columns else ""


def mapped(table: SourceTable, mapping: Mapping, kinds: Keyed[str, str]) -> pd.DataFrame:
    """The wanted columns that file and mapping give, still unchecked: what is no number where one is wanted stays text.

    Parameters
    ----------
    table : SourceTable
        As read.
    mapping : Mapping
        How its columns become the wanted ones.
    kinds : mapping of str → str
        Wanted columns, each with its type: "number", "positive", "whole", "year", "text" or "choice".
    """
    out: dict[str, pd.Series] = {}
    index = table.frame.index
    for name, kind in kinds.items():
        if name in mapping.constants:
            out[name] = pd.Series([mapping.constants[name]] * len(index), index=index)
            continue
        source = source_of(name, table, mapping)
        if source:
            out[name] = _read(table, mapping, name, source, kind)
    if "value" in out and "value" not in mapping.constants:
        # What was not surveyed has no condition, whatever holds for those that were.
        bare = cells.missing(cells.text_of(out["value"]))
        for name in _WITH_VALUE:
            if name in mapping.constants and name in out and bare.any():
                out[name] = out[name].astype(object).mask(bare, "" if name != "surveyed_year" else np.nan)
    return pd.DataFrame(out, index=index)


def _read(table: SourceTable, mapping: Mapping, name: str, source: str, kind: str) -> pd.Series:
    values = table.frame[source]
    form = mapping.file.get("date_format", "")
    translation = mapping.translations.get(name)
    if translation is not None:
        text = cells.text_of(values)
        values = text.map(translation).fillna(text)
    if name in mapping.year_of:
        return _kept(values, cells.dates(values, form).dt.year.to_numpy(dtype=float, na_value=np.nan))
    if kind == "year":
        return _kept(values, cells.years(values, form, table.decimal))
    if kind in NUMBERS or name in mapping.factors:
        return _kept(values, cells.numbers(values, table.decimal) * mapping.factors.get(name, 1.0))
    return cells.text_of(values)


def _kept(values: pd.Series, read: np.ndarray) -> pd.Series:
    """Numbers that were read; what is none and not blank stays as it is, for the check to name."""
    numbers = pd.Series(read, index=values.index)
    if pd.api.types.is_numeric_dtype(values):
        return numbers
    text = cells.text_of(values)
    wrong = numbers.isna().to_numpy() & ~cells.missing(text)
    return numbers.astype(object).where(~wrong, text) if wrong.any() else numbers


def numbers_of(table: SourceTable, mapping: Mapping, key: str, source: str) -> np.ndarray:
    """Numbers of one column of the file (n,), NaN where there is none.

    Parameters
    ----------
    table, mapping : SourceTable, Mapping
        What was read and how.
    key : str
        What the mapping calls the column, for its unit.
    source : str
        The column of the file.
    """
    return cells.numbers(table.frame[source], table.decimal) * mapping.factors.get(key, 1.0)


def not_read(table: SourceTable, mapping: Mapping, wanted: Collection[str], used: Collection[str] = ()) -> str:
    """Columns of the file that nothing was read from, each with the wanted column that it may be; "" where all were.

    Parameters
    ----------
    table, mapping : SourceTable, Mapping
        What was read and how.
    wanted : collection of str
        Columns that could be.
    used : collection of str
        Columns of the file that were read for something else, such as coordinates.
    """
    taken = {name for _, name in mapping.sources()} | set(used) | {mapping.join.get("key", "")}
    free = [name for name in wanted if name not in {*mapping.columns, *mapping.year_of, *mapping.constants}]
    taken |= set(free)
    left = [str(name) for name in table.frame.columns if name not in taken]
    shown = []
    for name in left:
        likely = _likely(name, [one for one in free if one not in table.frame.columns])
        shown.append(f"{name} (is it {' or '.join(likely)}?)" if likely else name)
    return ", ".join(shown)


def _likely(name: str, free: Iterable[str]) -> list[str]:
    """Wanted columns that begin like a name: other case, a unit more, or cut as a shapefile cuts it."""
    plain = re.sub(r"[ .\-]", "_", name.lower())
    stem = re.sub(r"_?\d+$", "", plain)
    cut = len(plain) == _CUT and len(stem) >= _CUT - 2
    out = []
    for one in free:
        unit = re.sub(r"_(m|t|km|m2)$", "", one)
        if plain in (one, unit) or (cut and one.startswith(stem)):
            out.append(one)
    return out
