"""Surveys later than the base year: refused by row, or held as the plan file says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from constraint_cases import small_plan, small_register

from assetplan.errors import RegisterError
from assetplan.inputs import load_inputs
from assetplan.register import Register
from assetplan.strategies import starting_condition


def surveyed(year: int) -> Register:
    """The small register, its third and fifth assets surveyed in a year."""
    register = small_register()
    assets = register.assets.copy()
    assets.loc[[2, 4], "surveyed_year"] = year
    return replace(register, assets=assets)


def test_each_is_refused_by_its_row_with_what_mends_it() -> None:
    with pytest.raises(RegisterError) as caught:
        load_inputs(small_plan(), surveyed(2020))
    assert [(f.row, f.column, f.value) for f in caught.value.faults] == [
        (3, "surveyed_year", "2020"),
        (5, "surveyed_year", "2020"),
    ]
    fault = caught.value.faults[0]
    assert "is after 2018" in fault.rule
    assert 'later_surveys = "hold"' in fault.hint
    assert load_inputs(small_plan(), surveyed(2018)).past == 0  # the base year's own
    filled = surveyed(2020)
    # A year that was filled in by rule is no survey's.
    filled = replace(filled, assets=filled.assets.assign(assumed="value surveyed_year"))
    assert load_inputs(small_plan(), filled).past == 0


def test_held_it_is_the_condition_of_the_base_year() -> None:
    held = load_inputs(small_plan(later_surveys="hold"), surveyed(2020))
    same = load_inputs(small_plan(), surveyed(2018))
    index = [starting_condition(inputs.register.assets, inputs.model).index for inputs in (held, same)]
    np.testing.assert_array_equal(*index)
