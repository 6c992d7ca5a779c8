"""The largest works, grouped by road, year and treatment, and what sharing sites saves."""

from __future__ import annotations

from typing import Any

from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.tables import Row, Table
from assetplan.report.wording import class_label
from assetplan.words import financial_year, is_missing, number

LARGEST = 20
"""Rows of the table of largest works."""


def _data(facts: Facts) -> dict[str, Any]:
    schemes = facts.schemes
    shown = schemes.head(LARGEST)
    rows = [Row(str(row["place"]) or class_label(row["asset_class"]), _cells(row)) for row in shown.to_dict("records")]
    heads = ("Road or asset", "Class", "Year", "Treatment", "Length, km", "Items", "Cost, £")
    return {
        "shown": len(shown),
        "of": len(schemes),
        "share": float(shown["cost"].sum()) / facts.cost if facts.cost > 0 else 0.0,
        "works": Table("largest-works", "Largest works by cost", heads, rows, (0, 1, 2)),
        "sites": facts.summary.get("sites") or {},
    }


def _cells(row: dict[Any, Any]) -> tuple[str, ...]:
    length = row["length_m"]
    linear = row["asset_class"] in ("carriageway", "footway")
    committed = " (committed)" if row["committed"] else ""
    return (
        class_label(row["asset_class"]),
        financial_year(row["year"]),
        f"{row['label']}{committed}",
        number(length / 1000, 1) if linear and not is_missing(length) and length > 0 else "–",
        number(row["items"]),
        number(row["cost"]),
    )


SECTION = Section("works", "Largest works", "largest_works.html", _data)
