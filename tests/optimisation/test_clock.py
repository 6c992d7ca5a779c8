"""What ends a search: its own steps, and the clock only where a machine is many times slower."""

from collections.abc import Iterator
from itertools import accumulate, chain, repeat
from types import SimpleNamespace

import numpy as np
import pytest
from knapsacks import Council, council

from assetplan.optimisation import clock
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.solving import solve

SECONDS, SLACK = 0.3, 100.0  # so much that the engine's own clock, which is not replaced here, ends nothing


def test_parts_share_their_work() -> None:
    whole = SearchTime.of(10.0)
    part = whole.part(4.0)
    part.count(3.0)
    assert (whole(), part()) == (7.0, 1.0)
    assert whole.part(0.0)() == 0.0


def test_nothing_cuts_a_clock_without_an_end() -> None:
    endless = SearchTime.of(np.inf)
    endless.count(1e9)
    assert endless() == endless.by_clock() == np.inf


@pytest.fixture(scope="module")
def problem() -> Problem:
    return council(Council(300, across=0.3, seed=1))


@pytest.fixture(scope="module")
def idle(problem: Problem) -> Solution:
    return solved_by(problem, repeat(0.0))


def solved_by(problem: Problem, times: Iterator[float]) -> Solution:
    """What a search comes to on a machine whose clock shows these times, one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "SLACK", SLACK)
        patch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: next(times)))
        return solve(problem, 1e-9, SECONDS)


def test_a_slower_machine_comes_to_the_same_choice_and_bound(problem: Problem, idle: Solution) -> None:
    assert idle.status == "feasible"  # its time did end it
    steps = np.random.default_rng(0).random(1_000) * 0.04  # 20 s in all
    busy = solved_by(problem, chain(accumulate(steps.tolist()), repeat(20.0)))
    assert np.array_equal(idle.chosen, busy.chosen)
    assert (idle.benefit, idle.bound) == (busy.benefit, busy.bound)


def test_a_machine_that_is_far_too_slow_still_has_a_choice(problem: Problem, idle: Solution) -> None:
    late = solved_by(problem, chain(repeat(0.0, 20), repeat(1.01 * SLACK * SECONDS)))
    assert late.status == "feasible"
    assert late.benefit < idle.benefit
