"""What condition rests on: counted by class, first of all where it is large, in every command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from commands import run
from register_helpers import assets, register

import assetplan
from assetplan.asset_classes import load_asset_classes
from assetplan.register import validate_register
from assetplan.register.basis import basis_notes, basis_share, condition_basis, largely_assumed

DATED = {"measure": "rci", "value": 40.0, "surveyed_year": 2018, "replacement_value": 100.0, "length_m": 1000.0}
UNDATED = {**DATED, "surveyed_year": None}
FILLED = {**DATED, "assumed": "replacement_value value"}


def rows_of(*rows: dict) -> list:
    return list(condition_basis(validate_register(register(assets(*rows))).assets, load_asset_classes()))


def test_every_asset_has_one_basis_with_its_stock_and_value() -> None:
    rows = rows_of(DATED, UNDATED, {**FILLED, "surveyed_year": None}, {**DATED, "measure": None, "value": None})
    assert [(row["basis"], row["assets"], row["stock"], row["value"]) for row in rows] == [
        ("surveyed", 1, 1.0, 100.0), ("undated", 1, 1.0, 100.0), ("assumed", 1, 1.0, 100.0), ("unknown", 1, 1.0, 100.0),
    ]  # fmt: skip
    assert {row["unit"] for row in rows} == {"km"}


def test_a_value_that_was_assumed_is_no_assumed_condition() -> None:
    assert [row["basis"] for row in rows_of({**DATED, "assumed": "replacement_value width_m"})] == ["surveyed"]


def test_a_class_of_no_table_is_counted() -> None:
    table = pd.DataFrame(validate_register(register(assets(DATED))).assets).assign(asset_class="gate")
    assert condition_basis(table, load_asset_classes())[0]["unit"] == "number"


def test_a_share_is_by_value_and_by_number_where_any_has_none() -> None:
    dear = {**DATED, "replacement_value": 900.0}
    assert basis_share(rows_of(dear, UNDATED), "undated") == pytest.approx(0.1)
    assert basis_share(rows_of(dear, {**UNDATED, "replacement_value": None}), "undated") == pytest.approx(0.5)
    assert basis_share([], "undated") == 0.0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([DATED, DATED, UNDATED], "33% of the condition, by replacement value, is assumed: without a date and taken as "
         "of the end of 2018/19"),
        ([DATED, UNDATED, FILLED], "67% of the condition, by replacement value, is assumed: 33% filled in by rule and "
         "33% without a date and taken as of the end of 2018/19"),
        ([FILLED], "100% of the condition, by replacement value, is assumed: filled in by rule"),
        ([DATED, DATED, {**UNDATED, "replacement_value": 99.0}], ""),
        ([DATED], ""),
    ],
)  # fmt: skip
def test_a_third_makes_one_clause(rows: list[dict], words: str) -> None:
    assert largely_assumed(rows_of(*rows), 2018) == words


def test_the_notes_give_how_many_and_of_what() -> None:
    notes = dict(basis_notes(rows_of(DATED, DATED, DATED, UNDATED), lambda name: "roads", 2018))
    assert notes == {
        "condition without a date": "Roads: the condition of 1 asset is without a date, taken as of the end of 2018/19 "
        "(25% of the stock in km and 25% of the replacement value)."
    }
    unplanned = [text for _, text in basis_notes(rows_of(UNDATED), str)]
    assert "taken as of the year before a plan's first" in unplanned[0]


HEAD = "asset_id,asset_class,road_class,quantity,length_m,x,y,measure,value,surveyed_year\n"
PLAN = """
name = "p"
years = 3
register = "r.gpkg"
first_year = 2019
[envelope]
lines = { carriageway_major = [0.1, 0.1, 0.1], carriageway_preventative = [0.1, 0.1, 0.1] }
[forecast]
futures = 0
"""


def made(folder: Path, dated: int, undated: int) -> None:
    years = ["2018"] * dated + [""] * undated
    rows = [f"r{i},carriageway,B,600,100,{450000 + 90 * i},210000,rci,{60 + i},{year}" for i, year in enumerate(years)]
    (folder / "assets.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "map.toml").write_text('[file]\ncrs = "EPSG:27700"\nx = "x"\ny = "y"\n', encoding="utf-8")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")


@pytest.mark.slow
def test_every_way_through_says_what_is_assumed(tmp_path: Path) -> None:
    made(tmp_path, dated=4, undated=4)
    done = run("import", "table", "assets.csv", "--mapping", "map.toml", "-o", "r.gpkg", cwd=tmp_path)
    assert done.text.startswith("50% of the condition, by replacement value, is assumed: without a date")
    assert "Roads: the condition of 4 assets is without a date, taken as of the year before a plan's first" in done.text
    done = run("validate", "plan.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Roads: the condition of 4 assets is without a date, taken as of the end of 2018/19" in done.text
    done = run("inspect", "r.gpkg", cwd=tmp_path)
    first = done.stdout.splitlines()[0]
    assert "50% of the condition" in first
    assert "Roads: the condition of 4 assets is without a date" in done.text
    done = run("plan", "plan.toml", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    clause = "50% of the condition, by replacement value, is assumed: without a date and taken as of the end of 2018/19"
    assert " ".join(done.stdout.partition("\n\n")[0].split()).endswith(clause)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert {row["basis"]: row["assets"] for row in summary["condition_basis"]} == {"surveyed": 4, "undated": 4}
    assert any(row["check"] == "condition without a date" for row in summary["lint"])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for name in ("headline", "map"):
        section = re.search(rf'aria-labelledby="{name}-heading".*?<h2.*?(?=<h2)', page, re.DOTALL)
        assert section is not None
        assert clause in section[0]


def test_a_plan_whose_condition_is_surveyed_says_nothing_first(small_programme: assetplan.Programme) -> None:
    assert largely_assumed(small_programme.summary.condition_basis) == ""
