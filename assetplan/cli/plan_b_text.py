"""What `plan-b` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from assetplan.answers.plan_b import PlanB
from assetplan.cli.layout import paragraph, table
from assetplan.words import millions, pounds

_SHOWN = 5  # changes of a step that are printed


def plan_b_text(answer: PlanB) -> str:
    """Each failure with its steps, and what changes first in each.

    Parameters
    ----------
    answer : PlanB; from `plan_b`
    """
    heads = ["what fails", "chance", "step", "amount, £m", "benefit lost, £m", "works, £m", "changes", "gap"]
    rows = [
        [row["failure"], _share(row["chance"]), str(row["step"]), millions(row["amount"]), *_outcome(row)]
        for row in answer.steps.to_dict("records")
    ]
    parts = [table(heads, rows)]
    for (failure, step), mine in answer.changes.groupby(["failure", "step"], sort=False):
        first = "; ".join(_change(row) for row in mine.head(_SHOWN).to_dict("records"))
        more = len(mine) - _SHOWN
        parts.append(paragraph(f"{failure}, step {step}: {first}{f'; and {more:,} more' if more > 0 else ''}.", ""))
    note = (
        "Each step is solved as the plan is, and the gap says how near to best it is proved to be. Benefit lost is "
        "against the step before; less than nothing is gained. What goes is listed by what it brings for its money, "
        "the least first, then what comes in its place."
    )
    return "\n\n".join([*parts, paragraph(note, "")])


def _outcome(row: Mapping[Any, Any]) -> list[str]:
    if pd.isna(row.get("benefit")):
        return [str(row["status"]), "", "", ""]
    return [millions(row["lost"]), millions(row["cost"]), f"{row['changes']:,.0f}", f"{row['gap']:.2%}"]


def _share(chance: float) -> str:
    return "" if pd.isna(chance) else f"{chance:.0%}"


def _change(row: Mapping[Any, Any]) -> str:
    cost, benefit = (pounds(float(row[key])) for key in ("cost", "benefit"))
    return f"{row['name']} {row['change']} ({row['before']} → {row['after']}; cost {cost}, benefit {benefit})"
