"""Deterioration groups: rows of a table, each with the model its assets decay by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.asset_classes import UNITS, AssetClasses, load_asset_classes
from assetplan.deterioration import markov
from assetplan.deterioration.chain import Chain, read_sojourns
from assetplan.deterioration.curves import Curve, Life
from assetplan.deterioration.learned import Learned
from assetplan.display import Shown
from assetplan.errors import ConfigError, Fault
from assetplan.prices import CONSTRUCTION, Prices, load_prices
from assetplan.reference import load_table
from assetplan.schema import choices, own_table

Decay = Curve | Chain
MODELS = ("curve", "survival", "markov", "semi-markov")


@dataclass(frozen=True, repr=False)
class Group(Shown):
    """How one kind of asset decays.

    Attributes
    ----------
    name, asset_class, label : str; identifier, asset class of its members, and what a reader calls it
    road_classes : tuple of str
        Road classes whose assets of that class are in this group by default; "" where road class does not matter.
    unit : str; unit of its assets' quantity
    decay : Curve, Life or Chain; index by age and back, and how likely failure is
    failure_index : float; index at which the asset has no residual life
    replacement_unit_cost : float; gross replacement cost (£ per unit of quantity)
    price_base : int; year in whose prices the table states it: it is read in those of the plan's first year
    verified : bool; whether a source stands behind the row
    bands : str; scale of bands that condition of its class is shown in
    learned : Learned or None; what a calibration adds: how sure the curve is, and what shifts the pace of an asset
    """

    name: str
    asset_class: str
    label: str
    road_classes: tuple[str, ...]
    unit: str
    decay: Decay
    failure_index: float
    replacement_unit_cost: float
    price_base: int
    source: str
    verified: bool
    bands: str = "index"
    learned: Learned | None = None

    @property
    def in_states(self) -> bool:
        """Whether its assets are in states, which treatments name, and not of an age."""
        return isinstance(self.decay, Chain)

    @property
    def chain(self) -> Chain:
        """The chain of a group whose assets are in states; a TypeError for any other."""
        if not isinstance(self.decay, Chain):
            raise TypeError(f"the assets of {self.name} follow a curve, not a chain")
        return self.decay

    def index(self, age: Floats) -> Floats:
        """(Expected) condition index at an age (years)."""
        return self.decay.index(age)

    def age(self, index: Floats) -> Floats:
        """Effective age (years): when an asset that began as new has this (expected) index."""
        return self.decay.age(index)

    def residual_life(self, index: Floats) -> Floats:
        """Years (≥ 0) until the untreated asset's (expected) index reaches the failure index."""
        failed = self.age(np.array([self.failure_index]))[0]
        return np.maximum(failed - self.age(index), 0.0)

    def failed(self, index: Floats, years: Floats, pace: Floats | None = None) -> Floats:
        """Chance (n, k) [0–1] that untreated assets fail within some years, with the spread that a calibration learned.

        Parameters
        ----------
        index : array (n,); condition index now [0–100]
        years : array (k,); years ahead [0 or more]
        pace : array (n,), optional; how many years an asset ages in one; 1 by default
        """
        paces = np.ones(len(index)) if pace is None else pace
        spread, wander = (self.learned.spread, self.learned.wander) if self.learned else (0.0, 0.0)
        return self.decay.failed(index, years, self.failure_index, paces, spread, wander)

    def drawn(self, normals: Floats) -> Group:
        """The group with other parameters that its calibration allows, from standard normals (k,)."""
        if self.learned is None:
            return self
        learned, decay = self.learned.drawn(self.decay, normals)
        return replace(self, learned=learned, decay=decay)


def load_groups(
    path: Path | None = None, classes: AssetClasses | None = None, prices: Prices | None = None
) -> dict[str, Group]:
    """Read the table of groups.

    Parameters
    ----------
    path : path, optional; a CSV with the columns of reference/groups.csv; by default the packaged table
    classes : AssetClasses, optional; classes that rows may name; by default the packaged ones
    prices : Prices, optional; indices that bring costs to one year; by default the table's latest price base

    A ConfigError where a row breaks its rules; every fault is listed.
    """
    table = load_table("groups").pipe(lambda t: t.set_axis(t.index + 2)) if path is None else own_table("groups", path)
    file = "reference/groups.csv" if path is None else str(path)
    known = load_asset_classes() if classes is None else classes
    groups: dict[str, Group] = {}
    table, faults = (prices or load_prices()).indexed(table, file, ["replacement_unit_cost"], CONSTRUCTION)
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        name = word(row["group"])
        faults += [Fault(file, number, column, word(row[column]), rule) for column, rule in _broken(row, known)]
        if name in groups:
            faults.append(Fault(file, number, "group", name, "is there more than once"))
        try:
            groups[name] = _group(row, known)
        except ValueError as error:
            faults.append(Fault(file, number, "group", name, str(error)))
    if faults:
        raise ConfigError(faults)
    return groups


