"""The command `compliance`: tables on the terminal, a folder with -o, and a plan that names no tests."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from commands import run
from places import county_register, plain_plan


def county_with_tests(folder: Path) -> Path:
    """The small county's plan with one gas test, overdue, and fire doors that cost £6,000 in 2020/21."""
    assets = county_register().assets
    school = assets.loc[assets["asset_class"] == "building", "asset_id"].iloc[0]
    head = "asset_id,regime,last,criterion_met,cost,remedial_cost,remedial_year,price_base"
    rows = f"{school},gas_appliances,2016-06-01,yes,90,,,2019\n{school},legionella,2018-05-01,no,,6000,2020,2019\n"
    (folder / "tests.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    plan = plain_plan(folder)
    text = plan.read_text(encoding="utf-8")
    plan.write_text(f'{text}\n[tables]\nstatutory_tests = "tests.csv"\n', encoding="utf-8")
    return plan


@pytest.mark.slow
def test_tables_are_printed_and_written_without_a_plan_being_solved(tmp_path: Path) -> None:
    plan = county_with_tests(tmp_path)
    done = run("compliance", plan, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "Statutory tests by regime: overdue, and due in each year" in done.text
    assert "Legionella risk assessment" in done.text
    due = pd.read_csv(tmp_path / "out" / "compliance.csv").set_index("label")
    assert due.loc["Gas appliances", ["tests", "overdue", "2019/20", "2023/24"]].tolist() == [1, 1, 1, 1]
    first = pd.read_csv(tmp_path / "out" / "mandatory_works.csv")
    assert first[["line", "year", "cost"]].to_numpy().tolist() == [["property", "2020/21", 6060.0]]
    again = run("compliance", plan, "-o", tmp_path / "out")
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_a_plan_that_names_no_tests_is_a_fault(small_county: Path) -> None:
    done = run("compliance", small_county / "plan.toml")
    assert done.returncode == 1
    assert "tables.statutory_tests" in done.stderr
