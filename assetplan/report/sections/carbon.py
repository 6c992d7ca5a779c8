"""What the works emit, and what buildings and lights use and emit."""

from __future__ import annotations

from typing import Any

from assetplan.finance.statement import Statement
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands, held

_SHOWN = ("energy", "epc_duties", "carbon")
_KEYS = ("line", "row")


def _data(facts: Facts) -> dict[str, Any] | None:
    there = [facts.statements[name] for name in _SHOWN if name in facts.statements]
    tables = [as_it_stands(each, _columns(each), mixed=each.name == "energy") for each in there]
    return {"tables": tables} if tables else None


def _columns(statement: Statement) -> list[str]:
    """Columns that hold anything, but for keys that files alone need."""
    return [name for name in held(statement) if name not in _KEYS]


SECTION = Section("carbon", "Energy and carbon", "carbon.html", _data)
