"""Futures: what is drawn, from what, and that the same seed gives the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lifecycles import GROUPS, MODEL, assets_of, nothing, walls

from assetplan.deterioration.learned import Learned
from assetplan.strategies import (
    Doubts,
    Futures,
    LifecycleModel,
    by_group,
    candidates,
    load_doubts,
    members_of,
    simulate,
    starting_condition,
    with_stock,
)
from assetplan.strategies.futures import reading_doubt

SURE = Doubts(0.0, dict.fromkeys(("high", "medium", "low", "not stated", "assumed"), 0.0))
SOME = load_doubts()


def assets(group: str = "carriageway_BC", n: int = 400, confidence: str = "medium", **columns: object) -> pd.DataFrame:
    index = np.random.default_rng(5).uniform(20, 98, n).tolist()
    return assets_of(group, index, confidence=confidence, assumed="", **columns)


def taught(group: str, **learned: float) -> LifecycleModel:
    return replace(MODEL, groups={**GROUPS, group: replace(GROUPS[group], learned=Learned(**learned))})  # type: ignore[arg-type]


def indices(futures: Futures, number: int) -> np.ndarray:
    """Condition of one group by year in one future, do-nothing."""
    ((_, states),) = futures.draw(number).live(nothing(futures.assets))
    return np.stack([state.index() for state in states], axis=1)


def test_without_doubt_a_future_is_the_forecast() -> None:
    for table in (assets(), assets(surveyed_year=2015.0), assets("signal_junction", measure="age", value=7.0)):
        forecast = simulate(table, starting_condition(table, MODEL), nothing(table), MODEL).index
        assert indices(Futures.of(table, MODEL, SURE, 0, 3), 1) == pytest.approx(forecast, abs=1e-9)


def test_the_same_seed_gives_the_same_future_and_others_do_not() -> None:
    table = assets()
    first, again, other = (indices(Futures.of(table, MODEL, SOME, seed, 4), 2) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    futures = Futures.of(table, MODEL, SOME, 1, 4)
    assert not np.array_equal(indices(futures, 2), indices(futures, 3))


def test_a_survey_is_doubted_by_its_confidence_and_the_stock_keeps_its_spread() -> None:
    doubts = Doubts(0.0, SOME.readings)
    for confidence in ("high", "medium", "low"):
        table = assets(n=4000, confidence=confidence)
        read = table["value"].to_numpy()
        drawn = indices(Futures.of(table, MODEL, doubts, 0, 1), 0)[:, 0]
        assert np.sort(drawn).mean() == pytest.approx(read.mean(), abs=1.0)
        assert drawn.std() == pytest.approx(read.std(), rel=0.03)
        # The score of a flat stock moves a little otherwise than its condition.
        assert (drawn - read).std() == pytest.approx(doubts.readings[confidence], rel=0.12)


def test_doubt_of_readings() -> None:
    table = assets(n=4).assign(confidence=["high", "low", "", "high"], assumed=["", "", "", "value width_m"])
    high, low, unstated, filled = (SOME.readings[k] for k in ("high", "low", "not stated", "assumed"))
    assert reading_doubt(table, GROUPS, SOME).tolist() == [high, low, unstated, filled]
    learned = taught("carriageway_BC", noise=3.0).groups
    assert reading_doubt(table, learned, SOME) == pytest.approx(np.array([high, low, unstated, filled]) * 3.0 / high)
    assert reading_doubt(table.assign(measure="age"), GROUPS, SOME).tolist() == [0, 0, 0, 0]


def test_an_old_survey_leaves_more_open() -> None:
    """By chance since the survey: of an asset that wanders by its calibration, and of one in states."""
    model = taught("carriageway_BC", spread=0.3, wander=0.5)
    for build, known in ((lambda y: assets(surveyed_year=y), model), (lambda y: component(y), MODEL)):
        spreads = []
        for year in (2018.0, 2010.0):
            futures = Futures.of(build(year), known, SURE, 0, 60)
            base = np.stack([indices(futures, k)[:, 0] for k in range(60)])
            spreads.append(base.std(axis=0).mean())
        assert spreads[0] == pytest.approx(0.0, abs=1e-9)
        assert spreads[1] > 1.0


def component(surveyed: float) -> pd.DataFrame:
    return walls([75.0] * 40, surveyed_year=surveyed, confidence="high", assumed="")


def test_paces_and_wander_keep_the_mean_age_and_never_mend() -> None:
    group = "carriageway_BC"
    spread, wander, n = 0.4, 0.6, 20_000
    table = assets_of(group, [80.0] * n, confidence="high", assumed="")
    futures = Futures.of(table, taught(group, spread=spread, wander=wander), SURE, 3, 1)
    path = indices(futures, 0)
    assert (np.diff(path, axis=1) <= 1e-9).all()
    aged = GROUPS[group].age(path[:, 5]) - GROUPS[group].age(path[:, 0])
    # A gamma process with a gamma pace: mean 5 years, variance (5s)² + 5ω²; four standard errors.
    sd = np.sqrt((5 * spread) ** 2 + 5 * wander**2)
    assert aged.mean() == pytest.approx(5.0, abs=4 * sd / np.sqrt(n))
    assert aged.std() == pytest.approx(sd, rel=0.03)
    own = futures.draw(0).own
    assert own.mean() == pytest.approx(1.0, abs=4 * spread / np.sqrt(n))


def test_chance_puts_components_in_states_as_often_as_the_chain() -> None:
    table = walls([75.0] * 5000, confidence="high", assumed="")
    path = indices(Futures.of(table, MODEL, SURE, 0, 1), 0)
    assert set(np.unique(path)) <= {100.0, 75.0, 40.0, 15.0, 0.0}
    at_5 = np.linalg.matrix_power(GROUPS["brick_wall"].chain.transition, 5)[1]
    seen = np.array([(path[:, 5] == value).mean() for value in (100.0, 75.0, 40.0, 15.0, 0.0)])
    assert seen == pytest.approx(at_5, abs=4 * np.sqrt(0.25 / 5000))


def test_typed_lives_are_in_doubt_together_and_in_even_strata() -> None:
    table = pd.concat([assets("carriageway_BC", 5), assets("carriageway_U", 5)], ignore_index=True)
    futures = Futures.of(table, MODEL, Doubts(0.2, SURE.readings), 0, 40)
    pace = np.array([futures.draw(k).starts["carriageway_BC"].pace[0] for k in range(40)])  # type: ignore[attr-defined]
    other = np.array([futures.draw(k).starts["carriageway_U"].pace[0] for k in range(40)])  # type: ignore[attr-defined]
    assert np.array_equal(pace, other)
    # One in each fortieth of the distribution.
    from scipy.special import ndtr

    assert sorted((ndtr(np.log(pace) / 0.2) * 40).astype(int)) == list(range(40))


def test_few_assets_have_no_stock_to_change_places_in() -> None:
    table = assets(n=3)
    drawn = np.stack(
        [indices(Futures.of(table, MODEL, Doubts(0.0, SOME.readings), 0, 200), k)[:, 0] for k in range(200)]
    )
    assert drawn.std(axis=0) == pytest.approx([5.0] * 3, rel=0.25)


def test_calibrated_parameters_are_drawn() -> None:
    learned = Learned(1.0, 0.0, 0.0, (), ("life", "shape", "noise", "spread", "wander"),
                      tuple(np.log([30.0, 1.8, 1.0, 1e-6, 1e-6]).tolist()),
                      tuple(map(tuple, np.diag([0.01, 0, 0, 0, 0]).tolist())))  # fmt: skip
    group = replace(GROUPS["carriageway_BC"], learned=learned)
    group = replace(group, decay=learned.decay(group.decay))
    model = replace(MODEL, groups={**GROUPS, "carriageway_BC": group})
    table = assets(n=4, value=80.0)
    futures = Futures.of(table, model, SURE, 0, 200)
    lives = [futures.draw(k).model.groups["carriageway_BC"].age(np.array([40.0]))[0] for k in range(200)]
    assert np.log(lives).std() == pytest.approx(0.1, rel=0.05)
    assert np.median(lives) == pytest.approx(30.0, rel=0.01)


def test_without_doubt_every_strategy_costs_what_the_tree_has_it_at() -> None:
    table = pd.concat([assets("carriageway_BC", 6), walls([75.0, 40.0])], ignore_index=True)
    table = table.assign(confidence="high", assumed="")
    model = with_stock(MODEL, table)
    tree = candidates(table, starting_condition(table, model), model)
    members = {
        name: members_of(table, rows, model.catalogue.treatments[name], model, None) for name, rows in by_group(table)
    }
    future = Futures.of(table, model, SURE, 0, 1).draw(0)
    cost, index, _ = future.present_costs(model.stock, members, tree.asset, tree.schedule)
    assert cost == pytest.approx(tree.whole_life_cost, rel=1e-9)
    assert np.array_equal(index, tree.index)


def test_a_hard_winter_ages_roads_alone() -> None:
    table = pd.concat([assets("carriageway_BC", 6), assets("footway", 6)], ignore_index=True)
    future = Futures.of(table, MODEL, SURE, 0, 1).draw(0)
    roads = np.array([1.0, 1.8, 1.0, 1.0, 1.0])
    usual, hard = (dict(enumerate(future.live(nothing(table), years))) for years in (None, roads))
    for place, name in enumerate(("carriageway_BC", "footway")):
        before, after = (each[place][1][5].index() for each in (usual, hard))
        years = roads.sum() if name == "carriageway_BC" else 5.0
        age = GROUPS[name].age(usual[place][1][0].index())
        assert after == pytest.approx(GROUPS[name].index(age + years), abs=1e-6)
        assert (after <= before).all()
