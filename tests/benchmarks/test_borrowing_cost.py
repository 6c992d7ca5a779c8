"""What the limit on debt cost costs: the example's plan with borrowing, within confirmed income and not.

Small, and with ASSETPLAN_BENCHMARK=full the whole county. It prints figures; what it asserts is that no year's debt
cost is above confirmed income where it must not be, and that the bounds agree.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tables import full_only, head, row

import assetplan

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("size", ["small", pytest.param("county", marks=full_only)])
def test_borrowing_within_confirmed_income_and_not(size: str, tmp_path: Path) -> None:
    folder = assetplan.write_example(tmp_path / size, size)
    plan = assetplan.read_plan(folder / "borrowing.toml")
    plan = plan.model_copy(update={"forecast": plan.forecast.model_copy(update={"futures": 0})})
    free = plan.model_copy(update={"treasury": plan.treasury.model_copy(update={"within_income": False})})
    head(f"{size}: borrowing", "debt cost", "benefit £m", "gap", "drawn £m", "least headroom £000", "seconds")
    programmes = {}
    for name, each in (("within confirmed income", plan), ("free", free)):
        programme = programmes[name] = assetplan.plan(each)
        tables = {table.name: table.rows for table in programme.accounts}
        drawn, headroom = tables["checklist"]["borrowed"].sum(), tables["affordability"]["headroom"].min()
        seconds = programme.summary.seconds["optimisation"]
        figures = (f"{programme.benefit / 1e6:.2f}", f"{programme.gap:.3%}", f"{drawn:.2f}", headroom, f"{seconds:.1f}")
        row(name, *figures)
        if name != "free":
            assert headroom >= 0
    # The free plan may do all that the other does.
    assert programmes["free"].bound >= programmes["within confirmed income"].benefit
