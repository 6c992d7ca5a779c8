"""The example's bids hold the published figures in the county's proportion."""

from __future__ import annotations

import pandas as pd
import pytest
from places import SMALL_COUNTY

LIGHTING = "LED lighting"


def test_lighting_costs_its_share_of_what_is_published_and_pays_back_in_thirteen_years() -> None:
    rows = pd.read_csv(SMALL_COUNTY / "bids.csv", comment="#").query("name == @LIGHTING").set_index("variant")
    costs = {name: [float(amount) for amount in text.split(";")] for name, text in rows["costs"].astype(str).items()}
    assert sum(costs["recommended"]) == pytest.approx(0.1 * 40.8e6)
    for name, paid in costs.items():
        assert sum(paid) / rows.loc[name, "saving"] == pytest.approx(13, abs=0.01)
