"""Inspections over the years: what surveyors wrote down while everything aged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Texts
from assetplan.condition import to_index
from assetplan.deterioration import Group
from assetplan.example.condition import measured

_WORN_OUT = (0.75, 1.15)  # part of its life at which an asset was renewed, where a survey predates that


def past_values(
    asset_id: Texts,
    measure: str,
    value: Floats,
    group: Texts,
    years: list[tuple[int, Bools]],
    last: Floats,
    groups: dict[str, Group],
    noise: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Earlier surveys of assets whose latest value is known: the group's curve run backwards.

    An asset that is younger than the time since a survey was renewed in between, and no record says so: that survey
    found it near the end of its life.

    Parameters
    ----------
    asset_id, measure, value, group : array (n,), str, array (n,), array (n,)
        Assets, the measure of all of them, its latest value and their deterioration group.
    years : list of (int, array (n,))
        Survey years and which assets were surveyed in each.
    last : array (n,)
        Year of the latest value.
    groups : dict of str to Group
        Deterioration groups.
    noise : float
        Standard deviation of a survey (index points).
    rng : Generator
        Source of chance.

    Returns
    -------
    DataFrame
        Columns of table `inspections`, the latest value among them.
    """
    index = to_index(measure, value)[0]
    # The latest value has its error too: what truly stands there differs from it by as much.
    truth = np.clip(index + rng.normal(0, noise, len(index)), 0.5, 100.0)
    readings = []
    for year, surveyed in years:
        back = last - year
        for name in pd.unique(group):
            mine = np.flatnonzero(surveyed & (group == name) & (back >= 0))
            model = groups[str(name)]
            life = float(model.age(np.array([model.failure_index]))[0])
            now = model.age(truth[mine])
            then = now - back[mine]
            before = rng.uniform(*_WORN_OUT, len(mine)) * life + then
            values = measured(measure, model, np.where(then < 0, before, then), rng.normal(0, noise, len(mine)))
            values = np.where(back[mine] == 0, value[mine], values)
            readings.append(pd.DataFrame({"asset_id": asset_id[mine], "year": float(year), "value": values}))
    table = pd.concat(readings, ignore_index=True).sort_values(["asset_id", "year"], ignore_index=True)
    return table.assign(measure=measure)[["asset_id", "year", "measure", "value"]]


def past_grades(asset_id: Texts, grade: Floats, first_year: int, surveyed: Bools) -> pd.DataFrame:
    """Inspections of building components.

    Parameters
    ----------
    asset_id : array (n,)
        Components.
    grade : array (n, years)
        Grade of each in each year from `first_year` on.
    first_year : int
        Year of the first column.
    surveyed : array (n, years)
        Who was surveyed when.
    """
    row, column = np.nonzero(surveyed)
    readings = {"asset_id": asset_id[row], "year": column + float(first_year)}
    return pd.DataFrame({**readings, "measure": "grade", "value": grade[row, column]})
