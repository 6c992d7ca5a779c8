"""How worn everything is, and the surveys that measured it: condition and inspections of every kind of asset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Floats, Texts
from assetplan.asset_classes import BRIDGE, BUILDING, CARRIAGEWAY, FOOTWAY, group_of
from assetplan.condition import from_index, to_index
from assetplan.deterioration import Group
from assetplan.example.figures import Figures, figure

if TYPE_CHECKING:
    import geopandas as gpd

_BUILDING_ROUND = 3  # years between two surveys of a building
_STRETCH = 5  # sections that were last treated together, about half a kilometre
_WORN_OUT = (0.75, 1.15)  # part of its life at which an asset was renewed, where a survey predates that


def survey_assets(
    stock: Mapping[str, gpd.GeoDataFrame], groups: dict[str, Group], figures: Figures, rng: np.random.Generator
) -> tuple[list[gpd.GeoDataFrame], pd.DataFrame]:
    """Survey everything that the council owns.

    Parameters
    ----------
    stock : mapping of str to GeoDataFrame; assets by class, without condition
    groups : dict of str to Group; deterioration groups
    figures, rng : Figures, Generator; size of the county, and the source of chance

    Returns
    -------
    (list of GeoDataFrame, DataFrame)
        The assets with their condition; rows of table `inspections`.
    """
    roads, driven = _survey_roads(stock[CARRIAGEWAY], groups, figures, rng)
    footways, walked = _survey_structures(stock[FOOTWAY], "fns", groups["footway"], figures, rng)
    bridges, crossed = _survey_structures(stock[BRIDGE], "bci", groups["bridge"], figures, rng)
    buildings, entered = _survey_buildings(stock[BUILDING], groups, rng)
    drains, signals = (_survey_ages(stock[name], name, rng) for name in ("drainage", "signal"))
    inspections = pd.concat([driven, walked, crossed, entered], ignore_index=True)
    return [roads, footways, drains, signals, bridges, buildings], inspections


def _survey_roads(
    sections: gpd.GeoDataFrame, groups: dict[str, Group], figures: Figures, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Condition of carriageway sections, and their surveys."""
    age = _road_ages(sections, groups, rng)
    group = group_of(sections).to_numpy(dtype=object)
    value = np.zeros(len(sections))
    for name in pd.unique(group):
        mine = group == name
        value[mine] = _measured("rci", groups[str(name)], age[mine], np.zeros(mine.sum()))
    first, last = _survey_years()
    main = (sections["road_class"] == "A").to_numpy()
    # The whole network was surveyed in the last year, A roads every year before, the others every second.
    rounds = [(year, main | ((last - year) % 2 == 0)) for year in range(first, last + 1)]
    if figures.size == "small":
        rounds = [(year, np.ones(len(sections), dtype=bool)) for year in range(first, last + 1, 2)]
    ids, ends = sections["asset_id"].to_numpy(dtype=object), np.full(len(sections), float(last))
    past = _past_values(ids, "rci", value, group, rounds, ends, groups, rng)
    confidence = np.where(main, "high", np.where(sections["road_class"] == "U", "low", "medium"))
    return _with(sections, "rci", value, ends, confidence), past


