"""Inspections as a council keeps them: one row a reading, checked once, laid out by asset and time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan import cells, condition
from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.cells import MISSING_WORDS
from assetplan.delimited import TextColumns
from assetplan.display import Shown
from assetplan.errors import Fault, RegisterError
from assetplan.reading.columns import absent, leave_out, mapped
from assetplan.reading.mapping import Mapping, read_mapping
from assetplan.reading.tables import SourceTable, read_tables

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SAMPLE = 5  # rows or assets named in a note
_DATES = ("date", "works_date")
_COLUMNS = {
    "asset_id": "text", "date": "text", "year": "number", "value": "number", "state": "text", "works_date": "text",
    "age": "number", "built_year": "year", "method": "text",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Inspections(Shown):
    """Readings of assets, sorted by asset and time. Arrays (n,) unless stated otherwise.

    Attributes
    ----------
    file : str; where they come from
    asset : array of int; asset of each reading: position in `assets`
    assets : array (n_assets,) of str; identifiers
    time : array; when, in years and parts of a year
    index : array; condition index [0–100]; NaN where only a state was noted
    state : array of int; condition state [0 best]; −1 where only a value was noted
    states : tuple of str; what the states are called, best first; () where there are none
    worked : array of bool; whether works are known between the reading before, of the same asset, and this one
    age : array; age of the asset [years]; NaN where it is not known
    group : array (n_assets,) of int; group of each asset: position in `groups`
    groups : tuple of str; their names
    covariates : DataFrame; one row an asset, columns as asked for: the value at its first reading
    notes : tuple of str; what the reader should know
    """

    file: str
    asset: Ints
    assets: Texts
    time: Floats
    index: Floats
    state: Ints
    states: tuple[str, ...]
    worked: Bools
    age: Floats
    group: Ints
    groups: tuple[str, ...]
    covariates: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def first(self) -> Bools:
        """Whether a reading is its asset's first."""
        return np.diff(self.asset, prepend=-1) != 0

    def where(self, keep: Bools) -> Inspections:
        """Some readings; works that a dropped reading followed are kept by the next one of its asset."""
        kept = {name: getattr(self, name)[keep] for name in ("asset", "time", "index", "state", "age")}
        worked = (np.diff(np.cumsum(self.worked)[keep], prepend=0) > 0) & (np.diff(kept["asset"], prepend=-1) == 0)
        return replace(self, worked=worked, **kept)


def read_inspections(
    path: Path,
    *,
    group: str | None = None,
    measure: str = "index",
    states: Sequence[str] | None = None,
    covariates: Sequence[str] = (),
    mapping: str | os.PathLike[str] | Keyed[str, object] | None = None,
) -> Inspections:
    """Read a table of inspections.

    Parameters
    ----------
    path : path
        Text, workbook, Parquet or a layer, with columns: asset_id; date (2019-06-30) or year (2019 or 2019.5); value or
        state; optionally works_date (of works on the asset, on any of its rows), age [years] or built_year, method
        (where it changes, the series breaks), and those named below. Others are left alone.
    group : str, optional; column that says which group an asset belongs to; by default all are one group
    measure : str; what `value` is: index (0–100) or a native measure such as rci, iri, bci
    states : sequence of str, optional
        What `state` holds, best first, such as 1, 2, 3, 4, 5; by default letters from A or whole numbers from 0.
    covariates : sequence of str; columns to keep as covariates, numbers or words
    mapping : path or mapping, optional
        How the file's columns become those: see `assetplan.reading.mapping`; by default they have those names.

    Raises
    ------
    RegisterError
        The file breaks these rules; every fault is listed with its row.
    FileNotFoundError
        There is no such file.
    """
    plan = read_mapping(mapping)
    kinds = _COLUMNS | {name: "text" for name in (group, *covariates) if name and name not in _COLUMNS}
    table = read_tables([path], plan, kinds)
    faults = absent(table, plan, kinds)
    if faults:
        raise RegisterError(faults)
    table = leave_out(table, plan)
    text = mapped(table, plan, kinds).apply(cells.text_of)
    form = plan.file.get("date_format", "")
    for name in set(_DATES) & set(text.columns):
        text[name] = _iso(text[name], form)
    readings = inspections_of(
        text.set_axis(pd.Index(table.row), axis=0),
        file=str(path), group=group, measure=measure, states=states, covariates=covariates,
    )  # fmt: skip
    return replace(readings, notes=(*_left(table, plan), *readings.notes))


