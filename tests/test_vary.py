"""A plan with some keys changed is the plan that its file would be with them."""

from __future__ import annotations

import pytest
from places import SMALL_COUNTY

import assetplan


@pytest.mark.parametrize("name", ["plan", "borrowing"])
def test_a_plan_with_nothing_changed_is_the_same(name: str) -> None:
    plan = assetplan.read_plan(SMALL_COUNTY / f"{name}.toml")
    assert assetplan.vary(plan) == plan


def test_values_are_set_then_numbers_are_multiplied() -> None:
    plan = assetplan.read_plan(SMALL_COUNTY / "plan.toml")
    changes = {"solver.target_gap": 0.01, "envelope.lines.bridges": [1.0, 2.0, 3.0, 4.0, 5.0]}
    varied = assetplan.vary(plan, changes, scale={"envelope.lines": 2.0})
    assert varied.solver.target_gap == 0.01
    assert varied.envelope.lines["bridges"] == (2.0, 4.0, 6.0, 8.0, 10.0)
    assert varied.envelope.lines["footways"] == pytest.approx([2 * each for each in plan.envelope.lines["footways"]])
    assert varied.folder == plan.folder
    assert plan.solver.target_gap != 0.01, "the plan itself stays as it is"


def test_every_key_that_cannot_be_changed_is_listed() -> None:
    plan = assetplan.read_plan(SMALL_COUNTY / "plan.toml")
    with pytest.raises(assetplan.ConfigError) as caught:
        assetplan.vary(plan, {"limits[9].at_most": 3}, scale={"envelope.lines.trams": 2.0})
    assert [(fault.column, fault.rule) for fault in caught.value.faults] == [
        ("envelope.lines.trams", "the base plan states nothing there that could be multiplied"),
        ("limits[9].at_most", "the base plan has no such place"),
    ]
    with pytest.raises(assetplan.ConfigError) as caught:
        assetplan.vary(plan, {"years": 0, "solver.time": 3})
    assert {fault.column for fault in caught.value.faults} == {"years", "solver.time"}
