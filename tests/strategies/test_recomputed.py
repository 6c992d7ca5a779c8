"""Strategies of assets on a curve as the package has them and as docs/method.md has them, to half a penny."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lifecycles import CATALOGUE, MODEL, OF_CONDITION, assets_of, lifecycle_model
from recomputed import GROWTH, HORIZON, Asset, Bridge
from test_weight_limits import COST, bridges, traffic

from assetplan.economics import discount_factors
from assetplan.sites import load_sites
from assetplan.strategies import LifecycleModel, Traffic, candidates, starting_condition, with_stock

HALF_A_PENNY = 0.005


def agree(expected: dict, assets: pd.DataFrame, model: LifecycleModel, ahead: Traffic | None = None) -> None:
    """Every strategy there is in both, and costs the same."""
    rules = replace(model.rules, discount=discount_factors(HORIZON))
    grown = CATALOGUE.with_prices({"works": (GROWTH,)}, {})
    whole = with_stock(replace(model, rules=rules, sites=load_sites(CATALOGUE.names), catalogue=grown), assets)
    tree = candidates(assets, starting_condition(assets, whole), whole, ahead)
    ours = dict(zip(map(tuple, tree.schedule.tolist()), tree.whole_life_cost, strict=True))
    assert ours == pytest.approx(expected, rel=0, abs=HALF_A_PENNY)


@pytest.mark.parametrize(
    ("group", "index"),
    [
        ("carriageway_BC", 54.0),
        ("footway", 62.0),
        ("signal_junction", 70.0),
        ("gully", 57.0),
    ],
)
def test_an_asset_of_each_kind(group: str, index: float) -> None:
    expected = Asset(group, index, 600.0, 3000 * 365 * 0.1).strategies()
    agree(expected, assets_of(group, [index], environment="rural"), MODEL)


DETOURS = lifecycle_model(streams=(*OF_CONDITION, "detours"))


@pytest.mark.parametrize(
    ("index", "capacity", "posted", "share", "rate"),
    [
        pytest.param(66.0, 30.0, np.nan, 0.05, 0.02, id="left weak: more classes are sent round as it decays"),
        pytest.param(58.0, 20.0, 18.0, 0.1, 0.0, id="posted, strengthened after the plan"),
        pytest.param(93.0, 18.0, np.nan, 1.0, 0.01, id="sound but weak"),
    ],
)
@pytest.mark.slow
def test_a_weak_bridge(index: float, capacity: float, posted: float, share: float, rate: float) -> None:
    """Of some share of the detours of `COST`, with traffic that grows."""
    cost, lasts = share * COST, 7 if rate else 0
    own = Bridge(index, capacity, posted, tuple(cost))
    expected = Asset("bridge", index, 80.0, 0.0, own, rate, lasts).strategies()
    assets = bridges([index], [capacity], [posted])
    agree(expected, assets, DETOURS, traffic(assets, rate, lasts, cost))
