"""Small plans of one asset and some bids, stated fast: what only the asset decides is made once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from constraint_cases import LINES, Case, case, small_plan, small_register

from assetplan.finance import limits
from assetplan.formulation import build_problem
from assetplan.formulation.bids import NOT
from assetplan.inputs.bids import load_bids

WORTH = {"criteria": ["financial benefit"], "source": "case"}


@cache
def one_bridge() -> Case:
    """A plan of one asset without bids."""
    assets = small_register().assets
    return case(assets=assets[assets["asset_class"] == "bridge"].iloc[:1].reset_index(drop=True))


def of_bids(
    bids: list[dict[str, Any]], money: float = 1.0, envelope: dict[str, Any] | None = None, **keys: Any
) -> Case:
    """One asset and some bids, with so much of the lines' money."""
    lines = {line: [money * each for each in years] for line, years in LINES.items()}
    plan, plain = small_plan({"lines": lines, **(envelope or {})}, bids=bids, **keys), one_bridge()
    stated = load_bids(plan, plain.inputs.register.assets, plain.inputs.tables)
    inputs = replace(plain.inputs, plan=plan, limits=limits(plan), bids=stated)
    return replace(plain, inputs=inputs, formulation=build_problem(inputs, plain.candidates))


def chosen_of(stated: Case) -> dict[str, tuple[str, int]]:
    """Variant and plan year of start of every bid that is done."""
    options = stated.formulation.bids
    rows = stated.formulation.chosen_bids(stated.solve())
    return {
        options.stated[options.variant[row]].name: (
            options.stated[options.variant[row]].variant,
            int(options.start[row]),
        )
        for row in rows
        if options.start[row] != NOT
    }
