"""Condition of every kind of asset in the register, with the inspections that led to it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Floats, Texts
from assetplan.asset_classes import group_of
from assetplan.deterioration import Group
from assetplan.example import condition, surveys
from assetplan.example.figures import Figures

_BRIDGE_AGE = (38.0, 19.0)  # years: mean and standard deviation of effective age
_FOOTWAY_AGE = (19.0, 10.0)
_GULLY_AGE = (34.0, 16.0)
_SIGNAL_AGE = (9.5, 5.0)
_BUILDING_ROUND = 3  # years between two surveys of a building


def survey_roads(
    sections: pd.DataFrame, middle: Floats, groups: dict[str, Group], figures: Figures, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Condition of carriageway sections, and their surveys.

    Parameters
    ----------
    sections : DataFrame
        Carriageway sections.
    middle : array (n, 2)
        Middle of each (m).
    groups : dict of str to Group
        Deterioration groups.
    figures : Figures
        Survey years, noise and residual-life shares.
    rng : Generator
        Source of chance.

    Returns
    -------
    (DataFrame, DataFrame)
        The sections with their condition; rows of table `inspections`.
    """
    age = condition.road_ages(sections, middle, groups, figures, rng)
    group = group_of(sections).to_numpy(dtype=object)
    value = np.zeros(len(sections))
    for name in pd.unique(group):
        mine = group == name
        value[mine] = condition.measured("rci", groups[str(name)], age[mine], np.zeros(mine.sum()))
    last, first = int(figures["survey_year"]), int(figures["first_survey_year"])
    main = (sections["road_class"] == "A").to_numpy()
    # The whole network was surveyed in the last year, A roads every year before, the others every second.
    rounds = [(year, main | ((last - year) % 2 == 0)) for year in range(first, last + 1)]
    if figures.size == "small":
        rounds = [(year, np.ones(len(sections), dtype=bool)) for year in range(first, last + 1, 2)]
    ids = sections["asset_id"].to_numpy(dtype=object)
    ends = np.full(len(sections), float(last))
    noise = figures["survey_noise"]
    past = surveys.past_values(ids, "rci", value, group, rounds, ends, groups, noise, rng)
    confidence = np.where(main, "high", np.where(sections["road_class"] == "U", "low", "medium"))
    return _with(sections, "rci", value, ends, confidence), past


def survey_structures(
    assets: pd.DataFrame,
    measure: str,
    group: Group,
    figures: Figures,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Condition of bridges ('bci') or footways ('fns'), surveyed every second year, half of them in odd years."""
    mean, spread = _BRIDGE_AGE if measure == "bci" else _FOOTWAY_AGE
    age = condition.structure_ages(len(assets), mean, spread, rng)
    if measure == "bci":
        age = np.minimum(age, figures["survey_year"] - assets["built_year"].to_numpy())
    value = condition.measured(measure, group, age, np.zeros(len(age)))
    last, first = int(figures["survey_year"]), int(figures["first_survey_year"])
    ends = np.where(np.arange(len(assets)) % 2 == 0, float(last), float(last - 1))
    ids = assets["asset_id"].to_numpy(dtype=object)
    rounds: list[tuple[int, Bools]] = []
    for year in range(first, last + 1):
        due = (ends - year) % 2 == 0
        # Footways are walked seldom: one earlier survey of a third of them.
        rounds.append((year, due if measure == "bci" else due & ((year == ends) | (np.arange(len(due)) % 3 == 0))))
    if measure != "bci" and figures.size == "small":
        rounds = rounds[-4:]
    names = np.full(len(assets), group.name, dtype=object)
    noise = figures["survey_noise"]
    past = surveys.past_values(ids, measure, value, names, rounds, ends, {group.name: group}, noise, rng)
    if measure != "bci":
        past = past[past["asset_id"].isin(set(ids[np.arange(len(ids)) % 3 == 0]))]
    return _with(assets, measure, value, ends, "high" if measure == "bci" else "medium"), past


def survey_ages(assets: pd.DataFrame, figures: Figures, rng: np.random.Generator) -> pd.DataFrame:
    """Gullies or signals with the year they were last renewed, and so their age."""
    mean, spread = _SIGNAL_AGE if (assets["asset_class"] == "signal").all() else _GULLY_AGE
    age = np.round(condition.structure_ages(len(assets), mean, spread, rng))
    year = np.full(len(assets), figures["survey_year"])
    return _with(assets.assign(built_year=year - age), "age", age, year, "medium")


def survey_buildings(
    parts: pd.DataFrame, groups: dict[str, Group], figures: Figures, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Grades of building components; each building is surveyed about every third year, all its components at once."""
    first, last = int(figures["first_survey_year"]), int(figures["survey_year"])
    kind = parts["group"].to_numpy(dtype=object)
    every = condition.grades(kind, parts["built_year"].to_numpy(dtype=float), (first, last), groups, rng)
    building, names = pd.factorize(parts["parent_id"])
    turn = rng.integers(0, _BUILDING_ROUND, len(names))[building]
    years = np.arange(first, last + 1)
    surveyed = (years - turn[:, None]) % _BUILDING_ROUND == 0
    ends = np.where(surveyed, years, 0).max(axis=1).astype(float)
    value = every[np.arange(len(parts)), (ends - first).astype(int)]
    past = surveys.past_grades(parts["asset_id"].to_numpy(dtype=object), every, first, surveyed)
    return _with(parts, "grade", value, ends, np.where(ends == last, "medium", "low")), past


def _with(assets: pd.DataFrame, measure: str, value: Floats, year: Floats, confidence: str | Texts) -> pd.DataFrame:
    return assets.assign(measure=measure, value=value, surveyed_year=year, confidence=confidence)


def middles(lines: np.ndarray) -> Floats:
    """Middle (n, 2) of each line (m)."""
    return shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
