"""What a programme may use of a limit before it contradicts itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assetplan.errors import RegisterError
from assetplan.programme import Programme
from assetplan.programme.check import over_limits


@pytest.mark.parametrize(
    ("unit", "used", "count"),
    [
        ("£", 4000.000072, 0),  # a solver's rounding, less than a penny
        ("£ of the day", 4000.004, 0),
        ("£", 4000.01, 1),
        ("km", 4000.00003, 0),
        ("km", 4000.001, 1),
    ],
)
def test_less_than_a_penny_is_no_money_over_a_limit(unit: str, used: float, count: int) -> None:
    for side, value in (("cap", used), ("floor", 8000.0 - used)):
        row: dict[str, Any] = {"limit": "x", "unit": unit, "cap": None, "floor": None, "used": value, side: 4000.0}
        assert len(list(over_limits([row]))) == count


def test_figures_that_contradict_each_other_are_named(small_programme: Programme) -> None:
    whole = small_programme
    works = whole.works.copy()
    works.loc[works.index[0], ["asset_id", "treatment"]] = ["NOPE", "magic"]
    assets = whole.assets.copy()
    year = whole.years[0]
    assets.loc[assets.index[0], f"do_nothing_{year}"] = np.nan
    for changed, rule in (
        (replace(whole, summary=whole.summary.model_copy(update={"gap": 0.5})), "the gap says 50.0000%"),
        (replace(whole, works=works), f"lists magic@{works['year'].iloc[0]} of asset NOPE"),
        (replace(whole, works=whole.works.iloc[1:]), "which its strategy holds"),
        (replace(whole, assets=assets), "under do-nothing is missing"),
    ):
        with pytest.raises(RegisterError, match=rule):
            changed.check()
