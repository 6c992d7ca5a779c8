"""Components of one building, and small plans of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from constraint_cases import Case, case_of, small_plan
from places import county_register

from assetplan.condition import GRADES
from assetplan.register import Register

MONEY = {"lines": {"property": [80_000.0] * 3}}
GROUPS = ("brick_wall", "roof_flat", "heating")


def block(grades: str, **columns: object) -> Register:
    """Components of one building, surveyed in the base year, a grade each; groups as they come."""
    register = county_register()
    built = register.assets[register.assets["asset_class"] == "building"]
    part = built.iloc[[0] * len(grades)].reset_index(drop=True)
    value = 100.0 * np.arange(1, len(grades) + 1)
    part = part.assign(
        asset_id=[f"c{k}" for k in range(len(grades))], group=[GROUPS[k % 3] for k in range(len(grades))],
        parent_id="block", measure="grade", value=[GRADES.index(grade) + 1.0 for grade in grades], quantity=value,
        surveyed_year=2018.0, retention="retain", committed_treatment="", committed_year=np.nan, priority=np.nan,
        replacement_value=value * 200, responsibility="",
    )  # fmt: skip
    return replace(register, assets=part.assign(**columns))


def planned(register: Register, money: dict | None = None, **keys: object) -> Case:
    """A small plan of components."""
    return case_of(small_plan(MONEY if money is None else money, **keys), register=register)
