"""Property: what buildings need, in which condition blocks and schools are, when they are surveyed."""

from __future__ import annotations

from typing import Any

from assetplan.finance.statement import Statement
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands, years_across
from assetplan.report.tables import Fold, Noted
from assetplan.words import pounds

_BY_YEAR = ("property_ahead",)
_FOLDED = ("property_backlog", "property_holdings", "property_responsibility")
_OPEN = (
    "property_need",
    *_BY_YEAR,
    "property_bands",
    "property_sufficiency",
    "property_surveys",
    "property_maintenance",
)
STATEMENTS = frozenset((*_OPEN, *_FOLDED))
"""Statements that this section shows."""


def _data(facts: Facts) -> dict[str, Any] | None:
    own = {name: facts.statements[name] for name in (*_OPEN, *_FOLDED) if name in facts.statements}
    if not own:
        return None
    need = own.get("property_need")
    return {
        "sentence": _sentence(need) if need else "",
        "parts": [_part(own[name]) for name in _OPEN if name in own],
        "folds": [Fold(own[name].title, as_it_stands(own[name])) for name in _FOLDED if name in own],
    }


def _part(statement: Statement) -> Noted:
    return years_across(statement) if statement.name in _BY_YEAR else as_it_stands(statement)


def _sentence(need: Statement) -> str:
    """What the estate needs, never as one figure."""
    total = need.rows.iloc[-1]
    low, high = (pounds(float(total[end]) * need.pounds) for end in ("low", "high"))
    return f"The council's buildings need between {low} and {high} in the years ahead to be at grade B or better."


SECTION = Section("property", "Property", "property.html", _data)
