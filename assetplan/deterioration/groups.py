"""Deterioration groups: rows of a table, each with the model its assets decay by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assetplan.deterioration import markov
from assetplan.deterioration.curves import Curve
from assetplan.errors import ConfigError, Fault
from assetplan.reference import load_table
from assetplan.schema import choices, own_table

Array = NDArray[np.float64]
GRADES = "ABCDE"
UNITS = ("m2", "m", "no")


@dataclass(frozen=True)
class Learned:
    """What a calibration knows of a group beyond its mean decay.

    Attributes
    ----------
    noise : float
        Standard deviation of a reading [index points].
    spread : float
        Of the paces of assets about the group's, as a share of it.
    wander : float
        Of the effective age, beyond its pace [years a year^½].
    covariates : tuple of (str, float, float, float)
        Column of the register, or column=word, with its coefficient, centre and scale: the logarithm of an asset's pace
        is the sum of coefficient · (value − centre) / scale.
    """

    noise: float
    spread: float
    wander: float
    covariates: tuple[tuple[str, float, float, float], ...] = ()

    def pace(self, assets: pd.DataFrame) -> Array:
        """How much faster than their group assets age (n,); a missing value stands at the group's centre."""
        total = np.zeros(len(assets))
        for name, coefficient, centre, scale in self.covariates:
            column, _, word = name.partition("=")
            if word:
                total += coefficient * (assets[column].to_numpy(dtype=object) == word)
            else:
                value = pd.to_numeric(assets[column]).to_numpy(dtype=float)
                total += coefficient * np.nan_to_num((value - centre) / scale)
        return np.exp(total)


@dataclass(frozen=True)
class Group:
    """How one kind of asset decays.

    Attributes
    ----------
    name, asset_class, label : str
        Identifier, asset class of its members, and what a reader calls it.
    road_classes : tuple of str
        Road classes whose assets of that class are in this group by default; "" where road class does not matter.
    unit : str
        Unit of its assets' quantity.
    curve : Curve or None
        Age–index curve of a curve group.
    chain : tuple of tuple of float
        Annual transition matrix of a Markov group, best state first; () of a curve group.
    state_index : tuple of float
        Index of each state of a Markov group.
    failure_index : float
        Index at which the asset has no residual life.
    replacement_unit_cost : float
        Gross replacement cost (£ per unit of quantity).
    verified : bool
        Whether a source stands behind the row.
    learned : Learned or None
        What a calibration adds: how sure the curve is, and what shifts the pace of an asset.
    """

    name: str
    asset_class: str
    label: str
    road_classes: tuple[str, ...]
    unit: str
    curve: Curve | None
    chain: tuple[tuple[float, ...], ...]
    state_index: tuple[float, ...]
    failure_index: float
    replacement_unit_cost: float
    source: str
    verified: bool
    learned: Learned | None = None

    @cached_property
    def transition(self) -> Array:
        """Annual transition matrix (n_states, n_states) of a Markov group."""
        return np.array(self.chain)

    @cached_property
    def _mean_path(self) -> tuple[Array, Array]:
        """Ages (years) and expected index of a Markov asset that starts as new."""
        ages = np.arange(201.0)
        start = np.eye(len(self.state_index))[0]
        return ages, markov.expected_path(start, self.transition, np.array(self.state_index), 200)

    def index(self, age: Array) -> Array:
        """(Expected) condition index at an age (years)."""
        if self.curve is not None:
            return self.curve.index(age)
        return np.interp(age, *self._mean_path)

    def age(self, index: Array) -> Array:
        """Effective age (years): when an asset that began as new has this (expected) index."""
        if self.curve is not None:
            return self.curve.age(index)
        ages, path = self._mean_path
        return np.interp(-np.asarray(index, dtype=float), -path, ages)

    def residual_life(self, index: Array) -> Array:
        """Years (≥ 0) until the untreated asset's (expected) index reaches the failure index."""
        failed = self.age(np.array([self.failure_index]))[0]
        return np.maximum(failed - self.age(index), 0.0)


