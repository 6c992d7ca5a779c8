"""Flows, schemes and rules of thumb through the table of options, and limits that cannot hold."""

import numpy as np
import pandas as pd
import pytest
from optimisation_problems import INF, random_problem, textbook, years_problem

from assetplan.baselines import Baselines, worst_first, year_by_year
from assetplan.errors import InfeasibleError
from assetplan.optimisation import Problem, Solution, best_of, optimise, solve


def two_years():
    rows = [("A", "none", 0, 0, 0), ("A", "now", 30, 20, 0), ("B", "none", 0, 0, 0), ("B", "later", 200, 0, 90)]
    frame = pd.DataFrame(rows, columns=["asset_id", "strategy_id", "benefit", "2020", "2021"])
    return frame.set_index(["asset_id", "strategy_id"])


def carry(most):
    return pd.DataFrame(
        {"benefit": [0.0], "low": [0.0], "high": [most], "2020": [1.0], "2021": [-1.0]}, index=["carried over"]
    )


def test_carry_over_in_a_table():
    caps = {"2020": 50, "2021": 50}
    assert optimise(two_years(), caps, flows=carry(39)).chosen["B"] == "none"
    selection = optimise(two_years(), caps, flows=carry(45))
    assert selection.chosen.to_dict() == {"A": "none", "B": "later"}
    assert 40 <= selection.flows["carried over"] <= 45
    assert selection.used["2021"] <= 50


def test_a_scheme_in_a_table():
    options = textbook()
    members = options.loc[[1, 2]].assign(group="High Street", mode=["no", "yes", "yes"] * 2)
    together = members[["group", "mode"]]
    # alone, 60 for 40 is best; the scheme needs 30 more
    assert optimise(options.loc[[1, 2]], {"cost": 60}).chosen.to_dict() == {1: "second", 2: "none"}
    assert optimise(options.loc[[1, 2]], {"cost": 60}, together=together).benefit == 0
    selection = optimise(options.loc[[1, 2]], {"cost": 70}, together=together)
    assert selection.chosen.to_dict() == {1: "second", 2: "second"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"flows": carry(1).drop(columns="low")}, "flows has no column 'low'"),
        ({"flows": carry(1).assign(coast=1.0)}, "flows has a column 'coast'"),
        ({"flows": pd.concat([carry(1)] * 2)}, "flows has carried over more than once"),
        ({"flows": carry(np.inf)}, "high of flow carried over is inf"),
        ({"baselines": Baselines(condition=pd.Series({"A": 1.0}))}, "condition of asset 'B' is missing"),
        ({"baselines": Baselines(cost="benefits")}, "benefits"),
    ],
)
def test_wrong_tables(given, words):
    with pytest.raises((ValueError, KeyError), match=words):
        optimise(two_years(), {"2020": 50, "2021": 50}, **given)


def test_wrong_groups():
    part = two_years().assign(group="g", mode=0)[["group", "mode"]]
    with pytest.raises(ValueError, match=r"no one group for \(A, none\)"):
        optimise(two_years(), {"2020": 50}, together=part.iloc[1:])
    with pytest.raises(ValueError, match=r"together has \(C, none\)"):
        optimise(two_years(), {"2020": 50}, together=part.rename(index={"A": "C"}))


def test_rules_of_thumb_beside_the_choice():
    options = textbook()
    compared = Baselines(condition=pd.Series({3: 10.0, 2: 20.0, 1: 30.0}), years={"cost": 2020})
    selection = optimise(options, {"cost": 250}, baselines=compared)
    # 3 takes its best (200) and 2 what fits (30); one year by itself is the whole problem
    assert selection.baselines.to_dict() == {"worst first": 240, "incremental benefit-cost": 270, "year by year": 270}
    assert selection.benefit == 270
    priced = optimise(options.assign(effort=1.0), {"cost": 250}, baselines=Baselines(cost="effort"))
    assert list(priced.baselines.index) == ["incremental benefit-cost"]


def test_year_by_year_looks_no_further_than_its_year():
    # the first year takes 50 for A now, though B and A later come to 60 + 45
    benefit = [0, 50, 45, 0, 60]
    usage = np.array([[0, 0], [50, 0], [0, 50], [0, 0], [50, 0.0]])
    p = Problem(benefit, usage, [0, 3, 5], [50.0, 50.0], [-INF, -INF], ("2020", "2021"))
    myopic = year_by_year(p, usage)
    assert myopic.chosen.tolist() == [2, 4]  # B is the better of the first year, and A follows
    swapped = Problem([0, 70, 65, 0, 60], usage, [0, 3, 5], [50.0, 50.0], [-INF, -INF], ("2020", "2021"))
    assert year_by_year(swapped, usage).chosen.tolist() == [1, 3]
    assert solve(swapped).benefit == 125


