"""What limits would have to become: rounding is not named beside what counts, and each has a way back."""

import numpy as np
import pytest
from optimisation_problems import random_problem

from assetplan.errors import InfeasibleError
from assetplan.optimisation import solve, solving
from assetplan.optimisation.bounds.lagrangian import minimise_dual
from assetplan.optimisation.clock import SearchTime
from assetplan.optimisation.conflicts.least_change import changes
from assetplan.optimisation.problem.canonical import canonical
from assetplan.optimisation.search.cores import _mending
from assetplan.optimisation.search.incumbent import NoChoiceError, PricedProblem


def test_a_limit_passed_by_rounding_is_not_named_beside_one_that_counts():
    p = random_problem(np.random.default_rng(0), 20, 4, 3)
    form = canonical(p)
    over = np.zeros(len(form.limit))
    over[0], over[1] = 1e-8 * form.scale[0], 0.5 * form.limit[1]
    assert [change.limit for change in changes(form, over)] == [form.keys[1]]
    over[1] = 0.0
    assert [change.limit for change in changes(form, over)] == [form.keys[0]]


def test_every_limit_that_rounding_passes_has_a_way_back():
    passed = 0
    for seed in range(5):
        p = random_problem(np.random.default_rng(seed), 60, 4, 3)
        form = canonical(p)
        dual = minimise_dual(form, SearchTime.of(60.0))
        task = PricedProblem(p, form, dual, np.random.default_rng(0))
        kept = _mending(task, p.choices.reduced_costs(task.values))
        over = form.excess(dual.chosen, dual.amounts)
        for row in np.flatnonzero(over > form.tolerance):
            column = form.columns[[row]].toarray().ravel()
            saved = column[dual.chosen][p.owners()] - column
            assert (saved[kept] > 0).any()
            passed += 1
    assert passed > 0


def test_a_least_change_that_is_not_reached_is_not_asked_for_again(monkeypatch):
    searched = []

    def search(problem, form, *_):
        searched.append(problem)
        raise NoChoiceError(problem, form, [0])

    monkeypatch.setattr(solving, "_search", search)
    with pytest.raises(InfeasibleError, match="cannot hold") as caught:
        solve(random_problem(np.random.default_rng(0), 20, 4, 3))
    assert len(searched) == 2  # the problem, then its elastic form
    assert not caught.value.changes
