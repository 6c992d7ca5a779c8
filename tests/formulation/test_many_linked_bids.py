"""Bids that need, exclude and follow each other beside many assets, where the search takes the problem apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from bid_cases import WORTH
from constraint_cases import LINES, Case, case, exact, small_register

from assetplan.formulation.bids import NOT
from assetplan.optimisation.solving import WHOLE, solve

_COUNT, _COPIES, _GAP = 40, 6, 2e-3


def linked(seed: int) -> list[dict[str, Any]]:
    """Bids of one or two years of cost, linked to others: needed and followed are those before it of its own half, and
    excluded are those of the other half, so that none waits for itself or for what it excludes.
    """
    random = np.random.default_rng(seed)
    bids = []
    for number in range(_COUNT):
        cost = random.integers(1_000, 9_000, random.integers(1, 3)).astype(float)
        own, other = (range(number % 2 ^ half, max(number, 1 + half), 2) for half in (0, 1))
        links = {
            link: [f"Bid {random.choice(of)}"]
            for link, of, chance in (("needs", own, 0.3), ("follows", own, 0.3), ("excludes", other, 0.5))
            if len(of) and number > 1 and random.random() < chance
        }
        worth = float(cost.sum() * random.uniform(0.8, 3.0))
        line = str(random.choice(list(LINES)))
        bids.append({**WORTH, "name": f"Bid {number}", "costs": {line: cost.tolist()}, "benefit": worth, **links})
    return bids


def many_assets() -> pd.DataFrame:
    """The small register, some times over."""
    assets = small_register().assets
    each = [assets.assign(asset_id=assets["asset_id"] + f"-{k}", parent_id="") for k in range(_COPIES)]
    return pd.concat(each, ignore_index=True)


def rows_hold(stated: Case, chosen: np.ndarray) -> bool:
    """Whether options of bids go together, by what the bids themselves state."""
    options = stated.formulation.bids
    first = len(stated.formulation.options.asset)
    rows = chosen[len(stated.formulation.options.starts) - 1 :] - first
    begun = [row for row in rows if options.start[row] != NOT]
    done = {options.stated[options.variant[row]].name: int(options.start[row]) for row in begun}
    by_name = {each.name: each for each in options.stated}
    for name, start in done.items():
        each = by_name[name]
        if not set(each.needs) <= set(done) or set(each.excludes) & set(done):
            return False
        if any(other not in done or done[other] + by_name[other].length > start for other in each.follows):
            return False
    return True


@pytest.mark.parametrize("seed", [1, pytest.param(0, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_many_linked_bids_are_chosen_as_one_model_of_everything_chooses_them(seed: int) -> None:
    stated = case(assets=many_assets(), bids=linked(seed))
    problem = stated.problem
    assert problem.n_options > WHOLE
    reached = solve(problem, _GAP, 30.0)
    best = exact(problem)
    assert rows_hold(stated, reached.chosen)
    assert reached.benefit <= best + 0.01
    assert reached.bound >= best - 0.01
    assert best - reached.benefit <= _GAP * best
    assert reached.status == "optimal"
