"""The county's forecast at current spend beside the published one; ASSETPLAN_BENCHMARK=full runs it.

Published: about 40 km of road a year pass below five years' residual life, accelerating, and safety potholes rise by
32 % in five years.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tables import full_only

import assetplan
from assetplan import planning
from assetplan.answers.outlook import in_futures, outlook
from assetplan.preparation import Clock, prepare

pytestmark = [pytest.mark.benchmark, full_only]


def test_the_county_grows_as_its_council_reports(tmp_path: Path) -> None:
    assetplan.write_example(tmp_path / "county", "county", 1)
    plan = assetplan.read_plan(tmp_path / "county" / "plan.toml")
    made = prepare(plan, None, Clock(lambda stage: None))
    cases = in_futures(made.inputs, {"current spend": planning._minimum(made).schedule})
    rows = pd.DataFrame(outlook(made.inputs, cases))
    short = rows.query("measure == 'length' and band == 'under 5'")["middle"].to_numpy()
    potholes = rows.query("measure == 'potholes'")["middle"].to_numpy()
    growth, more = np.diff(short), potholes[-1] / potholes[0] - 1
    print(f"\nkm under five years, by year: {growth.round(1)}, {growth.sum():.0f} in all; potholes {more:+.1%}")
    # The range that the council's own words leave open.
    assert 160 <= growth.sum() <= 240
    assert (growth > 0).all()
    assert 0.28 <= more <= 0.36