def _iso(values: pd.Series, form: str) -> pd.Series:
    """Dates as 2019-06-30; what is none stays as it is, for the check to name."""
    dates = cells.dates(values, form).dt.strftime("%Y-%m-%d")
    return dates.where(dates.notna(), cells.text_of(values)).astype("str")


def _left(table: SourceTable, plan: Mapping) -> list[str]:
    return [f"{note}: {count:,}." for note, count in table.notes if note.startswith("rows left out")]


def inspections_of(
    table: pd.DataFrame,
    *,
    file: str = "inspections",
    group: str | None = None,
    measure: str = "index",
    states: Sequence[str] | None = None,
    covariates: Sequence[str] = (),
) -> Inspections:
    """Inspections of a table with the columns that `read_inspections` asks for, its index the row numbers.

    Parameters
    ----------
    table : DataFrame; columns as `read_inspections` asks for; its index holds the row numbers of the file
    file : str; what faults call the table
    group, measure, states, covariates : as of `read_inspections`
    """
    if measure not in condition.measure_names():
        raise ValueError(f"no measure {measure!r}; the measures are {', '.join(condition.measure_names())}")
    text = table.astype("object").where(table.notna(), "").astype("str").apply(lambda column: column.str.strip())
    faults = list(_missing(text, file, [c for c in (group, *covariates) if c]))
    if faults:
        raise RegisterError(faults)
    reader = TextColumns(file, text, faults)
    identifier = text["asset_id"]
    reader.refuse(identifier == "", "asset_id", "a value is required")
    time = reader.times("date") if "date" in text else reader.numbers("year", 1800.0, 2300.0, needed=True)
    index = np.full(len(text), np.nan)
    if "value" in text:
        low, high = condition.measure_range(measure)
        index = condition.to_index(measure, reader.numbers("value", low, high, needed="state" not in text))[0]
    state, names = _states(reader, states) if "state" in text else (np.full(len(text), -1, np.intp), ())
    if "state" in text and "value" in text:
        reader.refuse(np.isnan(index) & (state < 0), "value", "a value or a state is required")
    age = _ages(reader, time)
    works = reader.times("works_date", needed=False) if "works_date" in text else np.full(len(text), np.nan)
    if faults:
        raise RegisterError(faults)
    series, broken = _series(identifier, text)
    codes, assets = pd.factorize(series, sort=True)
    order = np.lexsort((time, codes))
    asset = codes[order]
    own, groups = _groups(reader, group, codes, len(assets))
    if faults:
        raise RegisterError(faults)
    firsts = order[np.flatnonzero(np.diff(asset, prepend=-1))]
    inspections = Inspections(
        file, asset, np.asarray(assets, dtype=object), time[order], index[order], state[order], names,
        _worked(asset, time[order], works[order]), age[order], own, groups,
        pd.DataFrame({name: _typed(text[name].iloc[firsts]) for name in covariates}),
        (),
    )  # fmt: skip
    latest = pd.Series(time).groupby(codes).cummax().to_numpy()
    return _with_notes(inspections, int((latest > time).sum()), broken)


def _series(identifier: pd.Series, text: pd.DataFrame) -> tuple[pd.Series, int]:
    """Name of each reading's series, and how many assets have several: one for each method they were measured by."""
    if "method" not in text:
        return identifier, 0
    several = text["method"].groupby(identifier).transform("nunique") > 1
    return identifier.mask(several, identifier + ", " + text["method"]), int(identifier[several].nunique())


def _missing(text: pd.DataFrame, file: str, named: list[str]) -> Iterator[Fault]:
    for columns in (("asset_id",), ("date", "year"), ("value", "state"), *((name,) for name in named)):
        if not set(columns) & set(text.columns):
            yield Fault(file, 0, columns[0], "", "this column is missing" + "".join(f" (or {c})" for c in columns[1:]))
    if not len(text):
        yield Fault(file, 0, "", "", "has no rows")


