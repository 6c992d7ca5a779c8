"""Assets of one group, the models that they live by, and trajectories held against the tree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from assetplan.consequences import Consequence, load_consequences
from assetplan.deterioration import load_groups
from assetplan.deterioration.groups import Group
from assetplan.economics import discount_factors
from assetplan.strategies import LifecycleModel, Rules, Traffic, candidates, simulate, starting_condition
from assetplan.treatments import Catalogue, load_catalogue

GROUPS = load_groups()
CATALOGUE = load_catalogue(GROUPS)
OF_CONDITION = ("reactive", "claims", "risk", "user")
FACTORS = discount_factors(40)


def lifecycle_model(
    groups: Mapping[str, Group] = GROUPS,
    catalogue: Catalogue = CATALOGUE,
    streams: tuple[str, ...] = OF_CONDITION,
    consequences: Mapping[str, tuple[Consequence, ...]] | None = None,
) -> LifecycleModel:
    """A model of five years, at most two treatments three years apart, over forty years."""
    rules = Rules(2, 3, 5, FACTORS, streams)
    return LifecycleModel(groups, catalogue, consequences or load_consequences(list(groups)), rules, 2019)


MODEL = lifecycle_model()


def assets_of(group: str, index: list[float], **columns: object) -> pd.DataFrame:
    """Assets of one group at given indices."""
    base = {
        "asset_id": [f"a{k}" for k in range(len(index))],
        "asset_class": GROUPS[group].asset_class,
        "group": group,
        "environment": "urban",
        "quantity": 600.0,
        "length_m": 100.0,
        "aadt": 3000.0,
        "measure": "index",
        "value": index,
        "surveyed_year": 2018.0,
        "retention": "",
        "committed_treatment": "",
        "committed_year": np.nan,
    }
    return pd.DataFrame({**base, **columns})


def walls(index: list[float], group: str = "brick_wall", **columns: object) -> pd.DataFrame:
    """Components of a building, of 500 m² each."""
    return assets_of(group, index, quantity=500.0, length_m=np.nan, aadt=np.nan, **columns)


def nothing(assets: pd.DataFrame) -> np.ndarray:
    """Schedules of doing nothing for five years."""
    return np.full((len(assets), 5), -1, dtype=np.int8)


def agree_with_the_tree(
    assets: pd.DataFrame, model: LifecycleModel, ahead: Traffic | None = None, every: int = 1
) -> None:
    """Trajectories of every few strategies cost what the tree has them at: the same sums in another order."""
    starting = starting_condition(assets, model)
    tree = candidates(assets, starting, model, ahead)
    for row in range(0, len(tree.asset), every):
        schedule = nothing(assets)
        schedule[tree.asset[row]] = tree.schedule[row]
        trajectory = simulate(assets, starting, schedule, model, ahead)
        total = sum(values[tree.asset[row]] for values in trajectory.streams.values())
        assert total == pytest.approx(tree.whole_life_cost[row], rel=1e-9)
