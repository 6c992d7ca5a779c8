"""What a plan names must be there: every fault is listed at once, by the plan's key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from constraint_cases import small_plan, small_register

from assetplan.errors import ConfigError
from assetplan.inputs import load_inputs


def faults(**keys: object) -> set[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        load_inputs(small_plan(**keys), small_register())
    return {(fault.column, fault.value) for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("keys", "column", "value"),
    [
        ({"limits": [{"name": "n", "at_most": 1, "asset_class": "road"}]}, "limits[1].asset_class", "road"),
        ({"limits": [{"name": "n", "at_most": 1, "district": "Narnia"}]}, "limits[1].district", "Narnia"),
        ({"limits": [{"name": "n", "at_most": 1, "road_class": "M"}]}, "limits[1].road_class", "M"),
        ({"limits": [{"name": "n", "at_most": 1, "group": "tram"}]}, "limits[1].group", "tram"),
        ({"limits": [{"name": "n", "at_most": 1, "treatment": "paint"}]}, "limits[1].treatment", "paint"),
        ({"sources": [{"name": "n", "amounts": [1] * 3, "treatment": "paint"}]}, "sources[1].treatment", "paint"),
        ({"envelope": {"preventative": {"min": 0.1, "district": "N"}}}, "envelope.preventative.district", "N"),
        ({"rules": {"forbid": [{"asset": "nobody"}]}}, "rules.forbid[1].asset", "nobody"),
        ({"rules": {"require": [{"asset": "nobody"}]}}, "rules.require[1].asset", "nobody"),
        ({"rules": {"lock": [{"asset": "nobody", "strategy": "do-nothing"}]}}, "rules.lock[1].asset", "nobody"),
        ({"rules": {"lock": [{"asset": "B006", "strategy": "rest"}]}}, "rules.lock[1].strategy", "rest"),
        (
            {"rules": {"lock": [{"asset": "B006", "strategy": "patching@2019"}]}},
            "rules.lock[1].strategy",
            "patching@2019",
        ),
        (
            {"rules": {"lock": [{"asset": "B006", "strategy": "bridge_replacement@2030"}]}},
            "rules.lock[1].strategy",
            "bridge_replacement@2030",
        ),
        (
            {"schemes": [{"name": "s", "assets": ["B006", "R0116"], "treatment": "surface_dressing"}]},
            "schemes[1].treatment",
            "surface_dressing",
        ),
        (
            {"schemes": [{"name": "s", "assets": ["nobody"], "treatment": "surface_dressing"}]},
            "schemes[1].assets",
            "nobody",
        ),
        (
            {"targets": [{"asset_class": "bridge", "year": 2020, "at_most": 0.1, "band": "awful"}]},
            "targets[1].band",
            "awful",
        ),
        (
            {"targets": [{"asset_class": "signal", "year": 2020, "at_most": 0.1, "below": 40}]},
            "targets[1]",
            "signal",
        ),
    ],
)
def test_a_name_that_nothing_has(keys: dict, column: str, value: str) -> None:
    assert (column, value) in faults(**keys)


def test_the_line_of_a_mobilisation_must_pay_a_member() -> None:
    scheme = {"name": "s", "assets": ["R0116"], "treatment": "surface_dressing", "mobilisation": 5, "line": "bridges"}
    assert faults(schemes=[scheme]) == {("schemes[1].line", "bridges")}


def test_all_names_are_listed_together() -> None:
    listed = faults(
        limits=[{"name": "n", "at_most": 1, "district": ["Narnia", "Oz"]}],
        rules={"forbid": [{"asset": "nobody"}]},
        targets=[{"asset_class": "bridge", "year": 2020, "at_most": 0.1, "band": "awful"}],
    )
    assert listed == {
        ("limits[1].district", "Narnia"),
        ("limits[1].district", "Oz"),
        ("rules.forbid[1].asset", "nobody"),
        ("targets[1].band", "awful"),
    }


def test_a_plan_whose_names_are_there_has_no_faults() -> None:
    plan = small_plan(
        limits=[
            {"name": "n", "at_most": 1, "district": "Uphampton", "road_class": ["A", "B"], "group": "carriageway_U"}
        ],
        rules={"lock": [{"asset": "B006", "strategy": "do-nothing"}]},
    )
    register = small_register()
    assert (
        load_inputs(plan, replace(register)).register.assets["asset_id"].tolist()
        == register.assets["asset_id"].tolist()
    )
