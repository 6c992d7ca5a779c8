"""A sound but weak bridge can be strengthened, within the plan and after it; an environmental limit stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lifecycles import CATALOGUE, agree_with_the_tree, nothing
from test_weight_limits import COST, EITHER, bridges, model, traffic, yearly

from assetplan.strategies import LifecycleModel, candidates, simulate, starting_condition
from assetplan.strategies.candidates import members_of, start_of

NAMES = [treatment.name for treatment in CATALOGUE.treatments["bridge"]]
STRENGTHEN, REPLACE = NAMES.index("bridge_strengthening"), NAMES.index("bridge_replacement")
SOUND = 93.0


def offered(index: float, capacity: float, posted: float, lifecycle: LifecycleModel, **columns: object) -> set[int]:
    """Treatments in any strategy of one bridge."""
    assets = bridges([index], [capacity], [posted]).assign(**columns)
    tree = candidates(assets, starting_condition(assets, lifecycle), lifecycle, traffic(assets))
    return set(np.unique(tree.schedule)) - {-1}


@pytest.mark.parametrize("lifecycle", EITHER, ids=["curve", "states"])
def test_capacity_calls_for_strengthening_and_replacement_of_a_sound_bridge(lifecycle: LifecycleModel) -> None:
    weak = offered(SOUND, 18.0, 18.0, lifecycle)
    assert {STRENGTHEN, REPLACE} <= weak
    assert {STRENGTHEN, REPLACE} <= offered(SOUND, np.nan, 26.0, lifecycle)  # posted, never assessed
    assert not {STRENGTHEN, REPLACE} & offered(SOUND, 44.0, np.nan, lifecycle)
    assert not {STRENGTHEN, REPLACE} & offered(SOUND, np.nan, np.nan, lifecycle)


@pytest.mark.parametrize("lifecycle", EITHER, ids=["curve", "states"])
def test_strengthening_makes_capacity_as_new_once_and_condition_no_worse(lifecycle: LifecycleModel) -> None:
    assets = bridges([SOUND], [18.0], [18.0])
    ahead, starting = traffic(assets), starting_condition(assets, lifecycle)
    tree = candidates(assets, starting, lifecycle, ahead)
    assert ((np.isin(tree.schedule, [STRENGTHEN, REPLACE])).sum(axis=1) <= 1).all()
    schedule = nothing(assets)
    before = simulate(assets, starting, schedule, lifecycle, ahead)
    schedule[0, 1] = STRENGTHEN
    after = simulate(assets, starting, schedule, lifecycle, ahead)
    assert (after.index >= before.index - 1e-9).all()
    was, now = before.yearly["detours"][0], after.yearly["detours"][0]
    sent_round = yearly(SOUND, True, SOUND, 18.0, 18.0)  # every class above the posted limit
    assert was[0] == now[0] >= sent_round > 0
    assert (now[1:] < 0.2 * was[1:]).all()
    if lifecycle is EITHER[0]:
        assert was == pytest.approx([sent_round] * 5)
        assert not now[1:].any()


@pytest.mark.parametrize("lifecycle", EITHER, ids=["curve", "states"])
def test_trajectories_of_weak_bridges_cost_what_the_tree_has_them_at(lifecycle: LifecycleModel) -> None:
    assets = bridges([SOUND, 70.0], [18.0, 7.5], [18.0, np.nan])
    agree_with_the_tree(assets, lifecycle, traffic(assets), every=7)


# What replacement costs [£/m²]: as packaged, and hardly more than strengthening.
@pytest.mark.parametrize(("share", "replacement", "place"), [(1e-3, 6500.0, 0), (50.0, 6500.0, 1), (50.0, 1601.0, 2)])
def test_what_the_plan_leaves_weak_gets_the_cheaper_of_both_after_it(
    share: float, replacement: float, place: int
) -> None:
    rows = list(CATALOGUE.treatments["bridge"])
    rows[REPLACE] = replace(rows[REPLACE], unit_cost=replacement)
    own = {"bridge": tuple(rows)}
    catalogue = replace(CATALOGUE, treatments={**CATALOGUE.treatments, **own}, own_all={**CATALOGUE.own_all, **own})
    lifecycle = model(catalogue=catalogue)
    assets = bridges([SOUND], [18.0], [18.0])
    ahead, starting = traffic(assets, cost=share * COST), starting_condition(assets, lifecycle)
    members = members_of(assets, np.arange(1), own["bridge"], lifecycle, ahead)
    state = start_of("bridge", lifecycle, starting, np.arange(1), True)
    best = [float(lifecycle._present("bridge", state, members)[0])]
    for code in (STRENGTHEN, REPLACE):
        after, price = state.treat(rows[code])
        now = price * 80.0 * lifecycle.rules.discount[5]
        best.append(float((now + lifecycle._present("bridge", after, members))[0]))
    assert best.index(min(best)) == place
    assert lifecycle.later("bridge")(state, members, "") == pytest.approx(min(best))


def test_an_environmental_limit_stays_and_calls_for_nothing() -> None:
    lifecycle = EITHER[0]
    own = {"limit_reason": "environmental"}
    assert not {STRENGTHEN, REPLACE} & offered(SOUND, 44.0, 3.0, lifecycle, **own)
    # A bridge that is weak beneath a limit that keeps everybody off has nothing to gain; one posted higher has.
    assert not {STRENGTHEN, REPLACE} & offered(SOUND, 3.0, 0.0, lifecycle, **own)
    assert STRENGTHEN in offered(SOUND, 7.5, 26.0, lifecycle, **own)