def load_groups(path: Path | None = None) -> dict[str, Group]:
    """Read the table of groups.

    Parameters
    ----------
    path : path, optional
        A CSV with the columns of reference/groups.csv; by default the packaged table.

    Raises
    ------
    ConfigError
        A row breaks its rules; every fault is listed.
    """
    table = load_table("groups").pipe(lambda t: t.set_axis(t.index + 2)) if path is None else own_table("groups", path)
    file = "reference/groups.csv" if path is None else str(path)
    groups: dict[str, Group] = {}
    faults: list[Fault] = []
    for number, row in zip(table.index, table.to_dict("records"), strict=True):
        name = _word(row["group"])
        faults += [Fault(file, number, column, _word(row[column]), rule) for column, rule in _broken(row)]
        if name in groups:
            faults.append(Fault(file, number, "group", name, "is there more than once"))
        try:
            groups[name] = _group(row)
        except ValueError as error:
            faults.append(Fault(file, number, "group", name, str(error)))
    if faults:
        raise ConfigError(faults)
    return groups


def _broken(row: dict) -> Iterator[tuple[str, str]]:
    """(column, rule) of each word of a row that is none of those known."""
    classes = choices("assets", "asset_class")
    roads = ("", *choices("assets", "road_class"))
    if not _word(row["group"]):
        yield "group", "a value is required"
    if row["asset_class"] not in classes:
        yield "asset_class", f"must be one of {', '.join(classes)}"
    if row["unit"] not in UNITS:
        yield "unit", f"must be one of {', '.join(UNITS)}"
    if not set(_word(row["road_class"]).split("|")) <= set(roads):
        yield "road_class", f"must be of {', '.join(roads[1:])}, joined by |"


def _word(value: object) -> str:
    return "" if pd.isna(value) else str(value).strip()  # type: ignore[call-overload]


def _number(value: object, default: float) -> float:
    return default if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def decay_of(row: Mapping[Any, Any]) -> tuple[Curve | None, tuple[tuple[float, ...], ...], tuple[float, ...]]:
    """Curve, or annual matrix and index of each state, of a row of the table of groups.

    Raises
    ------
    ValueError
        The row has neither, or what it has is no falling curve or chain.
    """
    if row["model"] == "curve":
        numbers = {name: _number(row[name], default) for name, default in _CURVE.items()}
        return Curve(str(row["family"]), **numbers), (), ()
    if row["model"] != "markov":
        raise ValueError(f"model must be curve or markov, not {row['model']!r}")
    matrix = markov.read_chain(_word(row["falls"]))
    states = tuple(float(value) for value in _word(row["states"]).split("|"))
    if len(states) != len(matrix) or any(np.diff(states) >= 0) or not (states[-1] >= 0 and states[0] <= 100):
        raise ValueError("states must be falling index values from 0 to 100, one a state, as in 100|75|40|15|0")
    return None, tuple(map(tuple, matrix.tolist())), states


_CURVE = {"c0": 100.0, "k": np.nan, "b": 1.0, "a50": 0.0, "cmin": 0.0}


def _group(row: dict) -> Group:
    curve, chain, states = decay_of(row)
    cost, failure = float(row["replacement_unit_cost"]), float(row["failure_index"])
    if not cost > 0 or not 0 <= failure < 100:
        raise ValueError("replacement_unit_cost must be above 0 and failure_index in 0 to below 100")
    return Group(
        str(row["group"]),
        str(row["asset_class"]),
        _word(row["label"]) or str(row["group"]),
        tuple(_word(row["road_class"]).split("|")),
        str(row["unit"]),
        curve,
        chain,
        states,
        failure,
        cost,
        str(row["source"]),
        str(row["verified"]) == "yes",
    )


def lacking(file: str, named: pd.Series, groups: Iterable[str]) -> list[Fault]:
    """Groups that a packaged table names and the plan's own groups lack."""
    said = "the plan's own table of groups lacks this group; with it must come own treatments, follow_on, consequences"
    return [Fault(file, 0, "group", str(name), said) for name in named.unique() if name not in set(groups)]


def default_groups(groups: Mapping[str, Group] | None = None) -> pd.DataFrame:
    """The default group of each asset class and road class.

    Parameters
    ----------
    groups : mapping, optional
        Groups by name; by default the packaged ones.

    Returns
    -------
    DataFrame
        Columns asset_class, road_class ("" where it does not matter), group; classes with several groups that
        road class cannot tell apart (building components) are left out.
    """
    found = load_groups() if groups is None else groups
    rows = pd.DataFrame(
        [(group.asset_class, road, name) for name, group in found.items() for road in group.road_classes],
        columns=["asset_class", "road_class", "group"],
    )
    keys = ["asset_class", "road_class"]
    return rows.loc[~rows.duplicated(keys, keep=False), [*keys, "group"]].reset_index(drop=True)
