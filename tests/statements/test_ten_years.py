"""A ten-year capital programme beside a medium-term plan of four years, through the command line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from commands import Done, run
from round_cases import write_inputs

from assetplan.config import make_plan
from assetplan.errors import ConfigError

PLAN = """
name = "Ten years"
register = "register.gpkg"
first_year = 2019
years = 10
sites = { costs = "none" }
forecast = { futures = 0 }
solver = { target_gap = 0.01 }
strategies = { max_treatments = 1 }
programme = { medium_term_years = 4 }
[envelope]
unit = "£000"
prices = "cash"
inflation = [0.025, 0.02]
[envelope.lines]
bridges = [90, 90, 90, 90, 90, 90, 90, 90, 90, 90]
footways = [9, 9, 9, 9, 9, 9, 9, 9, 9, 9]
[[sources]]
name = "Grant"
type = "grant"
amounts = [6, 6, 6, 6, 6, 6, 6, 6, 6, 6]
[[borrowing]]
name = "PWLB"
rate = 0.028
years = 20
drawn = "end"
[tax_base]
base = 1000
growth = 0.02
homes = [21, 22, 22, 23]
band_d = [1468.84, 1498.07]
confirmed = 2021
[treasury]
external_debt = [367, 360, 350, 340]
cfr = 345
mrp = [8, 8, 7, 7]
[[medium_term]]
reference = "19CORP1"
type = "P"
detail = "Election"
changes = [500, 0, -500, 0]
one_off = true
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_inputs(tmp_path_factory.mktemp("ten"), PLAN)


@pytest.fixture(scope="module")
def planned(folder: Path) -> tuple[Done, dict[str, dict[str, Any]]]:
    done = run("plan", "plan.toml", "-o", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    summary = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    return done, {table["name"]: table for table in summary["finance"]}


def column(table: dict[str, Any], name: str) -> list[Any]:
    place = table["columns"].index(name)
    return [row[place] for row in table["rows"]]


@pytest.mark.slow  # a plan of ten years
def test_the_medium_term_plan_has_four_years_and_the_programme_ten(
    planned: tuple[Done, dict[str, dict[str, Any]]],
) -> None:
    done, tables = planned
    years = [f"20{year}/{year + 1}" for year in range(19, 29)]
    assert [name for name in tables["medium_term"]["columns"] if "/" in name] == years[:4]
    assert column(tables["tax_base"], "year") == years[:4]
    assert column(tables["prudential"], "year") == years
    assert "Ten years, 2019/20 to 2028/29" in done.text
    assert "The programme goes on to 2028/29" in tables["medium_term"]["note"]


@pytest.mark.slow  # a plan of ten years
def test_debt_of_any_of_the_ten_years_is_borne_by_what_four_years_confirm(
    planned: tuple[Done, dict[str, dict[str, Any]]],
) -> None:
    _, tables = planned
    debt, income = (column(tables["affordability"], name) for name in ("debt_cost", "confirmed_income"))
    extra = (21 - 20) + (22 - 20.4) + (22 - 20.808)
    assert income[2:] == pytest.approx([extra * 1498.07 / 1000] * (len(income) - 2), abs=0.06), "held from 2021/22 on"
    assert all(paid <= has + 0.05 for paid, has in zip(debt, income, strict=True))
    assert max(column(tables["prudential"], "borrowed")[1:]) > 0
    # Base and debt without the plan stay as in the last year that is stated.
    requirement = column(tables["prudential"], "capital_financing_requirement")
    assert len(debt) >= 10 + 20
    assert requirement[0] <= 345 - 8 + column(tables["prudential"], "borrowed")[0] + 0.1


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        ({"programme": {"medium_term_years": 4}}, "programme.medium_term_years", "must be at most the 3 years"),
        ({"homes": [21.0]}, "tax_base.homes", "has 1 amounts, but the plan has 3 years, its medium-term plan 2"),
        ({"homes": [21.0] * 4}, "tax_base.homes", "has 4 amounts, but the plan has 3 years, its medium-term plan 2"),
        ({"band_d": [1500.0] * 3}, "tax_base.band_d", "has 3 amounts, but homes are of 2 years"),
        ({"confirmed": 2021}, "tax_base.confirmed", "years with homes are 2019 to 2020"),
        ({"treasury": {"mrp": [8.0]}}, "treasury.mrp", "has 1 amounts, but the plan has 3 years, its medium-term"),
    ],
)
def test_what_the_medium_term_plan_must_know_is_stated_for_its_years(
    change: dict[str, Any], key: str, rule: str
) -> None:
    tax = {"base": 1000.0, "growth": 0.02, "homes": [21.0] * 2, "band_d": [1500.0], "confirmed": 2020}
    of_tax = {name: value for name, value in change.items() if name in tax}
    stated = {
        "name": "p", "register": "r", "first_year": 2019, "years": 3, "programme": {"medium_term_years": 2},
        "envelope": {"prices": "cash", "lines": {"bridges": [1.0] * 3}}, "tax_base": tax | of_tax,
    }  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        make_plan(stated | {name: value for name, value in change.items() if name not in tax})
    faults = {fault.column: fault.rule for fault in caught.value.faults}
    assert rule in faults[key]


@pytest.mark.slow  # a plan of ten years
def test_the_next_ten_years_go_on_from_the_books_of_these(
    planned: tuple[Done, dict[str, dict[str, Any]]], folder: Path
) -> None:
    _, tables = planned
    done = run("roll", "plan.toml", "out", "-o", "next", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "tax_base: (rolled on as the programme has it" in done.text
    data = tomllib.loads((folder / "next" / "plan.toml").read_text(encoding="utf-8"))
    assert (data["first_year"], len(data["envelope"]["lines"]["bridges"]), len(data["tax_base"]["homes"])) == (
        2020,
        10,
        4,
    )
    first = column(tables["prudential"], "borrowed")[0]
    assert data["treasury"]["debt_cost_before"][0] == pytest.approx(first * (0.05 + 0.028 * (1 - 0.5 / 40)), abs=0.05)
    assert data["tax_base"]["extra_before"] == pytest.approx(1.0)
    assert data["medium_term"][0]["changes"] == [0, -500, 0, 0]
    checked = run("validate", "next/plan.toml", cwd=folder)
    assert checked.returncode == 0, checked.stderr
