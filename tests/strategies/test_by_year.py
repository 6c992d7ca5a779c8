"""Savings year by year after the plan: discounted, they are the benefit that strategies were chosen by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lifecycles import GROUPS, OF_CONDITION, assets_of, lifecycle_model, walls

from assetplan.economics import discount_factors
from assetplan.strategies import (
    Rules,
    Traffic,
    WeightLimits,
    candidates,
    saved_after_plan,
    simulate,
    starting_condition,
)
from assetplan.strategies.model import LifecycleModel

YEARS = 140  # at 12 % a year nothing is left after that
STEEP = discount_factors(30, 0.12)


def steep(streams: tuple[str, ...] = OF_CONDITION) -> LifecycleModel:
    model = lifecycle_model(streams=streams)
    return replace(model, rules=Rules(2, 3, 5, STEEP, streams))


def agrees(assets: pd.DataFrame, model: LifecycleModel, traffic: Traffic | None = None) -> None:
    """The last strategy of each asset saves, year by year and discounted, what its benefit is."""
    starting = starting_condition(assets, model)
    tree = candidates(assets, starting, model, traffic)
    last = tree.starts[1:] - 1
    schedule = tree.schedule[last]
    works, burdens = saved_after_plan(assets, starting, schedule, model, traffic, YEARS)
    plan, nothing = (
        simulate(assets, starting, codes, model, traffic) for codes in (schedule, np.full_like(schedule, -1))
    )
    rate = STEEP[-1] / STEEP[-2]
    discount = np.append(STEEP, STEEP[-1] * rate ** np.arange(1, YEARS + 10))
    n = model.rules.years
    later = discount[n : n + YEARS]
    middle = np.sqrt(later * discount[n + 1 : n + 1 + YEARS])
    total = works @ later + burdens @ middle
    for name in plan.yearly:
        factors = model.rules.works_discount if name == "works" else model.rules.burden_discount
        total = total + (nothing.yearly[name] - plan.yearly[name]) @ factors
    assert (schedule >= 0).any()
    assert total == pytest.approx(tree.benefit[last], rel=1e-4, abs=1.0)


def test_discounted_savings_are_the_benefit_on_a_curve() -> None:
    agrees(assets_of("carriageway_BC", [38.0, 55.0, 72.0], retention=["", "", "dispose"]), steep())


def test_discounted_savings_are_the_benefit_in_states() -> None:
    agrees(walls([20.0, 60.0]), steep())


def test_discounted_savings_are_the_benefit_with_traffic_that_grows_and_weight_limits() -> None:
    limits = WeightLimits(
        np.array([[np.inf, 30.0], [50.0, 20.0]]),
        np.array([30.0, 20.0]),
        np.full((2, 2), 9_000.0),
        np.array([18.0, 60.0]),
        np.array([45.0, 58.0]),
    )
    traffic = Traffic(np.array([0.02, 0.0]), 8.0, np.arange(2), limits)
    assets = assets_of("bridge", [45.0, 58.0], quantity=80.0)
    assert GROUPS["bridge"].asset_class == "bridge"
    agrees(assets, steep((*OF_CONDITION, "detours")), traffic)
