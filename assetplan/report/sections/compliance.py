"""Statutory compliance: what is overdue, what falls due and what is paid first."""

from __future__ import annotations

from typing import Any

from assetplan.finance.statement import Statement
from assetplan.programme.words import paid_first_sentences
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands, in_whole
from assetplan.words import number, plural

TABLES = ("compliance", "compliance_in_date", "compliance_cost")
"""Statements that this section shows."""


def _data(facts: Facts) -> dict[str, Any] | None:
    statements = facts.statements
    if "compliance" not in statements:
        return None
    return {
        "sentences": [_overdue(facts), *_paid_first(facts)],
        "tables": [as_it_stands(_shown(statements[name])) for name in TABLES if name in statements],
    }


def _shown(statement: Statement) -> Statement:
    return in_whole(statement) if statement.name == "compliance_cost" else statement


def _overdue(facts: Facts) -> str:
    rows = facts.statements["compliance"].rows
    total = rows[rows["label"] == "total"].iloc[0]
    share = facts.statements["compliance_in_date"].rows.iloc[-1]["start"]
    worst = rows[(rows["label"] != "total") & (rows["overdue"] > 0)].sort_values("overdue", ascending=False)
    first = ", ".join(f"{row.label} ({number(row.overdue)})" for row in worst.head(3).itertuples())
    failed = f" {plural(int(total['not_met']), 'test')} did not meet the criterion." if total["not_met"] else ""
    tests = plural(int(total["tests"]), "statutory test")
    text = f"Of {tests}, {number(total['overdue'])} are overdue as the plan begins"
    return f"{text}; {number(share, 1)}\u00a0% are in date.{f' Most overdue: {first}.' if first else ''}{failed}"


def _paid_first(facts: Facts) -> list[str]:
    return paid_first_sentences(facts.summary) or ["No statutory works are charged to the capital envelope."]


SECTION = Section("compliance", "Statutory compliance", "sentences.html", _data)
