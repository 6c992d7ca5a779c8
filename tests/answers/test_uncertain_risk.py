"""Uncertainty of a plan that seeks risk removed: what works are worth in a future, by a second method, and answers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from constraint_cases import LINES, Case, case

from assetplan.answers.drawn import DrawnFutures
from assetplan.answers.many_futures import Valuation
from assetplan.answers.uncertainty import AVERAGE, PLANNED, Effort, uncertainty_of
from assetplan.strategies import Doubts, Starting, load_doubts, simulate, starting_condition

SCARCE = {"lines": {line: [amount * 0.3 for amount in amounts] for line, amounts in LINES.items()}}
READINGS = Doubts(0.0, load_doubts().readings)
SURE = Doubts(0.0, dict.fromkeys(READINGS.readings, 0.0))
STREAMS = ("risk", "claims", "user")


@cache
def seeking() -> Case:
    """A plan that seeks risk removed, roads and all."""
    return case(SCARCE, objective={"of": "risk removed"}, risk={"streams": list(STREAMS)})


def test_where_all_is_known_the_risk_removed_is_the_plans_own() -> None:
    futures = DrawnFutures(seeking().inputs, 2, 0, SURE)
    future = replace(futures.draw(0), roads=np.ones(3))
    worth = Valuation.of(futures, None).objective(future, seeking().formulation.options)
    np.testing.assert_allclose(worth, seeking().problem.benefit, rtol=1e-9, atol=1e-4)


def test_in_a_future_it_is_what_following_its_assets_one_strategy_at_a_time_comes_to() -> None:
    stated, inputs = seeking(), seeking().inputs
    futures, options, assets = DrawnFutures(inputs, 2, 0, READINGS), stated.formulation.options, inputs.register.assets
    future = replace(futures.draw(1), roads=np.ones(3))
    valuation = Valuation.of(futures, None)
    worth = valuation.objective(future, options)
    model = replace(future.decay.model, stock=valuation.stock)
    index = np.empty(len(assets))
    for name, rows in future.decay.futures.members.items():
        index[rows] = future.decay.starts[name].index()
    # What a chain has come to by chance is no one index: those assets are left out.
    curves = np.array([not model.groups[name].in_states for name in assets["group"]])
    start = Starting.at(index, future.decay.pace)
    last = options.starts[1:] - 1
    nothing = np.full_like(options.schedule[last], -1)
    removed = np.zeros(len(assets))
    for sign, schedule in ((-1, options.schedule[last]), (1, nothing)):
        lived = simulate(assets, start, schedule, model)
        removed += sign * sum(lived.streams[name] for name in STREAMS)
    assert curves.sum() > 20
    np.testing.assert_allclose(worth[last][curves], removed[curves], rtol=1e-9, atol=1e-4)
    assert np.abs(worth - stated.problem.benefit).max() > 1


def test_answers_are_in_the_risk_that_programmes_remove() -> None:
    stated, solution = seeking(), seeking().solve()
    futures = DrawnFutures(stated.inputs, 4, 1, READINGS)
    starting = starting_condition(stated.inputs.register.assets, stated.inputs.model)
    answer = uncertainty_of(futures, starting, None, stated.formulation, solution, Effort(3, 0, 1e-4, 5.0))
    rows = answer.programmes.set_index("name")
    assert rows.loc[PLANNED, "benefit"] == pytest.approx(answer.futures["benefit"].mean(), abs=0.01)
    valuation = Valuation.of(futures, None)
    by_hand = [
        valuation.objective(futures.draw(number), stated.formulation.options)[solution.chosen].sum()
        for number in range(4)
    ]
    np.testing.assert_allclose(answer.futures["benefit"], by_hand, atol=0.01)
    knowledge = answer.knowledge.set_index("measure")["value"]
    assert knowledge["perfect information"] >= 0
    assert knowledge["best on average"] == pytest.approx(
        rows.loc[AVERAGE, "benefit"] - rows.loc[PLANNED, "benefit"], abs=0.02
    )
    assert answer.replanning.empty
