"""The last section: checks of the model, data, method, inputs, unverified parameters, version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assetplan.asset_classes import AssetClasses
from assetplan.programme.summary import AssumedRow
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.tables import Row, Table
from assetplan.report.wording import percent
from assetplan.words import capitalised, number

_SEARCH = {
    "optimal": "reached the proof it was asked for",
    "feasible": "stopped before it reached the proof it was asked for",
}


def _data(facts: Facts) -> dict[str, Any]:
    summary = facts.summary
    inputs = [Row(name, (digest,)) for name, digest in summary.inputs.items()]
    return {
        "facts": facts,
        "checks": summary.lint,
        "assumed": _assumed(summary.assumed_share, facts.classes),
        "notes": [f"{capitalised(row['note'])}: {number(row['count'])}" for row in summary.notes],
        "sought": summary.sought.aim,
        "search": _SEARCH[summary.status],
        "inputs": Table("inputs", "Files the plan was made from", ("File", "SHA-256"), inputs, (0,)),
        "unverified": summary.unverified,
        "version": summary.version,
    }


def _assumed(shares: Sequence[AssumedRow], classes: AssetClasses) -> Table | None:
    """How much of the register was filled in by rule, by class and column."""
    rows = [
        Row(classes[row["asset_class"]].plural, (row["column"].replace("_", " "), percent(row["share"])))
        for row in sorted(shares, key=lambda row: (classes.order(row["asset_class"]), -row["share"]))
    ]
    caption = "Share of assets whose figure was filled in by a stated rule"
    return Table("assumed", caption, ("Class", "Figure", "Share"), rows, (0,)) if rows else None


SECTION = Section("about", "About this report", "about.html", _data)
