"""Columns that a user's mapping adds to an import of the US inventory, or puts in place of its own.

    [columns]                  # column of the register = item of the inventory, by its number or the header's own name
    district = "003"
    name = "FEATURES_DESC_006A"

    [year_of]                  # column of the register = item that holds a date, of which the year is taken

    [constants]                # column of the register = one value for every bridge
    road_class = "A"

    [values.district]          # value in the file = value of the register; others pass as they are
    "025" = "Greenbrier"

    [units]                    # or [factors]: of the file's numbers
    length_m = "ft"

A cell that is blank leaves what the import makes of the record. The other sections of a mapping of tables have no use.
"""

from __future__ import annotations

import os
from collections.abc import Mapping as Keyed
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan import cells, schema
from assetplan.errors import Fault, RegisterError
from assetplan.importers.nbi_files import item_number
from assetplan.reading.columns import mapped
from assetplan.reading.mapping import Mapping
from assetplan.reading.tables import SourceTable
from assetplan.register.table import asset_mapping

if TYPE_CHECKING:
    import geopandas as gpd

Notes = list[tuple[str, int]]


def read_nbi_mapping(mapping: str | os.PathLike[str] | Keyed[str, object] | None) -> Mapping:
    """A mapping whose columns are numbers of items.

    Parameters
    ----------
    mapping : path, mapping or None
        As of `import_nbi`.

    Raises
    ------
    RegisterError
        It breaks the rules of any mapping, names what is no item, or has a section of no use here.
    FileNotFoundError
        There is no such file.
    """
    plan = asset_mapping(mapping)
    unused = {"file": plan.file, "leave_out": plan.leave_out, "join": plan.join, "buildings": plan.buildings}
    rule = "has no use here: the inventory says by itself how it is laid out, and every record is read"
    faults = [Fault(plan.name, 0, name, "", rule) for name, section in unused.items() if section]
    rule = "is no item of the inventory: name it by its number, as 003, or as the header does"
    faults += [Fault(plan.name, 0, key, name, rule) for key, name in plan.sources() if not item_number(name)]
    if faults:
        raise RegisterError(faults)
    numbers = ({key: item_number(name) for key, name in part.items()} for part in (plan.columns, plan.year_of))
    columns, year_of = numbers
    return replace(plan, columns=columns, year_of=year_of)


def asked_items(plan: Mapping) -> list[str]:
    """Numbers of the items that a mapping asks for."""
    return sorted({*plan.columns.values(), *plan.year_of.values()})


def with_mapped(
    bridges: gpd.GeoDataFrame, plan: Mapping, items: pd.DataFrame, file: str
) -> tuple[gpd.GeoDataFrame, Notes]:
    """Bridges with the columns of a mapping, and how many values each gave.

    Parameters
    ----------
    bridges : GeoDataFrame (n,); as the import makes them
    plan : Mapping; whose columns are numbers of items
    items : DataFrame (n,); those items as text, by line
    file : str; for faults
    """
    given = {*plan.columns, *plan.year_of, *plan.constants}
    kinds = {name: kind for name, kind in schema.kinds("assets").items() if name in given}
    if not kinds:
        return bridges, []
    lines = items.index.to_numpy()
    table = SourceTable(items.reset_index(drop=True), file, np.full(len(items), file, dtype=object), lines)
    out, notes = bridges.copy(), []
    for name, values in mapped(table, plan, kinds).items():
        held = ~cells.missing(cells.text_of(values))
        before = out[name] if name in out.columns else pd.Series(np.nan, out.index)
        out[name] = before.astype(object).where(~held, values.astype(object))
        shorter = out["assumed"].str.replace(rf"\b{name}\b", "", regex=True).str.split().str.join(" ")
        out["assumed"] = out["assumed"].where(~held, shorter)
        notes.append((f"{name} from the mapping", int(held.sum())))
    return out, notes
