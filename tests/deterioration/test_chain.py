"""Chains behind the face of a curve: semi-Markov sojourns by simulation, and the distribution of residual life."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.deterioration import Curve, load_groups
from assetplan.deterioration.chain import Chain, read_sojourns
from assetplan.deterioration.curves import Life
from assetplan.deterioration.groups import Learned, decay_of

GROUPS = load_groups()
INDEX = (100.0, 75.0, 40.0, 15.0, 0.0)
SOJOURNS = ((2.5, 14.0), (1.5, 9.0), (3.0, 6.0), (1.0, 4.0))
ONWARD = tuple(map(tuple, np.eye(5, k=1).tolist()))
SEMI = Chain(ONWARD, INDEX, SOJOURNS)


def simulated(n: int, years: int, seed: int) -> np.ndarray:
    """States at the end of each year of assets that begin as new; a sojourn ends with the year it runs out in."""
    rng = np.random.default_rng(seed)
    left = np.stack([np.ceil(scale * rng.weibull(shape, n)) for shape, scale in SOJOURNS]).cumsum(axis=0)
    return (np.arange(years + 1)[:, None, None] >= left[None]).sum(axis=1).T


def test_sojourns_against_simulation() -> None:
    n, years = 100_000, 40
    states = simulated(n, years, 7)
    phases = SEMI.entered(np.array([100.0]))
    for year in range(years + 1):
        seen = np.bincount(states[:, year], minlength=5) / n
        # Four standard errors of a share, and what the last phase of a sojourn leaves out.
        assert SEMI.in_states(phases)[0] == pytest.approx(seen, abs=4 * np.sqrt(0.25 / n) + 1e-3)
        phases = SEMI.step(phases)


def test_sojourns_of_shape_one_are_a_markov_chain() -> None:
    scales = np.array([14.0, 9.0, 6.0, 4.0])
    stay = np.exp(-1 / scales)
    matrix = np.diag(np.append(stay, 1.0))
    matrix[np.arange(4), np.arange(1, 5)] = 1 - stay
    plain = Chain(tuple(map(tuple, matrix.tolist())), INDEX)
    even = Chain(ONWARD, INDEX, tuple((1.0, scale) for scale in scales))
    index = np.array([100.0, 60.0, 20.0])
    years, pace = np.array([0.0, 1.0, 5.0, 12.5]), np.ones(3)
    assert even.index(np.arange(60.0)) == pytest.approx(plain.index(np.arange(60.0)), abs=1e-9)
    assert even.failed(index, years, 40.0, pace) == pytest.approx(plain.failed(index, years, 40.0, pace), abs=1e-9)


def test_a_state_entered_now_lasts_longer_than_one_surveyed() -> None:
    """Hazards rise with time where the shape is above 1."""
    surveyed, entered = SEMI.start(np.array([100.0])), SEMI.entered(np.array([100.0]))
    for _ in range(5):
        surveyed, entered = SEMI.step(surveyed), SEMI.step(entered)
    assert SEMI.in_states(entered)[0, 0] > SEMI.in_states(surveyed)[0, 0] + 0.1


def test_where_a_state_goes_when_left() -> None:
    drops = decay_of(
        {"model": "semi-markov", "states": "100|50|0", "sojourns": "2:10|1.5:8", "falls": "0|0.7|0.3/0|0|1/0|0|1"}
    )
    assert isinstance(drops, Chain)
    gone = drops.step(drops.entered(np.array([100.0])))
    to = drops.in_states(gone)[0]
    assert to[2] / to[1] == pytest.approx(3 / 7, rel=1e-9)


@settings(max_examples=40)
@given(
    shape=st.floats(0.4, 6.0),
    scale=st.floats(0.5, 80.0),
    index=st.floats(0, 100),
    rate=st.floats(0, 3),
    years=st.integers(1, 9),
)
def test_phases_stay_shares_and_never_rise(shape: float, scale: float, index: float, rate: float, years: int) -> None:
    chain = Chain(tuple(map(tuple, np.eye(3, k=1).tolist())), (100.0, 50.0, 0.0), ((shape, scale), (1.2, 7.0)))
    phases, worth = chain.start(np.array([index])), []
    for _ in range(years):
        worth.append(float(phases[0] @ chain.index_of))
        assert phases.sum() == pytest.approx(1.0, abs=1e-9)
        assert phases.min() >= 0
        phases = chain.step(phases, np.array([rate]))
    assert worth[0] == pytest.approx(index, abs=1e-9)
    assert (np.diff(worth) <= 1e-9).all()


def test_rates_count_years_of_ageing() -> None:
    phases = SEMI.start(np.array([90.0, 90.0, 90.0, 90.0]))
    twice = SEMI.step(SEMI.step(phases))
    out = SEMI.step(phases, np.array([0.0, 1.0, 2.0, 0.25]))
    assert out[0] == pytest.approx(phases[0])
    assert out[1] == pytest.approx(SEMI.step(phases)[1])
    assert out[2] == pytest.approx(twice[2])
    assert out[3] == pytest.approx(0.75 * phases[3] + 0.25 * SEMI.step(phases)[3])


@pytest.mark.parametrize("text", ["", "2", "2:x", "2:10|0:5", "2:10:1", "2:inf"])
def test_wrong_sojourns(text: str) -> None:
    with pytest.raises(ValueError, match="shape:scale"):
        read_sojourns(text)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"sojourns": "2:10"}, "one value of falls or sojourns for each of 3 states"),
        ({"falls": "0.5|0.5|0/0|0|1/0|0|1"}, "never to itself"),
        ({"model": "semi"}, "model must be one of"),
    ],
)
def test_wrong_rows(row: dict, fault: str) -> None:
    whole = {"model": "semi-markov", "states": "100|50|0", "sojourns": "2:10|1.5:8", "falls": ""}
    with pytest.raises(ValueError, match=fault):
        decay_of(whole | row)


@settings(max_examples=60)
@given(group=st.sampled_from(sorted(GROUPS)), index=st.floats(0, 100), pace=st.floats(0.3, 3))
def test_the_chance_to_have_failed_only_grows(group: str, index: float, pace: float) -> None:
    learned = replace(GROUPS[group], learned=Learned(2.0, 0.3, 0.5))
    chance = learned.failed(np.array([index]), np.arange(0, 60, 0.5), np.array([pace]))[0]
    assert ((chance >= 0) & (chance <= 1 + 1e-12)).all()
    assert (np.diff(chance) >= -1e-9).all()
    if not learned.in_states:
        assert chance[0] == (1.0 if index <= learned.failure_index + 1e-9 else 0.0)


def test_without_spread_a_curve_fails_at_its_residual_life() -> None:
    group = GROUPS["carriageway_BC"]
    index = np.array([95.0, 70.0, 45.0, 30.0])
    life = group.residual_life(index)
    chance = group.failed(index, np.array([0.0, *life]))
    assert chance[:3, 0].tolist() == [0, 0, 0]
    assert chance[3, 0] == 1.0
    assert [chance[k, k + 1] for k in range(4)] == [1, 1, 1, 1]


def test_spread_makes_half_fail_at_the_residual_life() -> None:
    group = replace(GROUPS["bridge"], learned=Learned(2.0, 0.3, 0.4))
    index = np.array([90.0, 60.0])
    life = group.residual_life(index)
    assert group.failed(index, life).diagonal() == pytest.approx(0.5)
    rng = np.random.default_rng(3)
    age, failed = group.age(index)[1], group.age(np.array([group.failure_index]))[0]
    reached = age + 10 * (1 + 0.3 * rng.normal(size=200_000)) + 0.4 * np.sqrt(10) * rng.normal(size=200_000)
    # Four standard errors of a share.
    assert group.failed(index, np.array([10.0]))[1, 0] == pytest.approx((reached >= failed).mean(), abs=0.005)


def test_a_life_fails_as_its_survival_has_it() -> None:
    """Weibull with β 3.2476, η 20.272: S(10) 0.9041, P(fail ≤ 20 | 15) 0.4407, to the printed digits."""
    life = Life("weibull", 100.0, 20.272, 3.2476)
    at_15 = life.index(np.array([15.0]))
    assert life.index(np.array([10.0]))[0] == pytest.approx(90.41, abs=5e-3)
    assert life.failed(at_15, np.array([5.0]), 1.0, np.ones(1))[0, 0] == pytest.approx(0.4407, abs=5e-5)
    # A survey that shows it failed goes before its age.
    assert life.failed(np.array([35.0]), np.array([0.0]), 40.0, np.ones(1))[0, 0] == 1.0
    with pytest.raises(ValueError, match="weibull curve from 100"):
        Life("power", 100.0, 20.0, 2.0)


def test_a_chain_fails_as_powers_of_its_matrix() -> None:
    group = GROUPS["brick_wall"]
    start = np.array([75.0, 100.0])
    at_5 = np.linalg.matrix_power(group.chain.transition, 5)
    assert group.failed(start, np.array([5.0]))[:, 0] == pytest.approx([at_5[1, 2:].sum(), at_5[0, 2:].sum()])
    assert group.failed(start, np.array([2.5]), np.array([2.0, 2.0]))[:, 0] == pytest.approx(
        group.failed(start, np.array([5.0]))[:, 0]
    )


def test_a_curve_that_hardly_falls_does_not_fail_in_a_lifetime() -> None:
    slow = replace(GROUPS["bridge"], decay=Curve("linear", 100, 0.01))
    assert slow.failed(np.array([90.0]), np.array([200.0]))[0, 0] == 0
