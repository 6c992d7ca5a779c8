"""What weight limits cost a bridge over its life, against a walk year by year in plain Python."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifecycles import (
    CATALOGUE,
    FACTORS,
    GROUPS,
    OF_CONDITION,
    agree_with_the_tree,
    assets_of,
    lifecycle_model,
    nothing,
)  # fmt: skip

from assetplan.connectivity.traffic import bridge_limits
from assetplan.deterioration.chain import Chain
from assetplan.network import detour_cost, growth
from assetplan.reference import load_table
from assetplan.strategies import Candidates, LifecycleModel, Traffic, candidates, simulate, starting_condition
from assetplan.treatments import Treatment

CLASSES = load_table("vehicle_classes")
LEVELS = sorted(load_table("posting_levels")["level_t"])
SOUND = 60.0
# Vehicles a day of each class, and its detour [km]: the heavier ones have the longer way.
VEHICLES, KM = np.array([900.0, 12.0, 9.0, 7.0, 5.0, 11.0]), np.array([1.0, 2.0, 2.0, 4.0, 4.0, 8.0])
COST = detour_cost(VEHICLES, KM, CLASSES["cost_per_km"].to_numpy(dtype=float))
FALLING = Chain(
    ((0.80, 0.15, 0.05, 0.0), (0.0, 0.75, 0.20, 0.05), (0.0, 0.0, 0.85, 0.15), (0.0, 0.0, 0.0, 1.0)),
    (100.0, 70.0, 45.0, 15.0),
)
IN_STATES = {**GROUPS, "bridge": replace(GROUPS["bridge"], decay=FALLING)}


model = partial(lifecycle_model, streams=(*OF_CONDITION, "detours"))
# Nothing after the plan years counts; `test_after_plan` reckons it by hand.
PLAN_ALONE = np.append(FACTORS[:6], [1e-30, 1e-60])
MIDDLE = np.sqrt(FACTORS[1:6] * FACTORS[:5])


def plan_alone(groups: dict = GROUPS) -> LifecycleModel:
    """A model that ends with the plan years."""
    return replace(model(groups), rules=replace(model().rules, discount=PLAN_ALONE))


EITHER = (model(), model(IN_STATES))


def bridges(index: list[float], capacity: list[float], posted: list[float], group: str = "bridge") -> pd.DataFrame:
    own = {"asset_class": "bridge", "environment": "rural", "quantity": 80.0, "length_m": 10.0}
    return assets_of(group, index, **own, posting="", limit_reason="", capacity_t=capacity, weight_limit_t=posted)


def traffic(assets: pd.DataFrame, rate: float = 0.0, lasts: float = 0.0, cost: np.ndarray = COST) -> Traffic:
    n = len(assets)
    limits = bridge_limits(assets, assets["value"].to_numpy(dtype=float), np.tile(cost, (n, 1)))
    return Traffic(np.full(n, rate), lasts, np.arange(n), limits)


def factor(index: float) -> float:
    table = load_table("condition_factor").sort_values("index")
    return float(np.interp(index, table["index"], table["share"]))


def yearly(index: float, standing: bool, now: float, capacity: float, posted: float) -> float:
    """What the limit of a condition costs a year: the posting level of what is left, or the limit that is posted."""
    if standing:
        carries = SOUND * factor(now) if np.isnan(capacity) or capacity >= 44 else capacity
        if np.isnan(capacity) or capacity >= 44:
            carries = max(carries, 44.0 if np.isnan(capacity) else capacity)
        left = carries * min(1.0, factor(index) / factor(now))
    else:
        left = SOUND * factor(index)
    limit = max(level for level in LEVELS if level <= left + 1e-9)
    if standing and not np.isnan(posted):
        limit = min(limit, posted)
    return sum(c for c, weight in zip(COST, CLASSES["weight_t"], strict=True) if weight > limit)


def walk_curve(now: float, capacity: float, posted: float, schedule: list[int], rate: float, lasts: int) -> float:
    """Present value of detours of one bridge on its curve."""
    g, treatments = GROUPS["bridge"], CATALOGUE.treatments["bridge"]

    def at(age: float) -> float:
        return float(g.index(np.array([age]))[0])

    def age_of(index: float) -> float:
        return float(g.age(np.array([index]))[0])

    age, pace, slow_left, slow, standing, total = age_of(now), 1.0, 0.0, 1.0, True, 0.0
    for year in range(5):
        t = treatments[schedule[year]] if schedule[year] >= 0 else None
        if t is not None and not np.isnan(t.reset_to):
            new = age_of(t.reset_to)
            rate_new = (age_of(g.failure_index) - new) / t.life
            # What is in better condition than that stays so, and ages no faster.
            pace = min(pace, rate_new) if age < new else rate_new
            age, standing, slow_left = min(age, new), False, 0.0
        elif t is not None:
            if at(age) < t.raise_cap:
                age = age_of(min(at(age) + t.raise_by, t.raise_cap))
            slow_left, slow = t.life, t.slow_factor
        ageing = pace * (slow if slow_left > 0 else 1.0)
        cost = yearly(at(age + ageing / 2), standing, now, capacity, posted)
        total += MIDDLE[year] * cost * (1 + rate) ** min(year + 1, lasts)
        age, slow_left = age + ageing, slow_left - 1
    return total


def spread(index: float, states: tuple[float, ...]) -> dict[int, float]:
    """An index shared by the two states about it."""
    for k, (high, low) in enumerate(itertools.pairwise(states)):
        if low <= index <= high:
            part = (index - low) / (high - low)
            return {k: part, k + 1: 1 - part}
    return {len(states) - 1: 1.0}


def walk_chain(
    lifecycle: LifecycleModel, group: str, now: float, capacity: float, posted: float, schedule: list[int]
) -> float:
    """Present value of detours of one bridge in states: chances of each state, renewed or not."""
    chain = lifecycle.groups[group].chain
    states, matrix = chain.state_index, np.array(chain.matrix)
    chances = {(s, True): p for s, p in spread(now, states).items()}
    slow_left, slow, total = 0.0, 1.0, 0.0

    def treated(t: Treatment) -> None:
        nonlocal chances, slow_left, slow
        after: dict[tuple[int, bool], float] = {}
        for (s, standing), p in chances.items():
            to, stands = {s: 1.0}, standing
            if not t.states or s in t.states:
                if np.isfinite(t.reset_to):
                    to, stands = (to if states[s] > t.reset_to else spread(t.reset_to, states)), False
                elif t.raise_by > 0:
                    to = spread(min(states[s] + t.raise_by, t.raise_cap), states) if states[s] < t.raise_cap else to
                elif t.states:
                    to, stands = {0: 1.0}, False
            for end, share in to.items():
                after[end, stands] = after.get((end, stands), 0.0) + p * share
        chances = after
        if t.slow_factor < 1:
            slow_left, slow = t.life, t.slow_factor

    def cost() -> float:
        return sum(p * yearly(states[s], standing, now, capacity, posted) for (s, standing), p in chances.items())

    for year in range(5):
        if schedule[year] >= 0:
            treated(lifecycle.catalogue.treatments[group][schedule[year]])
        begin = cost()
        pace, older = slow if slow_left > 0 else 1.0, dict[tuple[int, bool], float]()
        for (s, standing), p in chances.items():
            for end, chance in enumerate(matrix[s]):
                share = p * (pace * chance + (1 - pace) * (end == s))
                older[end, standing] = older.get((end, standing), 0.0) + share
        chances, slow_left = older, slow_left - 1
        total += MIDDLE[year] * 0.5 * (begin + cost())
    return total


CASES = [
    (52.0, 40.5, np.nan),
    (38.0, np.nan, np.nan),
    (28.0, np.nan, np.nan),
    (58.0, 20.0, 18.0),
    (47.0, 44.0, 7.5),
    (93.0, 18.0, 18.0),
]


def detours_of(assets: pd.DataFrame, lifecycle: LifecycleModel, ahead: Traffic) -> tuple[Candidates, np.ndarray]:
    """All strategies, and the detours in the whole-life cost of each, which the trajectories share with the tree."""
    every = candidates(assets, starting_condition(assets, lifecycle), lifecycle, ahead)
    each = assets.iloc[every.asset].reset_index(drop=True)
    places = np.arange(len(each))
    own = Traffic(ahead.rate[every.asset], ahead.lasts, places, ahead.limits.take(every.asset))
    trajectory = simulate(each, starting_condition(each, lifecycle), every.schedule, lifecycle, own)
    total = sum(trajectory.streams.values())
    assert total == pytest.approx(every.whole_life_cost, rel=1e-9)
    return every, trajectory.streams["detours"]


@pytest.mark.parametrize(("rate", "lasts"), [(0.0, 0), (0.02, 7)])
def test_a_bridge_on_a_curve_year_by_year(rate: float, lasts: int) -> None:
    assets = bridges(*(list(column) for column in zip(*CASES, strict=True)))
    lifecycle, ahead = plan_alone(), traffic(assets, rate, lasts)
    every, extra = detours_of(assets, lifecycle, ahead)
    assert len(every.asset) > 40
    for asset, schedule, cost in zip(every.asset, every.schedule.tolist(), extra, strict=True):
        expected = walk_curve(*CASES[asset], schedule, rate, lasts)
        # Differences of whole-life costs of some millions lose their last digits.
        assert cost == pytest.approx(expected, rel=1e-9, abs=1e-3)


@pytest.mark.parametrize("group", ["bridge", "brick_wall"])
def test_a_bridge_in_states_year_by_year(group: str) -> None:
    """Also one that is mended state by state, as a wall is: only the part mended is renewed."""
    assets = bridges(*(list(column) for column in zip(*CASES, strict=True)), group=group)
    lifecycle = plan_alone(IN_STATES)
    every, extra = detours_of(assets, lifecycle, traffic(assets))
    assert len(every.asset) > 20
    assert (extra > 0).any()
    for asset, schedule, cost in zip(every.asset, every.schedule.tolist(), extra, strict=True):
        assert cost == pytest.approx(walk_chain(lifecycle, group, *CASES[asset], schedule), rel=1e-9, abs=1e-3)


@pytest.mark.parametrize("groups", [GROUPS, IN_STATES], ids=["curve", "chain"])
def test_simulation_agrees_with_the_tree(groups: dict) -> None:
    assets = bridges(*(list(column) for column in zip(*CASES, strict=True)))
    agree_with_the_tree(assets, model(groups), traffic(assets, 0.01, 15), every=3)


def test_a_posted_limit_costs_what_is_driven_round_it() -> None:
    """120 HGV × 8 km × £1.10 × 365 days = £385,440 in the first year of doing nothing; renewal removes it."""
    assets = bridges([55.0], [np.nan], [3.0])
    heavy = CLASSES[CLASSES["traffic"] == "hgv"]
    vehicles = np.where(CLASSES["traffic"] == "hgv", 120.0, 0.0) * CLASSES["share"].to_numpy(dtype=float)
    assert float(heavy["share"] @ heavy["cost_per_km"]) == pytest.approx(1.10)
    cost = detour_cost(vehicles, 8.0, CLASSES["cost_per_km"].to_numpy(dtype=float))
    one = plan_alone()
    ahead = traffic(assets, cost=cost)
    start = starting_condition(assets, one)

    def spent(schedule: list[int]) -> float:
        trajectory = simulate(assets, start, np.array([schedule], dtype=np.int8), one, ahead)
        return float(trajectory.streams["detours"][0])

    idle = spent([-1] * 5)
    assert idle == pytest.approx(385_440 * MIDDLE.sum(), rel=1e-12)
    names = [t.name for t in CATALOGUE.treatments["bridge"]]
    assert spent([-1, names.index("bridge_strengthening"), -1, -1, -1]) == pytest.approx(385_440 * MIDDLE[0])
    # Waterproofing lifts no limit that is posted.
    assert spent([names.index("waterproofing_and_joints"), -1, -1, -1, -1]) == pytest.approx(idle)


def test_traffic_grows_in_closed_form() -> None:
    assets = bridges([55.0], [np.nan], [3.0])
    short = replace(model(), rules=replace(model().rules, discount=np.append(np.ones(6), [1e-30, 1e-60])))
    ahead = traffic(assets, 0.03, 4)
    trajectory = simulate(assets, starting_condition(assets, short), nothing(assets), short, ahead)
    year = float(COST[CLASSES["weight_t"] > 3.0].sum())
    expected = sum(1.03**t for t in (1, 2, 3, 4, 4)) * year
    assert trajectory.streams["detours"][0] == pytest.approx(expected, rel=1e-12)
    assert growth(np.array([year]), np.array([0.03]), 5, 4).sum() == pytest.approx(expected, rel=1e-12)


def test_growth_raises_what_is_reckoned_by_vehicle_km_alone() -> None:
    assets = bridges([55.0], [np.nan], [np.nan], "carriageway_A").assign(asset_class="carriageway")
    nowhere = traffic(assets.iloc[:0])
    start = starting_condition(assets, model())
    still = simulate(assets, start, nothing(assets), model()).streams
    grown = simulate(
        assets, start, nothing(assets), model(), replace(nowhere, rate=np.array([0.05]), lasts=100.0)
    ).streams
    assert grown["user"][0] > 1.5 * still["user"][0]
    assert grown["reactive"][0] == still["reactive"][0]
    assert grown["detours"][0] == 0


def test_without_the_stream_benefits_are_what_they_were() -> None:
    assets = bridges(*(list(column) for column in zip(*CASES, strict=True)))
    former = model(streams=OF_CONDITION)
    start = starting_condition(assets, former)
    with_traffic, without = (candidates(assets, start, former, t) for t in (traffic(assets), None))
    # A weak bridge may have works by its capacity besides.
    ours, theirs = (
        dict(zip(zip(c.asset, map(tuple, c.schedule.tolist()), strict=True), c.benefit, strict=True))
        for c in (with_traffic, without)
    )
    assert {key: ours[key] for key in theirs} == theirs
    # And one that no limit touches is worth the same with it: from 95 a bridge does not come down to 35 in its life.
    sound = bridges([95.0], [np.nan], [np.nan])
    both = (candidates(sound, starting_condition(sound, m), m, traffic(sound)) for m in (former, model()))
    a, b = (grown.benefit for grown in both)
    assert a == pytest.approx(b, abs=1e-6)


@settings(max_examples=40)
@given(
    index=st.floats(1, 60),
    capacity=st.lists(st.floats(0, 80), min_size=2, max_size=2).map(sorted),
    states=st.booleans(),
)
def test_a_weaker_bridge_is_never_worth_less_to_renew(index: float, capacity: list[float], states: bool) -> None:
    """Up to its renewal it is as it would be if nothing were done, and limited at least as much."""
    assets = bridges([index] * 2, capacity, [np.nan] * 2)
    lifecycle = EITHER[states]
    every = candidates(assets, starting_condition(assets, lifecycle), lifecycle, traffic(assets))
    renewing = [code for code, t in enumerate(CATALOGUE.treatments["bridge"]) if t.renews]
    once = (every.schedule >= 0).sum(axis=1) == 1
    pure = once & np.isin(every.schedule.max(axis=1), renewing)
    weak, strong = (
        {tuple(every.schedule[row].tolist()): every.benefit[row] for row in np.flatnonzero(pure & (every.asset == k))}
        for k in range(2)
    )
    assert weak.keys() >= strong.keys()  # the weaker one may have works by its capacity besides
    slack = 1e-6 * max(map(abs, strong.values()), default=1.0)
    assert all(weak[schedule] >= benefit - slack for schedule, benefit in strong.items())
