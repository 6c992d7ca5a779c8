"""Risks: of assets without and with the plan, what removing it costs, and the council's register."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from assetplan.answers.programme_risk import ProgrammeRisks, programme_risks
from assetplan.assurance.risks import OPEN, heat_map
from assetplan.report.facts import Facts
from assetplan.report.heat import heat
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands, in_whole
from assetplan.report.tables import Fold
from assetplan.statements.risks import asset_heat, asset_statements, register_statements
from assetplan.words import number, plural

MOST = 50
"""Assets that are listed, the gravest."""
_ASSETS = ("asset_id", "name", "score_nothing", "band_nothing", "score_plan", "band_plan", "cost", "risk_removed")
_MONEY = ("cost", "risk_removed")
_REGISTER = (
    "risk_id", "title", "event", "owner", "score", "band", "target_score", "target_band", "movement", "status",
    "review_due", "overdue",
)  # fmt: skip


def _data(facts: Facts) -> dict[str, Any] | None:
    risks = programme_risks(facts.programme)
    if not risks.any:
        return None
    triggers = risks.triggers.to_dict("records")
    return {
        "triggers": triggers,
        "asset_heats": (),
        "register": None,
        **_assets(risks),
        **_register(risks.records.risks),
    }


def _assets(risks: ProgrammeRisks) -> dict[str, Any]:
    if risks.assets is None:
        return {}
    statements = {each.name: each for each in asset_statements(risks.assets, risks.classes, risks.schemes)}
    heats = [
        heat(f"risk-{case}", f"Assets by likelihood and impact of failure, {label}", asset_heat(risks.assets, case))
        for case, label in (("nothing", "if nothing is done"), ("plan", "with the plan"))
    ]
    whole = statements["asset_risks"]
    grave = in_whole(replace(whole, rows=whole.rows.head(MOST), note=""), *_MONEY)
    listed = Fold(f"The {number(len(grave.rows))} assets of the gravest risk", as_it_stands(grave, _ASSETS))
    return {
        "asset_heats": heats,
        "asset_note": statements["asset_heat"].note,
        "classes": as_it_stands(in_whole(statements["risk_classes"], *_MONEY)),
        "assets": listed,
    }


def _register(report: pd.DataFrame | None) -> dict[str, Any]:
    if report is None:
        return {}
    now = report[report["status"] == OPEN]
    late, past = int((now["overdue"] == "yes").sum()), int(now["late_actions"].sum())
    summary = (
        f"{plural(len(now), 'open risk')}; {plural(late, 'review')} overdue; {plural(past, 'action')} past the date."
    )
    counts = heat_map(now["likelihood"].to_numpy(dtype=int), now["impact"].to_numpy(dtype=int))
    table = register_statements(report)[0]
    shown = [name for name in _REGISTER if (report[name] != "").any()]
    return {
        "summary": summary,
        "register_heat": heat("risk-register", "Open risks by likelihood and impact", counts),
        "register": as_it_stands(table, shown),
    }


SECTION = Section("risks", "Risks", "risks.html", _data)