def _survey_structures(
    assets: pd.DataFrame, measure: str, group: Group, figures: Figures, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Condition of bridges ('bci') or footways ('fns'), surveyed every second year, half of them in odd years."""
    first, last = _survey_years()
    age = _ages(len(assets), group.name, rng)
    if measure == "bci":
        age = np.minimum(age, last - assets["built_year"].to_numpy())
    value = _measured(measure, group, age, np.zeros(len(age)))
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
    past = _past_values(ids, measure, value, names, rounds, ends, {group.name: group}, rng)
    if measure != "bci":
        past = past[past["asset_id"].isin(set(ids[np.arange(len(ids)) % 3 == 0]))]
    return _with(assets, measure, value, ends, "high" if measure == "bci" else "medium"), past


def _survey_ages(assets: pd.DataFrame, kind: str, rng: np.random.Generator) -> pd.DataFrame:
    """Gullies or signals with the year they were last renewed, and so their age."""
    age = np.round(_ages(len(assets), kind, rng))
    year = np.full(len(assets), figure("survey_year"))
    return _with(assets.assign(built_year=year - age), "age", age, year, "medium")


def _survey_buildings(
    parts: pd.DataFrame, groups: dict[str, Group], rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Grades of building components; each building is surveyed about every third year, all its components at once."""
    first, last = _survey_years()
    kind = parts["group"].to_numpy(dtype=object)
    every = _grades(kind, parts["built_year"].to_numpy(dtype=float), groups, rng)
    building, names = pd.factorize(parts["parent_id"])
    turn = rng.integers(0, _BUILDING_ROUND, len(names))[building]
    years = np.arange(first, last + 1)
    surveyed = (years - turn[:, None]) % _BUILDING_ROUND == 0
    ends = np.where(surveyed, years, 0).max(axis=1).astype(float)
    value = every[np.arange(len(parts)), (ends - first).astype(int)]
    row, column = np.nonzero(surveyed)
    readings = {"asset_id": parts["asset_id"].to_numpy(dtype=object)[row], "year": column + float(first)}
    past = pd.DataFrame({**readings, "measure": "grade", "value": every[row, column]})
    return _with(parts, "grade", value, ends, np.where(ends == last, "medium", "low")), past


def _survey_years() -> tuple[int, int]:
    """The first and the last year of surveys."""
    return int(figure("first_survey_year")), int(figure("survey_year"))


def _with(assets: pd.DataFrame, measure: str, value: Floats, year: Floats, confidence: str | Texts) -> pd.DataFrame:
    return assets.assign(measure=measure, value=value, surveyed_year=year, confidence=confidence)


def _road_ages(sections: gpd.GeoDataFrame, groups: dict[str, Group], rng: np.random.Generator) -> Floats:
    """Effective age of each carriageway section (years), with the published shares of residual life by length."""
    # Wear is ranked over the whole network: a slow swell over the county, each road, each stretch of a link and a
    # little for the section itself; rank then fixes the residual life.
    middle = shapely.get_coordinates(shapely.line_interpolate_point(sections.geometry, 0.5, normalized=True))
    wear = _swell(middle, rng) + _shared(sections["road"], 0.55, rng) + _shared(sections["link_id"], 0.6, rng)
    number = sections.groupby("link_id", sort=False).cumcount().to_numpy()
    wear += _shared(sections["link_id"].astype(object) + "|" + (number // _STRETCH).astype(str), 0.45, rng)
    wear += rng.normal(0, 0.15, len(sections))
    wear += sections["road_class"].map({"A": -0.1, "B": -0.05, "C": 0.05, "U": 0.05}).to_numpy(dtype=float)
    order = np.argsort(-wear, kind="stable")
    length = sections["length_m"].to_numpy()
    rank = np.empty(len(length))
    rank[order] = (np.cumsum(length[order]) - length[order] / 2) / length.sum()
    life = group_of(sections).map({name: _life(group) for name, group in groups.items()}).to_numpy(dtype=float)
    under_5, to_15 = figure("residual_under_5"), figure("residual_5_to_15")
    known = [0.0, figure("failed_share"), under_5, under_5 + to_15]
    left = np.interp(rank, known, [-figure("past_failure"), 0.0, 5.0, 15.0])
    band = (rank > under_5) & (rank <= under_5 + to_15)
    left[band] = 5 + 10 * _rising((rank[band] - under_5) / to_15, figure("residual_at_5"))
    # Beyond 15 years each class has as much left as its whole life allows.
    rest = np.clip((rank - known[-1]) / (1 - known[-1]), 0, 1)
    left = np.where(rank > known[-1], 15 + rest * (life - 15) * 0.98, left)
    return life - left


def _rising(less: Floats, first: float) -> Floats:
    """Place within a band (0-1) by the share (n,) that lies before it, of a density that rises in a line from `first`.

    The mean density is 1: the share before x is f x + (1 - f) x².
    """
    slope = 1 - first
    return (np.sqrt(first**2 + 4 * slope * less) - first) / (2 * slope)


def _swell(xy: Floats, rng: np.random.Generator) -> Floats:
    """A smooth field over the county, of unit order: soils and past programmes differ from place to place."""
    waves = rng.normal(0, 1, (10, 2)) / 9_000
    phase = rng.uniform(0, 2 * np.pi, 10)
    return np.cos(2 * np.pi * xy @ waves.T * 0.5 + phase).sum(axis=1) * 0.18


def _shared(key: pd.Series, size: float, rng: np.random.Generator) -> Floats:
    codes, names = pd.factorize(key)
    return rng.normal(0, size, len(names))[codes]


def _life(group: Group) -> float:
    """Age (years) at which an asset of a group has failed."""
    return float(group.age(np.array([group.failure_index]))[0])


def _ages(count: int, kind: str, rng: np.random.Generator) -> Floats:
    """Effective ages (count,) of assets renewed now and then (years), never below 0."""
    mean = figure(f"age_{kind}")
    shape = (mean / figure(f"age_spread_{kind}")) ** 2
    return rng.gamma(shape, mean / shape, count)


def _grades(group: Texts, built: Floats, groups: dict[str, Group], rng: np.random.Generator) -> Floats:
    """Grade numbers of building components year by year, by their group's chain with renewals."""
    first, last = _survey_years()
    # Chance to fall so many states or more, by state: one draw a year says how many.
    kept = [np.cumsum(np.array(groups[str(name)].chain.matrix)[:, ::-1], axis=1)[:, ::-1] for name in group]
    falls = np.array([[np.append(tail[i, i + 1 :], np.zeros(i)) for i in range(len(tail))] for tail in kept])
    state = np.zeros(len(group), dtype=np.intp)
    out = np.empty((len(group), last - first + 1))
    begin = int(max(built.min(), first - 120))
    for year in range(begin, last + 1):
        stands = built <= year
        # What is life-expired is renewed within some years, which keeps an old estate from being all grade E.
        renewed = (state >= 3) & (rng.random(len(state)) < figure("renewed" if year < first else "renewed_lately"))
        falling = (rng.random(len(state))[:, None] < falls[np.arange(len(state)), state]).sum(axis=1)
        state = np.where(renewed, 0, state + np.where(stands, falling, 0))
        if year >= first:
            out[:, year - first] = state + 1
    return out


def _measured(measure: str, group: Group, age: Floats, noise: Floats) -> Floats:
    """Native values that a survey finds (n,) at effective ages (years), with errors in index points."""
    index = np.clip(group.index(np.maximum(age, 0.0)) + noise, 0.5, 100.0)
    return np.round(from_index(measure, index), 1)


def _past_values(
    asset_id: Texts,
    measure: str,
    value: Floats,
    group: Texts,
    years: list[tuple[int, Bools]],
    last: Floats,
    groups: dict[str, Group],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Earlier surveys of assets whose latest value is known: the group's curve run backwards."""
    index, noise = to_index(measure, value)[0], figure("survey_noise")
    # The latest value has its error too: what truly stands there differs from it by as much.
    truth = np.clip(index + rng.normal(0, noise, len(index)), 0.5, 100.0)
    readings = []
    for year, surveyed in years:
        back = last - year
        for name in pd.unique(group):
            mine = np.flatnonzero(surveyed & (group == name) & (back >= 0))
            model = groups[str(name)]
            then = model.age(truth[mine]) - back[mine]
            # One younger than the time since was renewed in between: that survey saw it near the end of its life.
            before = rng.uniform(*_WORN_OUT, len(mine)) * _life(model) + then
            values = _measured(measure, model, np.where(then < 0, before, then), rng.normal(0, noise, len(mine)))
            values = np.where(back[mine] == 0, value[mine], values)
            readings.append(pd.DataFrame({"asset_id": asset_id[mine], "year": float(year), "value": values}))
    table = pd.concat(readings, ignore_index=True).sort_values(["asset_id", "year"], ignore_index=True)
    return table.assign(measure=measure)[["asset_id", "year", "measure", "value"]]
