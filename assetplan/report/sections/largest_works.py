"""The largest works, grouped by road, year and treatment, and what sharing sites saves."""

from __future__ import annotations

from typing import Any

from assetplan.programme.words import closures_sentence, crew_cells, firm_sentence, sites_sentences
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.tables import Row, Table
from assetplan.words import capitalised, financial_year, is_missing, number

LARGEST = 20
"""Rows of the table of largest works."""


def _data(facts: Facts) -> dict[str, Any]:
    schemes = facts.schemes
    shown = schemes.head(LARGEST)
    rows = [
        Row(str(row["place"]) or facts.classes[row["asset_class"]].plural, _cells(row, facts))
        for row in shown.to_dict("records")
    ]
    heads = ("Road or asset", "Class", "Year", "Treatment", "Length, km", "Items", "Cost, £")
    return {
        "shown": len(shown),
        "of": len(schemes),
        "share": float(shown["cost"].sum()) / facts.summary.cost if facts.summary.cost > 0 else 0.0,
        "works": Table("largest-works", "Largest works by cost", heads, rows, (0, 1, 2)),
        "sites": facts.summary.sites,
        "by_class": sites_sentences(facts.summary),
        "firm": firm_sentence(facts.summary),
        "routine_jobs": closures_sentence(facts.summary),
        "crews": _crews(facts),
    }


def _crews(facts: Facts) -> Table | None:
    """Days of the crews that the plan file states; None where it states none."""
    rows = [Row(capitalised(crew), tuple(cells)) for crew, cells in crew_cells(facts.summary).items()]
    heads = ("Crew", *(financial_year(year) for year in facts.years))
    return Table("crews", "Days of each crew, of those it has", heads, rows) if rows else None


def _cells(row: dict[Any, Any], facts: Facts) -> tuple[str, ...]:
    length = row["length_m"]
    asset_class = facts.classes[row["asset_class"]]
    committed = " (committed)" if row["committed"] else ""
    return (
        asset_class.plural,
        financial_year(row["year"]),
        f"{row['label']}{committed}",
        number(length / 1000, 1) if asset_class.drawn == "line" and not is_missing(length) and length > 0 else "–",
        number(row["items"]),
        number(row["cost"]),
    )


SECTION = Section("works", "Largest works", "largest_works.html", _data)
