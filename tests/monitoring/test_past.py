"""The programme as its past years turned out: what the next plan takes for done and paid; and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from commands import run
from constraint_cases import small_plan, small_register

import assetplan
from assetplan.assurance.schemes import scheme_lights
from assetplan.inputs.spent import read_spent
from assetplan.programme import Programme

HEAD = "scheme,quarter,line,actual,forecast,inclusion,budget,name\n"


@pytest.fixture(scope="module")
def approved(two_programmes: tuple[Programme, Programme], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_programmes[0].write(tmp_path_factory.mktemp("monitored") / "approved")


def schemes_of(programme: Programme, year: int) -> pd.DataFrame:
    """Cost of each scheme of a year by line."""
    works = programme.works[programme.works["year"] == year]
    return pd.DataFrame(works.groupby(["scheme_id", "line"], as_index=False)["cost"].sum())


def ledger(programme: Programme, folder: Path) -> tuple[Path, str, str]:
    """Actuals of the first year: one scheme is 10 % dearer, one is done a year later, an inclusion is paid."""
    rows = schemes_of(programme, 2019)
    road = rows[rows["line"] == "carriageway_major"]
    dearer, later = road["scheme_id"].iloc[0], road["scheme_id"].iloc[1]
    lines = []
    for row in rows.itertuples():
        if row.scheme_id == later:
            lines.append(f"{later},2020/21 Q1,,,{row.cost},,,")
        else:
            lines.append(f"{row.scheme_id},2019/20 Q4,,{row.cost * (1.1 if row.scheme_id == dearer else 1):.2f},,,,")
    lines.append("X1,2019/20 Q2,bridges,5000,,yes,5000,Emergency culvert")
    path = folder / "actuals.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path, dearer, later


@pytest.fixture(scope="module")
def monitored(
    approved: Path, two_programmes: tuple[Programme, Programme], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, str, str]:
    folder = tmp_path_factory.mktemp("monitoring")
    path, dearer, later = ledger(two_programmes[0], folder)
    done = run("monitor", approved, path, "-o", folder / "tables", "--spent", folder / "spent")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout, dearer, later


def test_the_command_prints_within_80_columns_and_writes_its_tables(monitored: tuple[Path, str, str, str]) -> None:
    folder, text, _, _ = monitored
    shown = text.replace(str(folder), "")
    assert max(map(len, shown.splitlines())) <= 80
    assert "case, spent until 2019/20 Q4" in shown
    summary = json.loads((folder / "tables/summary.json").read_text(encoding="utf-8"))
    assert summary["outturn"] == pytest.approx(summary["latest"] + summary["variance"], abs=0.02)
    assert (summary["inclusions"], summary["included"]) == (5000, 1)
    lines = pd.read_csv(folder / "tables/monitoring_lines.csv", encoding="utf-8-sig")
    whole = lines.query("line == 'all' and year == 'all'").iloc[0]
    assert whole["outturn"] == pytest.approx(summary["outturn"], abs=0.02)
    parts = lines.query("line != 'all' and year != 'all'")["outturn"].sum()
    assert parts == pytest.approx(whole["outturn"], abs=0.1)


def test_what_is_written_for_indicators_has_the_same_lights(monitored: tuple[Path, str, str, str]) -> None:
    folder, _, dearer, later = monitored
    lights = scheme_lights(folder / "tables/scheme_progress.csv").set_index("scheme")
    schemes = pd.read_csv(folder / "tables/monitoring_schemes.csv", encoding="utf-8-sig").set_index("scheme")
    assert lights["rag"].to_dict() == schemes["rag"].to_dict()
    assert (lights.loc[dearer, "money_rag"], lights.loc[later, "date_rag"]) == ("RED", "RED")


def test_the_next_plan_keeps_what_was_done_and_paid(
    monitored: tuple[Path, str, str, str], two_programmes: tuple[Programme, Programme]
) -> None:
    folder, text, dearer, later = monitored
    assert "until = 2019" in text
    first = two_programmes[0]
    keys = {"forecast": {"futures": 0}, "solver": {"target_gap": 1e-3}}
    stated = small_plan(**keys, spent={"from": "spent", "until": 2019}).model_copy(update={"folder": folder})
    spent = read_spent(stated, small_register().assets)
    assert spent is not None
    postponed = first.works.loc[first.works["scheme_id"] == later, "asset_id"]
    assert set(spent.strategy[postponed].str.contains("2019")) == {False}
    assert spent.mandatory == {("bridges", 2019): 5000.0}
    kept = pd.read_parquet(folder / "spent/assets.parquet").set_index("asset_id").loc[postponed]
    assert kept["plan_2019"].tolist() == kept["do_nothing_2019"].tolist()
    again = assetplan.plan(stated, small_register())
    past = again.works[again.works["year"] == 2019]
    assert set(past["status"]) == {"spent"}
    assert not past["asset_id"].isin(postponed).any()
    was = schemes_of(first, 2019).query("scheme_id != @later").set_index("scheme_id")["cost"]
    was.loc[dearer] *= 1.1
    assert past["cost"].sum() == pytest.approx(was.sum(), abs=0.1)
    assert again.spend()[2019]["total"] == pytest.approx(was.sum() + 5000, abs=0.1)


def test_indicators_light_the_schemes_of_the_programme_from_its_actuals(
    approved: Path, monitored: tuple[Path, str, str, str], tmp_path: Path
) -> None:
    folder, _, dearer, _ = monitored
    definitions = "indicator,name,kind,polarity,unit,target,floor,frequency\nA,Repairs,measure,higher,%,75,60,annual\n"
    (tmp_path / "d.csv").write_text(definitions, encoding="utf-8")
    stated = ("indicators", tmp_path / "d.csv", "--actuals", folder / "actuals.csv")
    done = run(*stated, "--programme", approved, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    lights = pd.read_csv(tmp_path / "out/scheme_lights.csv", encoding="utf-8-sig").set_index("scheme")
    assert lights.loc[dearer, "money_rag"] == "RED"
    assert run(*stated).returncode == 2


def test_without_a_year_that_is_past_there_is_nothing_to_hand_on(
    approved: Path, two_programmes: tuple[Programme, Programme], tmp_path: Path
) -> None:
    scheme = schemes_of(two_programmes[0], 2019)["scheme_id"].iloc[0]
    (tmp_path / "a.csv").write_text(f"{HEAD}{scheme},2019/20 Q3,,5,,,,\n", encoding="utf-8")
    done = run("monitor", approved, tmp_path / "a.csv", "--spent", tmp_path / "spent")
    assert done.returncode == 1
    assert "no year of the plan is past" in done.text
    assert not (tmp_path / "spent").exists()
    assert run("monitor", approved, tmp_path / "a.csv").returncode == 0
