"""Inspecting a register: every asset's condition in one year, and the tables that a head of service asks for."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Bools, Ints
from assetplan.asset_classes import CARRIAGEWAY, group_of
from assetplan.delimited import write_csv
from assetplan.display import Shown, head
from assetplan.inputs import Parameters, read_parameters
from assetplan.inspection.tables import (
    assumed_by_class,
    bridge_stock,
    building_backlog,
    condition_bands,
    facilities,
    footway_levels,
    in_bands,
    indicators,
)
from assetplan.network import hierarchy, inherited_levels
from assetplan.output import new_folder
from assetplan.register import Register
from assetplan.register.basis import BasisRow, basis_notes, condition_basis, largely_assumed, surveyed_after
from assetplan.register.no_map import no_map
from assetplan.register.premises import responsibility_of
from assetplan.strategies import LifecycleModel, Rules, Starting, by_group, start_of, starting_condition

CAPTIONS: Mapping[str, str] = {
    "condition": "Condition at the end of the year: share of the stock in each band or grade",
    "residual_life": "Residual life if nothing is done: share of the stock in each band of years",
    "indicators": "Roads as surveyed: length in each band of the survey",
    "backlog": "Cost of bringing building components worse than grade B to B, by priority, £",
    "facilities": "Facility condition index: backlog over replacement value, each priority with those before it",
    "bridges": "Bridge stock: condition index weighted by deck area, share of deck area in each band",
    "footways": "Footways as surveyed: share of length in each level of the footway network survey",
    "basis": "What condition rests on, by class: a survey with its date, one without, or a stated rule",
    "assumed": "Share of assets with a value that a stated rule filled in",
}
"""What each table of an inspection shows, in order."""


@dataclass(frozen=True, eq=False, repr=False)
class Inspection(Shown):
    """What a register holds.

    Attributes
    ----------
    year : int; the year at whose end condition stands; earlier surveys are carried forward to it by their group's decay
    tables : mapping of str → DataFrame; those of `CAPTIONS` that have rows; amounts in £, lengths in km, shares 0–1
    notes : tuple of str; what is not known, each with how many assets lack it
    """

    year: int
    tables: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...]

    def records(self) -> dict[str, object]:
        """The whole as plain values for JSON: `year`, `notes`, and each table as a list of rows; blanks are None."""
        rows = {
            name: table.astype(object).where(table.notna(), None).to_dict("records")
            for name, table in self.tables.items()
        }
        return {"year": self.year, "notes": list(self.notes), **rows}

    @property
    def largely_assumed(self) -> str:
        """That a large share of the condition is assumed, as a clause; "" where it is not."""
        return largely_assumed(cast("list[BasisRow]", self.tables["basis"].to_dict("records")), self.year)

    def write(self, folder: str | os.PathLike[str], force: bool = False) -> Path:
        """Write a CSV file for each table, and all of them as inspection.json, to a folder that appears when complete.

        An OutputExistsError where the folder exists and `force` is not given, or it holds what no inspection writes.
        """
        target = Path(folder)
        with new_folder(target, force) as part:
            for name, table in self.tables.items():
                write_csv(table, part / f"{name}.csv")
            text = json.dumps(self.records(), ensure_ascii=False, indent=1)
            (part / "inspection.json").write_text(text + "\n", encoding="utf-8")
        return target

    def _shown(self) -> dict[str, Any]:
        return {"at the end of": self.year, **self.tables, "notes": f"{len(self.notes):,}"}

    def _repr_html_(self) -> str:
        parts = [f"<h4>{escape(CAPTIONS[name])}</h4>{head(table)}" for name, table in self.tables.items()]
        return "".join(parts)


def inspect(register: Register, year: int | None = None, parameters: Parameters | None = None) -> Inspection:
    """Say what a register holds: what is owned, in which condition, for how long, and how much of that is assumed.

    Parameters
    ----------
    register : Register; as `read_register` or an import gives it
    year : int, optional
        Year at whose end condition stands; by default the latest year of a survey in the register. Surveys after it
        count as they are.
    parameters : Parameters, optional
        From `assetplan.inputs.read_parameters`, where the council has tables of its own; by default the packaged ones.

    A ValueError where no year is given and no asset has a year of survey.
    """
    surveyed = register.assets["surveyed_year"]
    if year is None and surveyed.isna().all():
        raise ValueError("no asset has a surveyed_year: name the year at whose end condition is wanted")
    base = int(surveyed.max()) if year is None else year
    of = parameters or read_parameters()
    stock, notes = _stock(register, base, of)
    notes = (*filter(None, (no_map(register.assets),)), *notes)
    basis = condition_basis(register.assets, of.classes)
    notes += tuple(text for _, text in basis_notes(basis, lambda name: of.classes[name].plural, base))
    backlog = building_backlog(stock, of.catalogue)
    tables = {
        "condition": condition_bands(stock, "index", of.classes),
        "residual_life": condition_bands(stock, "residual_life", of.classes),
        "indicators": indicators(stock),
        "backlog": backlog,
        "facilities": facilities(stock, backlog),
        "bridges": bridge_stock(stock),
        "footways": footway_levels(stock),
        "basis": pd.DataFrame(basis),
        "assumed": assumed_by_class(register.assets, of.classes),
    }
    return Inspection(base, {name: table for name, table in tables.items() if len(table)}, notes)


def standing(register: Register, parameters: Parameters | None = None) -> tuple[int | None, pd.DataFrame]:
    """Each asset as it stands at the end of the latest year of a survey: what `inspect` counts, in a fifth of its time.

    Parameters
    ----------
    register, parameters : as of `inspect`

    Returns
    -------
    (int or None, DataFrame)
        The year; None where no asset has one, and condition is as it is recorded. Assets without geometry, in their
        order, with `group`, `index` (0–100) and shares in bands of their own, as `tables.condition_bands` takes them.
    """
    surveyed = register.assets["surveyed_year"]
    year = None if surveyed.isna().all() else int(surveyed.max())
    return year, _standing(register, year or 0, parameters or read_parameters())[0]


def _standing(register: Register, year: int, parameters: Parameters) -> tuple[pd.DataFrame, Bools, Ints, Starting]:
    """Assets with `group`, `index` at the end of a year and shares in bands of their own.

    Beside them: which have a group, and rows and start of those whose condition its decay brings to that year.
    """
    stock = pd.DataFrame(register.assets.drop(columns="geometry"))
    groups = parameters.groups
    rules = Rules(1, 1, 1, np.ones(1), ())  # nothing is planned here: only decay is asked of the model
    model = LifecycleModel(groups, parameters.catalogue, parameters.consequences, rules, year + 1)
    stock["group"] = group_of(stock, parameters.names.groups)
    grouped = stock["group"].isin(list(groups)).to_numpy()
    rows = np.flatnonzero(grouped & stock["value"].notna().to_numpy())
    starting = starting_condition(stock.iloc[rows], model)
    index = _as_surveyed(stock)
    index[rows] = starting.index
    stock["index"] = index
    return stock.join(_own_bands(stock, rows, starting, model)), grouped, rows, starting


def _stock(register: Register, year: int, parameters: Parameters) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Assets with `group`, `index` at the end of a year, `residual_life`, `hierarchy`; and what is lacking."""
    stock, grouped, rows, starting = _standing(register, year, parameters)
    stock["responsibility"] = responsibility_of(register.assets, register.blocks, register.premises)
    stock["hierarchy"] = _levels(stock)
    measured, index = stock["value"].notna().to_numpy(), stock["index"].to_numpy()
    life = np.full(len(stock), np.nan)
    for name, group in parameters.groups.items():
        of = rows[(stock["group"] == name).to_numpy()[rows]]
        life[of] = group.residual_life(index[of])
    stock["residual_life"] = life
    uncounted = np.zeros(len(stock), dtype=bool)
    for asset_class, part in stock.groupby("asset_class").indices.items():
        uncounted[part] = parameters.classes.stock_of(stock.iloc[part], str(asset_class))[1] == 0
    notes = (
        (uncounted, "without the length, deck area or replacement value that their class is counted by"),
        (~measured, "without a condition: no band counts them"),
        (
            ~grouped,
            "without a deterioration group, so of unknown residual life: name it, or a carriageway's road class",
        ),
        (surveyed_after(stock, year), f"surveyed after {year}, and held to be as at its end"),
        (starting.clamped, "measured beyond the range that their measure is mapped over: they stand at its end"),
    )
    return stock, tuple(f"{which.sum():,} assets {words}" for which, words in notes if which.any())


