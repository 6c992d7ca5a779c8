"""Statutory compliance: what is overdue, what falls due and what is paid first."""

from __future__ import annotations

from typing import Any

from assetplan.finance.statement import Statement
from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.statement_table import as_it_stands, in_whole
from assetplan.words import and_list, number, plural, pounds

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
    rows = [row for row in facts.summary.spend if row.get("mandatory", 0.0) > 0]
    if not rows:
        return ["No statutory works are charged to the capital envelope."]
    total = pounds(sum(row["mandatory"] for row in rows), 4)
    lines = and_list(dict.fromkeys(row["label"] for row in rows))
    return [f"{total} of statutory works is paid first, from {lines}; the programme is chosen with what is left."]


SECTION = Section("compliance", "Statutory compliance", "sentences.html", _data)
