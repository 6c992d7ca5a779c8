"""Variants of bids and bids that need, exclude and follow each other: the best of every choice that they allow."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from bid_cases import WORTH, chosen_of, of_bids
from constraint_cases import Case, exact

from assetplan.errors import ConfigError, InfeasibleError
from assetplan.formulation.bids import NOT

MEND = {**WORTH, "name": "Mend", "costs": {"bridges": [6_000.0]}, "benefit": 9_000.0}
WING = {**WORTH, "name": "Wing", "costs": {"bridges": [9_000.0, 4_000.0]}, "benefit": 30_000.0}
LINKS: list[dict[str, tuple[str, ...]]] = [{}, {"needs": ("Mend",)}, {"excludes": ("Mend",)}, {"follows": ("Mend",)}]


def allowed(stated: Case, rows: tuple[int, ...]) -> bool:
    """Whether options of bids go together, by what their variants state."""
    options = stated.formulation.bids
    done = {options.stated[options.variant[r]].name: r for r in rows if options.start[r] != NOT}
    for row in done.values():
        each = options.stated[options.variant[row]]
        if not set(each.needs) <= set(done) or set(each.excludes) & set(done):
            return False
        for name in each.follows:
            if name not in done:
                return False
            before = options.stated[options.variant[done[name]]]
            if options.start[done[name]] + before.length > options.start[row]:
                return False
    return True


def best_of_all(stated: Case) -> float:
    """The most of any choice within the lines that the bids' own words allow, every choice tried."""
    problem = stated.problem
    first = len(stated.formulation.options.asset)
    money = np.array([row.unit != "bids" for row in stated.formulation.rows])
    usage = problem.usage.toarray()[:, money]
    best = -np.inf
    for chosen in itertools.product(*[range(a, b) for a, b in itertools.pairwise(problem.starts)]):
        rows = tuple(each - first for each in chosen if each >= first)
        within = (usage[list(chosen)].sum(axis=0) <= problem.caps[money] + 1e-6).all()
        if within and allowed(stated, rows):
            best = max(best, float(problem.benefit[list(chosen)].sum()))
    return best


@pytest.mark.parametrize("money", [0.2, 0.4])
@pytest.mark.parametrize("second", LINKS)
@pytest.mark.parametrize("third", LINKS[1:])
def test_the_plan_is_the_best_of_every_choice_that_variants_and_links_allow(
    money: float, second: dict[str, tuple[str, ...]], third: dict[str, tuple[str, ...]]
) -> None:
    small = {**WING, "variant": "reduced", "costs": {"bridges": [5_000.0]}, "benefit": 12_000.0}
    hall = {**WORTH, "name": "Hall", "costs": {"bridges": [7_000.0]}, "benefit": 15_000.0}
    hall |= dict.fromkeys(third, ("Wing",))
    stated = of_bids([MEND, {**WING, **second}, small, hall], money)
    assert stated.solve().benefit == pytest.approx(best_of_all(stated), abs=0.01)
    assert stated.solve().benefit == pytest.approx(exact(stated.problem), abs=0.01)


def test_of_the_variants_of_a_bid_the_one_that_its_money_buys_most_with_is_done() -> None:
    small = {**WING, "variant": "reduced", "costs": {"bridges": [5_000.0]}, "benefit": 12_000.0}
    assert chosen_of(of_bids([WING, small]))["Wing"][0] == "recommended"
    tight = of_bids([WING, small], 0.1)
    assert chosen_of(tight)["Wing"][0] == "reduced"


def test_a_bid_that_follows_starts_after_the_last_cost_of_the_other() -> None:
    after = {**MEND, "follows": ["Wing"]}
    done = chosen_of(of_bids([WING, after]))
    assert (done["Wing"][1], done["Mend"][1]) == (0, 2)


def test_a_mandatory_bid_brings_in_what_it_needs_and_keeps_out_what_it_excludes() -> None:
    poor = {**WORTH, "name": "Survey", "costs": {"bridges": [1_000.0]}}
    must = {**MEND, "benefit": 0.0, "mandatory": True, "needs": ["Survey"], "excludes": ["Wing"]}
    assert set(chosen_of(of_bids([poor, WING, must]))) == {"Survey", "Mend"}


def test_two_mandatory_bids_that_exclude_each_other_are_named() -> None:
    stated = of_bids([{**MEND, "mandatory": True, "excludes": ["Wing"]}, {**WING, "mandatory": True}])
    with pytest.raises(InfeasibleError, match="Mend excludes Wing"):
        stated.solve()


