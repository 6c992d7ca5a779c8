"""The tree of strategies against a slow second method, one asset and one strategy at a time."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifecycles import CATALOGUE, GROUPS, MODEL, agree_with_the_tree, assets_of, nothing

from assetplan.strategies import candidates, simulate, starting_condition
from assetplan.strategies.curve_state import CurveLifecycle, CurveState
from assetplan.strategies.traffic import Exposure

INDEX_OF_RCI = np.array([[0, 40, 100, 200, 315], [100, 70, 40, 15, 0]], dtype=float)


def slow_curve(
    group: str, index: float, schedule: list[int], texture: float = 0.0
) -> tuple[float, float, CurveState] | None:
    """Cost of one strategy of an urban asset in the plan years by plain arithmetic, the burdens in it, and its end.

    None where the strategy may not be used. `texture` is what texture takes of it [points of the RCI].
    """
    g, rules = GROUPS[group], MODEL.rules
    assert not g.in_states
    age, rate, slow_left, slow, repeats = float(g.age(np.array([index]))[0]), 1.0, 0.0, 1.0, 0
    fail = float(g.age(np.array([g.failure_index]))[0])
    total, burdens, last = 0.0, 0.0, -99

    def at(a: float) -> float:
        return float(g.index(np.array([a]))[0])

    for year, code in enumerate(schedule):
        if code >= 0:
            t, now = CATALOGUE.treatments[group][code], at(age)
            weaker = slow_left > 0 and not slow > t.slow_factor and t.slow_factor < 1
            if year - last < 3 or weaker or t.environment == "rural" or repeats >= t.repeats:
                return None
            if t.restores and not texture:
                return None
            if not t.index_low - 1e-9 <= now <= t.index_high + 1e-9:
                return None
            # Works are at the start of their year, whose factor in the first is 1.
            total += rules.discount[year] * t.unit_cost * 600.0
            last = year
            if slow_left > 0 and slow > 1:  # other works end what is left of a restored texture
                age, slow_left = age + slow_left * rate * (slow - 1), 0.0
                now = at(age)
            lost, texture = texture, 0.0
            if t.restores:
                value = np.interp(now, INDEX_OF_RCI[1][::-1], INDEX_OF_RCI[0][::-1])
                better = np.interp(max(value - lost, 0.0), *INDEX_OF_RCI)
                younger = float(g.age(np.array([better]))[0])
                slow_left, slow, age = t.life, 1 + (age - younger) / (t.life * rate), younger
            elif np.isnan(t.reset_to):
                repeats += 1
                if now < t.raise_cap:
                    age = float(g.age(np.array([min(now + t.raise_by, t.raise_cap)]))[0])
                slow_left, slow = t.life, t.slow_factor
            else:
                age = float(g.age(np.array([t.reset_to]))[0])
                rate, slow_left, repeats = (fail - age) / t.life, 0.0, 0
        pace = rate * (slow if slow_left > 0 else 1.0)
        middle = np.array([at(age + pace / 2)])
        burden = sum(
            float(c.at(middle)[0]) * (3000.0 * 365 * 0.1 if c.per == "vehicle_km" else 600.0)
            for c in MODEL.consequences[group]
        )
        # The rest of a year's costs fall in its middle.
        burdens += (rules.discount[year] * rules.discount[year + 1]) ** 0.5 * burden
        age, slow_left = age + pace, slow_left - 1
    of = CurveLifecycle(g, MODEL.consequences[group])
    if slow > 1:  # what is left of it counts no more after the plan
        age, slow_left, slow = age + max(slow_left, 0.0) * rate * (slow - 1), 0.0, 1.0
    end = (age, 1.0, rate, slow_left, slow, float(repeats))
    return total + burdens, burdens, CurveState(of, *(np.array([value]) for value in end))


@pytest.mark.parametrize("group", ["carriageway_BC", "footway", "bridge", "gully", "signal_junction"])
@pytest.mark.parametrize("index", [18.0, 41.0, 58.0, 77.0, 88.0])
def test_every_strategy_and_its_cost_by_a_second_method(group: str, index: float) -> None:
    """What comes after the plan years, `test_after_plan` reckons by hand."""
    of_every_strategy(assets_of(group, [index]), group, index)


def test_every_strategy_of_a_road_that_has_lost_texture() -> None:
    """An urban C road with a texture of 0.36 mm: 80 % of 30 points."""
    lost = {"measure": "rci", "value": 60.0, "road_class": "C", "texture_mm": 0.36}
    of_every_strategy(assets_of("carriageway_BC", [60.0], **lost), "carriageway_BC", 60.0, 24.0)


def of_every_strategy(assets: pd.DataFrame, group: str, index: float, texture: float = 0.0) -> None:
    """Hold the tree of one asset against plain arithmetic."""
    tree = candidates(assets, starting_condition(assets, MODEL), MODEL)
    after = MODEL.after(group, ("urban",))
    exposure = Exposure(np.array([600.0]), np.array([3000.0 * 365 * 0.1]), np.array([600.0]))
    codes = range(-1, len(CATALOGUE.treatments[group]))
    expected = {}
    for schedule in itertools.product(codes, repeat=5):
        few = sum(code >= 0 for code in schedule) <= 2
        if few and (walked := slow_curve(group, index, list(schedule), texture)):
            expected[schedule] = walked
    assert {tuple(row) for row in tree.schedule.tolist()} == set(expected)
    for row, cost in zip(tree.schedule.tolist(), tree.whole_life_cost, strict=True):
        # Burdens are read straight between the points of a table at every 1/64 of a year, past kinks too.
        total, burdens, end = expected[tuple(row)]
        assert cost == pytest.approx(total + after.present(end, exposure)[0], rel=1e-9, abs=3e-5 * burdens)


@pytest.mark.parametrize("group", ["carriageway_A", "bridge", "brick_wall"])
def test_simulated_strategies_agree_with_the_tree(group: str) -> None:
    assets = assets_of(group, [10.0, 35.0, 55.0, 80.0])
    agree_with_the_tree(assets, MODEL, every=3)


@settings(max_examples=40)
@given(
    index=st.lists(st.floats(0, 100), min_size=1, max_size=6),
    group=st.sampled_from(sorted(GROUPS)),
)
def test_do_nothing_is_always_there_and_never_improves(index: list[float], group: str) -> None:
    assets = assets_of(group, index)
    starting = starting_condition(assets, MODEL)
    tree = candidates(assets, starting, MODEL)
    first = tree.starts[:-1]
    assert (tree.schedule[first] == -1).all()
    assert (tree.benefit[first] == 0).all()
    assert (tree.cost >= 0).all()
    assert np.isfinite(tree.benefit).all()
    path = simulate(assets, starting, nothing(assets), MODEL).index
    assert (np.diff(path, axis=1) <= 1e-9).all()
    assert path.min() >= 0
    assert path.max() <= 100 + 1e-9


def test_a_commitment_is_the_only_thing_left_and_needs_no_trigger() -> None:
    assets = assets_of(
        "carriageway_U", [90.0, 55.0], committed_treatment=["resurfacing", ""], committed_year=[2020.0, np.nan]
    )
    tree = candidates(assets, starting_condition(assets, MODEL), MODEL)
    mine = tree.schedule[tree.asset == 0]
    code = [t.name for t in CATALOGUE.treatments["carriageway_U"]].index("resurfacing")
    assert mine.tolist() == [[-1, code, -1, -1, -1]]
    # Renewing a road as good as new costs more than it saves, committed or not.
    assert (tree.benefit[tree.asset == 0] < 0).all()
    assert (tree.asset == 1).sum() > 1


def test_disposal_takes_no_major_treatment_and_no_credit_after_the_plan() -> None:
    kept, going = assets_of("carriageway_BC", [50.0]), assets_of("carriageway_BC", [50.0], retention="dispose")
    both = [candidates(a, starting_condition(a, MODEL), MODEL) for a in (kept, going)]
    kinds = [t.kind for t in CATALOGUE.treatments["carriageway_BC"]]
    used = {kinds[code] for code in both[1].schedule.ravel() if code >= 0}
    assert used == {"preventative"}
    assert both[1].benefit.max() < both[0].benefit.max()


def test_environment_keeps_treatments_where_they_belong() -> None:
    names = [t.name for t in CATALOGUE.treatments["carriageway_U"]]
    used = {}
    for environment in ("urban", "rural"):
        assets = assets_of("carriageway_U", [60.0], environment=environment)
        tree = candidates(assets, starting_condition(assets, MODEL), MODEL)
        used[environment] = {names[code] for code in tree.schedule.ravel() if code >= 0}
    # Micro asphalt is for towns; dressing goes anywhere.
    assert used["urban"] - used["rural"] == {"micro_asphalt"}
    assert "surface_dressing" in used["rural"]


def test_condition_is_carried_forward_from_the_year_of_survey() -> None:
    assets = assets_of("carriageway_BC", [70.0, 70.0], surveyed_year=[2018.0, 2014.0])
    index = starting_condition(assets, MODEL).index
    assert index[0] == pytest.approx(70.0)
    group = GROUPS["carriageway_BC"]
    assert index[1] == pytest.approx(group.index(group.age(np.array([70.0])) + 4)[0])


def test_values_outside_their_measure_are_clamped_and_marked() -> None:
    assets = assets_of("carriageway_BC", [900.0, 20.0], measure="rci")
    starting = starting_condition(assets, MODEL)
    assert starting.clamped.tolist() == [True, False]
    assert starting.index[0] == 0
