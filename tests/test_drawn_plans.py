"""What `validate` passes, `plan` runs: drawn registers and plans, a few here and three hundred among the benchmarks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from constraint_cases import small_register
from plans_drawn import ends_of

from assetplan.config import make_plan
from assetplan.errors import RegisterError
from assetplan.planning import plan, predict, validate


@pytest.mark.slow
def test_what_validate_passes_plan_runs(tmp_path: Path) -> None:
    ends = ends_of(12, tmp_path)
    assert ends.count("planned") > 2  # the draws are of use


def test_an_asset_without_condition_is_named() -> None:
    assets = small_register().assets.head(3).assign(value=[50.0, np.nan, np.nan])
    blank = replace(small_register(), assets=assets)
    money = {"lines": {"footways": [1] * 5}}
    made = make_plan({"name": "p", "register": "r.gpkg", "first_year": 2019, "envelope": money})
    for command in (predict, validate, plan):
        with pytest.raises(RegisterError) as error:
            command(made, blank)
        assert [(fault.row, fault.column) for fault in error.value.faults] == [(2, "value"), (3, "value")]
        assert f"asset {assets['asset_id'].iat[1]}: has no condition" in str(error.value)
