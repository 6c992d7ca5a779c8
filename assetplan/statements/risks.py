"""Risks as tables for a workbook, a page and the terminal."""

from __future__ import annotations

import pandas as pd

from assetplan._types import Ints
from assetplan.assurance.risks import OPEN, heat_map, heat_table
from assetplan.finance.statement import Statement, declared

_NOTE = "Score is likelihood times impact: low to 6, medium 8 to 15, high 16 to 25."
_ASSETS = (
    "Likelihood follows from the chance that the asset is below its group's failure index at the end of the plan, "
    "impact from the cost of its replacement and of a day without its road (tables risk_likelihood and risk_impact)."
)

_PENNIES = {"cost": 2, "risk_removed": 2, "per_pound": 2}


def register_statements(report: pd.DataFrame) -> list[Statement]:
    """The council's register as a board reads it, and its heat maps.

    Parameters
    ----------
    report : DataFrame; from `risk_report`
    """
    text = report.assign(late_actions=report["late_actions"].astype(int))
    open_ones = report[report["status"] == OPEN]
    counts = heat_map(open_ones["likelihood"].to_numpy(dtype=int), open_ones["impact"].to_numpy(dtype=int))
    heat = heat_table(counts)
    return [
        declared("risk_report").table(text, "", _NOTE),
        declared("risk_heat").table(heat, "", "Open risks by current likelihood and impact."),
    ]


def asset_statements(risks: pd.DataFrame, classes: pd.DataFrame, schemes: pd.DataFrame) -> list[Statement]:
    """Risk of assets, its heat maps without and with the plan, and risk removed per pound by class and scheme.

    Parameters
    ----------
    risks : DataFrame; from `asset_risks`
    classes, schemes : DataFrame; from `grouped_risks`
    """
    heats = pd.concat(
        [
            heat_table(asset_heat(risks, case)).assign(case=label)[["case", "likelihood", *_IMPACTS]]
            for case, label in (("nothing", "do-nothing"), ("plan", "plan"))
        ],
        ignore_index=True,
    )
    removed = "Risk removed is the present value of the streams of risk under do-nothing less under the plan, £."
    out = [
        declared("asset_heat").table(heats, "", _ASSETS),
        declared("risk_classes").table(classes.round(_PENNIES), "", removed),
    ]
    if len(schemes):
        out.append(declared("risk_schemes").table(schemes.round(_PENNIES), "", removed))
    return [*out, declared("asset_risks").table(risks, "", f"{_NOTE} {_ASSETS} {removed}")]


def triggers_statement(rows: pd.DataFrame) -> Statement:
    """Triggers of risk, from `risk_triggers`."""
    return declared("risk_triggers").table(rows, "")


def asset_heat(risks: pd.DataFrame, case: str) -> Ints:
    """How many assets have each likelihood and impact (5, 5).

    Parameters
    ----------
    risks, case : DataFrame, str; from `asset_risks`, and "nothing" or "plan"
    """
    return heat_map(risks[f"likelihood_{case}"].to_numpy(dtype=int), risks["impact"].to_numpy(dtype=int))


_IMPACTS = [f"impact_{k}" for k in range(1, 6)]
