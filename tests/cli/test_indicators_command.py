"""`assetplan indicators`: what it prints and writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from assurance.indicator_tables import write_tables
from commands import run

import assetplan
from assetplan.answers.indicator_forecast import FIGURES
from assetplan.property import maintenance
from assetplan.reference import load_table

SCHEMES = "scheme,name,planned_finish,forecast_finish,budget,forecast\nS1,=1+1,2026-09-30,2026-11-30,1000,1000\n"
FED = """indicator,name,kind,polarity,unit,target,floor,frequency,from
F1,Roads with under 5 years left,snapshot,lower,%,10,12,annual,roads_under_5
F2,Bridges in poor condition,snapshot,lower,%,5,20,annual,poor_share:bridge
F3,Preventative works,snapshot,higher,%,70,50,annual,preventative_share
F4,Planned works,snapshot,higher,%,70,60,annual,planned_share
F5,Backlog of buildings,snapshot,lower,£m,50,60,annual,backlog
F6,Reactive repairs,snapshot,lower,£000,500,900,annual,stream:reactive
F7,Bridges with a weight limit,snapshot,lower,number,0,5,annual,weight_limits
F8,Potholes,snapshot,lower,number,100,200,annual,potholes
F9,Claims,snapshot,lower,number,100,200,annual,claims
"""


def test_the_dashboard_is_printed_and_written(tmp_path: Path) -> None:
    definitions, values = write_tables(tmp_path)
    (tmp_path / "schemes.csv").write_text(SCHEMES, encoding="utf-8")
    done = run(
        "indicators", definitions, "--values", values, "--schemes", tmp_path / "schemes.csv", "-o", tmp_path / "out"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("30 indicators: 13 GREEN, 6 AMBER, 5 RED, 1 not reported\n")
    assert "I06 Indicator 6" in done.text
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["indicators.csv", "indicators.xlsx", "manifest.json", "scheme_lights.csv"]
    table = pd.read_csv(tmp_path / "out/indicators.csv", encoding="utf-8-sig")
    assert (table["rag"] == "GREEN").sum() == 13
    # A name that begins as a formula is none.
    assert "'=1+1" in (tmp_path / "out/scheme_lights.csv").read_text(encoding="utf-8-sig")
    assert run("indicators", definitions, "-o", tmp_path / "out").returncode == 1


def test_a_faulty_definition_ends_with_every_fault(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(FED.replace("lower,%,10,12", "lower,%,130,12"), encoding="utf-8")
    done = run("indicators", tmp_path / "d.csv")
    assert done.returncode == 1
    assert "row 2, column floor: '12' is beyond the target, 130, against the polarity: lower is better" in done.text
    assert "row 2, column target: '130' no more than 100 is possible in %" in done.text
    done = run("indicators", tmp_path / "d.csv", "--until", "soon")
    assert done.returncode == 2
    assert "soon is no period" in done.text


@pytest.fixture(scope="module")
def fed(planned: tuple, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("fed")
    (folder / "d.csv").write_text(FED, encoding="utf-8")
    done = run("indicators", folder / "d.csv", "--programme", planned[1], "-o", folder / "out")
    assert done.returncode == 0, done.stderr
    return done.stdout, pd.read_csv(folder / "out/indicator_forecast.csv", encoding="utf-8-sig")


def test_indicators_are_forecast_from_the_programmes_own_figures(fed: tuple[str, pd.DataFrame], planned: tuple) -> None:
    text, table = fed
    programme = assetplan.read_programme(planned[1])
    summary, works, last = programme.summary, programme.works, programme.years[-1]
    at_end = table.groupby("indicator").last()
    assert at_end["year"].unique().tolist() == ["2023/24"]
    lives = pd.DataFrame(summary.residual_life).query(f"year == {last} and case == 'plan'").set_index("band")
    under = 100 * lives["length_km"]["under 5"] / lives["length_km"].sum()
    assert at_end.loc["F1", "value"] == pytest.approx(under, abs=1e-4)
    bridges = programme.assets[programme.assets["asset_class"] == "bridge"]
    poor = 100 * bridges.loc[bridges[f"plan_{last}"] < 40, "quantity"].sum() / bridges["quantity"].sum()
    assert at_end.loc["F2", "value"] == pytest.approx(poor, abs=0.01)
    now = works[works["year"] == last]
    share = 100 * now.loc[now["kind"] == "preventative", "cost"].sum() / now["cost"].sum()
    assert at_end.loc["F3", "value"] == pytest.approx(share, abs=1e-4)
    reactive = (
        pd.DataFrame(summary.yearly).query(f"year == {last} and stream == 'reactive'").set_index("case")["amount"]
    )
    assert at_end.loc["F6", "value"] == pytest.approx(reactive["plan"] / 1000, abs=1e-4)
    assert at_end.loc["F6", "do_nothing"] == pytest.approx(reactive["do-nothing"] / 1000, abs=1e-4)
    planned_share = 100 * now["cost"].sum() / (now["cost"].sum() + reactive["plan"])
    assert at_end.loc["F4", "value"] == pytest.approx(planned_share, abs=1e-4)
    backlog = next(r for r in summary.forecast if (r["measure"], r["year"], r["case"]) == ("backlog", last, "plan"))
    assert at_end.loc["F5", "value"] == pytest.approx(backlog["middle"] / 1e6, abs=1e-4)
    assert "F1 Roads with under 5 years left" in text


def test_planned_works_on_buildings_are_the_share_that_their_statement_prints() -> None:
    kept = maintenance((2024, 2025), np.array([70.0, 30.0]), np.array([30.0, 90.0]), "")
    read = FIGURES["planned_property"]
    assert read(SimpleNamespace(accounts=(kept,), years=(2024, 2025)), "") == {("plan", 2024): 70, ("plan", 2025): 25}
    assert read(SimpleNamespace(accounts=(), years=(2024, 2025)), "") == {}


def test_every_figure_of_the_table_is_read_from_a_programme() -> None:
    assert set(load_table("indicator_figures")["figure"]) == set(FIGURES)