def _own_bands(stock: pd.DataFrame, rows: Ints, starting: Starting, model: LifecycleModel) -> pd.DataFrame:
    """Share of assets in each band, of those whose group is shown in bands of its own; rows are those that start."""
    parts = [pd.DataFrame(index=stock.index)]
    for group, mine in by_group(stock.iloc[rows]):
        if model.groups[group].bands != "index":
            inside = start_of(group, model, starting, mine).bands()
            columns = [in_bands(place) for place in range(inside.shape[1])]
            parts.append(pd.DataFrame(inside, stock.index[rows[mine]], columns, dtype=float))
    return pd.concat(parts).groupby(level=0).first().reindex(stock.index)


def _as_surveyed(stock: pd.DataFrame) -> np.ndarray:
    """Condition index as last surveyed (n,), NaN where it is not known without a group's curve."""
    aged = (stock["measure"] == "age").to_numpy()
    value = np.where(aged, np.nan, stock["value"].to_numpy(dtype=float))
    return condition.to_index(np.where(aged, "", stock["measure"].to_numpy(dtype=object)), value)[0]


def _levels(stock: pd.DataFrame) -> np.ndarray:
    """Level in the hierarchy (n,): the council's own, by rule, or that of the road an asset is on.

    That is the section it names as parent, else the first section of its link.
    """
    own = stock["hierarchy"].to_numpy(dtype=object)
    ruled = hierarchy(stock["road_class"], stock["environment"], stock["aadt"], own)
    road = np.where(stock["asset_class"] == CARRIAGEWAY, ruled, "")
    parent = pd.Index(stock["asset_id"]).get_indexer(pd.Index(stock["parent_id"]))
    sections = np.flatnonzero((stock["asset_class"] == CARRIAGEWAY) & (stock["link_id"] != ""))
    on_link = pd.Series(sections, index=stock["link_id"].iloc[sections]).groupby(level=0).first()
    link = on_link.reindex(stock["link_id"]).fillna(-1).to_numpy().astype(np.intp)
    return inherited_levels(own, road, np.where(parent >= 0, parent, link))
