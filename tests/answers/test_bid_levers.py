"""What would have turned a bid's choice is what every choice, tried with that change, says."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bid_cases import WORTH, of_bids
from constraint_cases import Case

from assetplan.answers.bid_levers import BENEFIT, FUNDING, LINK, MONEY, BidLever
from assetplan.answers.plan_b import SolvedPlan
from assetplan.answers.turned_bids import bid_levers_of
from assetplan.formulation import build_problem
from assetplan.formulation.bids import NOT

MEND = {**WORTH, "name": "Mend", "costs": {"bridges": [6_000.0]}, "benefit": 9_000.0}
WING = {**WORTH, "name": "Wing", "costs": {"bridges": [9_000.0, 4_000.0]}, "benefit": 30_000.0}
HALL = {**WORTH, "name": "Hall", "costs": {"bridges": [20_000.0]}, "benefit": 25_000.0}


def solved_plan(stated: Case) -> SolvedPlan:
    return SolvedPlan(
        stated.inputs, None, None, stated.formulation, stated.solve(),
        lambda inputs: build_problem(inputs, stated.candidates), 1e-9, 30.0,
    )  # type: ignore[arg-type]  # condition is not looked at  # fmt: skip


def levers(stated: Case, name: str) -> dict[str, BidLever]:
    return {lever.what or lever.of: lever for lever in bid_levers_of(solved_plan(stated), name).levers}


def best(stated: Case, name: str, done: bool, more: dict[tuple[str, int], float] | None = None) -> float:
    """The most of any choice that does a bid, or leaves it out, with more money for lines and years: all are tried."""
    formulation, problem = stated.formulation, stated.problem
    first, caps = len(formulation.options.asset), problem.caps.copy()
    for (line, year), amount in (more or {}).items():
        caps[stated.row(f"{line} {year}")] += amount
    place = formulation.bids.names.tolist().index(name)
    choices = np.array(list(itertools.product(*[range(a, b) for a, b in itertools.pairwise(problem.starts)])))
    begun = formulation.bids.start[choices[:, len(formulation.options.starts) - 1 + place] - first] != NOT
    used = problem.usage.toarray()[choices].sum(axis=1)
    fits = (used <= caps + 1e-6).all(axis=1) & (begun == done)
    return float(problem.benefit[choices].sum(axis=1)[fits].max(initial=-np.inf))


@pytest.fixture(scope="module")
def tight() -> Case:
    """Money for two of three bids in the year in which all must start: Hall is left out."""
    return of_bids(in_2019(HALL), 0.4)


def in_2019(hall: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**each, "latest": 2019} for each in (MEND, WING, hall)]


def test_benefit_that_a_bid_lacks_is_what_every_choice_tried_says(tight: Case) -> None:
    lever = levers(tight, "Hall")[BENEFIT]
    lacks = best(tight, "Hall", False) - best(tight, "Hall", True)
    assert lever.amount == pytest.approx(lacks, abs=0.01)
    assert lacks > 0
    assert lever.least <= lacks + 0.01
    assert lever.most >= lacks - 0.01
    for extra, done in ((-5.0, False), (5.0, True)):
        again = of_bids(in_2019({**HALL, "benefit": 25_000.0 + lacks + extra}), 0.4)
        assert (best(again, "Hall", True) > best(again, "Hall", False)) is done


def test_benefit_that_a_chosen_bid_may_lose_is_what_every_choice_tried_says(tight: Case) -> None:
    (lever,) = levers(tight, "Wing").values()
    assert lever.amount == pytest.approx(best(tight, "Wing", True) - best(tight, "Wing", False), abs=0.01)
    assert "What would have left it out" in bid_levers_of(solved_plan(tight), "Wing").text()


def with_share(stated: Case, name: str, share: float) -> Case:
    bids = tuple(
        replace(each, works={line: (1 - share) * paid for line, paid in each.works.items()})
        if each.name == name
        else each
        for each in stated.inputs.bids
    )
    inputs = replace(stated.inputs, bids=bids)
    return replace(stated, inputs=inputs, formulation=build_problem(inputs, stated.candidates))


def test_own_funding_that_brings_a_bid_in_is_enough_and_a_little_less_is_not(tight: Case) -> None:
    lever = levers(tight, "Hall")[FUNDING]
    assert lever.turns
    enough, short = (with_share(tight, "Hall", amount / 20_000.0) for amount in (lever.amount, lever.least))
    assert best(enough, "Hall", True) >= best(enough, "Hall", False) - 0.01
    assert best(short, "Hall", True) < best(short, "Hall", False)
    assert lever.amount - lever.least <= 0.1 * 20_000.0
    assert lever.reached == pytest.approx(best(enough, "Hall", True), abs=0.01)


def test_money_that_brings_a_bid_in_makes_it_one_of_the_best_choices(tight: Case) -> None:
    lever = levers(tight, "Hall")[MONEY]
    assert lever.turns
    assert lever.amount == pytest.approx(sum(lever.by_year.values()))
    with_it = best(tight, "Hall", True, lever.by_year)
    assert with_it >= best(tight, "Hall", False, lever.by_year) - 0.01
    assert with_it > best(tight, "Hall", False)


def test_a_link_taken_away_brings_a_bid_in_where_every_choice_without_it_does() -> None:
    ruin = {**WORTH, "name": "Ruin", "costs": {"bridges": [40_000.0]}, "benefit": 1_000.0}
    hall = {**HALL, "benefit": 60_000.0, "needs": ["Ruin"], "excludes": ["Wing"]}
    wing = {**WING, "benefit": 95_000.0}
    stated, of = of_bids([ruin, wing, hall]), "Hall needs Ruin"
    mine = levers(stated, "Hall")
    for key, free in ((of, {"needs": []}), ("Hall excludes Wing", {"excludes": []})):
        loose = of_bids([ruin, wing, {**hall, **free}])
        turns = best(loose, "Hall", True) >= best(stated, "Hall", False)
        assert mine[key].turns is turns
        assert mine[key].reached == pytest.approx(best(loose, "Hall", True), abs=0.01)
    assert set(mine) - {BENEFIT, FUNDING, MONEY} == {of, "Hall excludes Wing"}
    assert mine[of].of == LINK


@pytest.mark.parametrize("money", [0.2, 0.3])
@pytest.mark.parametrize("keys", [{}, {"excludes": ["Wing"]}, {"follows": ["Mend"]}])
def test_levers_of_every_bid_hold_whatever_links_it_has(money: float, keys: dict[str, Any]) -> None:
    stated = of_bids([MEND, WING, {**HALL, **keys}], money)
    plan = solved_plan(stated)
    for name in stated.formulation.bids.names:
        answer = bid_levers_of(plan, name)
        for lever in answer.levers:
            assert lever.turns is (
                lever.of == BENEFIT or (lever.reached is not None and lever.reached >= lever.without)
            )
            if lever.of == BENEFIT:
                apart = best(stated, name, False) - best(stated, name, True)
                assert lever.amount == pytest.approx(-apart if answer.done else apart, abs=0.01)
            if lever.of == MONEY and lever.turns:
                most = [best(stated, name, done, lever.by_year) for done in (True, False)]
                assert most[0] >= most[1] - 0.01
        assert "solved again" in answer.text()
