"""The last section: checks of the model, data, method, inputs, unverified parameters, version."""

from __future__ import annotations

from typing import Any

from assetplan.asset_classes import AssetClasses
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.tables import Row, Table
from assetplan.report.wording import percent
from assetplan.words import capitalised, is_missing, number

_SOUGHT = {
    "condition": "condition gained by value and importance is the largest that the limits of each year allow",
    "least cost": "present cost of works is the least that reaches what the plan must reach",
}
_BENEFIT = "sum of benefits is the largest that the limits of each year allow"
_SEARCH = {
    "optimal": "reached the proof it was asked for",
    "feasible": "stopped before it reached the proof it was asked for",
}


def _data(facts: Facts) -> dict[str, Any]:
    summary = facts.summary
    inputs = [Row(str(name), (str(digest),)) for name, digest in (summary.get("inputs") or {}).items()]
    share = summary.get("assumed_share")
    by_column = isinstance(share, (list, tuple))
    return {
        "facts": facts,
        "checks": summary.get("lint") or [],
        "assumed": _assumed(share, facts.classes) if by_column else None,
        "share": None if by_column or is_missing(share) else share,
        "notes": [_note(note) for note in summary.get("notes") or []],
        "sought": _SOUGHT.get(str(summary.get("of")), _BENEFIT),
        "search": _SEARCH.get(str(summary.get("status"))),
        "inputs": Table("inputs", "Files the plan was made from", ("File", "SHA-256"), inputs, (0,)),
        "unverified": [_parameter(row) for row in summary.get("unverified") or []],
        "version": summary.get("version"),
    }


def _assumed(shares: Any, classes: AssetClasses) -> Table | None:
    """How much of the register was filled in by rule, by class and column."""
    rows = [
        Row(classes[row["asset_class"]].plural, (str(row["column"]).replace("_", " "), percent(row["share"])))
        for row in sorted(shares, key=lambda row: (classes.order(row["asset_class"]), -float(row["share"])))
    ]
    caption = "Share of assets whose figure was filled in by a stated rule"
    return Table("assumed", caption, ("Class", "Figure", "Share"), rows, (0,)) if rows else None


def _note(note: Any) -> str:
    if isinstance(note, dict):
        note = [note.get("note", note.get("message", "")), note.get("count")]
    if isinstance(note, (list, tuple)) and len(note) == 2:
        count = "" if is_missing(note[1]) else f": {number(note[1]) if isinstance(note[1], (int, float)) else note[1]}"
        return f"{capitalised(note[0])}{count}"
    return str(note)


def _parameter(row: Any) -> str:
    return ", ".join(f"{key} {item}" for key, item in row.items()) if isinstance(row, dict) else str(row)


SECTION = Section("about", "About this report", "about.html", _data)