def _broken(row: dict, classes: AssetClasses) -> Iterator[tuple[str, str]]:
    """(column, rule) of each word of a row that is none of those known."""
    roads = ("", *choices("assets", "road_class"))
    if not word(row["group"]):
        yield "group", "a value is required"
    if row["asset_class"] not in classes.names:
        yield "asset_class", f"must be one of {', '.join(classes.names)}; tables.asset_classes may add a row for it"
    if row["unit"] not in UNITS:
        yield "unit", f"must be one of {', '.join(UNITS)}"
    if not set(word(row["road_class"]).split("|")) <= set(roads):
        yield "road_class", f"must be of {', '.join(roads[1:])}, joined by |"


def word(value: object) -> str:
    """A cell as a stripped word, "" where it is missing."""
    return "" if pd.isna(value) else str(value).strip()  # type: ignore[call-overload]


def decay_of(row: Mapping[Any, Any]) -> Decay:
    """The decay that a row of the table of groups describes; a ValueError where it is no falling curve or chain."""
    model = row["model"]
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, not {model!r}")
    if model in ("curve", "survival"):
        numbers = {name: default if pd.isna(row[name]) else float(row[name]) for name, default in _CURVE.items()}
        return (Curve if model == "curve" else Life)(str(row["family"]), **numbers)
    states = tuple(float(value) for value in word(row["states"]).split("|"))
    if any(np.diff(states) >= 0) or not (states[-1] >= 0 and states[0] <= 100):
        raise ValueError("states must be falling index values from 0 to 100, one a state, as in 100|75|40|15|0")
    sojourns = read_sojourns(word(row["sojourns"])) if model == "semi-markov" else ()
    falls = word(row["falls"])
    matrix = _rows(np.eye(len(states), k=1) if sojourns and not falls else markov.read_chain(falls))
    if len(matrix) != len(states) or (sojourns and len(sojourns) != len(states) - 1):
        raise ValueError(f"there must be one value of falls or sojourns for each of {len(states)} states but the last")
    if sojourns and any(line[state] > 0 for state, line in enumerate(matrix[:-1])):
        raise ValueError("with sojourns, falls must say where a state goes when it is left, never to itself")
    return Chain(matrix, states, sojourns)


def _rows(matrix: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))


_CURVE = {"c0": 100.0, "k": np.nan, "b": 1.0, "a50": 0.0, "cmin": 0.0}


def _group(row: dict, classes: AssetClasses) -> Group:
    decay = decay_of(row)
    cost, failure = float(row["replacement_unit_cost"]), float(row["failure_index"])
    if not cost > 0 or not 0 <= failure < 100:
        raise ValueError("replacement_unit_cost must be above 0 and failure_index in 0 to below 100")
    name, asset_class, unit, source, verified = (
        str(row[column]) for column in ("group", "asset_class", "unit", "source", "verified")
    )
    label, road_classes = word(row["label"]) or name, tuple(word(row["road_class"]).split("|"))
    base = int(row["price_base"])
    bands = classes[asset_class].bands if asset_class in classes.names else "index"
    return Group(
        name, asset_class, label, road_classes, unit, decay, failure, cost, base, source, verified == "yes", bands
    )


def lacking(file: str, named: pd.Series, groups: Iterable[str]) -> list[Fault]:
    """Groups that a packaged table names and the plan's own groups lack.

    Parameters
    ----------
    file, named, groups : str, Series of str, iterable of str; the table, the groups that it names, those of the plan
    """
    rule = "the plan's own table of groups lacks this group; with it must come own treatments, follow_on, consequences"
    return [Fault(file, 0, "group", str(name), rule) for name in named.unique() if name not in set(groups)]


def group_table(groups: Mapping[str, Group]) -> pd.DataFrame:
    """Groups as rows: columns asset_class, road_class, group, replacement_unit_cost [£ a unit]."""
    rows = [(g.asset_class, "|".join(g.road_classes), name, g.replacement_unit_cost) for name, g in groups.items()]
    return pd.DataFrame(rows, columns=["asset_class", "road_class", "group", "replacement_unit_cost"])