def brute_year_by_year(p, action):
    """Each year over every combination of what that year may add."""
    from itertools import product

    usage, chosen = p.usage.toarray(), p.starts[:-1].copy()
    for year in range(action.shape[1]):
        offered = []
        for a, (first, end) in enumerate(zip(p.starts[:-1], p.starts[1:], strict=True)):
            same = [
                o for o in range(first, end)
                if np.array_equal(action[o, :year], action[chosen[a], :year]) and not action[o, year + 1 :].any()
            ]  # fmt: skip
            offered.append(sorted({*same, int(chosen[a])}))
        fits = [list(c) for c in product(*offered) if np.all(usage[list(c)].sum(axis=0) <= p.caps + 1e-9)]
        chosen = np.array(max(fits, key=lambda c: p.benefit[c].sum()))
    return float(p.benefit[chosen].sum())


@pytest.mark.parametrize("seed", range(6))
def test_year_by_year_by_hand(seed):
    p = years_problem(seed, 5, n_treatments=2, n_years=3, share=0.3)
    action = p.usage.toarray()
    myopic = year_by_year(p, action, target_gap=0.0)
    assert myopic.benefit == pytest.approx(brute_year_by_year(p, action))
    assert myopic.status == "feasible"
    assert myopic.benefit <= solve(p, target_gap=0.0).bound


def test_a_better_rule_of_thumb_takes_the_place_of_a_poor_choice():
    p = random_problem(3, 40, 4, 2, share=0.3)
    poor, rule = solve(p, target_gap=0.5, whole=0), worst_first(p, np.arange(40))
    nothing = Solution(
        p.starts[:-1], 0.0, poor.bound, 1.0, "feasible", poor.prices, np.zeros(2), 1.0, np.zeros(0)
    )  # fmt: skip
    kept = best_of(p, nothing, [rule], 1e-4)
    assert kept.benefit == rule.benefit
    assert kept.bound == poor.bound
    assert kept.gap == pytest.approx((poor.bound - rule.benefit) / poor.bound)
    assert best_of(p, poor, [nothing], 1e-4) is poor


@pytest.mark.parametrize("whole", [0, 1_000])
def test_the_least_change_that_mends_a_conflict(whole):
    # the floor of 300 may fall to 130 (57 %), or the cap of 100 rise to 270 (170 %), or both move
    options = textbook().assign(gain=textbook()["benefit"])
    with pytest.raises(InfeasibleError) as caught:
        optimise(options, {"cost": 100}, {"gain": 300})
    (change,) = caught.value.changes
    assert (change.limit, change.side, change.now, change.needed) == ("gain", "floor", 300, 130)
    assert "floor of gain 130 in place of 300" in str(caught.value)
    mended = optimise(options, {"cost": 100}, {"gain": 130})
    assert mended.benefit == 130


def test_the_least_change_of_a_large_conflict_mends_it():
    p = random_problem(4, 2_000, 4, 3, share=0.3, whole_pounds=False)
    most = p.caps[0]
    usage = np.column_stack([p.usage.toarray()[:, 0], p.usage.toarray()[:, 0] * 0.5])
    p = Problem(p.benefit, usage, p.starts, [most, INF], [-INF, 0.7 * most], ("a", "half of a"))
    with pytest.raises(InfeasibleError) as caught:
        solve(p)
    assert set(caught.value.limits) == {"a", "half of a"}
    moved = {change.limit: change.needed for change in caught.value.changes}
    cap, floor = moved.get("a", most), moved.get("half of a", 0.7 * most)
    # half of a is at most half the cap: lowering the floor from 0.7 to 0.5 moves it by 2/7, raising the cap by 2/5
    assert (cap - most) / most + (0.7 * most - floor) / (0.7 * most) == pytest.approx(2 / 7, rel=0.02)  # relax.CLOSE
    eased = Problem(p.benefit, usage, p.starts, [cap * (1 + 1e-9), INF], [-INF, floor * (1 - 1e-9)], p.resources)
    assert solve(eased, target_gap=0.5).benefit > 0