def _states(reader: TextColumns, names: Sequence[str] | None) -> tuple[Ints, tuple[str, ...]]:
    words = reader.text["state"]
    blank = words.str.lower().isin(MISSING_WORDS).to_numpy()
    words = words.str.replace(r"\.0$", "", regex=True)
    if names is None:
        seen = set(words[~blank])
        if seen <= set(LETTERS):
            names = LETTERS[: max(max(map(LETTERS.index, seen), default=0) + 1, 2)]
        else:
            whole = words.str.fullmatch(r"\d{1,2}").to_numpy()
            reader.refuse(~blank & ~whole, "state", "must be a letter from A, or a whole number from 0 (the best)")
            names = [str(k) for k in range(max(int(words[whole].astype(int).max()) + 1 if whole.any() else 2, 2))]
    known = {str(name): k for k, name in enumerate(names)}
    state = words.map(known)
    if "value" not in reader.text:
        reader.refuse(blank, "state", "a state is required")
    reader.refuse(~blank & state.isna(), "state", f"must be one of {', '.join(known)}")
    codes: Ints = np.asarray(state.fillna(-1), dtype=np.intp)
    return codes, tuple(known)


def _ages(reader: TextColumns, time: Floats) -> Floats:
    age = np.full(len(time), np.nan)
    if "built_year" in reader.text:
        built = reader.numbers("built_year", 1000.0, 2300.0, needed=False)
        reader.refuse(built > time + 1, "built_year", "must not be after the inspection")
        age = np.maximum(time - built, 0.0)
    if "age" in reader.text:
        given = reader.numbers("age", 0.0, 1000.0, needed=False)
        age = np.where(np.isnan(given), age, given)
    return age


def _groups(reader: TextColumns, column: str | None, codes: Ints, n_assets: int) -> tuple[Ints, tuple[str, ...]]:
    if column is None:
        return np.zeros(n_assets, dtype=np.intp), ("all",)
    words = reader.text[column]
    reader.refuse(words == "", column, "a group is required")
    codes_of, names = pd.factorize(words, sort=True)
    place = codes_of.astype(np.intp)
    own = np.full(n_assets, -1, dtype=np.intp)
    own[codes[::-1]] = place[::-1]  # an asset's first row stands last
    other = place != own[codes]
    earlier = [str(names[k]) for k in own[codes[other]]]
    for line, value, before in zip(reader.text.index[other], words[other], earlier, strict=True):
        reader.faults.append(
            Fault(reader.file, int(line), column, value, f"the same asset is in group {before!r} further up")
        )
    return own, tuple(map(str, names))


def _worked(asset: Ints, time: Floats, works: Floats) -> Bools:
    """Whether a known date of works on the asset lies after the reading before and not after this one."""
    known = np.flatnonzero(~np.isnan(works))
    # The first reading of the same asset at or after each date: complex numbers sort by asset, then by time.
    after = np.searchsorted(asset + 1j * time, asset[known] + 1j * works[known])
    own = after[np.append(asset, -1)[after] == asset[known]]
    return np.isin(np.arange(len(asset)), own) & (np.diff(asset, prepend=-1) == 0)


def _typed(words: pd.Series) -> pd.Series:
    """Numbers where all are, else words."""
    blank = words.str.lower().isin(MISSING_WORDS)
    numbers = pd.to_numeric(words.mask(blank), errors="coerce")
    whole = numbers.notna().any() and bool((numbers.notna() | blank).all())
    return (numbers if whole else words.mask(blank, "")).reset_index(drop=True)


def _with_notes(inspections: Inspections, disordered: int, broken: int) -> Inspections:
    notes = []
    if broken:
        notes.append(f"{broken:,} assets were measured by more than one method: each is a series by itself.")
    visits = np.bincount(inspections.asset, minlength=len(inspections.assets))
    if disordered:
        notes.append(f"{disordered:,} readings stand in the file after a later one of their asset; they were sorted.")
    single = np.flatnonzero(visits == 1)
    if len(single):
        shown = ", ".join(map(str, inspections.assets[single[:_SAMPLE]])) + (", …" if len(single) > _SAMPLE else "")
        notes.append(f"{len(single):,} of {len(visits):,} assets have one inspection, which shows no decay: {shown}.")
    return replace(inspections, notes=tuple(notes))
