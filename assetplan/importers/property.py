"""Component surveys, condition data and plain property lists, by a mapping, as premises, blocks and components.

Columns of a mapping are those of table `assets` for components, `block_id` and `premises_id`, and those of the tables
`blocks` and `premises` after `block_` and `premises_`: `block_floor_area_m2`, `premises_tenure`. What a file gives
decides what a row is: a component where it has a grade, an element or an identifier of one, else a block, else
premises.
"""

from __future__ import annotations

import os
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from assetplan import cells, schema
from assetplan.asset_classes import BUILDING
from assetplan.errors import Fault, RegisterError
from assetplan.input_files import regular_file
from assetplan.reading.columns import absent, leave_out, mapped, not_read
from assetplan.reading.mapping import Mapping, read_mapping
from assetplan.reading.tables import SourceTable, read_tables
from assetplan.reference import load_table
from assetplan.register.components import ungrouped
from assetplan.register.positions import BRITISH_GRID
from assetplan.register.premises import TABLES
from assetplan.register.register import Register, RegisterNames, packaged_names
from assetplan.register.validation import no_assets, nothing_with, validate_register
from assetplan.register.validation_faults import faults_where

if TYPE_CHECKING:
    import geopandas as gpd

_IDENTIFIERS = {"premises": "premises_id", "blocks": "block_id"}
_PREFIXES = {"premises": "premises_", "blocks": "block_"}
_COMPONENT = ("asset_id", "value", "element")  # columns of which a component has one
_LETTERS = {letter: str(place) for place, letter in enumerate("ABCDE", start=1)}
_NO_LETTER = "must be a grade: A, B, C, D or E"
DFE_CAVEAT = (
    "The DfE's condition data are visual, non-invasive and without costs. On their own they are not suitable for local "
    "asset management purposes; costs and decay here are of this package's tables."
)


@dataclass(frozen=True, eq=False)
class PropertyImport:
    """A register of property, and what was wrong with the rows of a list that it was made from.

    Attributes
    ----------
    register : Register
    faults : tuple of Fault; rows that were left out and cells that were left blank, each with its reason
    """

    register: Register
    faults: tuple[Fault, ...]


def property_columns() -> dict[str, tuple[str, str]]:
    """Table and column of the register of each column that a mapping may give."""
    out = {name: ("assets", name) for name in schema.columns("assets") if name != "parent_id"}
    for table in TABLES:
        for name in schema.columns(table):
            known = name if name in _IDENTIFIERS.values() else _PREFIXES[table] + name
            out.setdefault(known, (table, name))
    return out