def test_own_funding_pays_its_part_by_how_likely_it_is_and_the_lines_pay_the_rest() -> None:
    funded = {**WING, "grants": [5_000.0], "grants_probability": 0.5, "contributions": [0.0, 1_000.0], "match": 7_000.0}
    (wing,) = of_bids([funded]).inputs.bids
    assert wing.gross().tolist() == [9_000.0, 4_000.0]
    assert wing.funded.tolist() == [2_500.0, 1_000.0]
    assert wing.costs["bridges"].tolist() == [6_500.0, 3_000.0]


def test_effects_on_revenue_are_the_sum_of_their_years_by_hand() -> None:
    works = {"saving": 100.0, "saving_from": 1, "saving_years": 2, "running_cost": 30.0, "revenue": [0.0, -7.0]}
    changed = of_bids([{**WING, **works}])
    assert changed.inputs.bids[0].saved(5).tolist() == [0.0, 93.0, 70.0, -30.0, -30.0]
    discount = changed.inputs.model.rules.discount
    middle = np.sqrt(discount[1:] * discount[:-1])
    effect = 93 * middle[1] + 70 * middle[2] - 30 * middle[3:].sum()
    assert changed.formulation.bids.benefit[1] - of_bids([WING]).formulation.bids.benefit[1] == pytest.approx(effect)


def test_payback_is_the_year_in_which_savings_have_paid_the_cost() -> None:
    # £40.8m over two years, £3.4m a year from the year after: 2 years of works and 12 of saving.
    led = {**WORTH, "name": "LED", "costs": {"bridges": [20.4e6, 20.4e6]}, "saving": 3.4e6}
    (bid,) = of_bids([led]).inputs.bids
    assert bid.payback(60) == 14.0
    assert np.isnan(bid.payback(13))


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"needs": ["Mend"], "excludes": ["Mend"]}, "excludes", "needs what it excludes"),
    ({"needs": ["Wing"]}, "needs", "is the bid itself"),
    ({"criteria": []}, "criteria", "at least one criterion"),
    ({"source": " "}, "source", "needs its source"),
    ({"costs": {"bridges": [0.0, 5.0]}, "saving": 1.0, "saving_from": 0}, "saving_from", "starts before the works"),
    ({"costs": {"bridges": [0.0, 5.0]}, "revenue": [2.0]}, "revenue", "starts before the works"),
    ({"match": 5.0}, "match", "belongs to contributions"),
    ({"contributions": [1_000.0], "match": 12_500.0}, "match", "ask for more own money than this variant has, 12000"),
    ({"grants_probability": 0.5}, "grants_probability", "belongs to grants"),
    ({"grants": [9_500.0]}, "grants", "more than that year's cost of 9000"),
    ({"grants": [9.0], "grants_probability": 1.5}, "grants_probability", "less than or equal to 1"),
    ({"costs": {"bridges": [0.0, 0.0, 0.0, 5.0]}}, "costs", "after the plan years"),
    ({"gate": "board"}, "gate", "must be one of the plan's [[gates]]"),
    ({"saving_confirmed": True}, "saving_confirmed", "belongs to a saving"),
    ({"variant": "grand"}, "variant", "'reduced', 'recommended' or 'enhanced'"),
]


@pytest.mark.parametrize(("keys", "column", "rule"), FAULTS)
def test_a_variant_that_does_not_hold_together_is_refused_with_its_row(
    keys: dict[str, Any], column: str, rule: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        of_bids([MEND, {**WING, **keys}])
    assert [(each.column, rule in each.rule) for each in caught.value.faults] == [(f"bids[2].{column}", True)]


@pytest.mark.parametrize("link", ["needs", "follows"])
def test_bids_in_a_circle_are_refused(link: str) -> None:
    third = {**MEND, "name": "Third", link: ["Mend"]}
    with pytest.raises(ConfigError, match="form a circle"):
        of_bids([{**MEND, "needs": ["Wing"]}, {**WING, "follows": ["Third"]}, third])


def test_what_is_needed_by_way_of_another_bid_cannot_be_excluded() -> None:
    third = {**MEND, "name": "Third", "needs": ["Mend"], "excludes": ["Wing"]}
    with pytest.raises(ConfigError, match="needs what it excludes"):
        of_bids([{**MEND, "needs": ["Wing"]}, WING, third])


def test_names_streams_and_stages_that_are_not_there_and_variants_that_differ_are_refused() -> None:
    odd = {**MEND, "needs": ["Moon"], "benefits": {"joy": 1.0}, "stage": "dreamt", "wkt": "POINT (x)"}
    with pytest.raises(ConfigError) as caught:
        of_bids([odd, WING, {**WING, "variant": "reduced", "mandatory": True}])
    columns = {each.column for each in caught.value.faults}
    assert columns == {"bids[1].needs", "bids[1].benefits", "bids[1].stage", "bids[1].wkt", "bids[3].mandatory"}
