"""Choosing from a table of options: the published check, shapes, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from optimisation_problems import textbook

from assetplan.errors import InfeasibleError
from assetplan.optimisation import Problem, optimise, problem_from, solve


def test_published_check():
    selection = optimise(textbook(), {"cost": 250})
    assert selection.chosen.to_dict() == {1: "second", 2: "third", 3: "second"}
    assert selection.benefit == 270
    assert selection.used["cost"] == 250
    assert selection.status == "optimal"
    assert selection.gap == 0
    assert selection.bound == 270


def test_least_cost_for_a_benefit():
    options = textbook()
    options = pd.DataFrame({"benefit": -options["cost"], "cost": options["cost"], "gain": options["benefit"]})
    selection = optimise(options, {}, {"gain": 240})
    assert selection.chosen.to_dict() == {1: "none", 2: "second", 3: "third"}
    assert selection.benefit == -230
    assert selection.prices["gain"] < 0


def test_scattered_rows_give_the_same_choice():
    options = textbook()
    mixed = options.sample(frac=1.0, random_state=3)
    chosen = optimise(mixed, {"cost": 250}).chosen
    assert chosen.sort_index().to_dict() == optimise(options, {"cost": 250}).chosen.to_dict()


def test_shape_of_the_answer():
    selection = optimise(textbook().assign(staff=1.0), {"cost": 250})
    assert selection.chosen.index.name == "asset_id"
    assert selection.chosen.name == "strategy_id"
    assert list(selection.prices.index) == ["cost"]
    assert selection.prices["cost"] >= 0
    assert 0 < selection.seconds < 60


def test_the_table_is_left_alone():
    options = textbook()
    before = options.copy()
    optimise(options, {"cost": 250})
    pd.testing.assert_frame_equal(options, before)


def test_no_limits_takes_the_best_of_each():
    selection = optimise(textbook(), {})
    assert selection.benefit == 110 + 140 + 190
    assert len(selection.prices) == 0


def test_cap_of_zero():
    selection = optimise(textbook(), {"cost": 0})
    assert set(selection.chosen) == {"none"}
    assert selection.benefit == 0
    assert selection.status == "optimal"


def test_asset_with_one_option():
    options = textbook().drop(index=[(2, "none"), (2, "third")])
    selection = optimise(options, {"cost": 100})
    assert selection.chosen[2] == "second"
    assert selection.benefit == 50 + 70  # 60 of the 70 left on asset 3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", ["benefit", "cost"])
def test_figures_that_are_not_finite_name_the_row(column, bad):
    options = textbook().astype(float)
    options.loc[(2, "third"), column] = bad
    with pytest.raises(ValueError, match=rf"{column} of \(2, third\) is"):
        optimise(options, {"cost": 250})


def test_unlimited_resource_may_hold_anything():
    assert optimise(textbook().assign(note="x"), {"cost": 250}).benefit == 270


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"caps": {"coast": 1}}, "cap on unknown resource 'coast'"),
        ({"floors": {"coast": 1}}, "floor on unknown resource 'coast'"),
        ({"caps": {"cost": np.nan}}, "cap of cost is nan"),
        ({"caps": {"cost": -np.inf}}, "cap of cost is -inf"),
        ({"floors": {"cost": 300}}, "floor of cost .300. is above its cap .250."),
        ({"target_gap": -0.1}, "target_gap is -0.1"),
        ({"target_gap": np.nan}, "target_gap is nan"),
        ({"time_limit": 0}, "time_limit is 0"),
    ],
)
def test_wrong_settings(change, words):
    with pytest.raises(ValueError, match=words):
        optimise(**({"options": textbook(), "caps": {"cost": 250}} | change))


def test_wrong_tables():
    options = textbook()
    with pytest.raises(ValueError, match=r"has \(1, none\) more than once"):
        optimise(pd.concat([options, options]), {})
    with pytest.raises(ValueError, match="no column 'benefit'"):
        optimise(options[["cost"]], {})
    with pytest.raises(ValueError, match="indexed by"):
        optimise(options.reset_index(), {})
    with pytest.raises(ValueError, match="no rows"):
        optimise(options.iloc[:0], {})
    with pytest.raises(ValueError, match="must hold numbers"):
        optimise(options.assign(cost="much"), {"cost": 1})


def test_arrays_that_do_not_fit():
    with pytest.raises(ValueError, match="has no option"):
        Problem(np.ones(2), np.ones((2, 1)), [0, 2, 2], [1.0], [0.0], ("r",), ["A", "B"])
    with pytest.raises(ValueError, match="usage has shape"):
        Problem(np.ones(3), np.ones((2, 1)), [0, 3], [1.0], [0.0], ("r",))
    with pytest.raises(ValueError, match="usage of r by option 1 is nan"):
        Problem(np.ones(2), np.array([[1.0], [np.nan]]), [0, 2], [1.0], [0.0], ("r",))


def test_one_limit_that_cannot_hold_reads_for_an_officer():
    options = textbook().assign(**{"bridges 2022": 0.0})
    options.loc[3, "bridges 2022"] = 2_500_000.0
    with pytest.raises(InfeasibleError) as caught:
        optimise(options, {"cost": 250, "bridges 2022": 2_000_000})
    assert caught.value.limits == ("bridges 2022",)
    assert "cap of bridges 2022 (at most 2,000,000; at least 2,500,000 whatever is chosen)" in str(caught.value)


def test_limits_in_conflict_are_a_smallest_set():
    # a third of the benefit floor is out of reach within the cost cap; the staff cap has no part in it
    options = textbook()
    options = options.assign(gain=options["benefit"], staff=options["cost"] / 10)
    with pytest.raises(InfeasibleError) as caught:
        optimise(options, {"cost": 100, "staff": 30}, {"gain": 300})
    assert set(caught.value.limits) == {"cost", "gain"}
    for name in caught.value.limits:  # each can go and the rest hold
        caps = {k: v for k, v in {"cost": 100, "staff": 30}.items() if k != name}
        optimise(options, caps, {} if name == "gain" else {"gain": 300})


def test_conflict_of_whole_options_only():
    # 15 to 25 is on the line from 0 to 40, but neither end is in it
    options = textbook().loc[[(1, "none"), (1, "second")]]
    with pytest.raises(InfeasibleError) as caught:
        optimise(options, {"cost": 25}, {"cost": 15})
    assert caught.value.limits == ("cost",)


def test_nothing_changes_from_run_to_run():
    problem, _ = problem_from(textbook(), {"cost": 250}, {})
    first, second = solve(problem), solve(problem)
    assert np.array_equal(first.chosen, second.chosen)
    assert first.bound == second.bound