def import_property(
    path: str | os.PathLike[str],
    mapping: str | os.PathLike[str] | Keyed[str, object] | None = None,
    register: Register | None = None,
    names: RegisterNames | None = None,
) -> PropertyImport:
    """Make a register of a component survey or a list of blocks or premises, or add it to one.

    Parameters
    ----------
    path : path
        Text, workbook, Parquet or a layer.
    mapping : path or mapping, optional
        See `assetplan.reading.mapping`; its columns are those of `property_columns`.
    register : Register, optional
        Takes the premises, blocks and components beside what it has.
    names : RegisterNames, optional
        Groups and treatments that components may have; by default the packaged ones.

    Returns
    -------
    PropertyImport
        Of a survey every fault is raised. Of a list a row without an identifier of its own is left out and a cell that
        breaks its rule left blank, and both are listed: what was read is what was kept and what was left out.

    Raises
    ------
    RegisterError
        The file or the mapping breaks its rules, or a row of a survey does; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    homes = property_columns()
    units = {name: schema.units(table)[column] for name, (table, column) in homes.items()}
    plan = read_mapping(mapping, units)
    if plan.join or plan.buildings:
        raise RegisterError([Fault(plan.name, 0, "join", "", "a mapping of property joins and splits no tables")])
    if "x" not in plan.file:
        plan = replace(plan, file={**plan.file, "geometry": "none"})
    source = read_tables([regular_file(Path(path), RegisterError)], plan, homes)
    if lacking := absent(source, plan, homes):
        raise RegisterError(lacking)
    table = leave_out(source, plan)
    kinds = {name: schema.kinds(of)[column] for name, (of, column) in homes.items()}
    given = mapped(table, plan, kinds)
    parts = {of: _part(given, homes, of) for of in ("assets", *TABLES)}
    left = not_read(table, plan, list(homes), {plan.file.get(one, "") for one in "xy"})
    notes = [*table.notes, *([(f"columns not read: {left}", left.count(", ") + 1)] if left else [])]
    faults: list[Fault] = []
    if "block_id" in parts["blocks"] or any(name in parts["assets"] for name in _COMPONENT):
        made, more = _survey(table, parts, plan, names or packaged_names())
    else:
        made, more, faults = _list(table, parts["premises"], plan)
    whole = _joined(replace(made, notes=(*notes, *more)), register)
    return PropertyImport(validate_register(whole, table.name, names), tuple(faults))


def _joined(made: Register, register: Register | None) -> Register:
    """The register with what was made beside what it has; what is there twice is left for the check to name."""
    if register is None:
        return made
    assets = register.assets
    if len(made.assets):
        assets = pd.concat([assets, made.assets.to_crs(assets.crs)], ignore_index=True)
    tables = {name: pd.concat([getattr(register, name), getattr(made, name)], ignore_index=True) for name in TABLES}
    return replace(register, assets=assets, notes=(*register.notes, *made.notes), **tables)


def _part(given: pd.DataFrame, homes: Keyed[str, tuple[str, str]], of: str) -> pd.DataFrame:
    """Columns of one table of the register, under its own names."""
    out = {homes[name][1]: given[name] for name in given.columns if homes[name][0] == of}
    if of == "blocks" and "premises_id" in given:
        out["premises_id"] = given["premises_id"]
    return pd.DataFrame(out, index=given.index)


def _survey(
    table: SourceTable, parts: Keyed[str, pd.DataFrame], plan: Mapping, names: RegisterNames
) -> tuple[Register, list[tuple[str, int]]]:
    """A register of components, if rows are such, with the blocks and premises that they name."""
    given = {"block_id": parts["blocks"], "premises_id": parts["premises"]}
    if lacking := [name for name, part in given.items() if name not in part]:
        rule = "this column is missing: name it in the mapping"
        raise RegisterError([Fault(table.name, 0, name, "", rule) for name in lacking])
    faults: list[Fault] = []
    others: dict[str, Any] = {}
    for of in TABLES:
        others[of], more = _each_once(parts[of], _IDENTIFIERS[of], of, table)
        faults += more
    placed = no_assets()
    if any(name in parts["assets"] for name in _COMPONENT):
        components, more = _components(parts, others["blocks"], table, names)
        rows = pd.Series(np.arange(1, len(components) + 1), index=components.index)
        clean, wrong = schema.conform(components, "assets", table.name, rows)
        faults += [*more, *(table.placed(fault) for fault in wrong)]
        placed = placed if faults else _located(clean, table, plan)
    if faults:
        raise RegisterError(faults)
    counted = [("components read", len(placed)), *((f"{name} that rows name", len(others[name])) for name in TABLES)]
    if assumed := int(placed["assumed"].str.contains("quantity").sum()):
        counted.append(("components of a quantity assumed from their block's floor area", assumed))
    counted += ungrouped(placed, names) if len(placed) else []
    return Register(placed, **nothing_with(placed), **others), counted


def _each_once(part: pd.DataFrame, key: str, of: str, table: SourceTable) -> tuple[pd.DataFrame, list[Fault]]:
    """One row for each block or premises that rows name, and rows that state otherwise of one than its first row."""
    name = cells.text_of(part[key])
    first = ~name.duplicated() & (name != "")
    faults = _at(table, name == "", key, name, "a value is required")
    start = part[first].set_index(name[first])
    for column in part.columns.drop(key):
        text = cells.text_of(part[column])
        same = cells.text_of(start[column]).reindex(name).fillna("").to_numpy()
        odd = (text != same) & (text != "") & (name != "")
        faults += _at(table, odd, column, text, f"is not what the first row of the same {of} states")
    kept = part[first]
    clean, more = schema.conform(kept, of, table.name, pd.Series(kept.index + 1, index=kept.index))
    return clean.reset_index(drop=True), [*faults, *(table.placed(fault) for fault in more)]


def _at(table: SourceTable, wrong: pd.Series, column: str, shown: pd.Series, rule: str) -> list[Fault]:
    """A fault for each row that is wrong, by its place in the file."""
    rows = np.arange(1, len(shown) + 1)
    return [
        table.placed(fault) for fault in faults_where(shown.to_frame(column), wrong, table.name, rows, column, rule)
    ]


def _components(
    parts: Keyed[str, pd.DataFrame], blocks: pd.DataFrame, table: SourceTable, names: RegisterNames
) -> tuple[pd.DataFrame, list[Fault]]:
    """Components with what follows from their block, and unknown grades and groups."""
    out = parts["assets"].copy()
    block = cells.text_of(parts["blocks"]["block_id"])
    out["parent_id"], out["asset_class"] = block, BUILDING
    if "asset_id" not in out:
        # A file of one row a block and element has no identifiers of its own.
        number = block.groupby(block).cumcount() + 1
        out["asset_id"] = block + "/" + number.astype("str")
    faults: list[Fault] = []
    if "value" in out and "measure" not in out:
        text = cells.text_of(out["value"])
        known = text.str.upper().map(_LETTERS).fillna(text)
        wrong = ~known.isin(list(_LETTERS.values())) & ~cells.missing(text)
        faults = _at(table, wrong, "value", text, _NO_LETTER)
        out["value"] = pd.to_numeric(known, errors="coerce")
        out["measure"] = np.where(out["value"].isna(), "", "grade")
    if "group" in out:
        group = cells.text_of(out["group"])
        unknown = (group != "") & ~group.isin(names.groups["group"])
        faults += _at(table, unknown, "group", group, "no such deterioration group")
        if "quantity" not in out:
            out["quantity"], out["assumed"] = _quantity(group, block, blocks), "quantity"
    return out, faults


def _quantity(group: pd.Series, block: pd.Series, blocks: pd.DataFrame) -> pd.Series:
    """Quantity of each component by its block's floor area and reference/component_mix.csv; NaN where one is silent."""
    mix = load_table("component_mix").set_index("group")
    of = blocks.set_index("block_id")
    floor = block.map(of["floor_area_m2"]).astype(float)
    footprint = floor / block.map(of["storeys"]).astype(float).fillna(1.0)
    area = floor.where(group.map(mix["basis"]) == "floor", footprint)
    return (area * group.map(mix["ratio"]).astype(float)).round(1)


