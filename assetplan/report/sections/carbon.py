"""What the works emit, and what buildings and lights use and emit."""

from __future__ import annotations

from typing import Any

from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands

_SHOWN = ("energy", "epc_duties", "carbon")


def _data(facts: Facts) -> dict[str, Any] | None:
    tables = [as_it_stands(facts.statements[name]) for name in _SHOWN if name in facts.statements]
    return {"tables": tables} if tables else None


SECTION = Section("carbon", "Energy and carbon", "carbon.html", _data)
