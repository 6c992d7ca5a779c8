"""How worn everything is: effective ages, and from them the condition that surveys would have measured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assetplan._types import Floats, Texts
from assetplan.asset_classes import group_of
from assetplan.condition import from_index
from assetplan.deterioration import Group
from assetplan.example.figures import Figures

_PAST_FAILURE = 7.0  # years beyond its life that the worst road has stood
_FAILED = 0.035  # share of length that is past its life already
_RENEWED, _RENEWED_LATELY = 0.32, 0.10  # part of life-expired components renewed in a year
_STRETCH = 5  # sections that were last treated together, about half a kilometre


def road_ages(
    sections: pd.DataFrame, middle: Floats, groups: dict[str, Group], figures: Figures, rng: np.random.Generator
) -> Floats:
    """Effective age of each carriageway section (years), with the published shares of residual life by length.

    Wear is ranked over the whole network: a slow swell over the county, each road, each stretch of a link and a
    little for the section itself; rank then fixes the residual life.

    Parameters
    ----------
    sections : DataFrame
        Carriageway sections in order along their links.
    middle : array (n, 2)
        Middle of each (m).
    groups : dict of str to Group
        Deterioration groups.
    figures : Figures
        Shares of length under 5 and of 5 to 15 years.
    rng : Generator
        Source of chance.
    """
    wear = _swell(middle, rng) + _shared(sections["road"], 0.55, rng) + _shared(sections["link_id"], 0.6, rng)
    number = sections.groupby("link_id", sort=False).cumcount().to_numpy()
    wear += _shared(sections["link_id"].astype(object) + "|" + (number // _STRETCH).astype(str), 0.45, rng)
    wear += rng.normal(0, 0.15, len(sections))
    wear += sections["road_class"].map({"A": -0.1, "B": -0.05, "C": 0.05, "U": 0.05}).to_numpy(dtype=float)
    order = np.argsort(-wear, kind="stable")
    length = sections["length_m"].to_numpy()
    rank = np.empty(len(length))
    rank[order] = (np.cumsum(length[order]) - length[order] / 2) / length.sum()
    life = np.empty(len(length))
    names = group_of(sections).to_numpy(dtype=object)
    for name, group in groups.items():
        mine = names == name
        life[mine] = group.age(np.array([group.failure_index]))[0]
    under_5, to_15 = figures["residual_under_5"], figures["residual_5_to_15"]
    known = [0.0, _FAILED, under_5, under_5 + to_15]
    left = np.interp(rank, known, [-_PAST_FAILURE, 0.0, 5.0, 15.0])
    # Beyond 15 years each class has as much left as its whole life allows.
    rest = np.clip((rank - known[-1]) / (1 - known[-1]), 0, 1)
    left = np.where(rank > known[-1], 15 + rest * (life - 15) * 0.98, left)
    return life - left


def _swell(xy: Floats, rng: np.random.Generator) -> Floats:
    """A smooth field over the county, of unit order: soils and past programmes differ from place to place."""
    waves = rng.normal(0, 1, (10, 2)) / 9_000
    phase = rng.uniform(0, 2 * np.pi, 10)
    return np.cos(2 * np.pi * xy @ waves.T * 0.5 + phase).sum(axis=1) * 0.18


def _shared(key: pd.Series, size: float, rng: np.random.Generator) -> Floats:
    codes, names = pd.factorize(key)
    return rng.normal(0, size, len(names))[codes]


def structure_ages(count: int, mean: float, spread: float, rng: np.random.Generator) -> Floats:
    """Effective ages (count,) of assets renewed now and then (years): mean and standard deviation, never below 0."""
    shape = (mean / spread) ** 2
    return rng.gamma(shape, mean / shape, count)


def grades(
    group: Texts, built: Floats, years: tuple[int, int], groups: dict[str, Group], rng: np.random.Generator
) -> Floats:
    """Grade numbers of building components year by year, by their group's chain with renewals.

    Parameters
    ----------
    group : array (n,)
        Markov group of each.
    built : array (n,)
        Year built.
    years : (int, int)
        First and last year to give.
    groups : dict of str to Group
        Deterioration groups.
    rng : Generator
        Source of chance.

    Returns
    -------
    array (n, last − first + 1)
        A 1 to E 5 at each year's end.
    """
    first, last = years
    # Chance to fall so many states or more, by state: one draw a year says how many.
    kept = [np.cumsum(np.array(groups[str(name)].chain.matrix)[:, ::-1], axis=1)[:, ::-1] for name in group]
    falls = np.array([[np.append(tail[i, i + 1 :], np.zeros(i)) for i in range(len(tail))] for tail in kept])
    state = np.zeros(len(group), dtype=np.intp)
    out = np.empty((len(group), last - first + 1))
    begin = int(max(built.min(), first - 120))
    for year in range(begin, last + 1):
        stands = built <= year
        # What is life-expired is renewed within some years, which keeps an old estate from being all grade E.
        renewed = (state >= 3) & (rng.random(len(state)) < (_RENEWED if year < first else _RENEWED_LATELY))
        falling = (rng.random(len(state))[:, None] < falls[np.arange(len(state)), state]).sum(axis=1)
        state = np.where(renewed, 0, state + np.where(stands, falling, 0))
        if year >= first:
            out[:, year - first] = state + 1
    return out


def measured(measure: str, group: Group, age: Floats, noise: Floats) -> Floats:
    """Native values that a survey finds (n,) at effective ages (years), with errors in index points."""
    index = np.clip(group.index(np.maximum(age, 0.0)) + noise, 0.5, 100.0)
    return np.round(from_index(measure, index), 1)