def _located(clean: pd.DataFrame, table: SourceTable, plan: Mapping) -> gpd.GeoDataFrame:
    """Components at the coordinates of their rows; without a map where the mapping names none."""
    import geopandas as gpd

    if "x" not in plan.file:
        return gpd.GeoDataFrame(clean, geometry=[None] * len(clean), crs=BRITISH_GRID)
    x, y = (cells.numbers(table.frame[plan.file[one]], table.decimal) for one in "xy")
    shapes = gpd.points_from_xy(x, y)
    return gpd.GeoDataFrame(clean, geometry=shapes, crs=plan.file.get("crs", BRITISH_GRID))


def _list(table: SourceTable, part: pd.DataFrame, plan: Mapping) -> tuple[Register, list[tuple[str, int]], list[Fault]]:
    """A register of premises alone, what was kept and left out, and every fault."""
    placed = "x" in plan.file
    if placed:
        part = part.assign(easting=table.frame[plan.file["x"]], northing=table.frame[plan.file["y"]])
    clean, faults = schema.conform(part, "premises", table.name, pd.Series(np.arange(1, len(part) + 1)))
    if any(not fault.row for fault in faults):
        raise RegisterError(faults)
    out = np.zeros(len(clean), dtype=bool)
    for fault in faults:
        if fault.column == "premises_id":
            out[fault.row - 1] = True
        else:
            blank = "" if clean[fault.column].dtype == "str" else np.nan
            clean.loc[fault.row - 1, fault.column] = blank
    seen = {fault.row - 1 for fault in faults if fault.column in ("easting", "northing")}
    bare = clean["easting"].isna() | clean["northing"].isna()
    lost = [int(at) for at in np.flatnonzero(bare) if placed and at not in seen]
    faults += [Fault(table.name, at + 1, "easting", "", "has no position, as others have") for at in lost]
    kept = clean[~out].reset_index(drop=True)
    notes = [
        ("premises kept", len(kept)),
        ("rows left out: premises_id is missing or there more than once", int(out.sum())),
        ("cells left blank, or blank where others are not", sum(fault.column != "premises_id" for fault in faults)),
    ]
    nothing = no_assets()
    return (
        Register(nothing, **nothing_with(nothing), premises=kept),
        notes,
        [table.placed(fault) for fault in sorted(faults, key=lambda fault: fault.row)],
    )
