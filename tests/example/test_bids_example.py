"""The example's bids: one wins against roads and another loses, both confirmed by solving again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from places import SMALL_COUNTY

from assetplan import read_plan
from assetplan.preparation import Clock, prepare, solved

WINS, LOSES = "Known defects of inherited projects", "LED lighting"


def test_lighting_costs_its_share_of_what_is_published_and_pays_back_in_thirteen_years() -> None:
    rows = pd.read_csv(SMALL_COUNTY / "bids.csv", comment="#").query("name == @LOSES").set_index("variant")
    costs = {name: [float(amount) for amount in text.split(";")] for name, text in rows["costs"].astype(str).items()}
    assert sum(costs["recommended"]) == pytest.approx(0.1 * 40.8e6)
    for name, paid in costs.items():
        assert sum(paid) / rows.loc[name, "saving"] == pytest.approx(13, abs=0.01)


def best(bids: pd.DataFrame, folder: Path) -> tuple[float, float, set[str]]:
    """Benefit of the example's plan with these bids, what none can exceed (£), and the bids that are done."""
    plan = read_plan(SMALL_COUNTY / "borrowing.toml")
    bids.to_csv(folder / "bids.csv", index=False)
    plan = plan.model_copy(update={"tables": plan.tables.model_copy(update={"bids": str(folder / "bids.csv")})})
    made = prepare(plan, None, Clock(lambda stage: None)).formulation
    solution = solved(plan, made, Clock(lambda stage: None))
    at = made.chosen_bids(solution)
    done = {str(name) for name, start in zip(made.bids.names, made.bids.start[at], strict=True) if start >= 0}
    settled = made.settle(solution)
    return settled.benefit, settled.bound, done


@pytest.mark.slow
def test_a_bid_wins_against_roads_and_another_loses_as_solving_again_confirms(tmp_path: Path) -> None:
    bids = pd.read_csv(SMALL_COUNTY / "bids.csv", comment="#", dtype=str, keep_default_na=False)
    benefit, _, done = best(bids, tmp_path)
    assert WINS in done
    assert LOSES not in done
    # Nothing that the plan could do without the one, or with the other, comes to as much.
    without = best(bids[bids["name"] != WINS], tmp_path)
    assert without[1] < benefit
    forced = bids.assign(mandatory=bids["mandatory"].mask(bids["name"] == LOSES, "yes"))
    with_it = best(forced, tmp_path)
    assert LOSES in with_it[2]
    assert with_it[1] < benefit
