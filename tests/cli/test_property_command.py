"""`assetplan property` by its own entry point: a register, a plan, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from commands import run
from register_helpers import assets, register
from shapely import Point

from assetplan.register import validate_register, write_register

ROOF = {"asset_class": "building", "group": "roof_flat", "road_class": "", "measure": "grade", "value": 4,
        "priority": 1, "surveyed_year": 2016, "quantity": 300.0, "parent_id": "B1", "geometry": Point(450000, 300000),
        "replacement_value": 48000.0}  # fmt: skip
PLAN = """name = "Schools"
register = "r.gpkg"
first_year = 2019
years = 3
[envelope]
unit = "£000"
[envelope.lines]
property = [60, 60, 60]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of one school with two roofs, and a plan for it."""
    made = tmp_path_factory.mktemp("school")
    parts = {
        "premises": pd.DataFrame([{"premises_id": "P1", "name": "=School", "use": "primary school", "pupils": 90,
                                   "capacity": 100, "tenure": "freehold", "operational": "yes"}]),
        "blocks": pd.DataFrame([{"block_id": "B1", "premises_id": "P1", "replacement_value": 2e5}]),
    }  # fmt: skip
    whole = validate_register(register(assets(ROOF, ROOF | {"value": 2, "priority": None}), **parts))
    write_register(whole, made / "r.gpkg")
    (made / "plan.toml").write_text(PLAN, encoding="utf-8")
    return made


def test_a_register_is_printed_and_written(folder: Path, tmp_path: Path) -> None:
    done = run("property", folder / "r.gpkg", "--years", "2", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    for text in (
        "Condition at the end of 2016/17",
        "facility condition index",
        "2018/19",
        "Not verified: decay or cost",
    ):
        assert text in done.text
    named = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"property.xlsx", "property_backlog.csv", "property_schools.csv", "property_survey_blocks.csv"} <= named
    school = pd.read_csv(tmp_path / "out" / "property_schools.csv")
    assert school["name"].tolist() == ["'=School"] or school["name"].tolist() == ["=School"]
    again = run("property", folder / "r.gpkg", "-o", tmp_path / "out")
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_a_plan_stands_in_the_year_before_its_first(folder: Path) -> None:
    done = run("property", folder / "plan.toml", "--years", "1")
    assert done.returncode == 0, done.stderr
    assert "Condition at the end of 2018/19" in done.text
    assert run("property", folder / "plan.toml", "--year", "2018").returncode == 2


def test_a_register_without_property_is_refused(tmp_path: Path) -> None:
    path = write_register(validate_register(register(assets({}))), tmp_path / "roads.gpkg")
    done = run("property", path, "--year", "2020")
    assert done.returncode == 1
    assert "no premises and no building components" in done.text


def test_premises_alone_are_counted(tmp_path: Path) -> None:
    whole = validate_register(register(assets(ROOF), premises=pd.DataFrame([{"premises_id": "P1"}])))
    path = write_register(replace(whole, assets=whole.assets.iloc[:0]), tmp_path / "list.gpkg")
    done = run("property", path)
    assert done.returncode == 0, done.stderr
    assert "Premises by tenure" in done.text
    refused = run("inspect", path, "--year", "2020")
    assert refused.returncode == 1


@pytest.mark.slow
def test_a_plan_of_a_school_has_its_property_in_report_and_workbook(folder: Path, tmp_path: Path) -> None:
    done = run("plan", folder / "plan.toml", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert ">Property</h2>" in page
    assert "buildings need between" in page
    assert "Planned and reactive maintenance of buildings" in page
    book = pd.read_excel(tmp_path / "out" / "finance.xlsx", sheet_name=None, header=None, engine="calamine")
    assert {"property_backlog", "property_schools", "property_survey_blocks", "property_maintenance"} <= set(book)
    # Text of a register is never a formula.
    assert "=School" in book["property_schools"].astype("str").to_numpy()
