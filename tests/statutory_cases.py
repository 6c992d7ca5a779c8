"""Small plans with statutory tests, and a slow second method that finds when they are due."""

from __future__ import annotations

import datetime
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
from constraint_cases import LINES, Case, case_of, small_plan, small_register

from assetplan import schema
from assetplan.config import Plan
from assetplan.register import Register

PROPERTY = {"lines": {**LINES, "property": [50_000.0] * 3}}


@cache
def school_register() -> Register:
    """The small register with two schools of a block each."""
    premises = {"premises_id": ["P1", "P2"], "name": ["Hill School", "Mill School"], "district": ["North", "South"]}
    blocks = {"block_id": ["K1", "K2"], "premises_id": ["P1", "P2"], "floor_area_m2": [1500.0, 600.0]}
    tables = {
        name: schema.conform(pd.DataFrame(rows), name, name)[0]
        for name, rows in (("premises", {**premises, "responsibility": ["", "PFI"]}), ("blocks", blocks))
    }
    return replace(small_register(), **tables)


def plan_with(folder: Path, rows: str, regimes: str = "", envelope: dict | None = None, **keys: object) -> Plan:
    """A plan of three years from 2019 with statutory tests, and regimes of its own where they are given."""
    tables = {"statutory_tests": "tests.csv"}
    (folder / "tests.csv").write_text(rows, encoding="utf-8")
    if regimes:
        tables["regimes"] = "regimes.csv"
        (folder / "regimes.csv").write_text(regimes, encoding="utf-8")
    plan = small_plan({**PROPERTY, **(envelope or {})}, tables=tables, **keys)
    return plan.model_copy(update={"folder": folder})


def case_with(folder: Path, rows: str, regimes: str = "", envelope: dict | None = None, **keys: object) -> Case:
    """The same, stated as a problem."""
    return case_of(plan_with(folder, rows, regimes, envelope, **keys), register=school_register())


def due_by_day(last: datetime.date, months: int, first_year: int, years: int) -> list[int]:
    """How often a test falls due in each financial year: its dates one by one, the overdue one on the first day."""
    start = datetime.date(first_year, 4, 1)
    first, counts, step = _after(last, months), [0] * years, 0
    anchor = max(first, start)
    while (day := _after(anchor, step * months)) < datetime.date(first_year + years, 4, 1):
        counts[day.year - (day.month < 4) - first_year] += 1
        step += 1
    return counts


def _after(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 0, -1):
        try:
            return datetime.date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError
