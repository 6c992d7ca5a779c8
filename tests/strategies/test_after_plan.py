"""What comes after the plan years: a component in states by hand, the policy of least cost, benefit without cliffs."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from lifecycles import CATALOGUE, GROUPS, MODEL, OF_CONDITION, assets_of, lifecycle_model, walls

from assetplan.config.plan import Benefit
from assetplan.economics import discount_factors
from assetplan.strategies import LifecycleModel, candidates, starting_condition, with_stock
from assetplan.strategies.curve_state import CurveLifecycle
from assetplan.strategies.grid import Grid
from assetplan.strategies.policy import actions, least_cost_policy
from assetplan.treatments import Treatment

# At 12 % a year little is left of the tail after 150 years, so that plain loops end.
STEEP = discount_factors(30, 0.12)
FOLLOWED = Benefit().horizon
TAIL = 150


def test_strategies_of_a_component_by_hand() -> None:
    """In states: shares of grades, each mended or renewed by itself after the plan years."""
    assets = walls([62.0])
    model = with_stock(replace(MODEL, rules=replace(MODEL.rules, discount=STEEP)), assets)
    group, treatments = GROUPS["brick_wall"], CATALOGUE.treatments["brick_wall"]
    states, matrix = group.chain.state_index, np.array(group.chain.matrix)
    share = [part for _, part in CATALOGUE.renewal_shares]
    discount = [*STEEP, *(STEEP[-1] * 1.12**-k for k in range(1, TAIL))]
    tree = candidates(assets, starting_condition(assets, model), model)

    def burden(shares: np.ndarray) -> float:
        return 500 * sum(
            float(c.at(np.array([states[s]]))[0]) * p
            for s, p in enumerate(shares)
            for c in model.consequences["brick_wall"]
        )

    chosen = model.after("brick_wall", ("urban",)).policy.chosen.tolist()
    # B and C are repaired, at 5 and 25 % of renewal, before D is renewed in full.
    assert [treatments[k].name if k >= 0 else "" for k in chosen] == [
        "",
        *["component_repair"] * 2,
        *["component_renewal"] * 2,
    ]
    for schedule, cost in zip(tree.schedule.tolist(), tree.whole_life_cost, strict=True):
        part = (75 - 62) / (75 - 40)
        shares, total = np.array([0, 1 - part, part, 0, 0]), 0.0
        for year in range(len(discount) - 1):
            code = schedule[year] if year < 5 else None
            mended = np.zeros(5, dtype=bool)
            if code is None:
                mended[1:] = True
            elif code >= 0:
                mended[list(treatments[code].states)] = True
            total += discount[year] * 500 * treatments[0].unit_cost * float((shares * mended) @ share)
            shares = np.where(mended, 0.0, shares) + (shares * mended).sum() * np.eye(5)[0]
            older = shares @ matrix
            total += (discount[year] * discount[year + 1]) ** 0.5 * 0.5 * (burden(shares) + burden(older))
            shares = older
        assert cost == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_benefit_has_no_cliff(group: str) -> None:
    """A tenth of an index point moves no strategy's benefit by more than a fifth of what its works cost.

    The steepest is patching, at £4 a square metre, which keeps a road from the index below which it must be rebuilt for
    £140; of major works it is 4 %. Below a kink of the grid none is a jump: two steps move it twice as much.
    """
    index = np.round(np.arange(2.0, 99.0, 0.1), 1)
    building = GROUPS[group].asset_class == "building"
    assets = walls(list(index), group) if building else assets_of(group, list(index), environment="rural")
    model = with_stock(MODEL, assets)
    tree = candidates(assets, starting_condition(assets, model), model)
    _, code = np.unique(tree.schedule, axis=0, return_inverse=True)
    order = np.lexsort((tree.asset, code))
    spent, benefit = tree.cost.sum(axis=1)[order], tree.benefit[order]
    beside = (np.diff(code[order]) == 0) & (np.diff(tree.asset[order]) == 1) & (spent[1:] > 0)
    moved = np.abs(np.diff(benefit))[beside] / np.maximum(spent[1:], spent[:-1])[beside]
    assert moved.max() < 0.2
    major = np.array([t.kind == "major" for t in CATALOGUE.treatments[group]])[tree.schedule[order].max(axis=1)][1:][
        beside
    ]
    assert moved[major].max(initial=0.0) < 0.04


@pytest.mark.parametrize("group", ["carriageway_A", "carriageway_U", "footway", "gully", "bridge", "heating"])
def test_how_long_costs_are_followed_ranks_nothing_otherwise(group: str) -> None:
    """Within 2 %, or a five-hundredth of the greatest benefit: only the discount rate of the far years differs."""
    index = [15.0, 25.0, 35.0, 45.0, 52.0, 58.0, 65.0, 75.0, 85.0]
    assets = walls(index, group) if group == "heating" else assets_of(group, index, environment="rural")
    benefit = {}
    for years in (FOLLOWED, 100, 150):
        model = with_stock(replace(MODEL, rules=replace(MODEL.rules, discount=discount_factors(years))), assets)
        benefit[years] = candidates(assets, starting_condition(assets, model), model).benefit
    best = benefit.pop(FOLLOWED)
    for other in benefit.values():
        assert other == pytest.approx(best, rel=0.02, abs=0.002 * np.abs(best).max())


def small(group: str, **kept: int) -> tuple[Grid, tuple[Treatment, ...], LifecycleModel]:
    """A coarse grid of a group with a few of its treatments."""
    model = lifecycle_model(streams=OF_CONDITION)
    treatments = tuple(
        replace(t, repeats=1.0, life=float(kept[t.name])) for t in CATALOGUE.own(group) if t.name in kept
    )
    grid = Grid.of(CurveLifecycle(GROUPS[group], model.consequences[group]), treatments, np.ones(1), False)
    return grid, treatments, model


def test_the_policy_of_least_cost_is_that_of_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every policy on a grid of six ages, none costs less anywhere."""
    monkeypatch.setattr("assetplan.strategies.grid._AGES", 6)
    grid, treatments, _ = small("footway", footway_reconstruction=40)
    prices, factor = np.array([t.unit_cost for t in treatments]), 1 / 1.035

    def burden(state) -> np.ndarray:
        return 0.05 * (100 - state.index())

    best = least_cost_policy(grid, treatments, prices, burden, factor)
    points = grid.points
    failed = points.index() <= GROUPS["footway"].failure_index
    can = points.eligible(treatments[0])
    waits, works = actions(grid, ~(failed & can), treatments, [can])
    options = []
    for k in range(len(can)):
        mine = [(0, a, np.flatnonzero(a.rows == k)[0]) for a in (waits,) if k in a.rows]
        options.append(mine + [(1, a, np.flatnonzero(a.rows == k)[0]) for a in (works,) if k in a.rows])
    assert sum(len(mine) > 1 for mine in options) == 0 or len(list(itertools.product(*options))) > 1
    least = np.full(len(can), np.inf)
    for choice in itertools.product(*options):
        moves = np.vstack([a.moves[[row]].toarray() for _, a, row in choice])
        cost = np.array([code * prices[0] + factor**0.5 * burden(a.after.take([row]))[0] for code, a, row in choice])
        least = np.minimum(least, np.linalg.solve(np.eye(len(can)) - factor * moves, cost))
    paid = np.where(best.chosen >= 0, prices[0], 0.0) + factor**0.5 * burden(best.after)
    assert best.for_ever(factor, paid) == pytest.approx(least, rel=1e-9)
