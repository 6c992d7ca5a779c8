"""Enhancement beside renewal: a bid stands in for the treatment of assets where it is worth more than that."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from bid_cases import WORTH, chosen_of, of_bids, one_bridge
from constraint_cases import Case, exact

from assetplan.errors import ConfigError

BRIDGE = str(one_bridge().inputs.register.assets["asset_id"].iloc[0])


def renewal() -> tuple[str, int, float]:
    """A treatment of the bridge that some strategy has alone in a year, that year, and what it costs."""
    plain = one_bridge()
    options = plain.formulation.options
    alone = np.flatnonzero((options.schedule >= 0).sum(axis=1) == 1)
    row = alone[0]
    year = int(np.flatnonzero(options.schedule[row] >= 0)[0])
    group = plain.inputs.register.assets["group"].iloc[0]
    return (
        plain.inputs.model.catalogue.treatments[group][options.schedule[row, year]].name,
        year,
        float(options.cost[row, year]),
    )


TREATMENT, YEAR, COST = renewal()
WIDER = {
    **WORTH, "name": "Wider", "costs": {"bridges": [30_000.0]}, "contributions": [20_000.0], "match": 10_000.0,
    "instead_of": [BRIDGE], "treatment": TREATMENT, "earliest": 2019 + YEAR, "latest": 2019 + YEAR, "benefit": 25_000.0,
}  # fmt: skip


def best_of_all(stated: Case) -> float:
    """The most of every choice within the lines, where the bridge has the treatment at no cost if the bid is done."""
    problem = stated.problem
    usage = problem.usage.toarray()
    best = -np.inf
    for chosen in itertools.product(*[range(a, b) for a, b in itertools.pairwise(problem.starts)]):
        same = len({int(problem.mode[each]) for each in chosen}) == 1
        if same and (usage[list(chosen)].sum(axis=0) <= problem.caps + 1e-6).all():
            best = max(best, float(problem.benefit[list(chosen)].sum()))
    return best


def test_the_asset_has_the_treatment_at_the_bids_cost_and_only_with_the_bid() -> None:
    stated = of_bids([{**WIDER, "mandatory": True}])
    options, row = stated.formulation.options, int(stated.formulation.chosen(stated.solve())[0])
    assert stated.works(row) == [(YEAR, TREATMENT)]
    assert options.cost[row].sum() == 0.0
    plain = one_bridge().formulation.options
    same = np.flatnonzero((plain.schedule == options.schedule[row]).all(axis=1))[0]
    discount = stated.inputs.model.rules.discount[YEAR]
    # Its benefit is that of the works without their cost, which the bid pays.
    assert options.benefit[row] == pytest.approx(plain.benefit[same] + COST * discount)
    assert stated.problem.usage[[row]].toarray()[0, stated.row(f"bridges {2019 + YEAR}")] == 0.0


@pytest.mark.parametrize("benefit", [0.0, 8_000.0, 25_000.0])
@pytest.mark.parametrize("money", [0.1, 0.3, 1.0])
def test_renewal_and_enhancement_are_chosen_as_the_best_of_both(benefit: float, money: float) -> None:
    stated = of_bids([{**WIDER, "benefit": benefit}], money)
    assert stated.solve().benefit == pytest.approx(best_of_all(stated), abs=0.01)
    assert stated.solve().benefit == pytest.approx(exact(stated.problem), abs=0.01)


def test_without_its_contribution_the_asset_is_renewed_at_its_own_cost() -> None:
    unmatched = {key: each for key, each in WIDER.items() if key not in ("contributions", "match")}
    assert set(chosen_of(of_bids([WIDER], 0.4))) == {"Wider"}
    assert chosen_of(of_bids([unmatched], 0.4)) == {}


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"instead_of": ["nobody"]}, "instead_of", "the register has no such asset"),
    ({"treatment": "paint"}, "treatment", "this kind of asset has no such treatment"),
    ({"treatment": ""}, "treatment", "is needed with instead_of"),
    ({"instead_of": []}, "instead_of", "is needed with treatment"),
]


@pytest.mark.parametrize(("keys", "column", "rule"), FAULTS)
def test_what_a_bid_cannot_stand_in_for_is_refused_with_its_row(keys: dict[str, Any], column: str, rule: str) -> None:
    with pytest.raises(ConfigError) as caught:
        of_bids([{**WIDER, **keys}])
    assert [(each.column, rule in each.rule) for each in caught.value.faults] == [(f"bids[1].{column}", True)]


def test_an_asset_is_of_one_bid() -> None:
    with pytest.raises(ConfigError, match="is in Wider already"):
        of_bids([WIDER, {**WIDER, "name": "Taller"}])
