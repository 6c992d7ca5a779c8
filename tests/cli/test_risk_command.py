"""`assetplan risk`: a register, a planned folder with the risk of its assets, and the report's sections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from assurance.test_risks import RISK
from commands import run
from constraint_cases import case, outcome_at, small_register

import assetplan
from assetplan.answers.asset_risk import asset_risks, failure_chance, grouped_risks, with_asset_risk
from assetplan.answers.programme_risk import programme_risks
from assetplan.config import make_plan
from assetplan.report.facts import Facts
from assetplan.report.figure import asset_text
from assetplan.report.sections import indicators, risks
from assetplan.strategies import simulate, starting_condition


def write_register(folder: Path, *rows: dict, name: str = "risks.csv") -> Path:
    pd.DataFrame([RISK | row for row in rows]).to_csv(folder / name, index=False)
    return folder / name


def test_a_register_is_printed_and_written_with_its_identifiers(tmp_path: Path) -> None:
    last = write_register(tmp_path, {"risk_id": "007"}, name="last.csv")
    now = write_register(
        tmp_path,
        {"risk_id": "007", "likelihood": 4, "title": "=Scour"},
        {"risk_id": "R2", "likelihood": 2, "impact": 3, "target_impact": 3},
    )
    done = run("risk", now, "--previous", last, "--as-at", "2026-11-27", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "2 open risks: 1 high, 0 medium, 1 low" in done.text
    assert "since the last report: 1 up, 1 new" in done.text
    assert "0 reviews overdue; 2 actions past the planned date" in done.text
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["manifest.json", "risk_heat.csv", "risk_register.csv", "risk_report.csv", "risks.xlsx"]
    own = pd.read_csv(tmp_path / "out/risk_register.csv", encoding="utf-8-sig", dtype=str)
    assert own["risk_id"].tolist() == ["007", "R2"]
    assert own["title"].tolist()[0] == "'=Scour"
    again = run("risk", tmp_path / "out/risk_register.csv", "--as-at", "2026-11-27")
    assert again.stdout.splitlines()[0] == done.stdout.splitlines()[0]
    heat = pd.read_csv(tmp_path / "out/risk_heat.csv", encoding="utf-8-sig")
    assert heat.loc[heat["likelihood"] == "4 likely", "impact_5"].tolist() == [1]
    assert heat.drop(columns=["likelihood", "basis"]).to_numpy().sum() == 2


def test_a_target_above_the_current_score_ends_the_command_with_its_row(tmp_path: Path) -> None:
    done = run("risk", write_register(tmp_path, {"target_likelihood": 4}))
    assert done.returncode == 1
    assert "risks.csv, row 2, column target_likelihood" in done.text
    assert "the target score, 20, is above the current score, 15" in done.text


@pytest.fixture(scope="module")
def planned_with_risk(tmp_path_factory: pytest.TempPathFactory):
    """A small programme with the risk of its assets, a register and indicators, read back from its folder."""
    folder = tmp_path_factory.mktemp("risk")
    write_register(folder, {"risk_id": "A", "title": "<b>bold</b>"}, {"risk_id": "B", "status": "closed"})
    (folder / "d.csv").write_text(
        "indicator,name,kind,polarity,unit,target,floor,frequency,from\n"
        "I1,Bridges in poor condition,snapshot,lower,%,5,20,annual,poor_share:bridge\n",
        encoding="utf-8",
    )
    (folder / "s.csv").write_text(
        "scheme,planned_finish,forecast_finish,budget,forecast\nS1,2026-01-01,2026-02-28,10,10\n", encoding="utf-8"
    )
    data = {
        "name": "case", "register": "r", "first_year": 2019, "years": 3, "sites": {"costs": "none"},
        "envelope": {"unit": "£", "lines": {"carriageway_major": [60e3] * 3, "bridges": [60e3] * 3}},
        "forecast": {"futures": 20}, "solver": {"time_limit": 10.0},
        "risk": {"assets": True, "register": "risks.csv", "as_at": "2026-11-27", "plan_review": "2026-01-01"},
        "indicators": {"definitions": "d.csv", "schemes": "s.csv", "late_days": 60},
    }  # fmt: skip
    programme = assetplan.plan(make_plan(data, folder / "plan.toml"), small_register())
    programme.write(folder / "out")
    return assetplan.read_programme(folder / "out"), folder / "out"


def test_a_planned_folder_shows_the_risk_of_its_assets(planned_with_risk, tmp_path: Path) -> None:
    programme, folder = planned_with_risk
    done = run("risk", folder, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "assets, if nothing is done" in done.text
    assert "plan review overdue: yes; the review was due by 1 Jan 2026" in done.text
    assert "1 open risk: 0 high, 1 medium, 0 low" in done.text
    table = pd.read_csv(tmp_path / "out/asset_risks.csv", encoding="utf-8-sig")
    assert len(table) == len(programme.assets)
    assert (table["score_nothing"] == table["likelihood_nothing"] * table["impact"]).all()
    stream = next(row for row in programme.summary.streams if row["stream"] == "risk")
    assert table["risk_removed"].sum() == pytest.approx(stream["do_nothing"] - stream["plan"], abs=1)
    heats = pd.read_csv(tmp_path / "out/asset_heat.csv", encoding="utf-8-sig")
    for name, own in heats.groupby("case"):
        assert own.filter(like="impact").to_numpy().sum() == len(table), name


def test_the_report_has_sections_of_risks_and_indicators_and_escapes_what_registers_hold(planned_with_risk) -> None:
    programme, _ = planned_with_risk
    page = risks.SECTION.render(Facts(programme))
    assert "Assets by likelihood and impact of failure, with the plan" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page
    board = indicators.SECTION.render(Facts(programme))
    assert "Bridges in poor condition" in board
    assert "AMBER" in board  # 58 days late of 60
    assert "58" in board


def test_the_workbook_of_the_programme_has_risks_and_indicators_as_sheets(planned_with_risk) -> None:
    programme, folder = planned_with_risk
    book = openpyxl.load_workbook(folder / "programme.xlsx")
    assert book.sheetnames == [
        *("programme", "spend", "condition", "asset_heat", "risk_classes", "asset_risks", "risk_triggers"),
        *("risk_report", "risk_heat", "indicators", "indicator_forecast", "scheme_lights"),
    ]
    head, *rows = book["asset_risks"].iter_rows(min_row=5, values_only=True)
    assert head[:2] == ("Asset", "Class")
    every = asset_risks(programme.assets)
    high = every[(every["band_nothing"] == "high") | (every["band_plan"] == "high")]
    assert [row[0] for row in rows] == high["asset_id"].tolist()
    assert 0 < len(high) < len(every)
    # The heat map counts every asset.
    counts = [row[2:] for row in book["asset_heat"].iter_rows(min_row=6, values_only=True)]
    assert sum(map(sum, counts)) == 2 * len(every)
    register = list(book["risk_report"].iter_rows(min_row=6, values_only=True))
    assert [row[0] for row in register] == ["A", "B"]
    assert "<b>bold</b>" in register[0]
    assert book["asset_risks"].freeze_panes == "B6"


def test_bands_and_lights_have_colours_that_the_page_allows(planned_with_risk) -> None:
    """The page's policy takes no style of a single element, so colours come from its style sheet."""
    programme, _ = planned_with_risk
    page = risks.SECTION.render(Facts(programme)) + indicators.SECTION.render(Facts(programme))
    assert "style=" not in page
    sheet = asset_text("report.css")
    for name in ("low", "medium", "high", "green", "amber", "red"):
        assert f".{name}" in sheet
    assert '<td class="high">' in page
    assert '<td class="amber">AMBER</td>' in page


def test_a_programme_that_says_nothing_of_risk_has_no_such_sections(tmp_path: Path, planned_with_risk) -> None:
    from dataclasses import replace

    programme, _ = planned_with_risk
    bare = replace(programme, settings=None, assets=programme.assets.drop(columns=["failure_plan", "failure_nothing"]))
    assert not risks.SECTION.render(Facts(bare))
    assert not indicators.SECTION.render(Facts(bare))
    with pytest.raises(assetplan.errors.ConfigError, match=r"state \[risk\] assets = true or a register"):
        programme_risks(bare, "OUT")


def test_the_chance_of_failure_is_that_of_the_chain_or_of_its_pace() -> None:
    """Against the expected trajectory: a sure failure has chance 1, a sound asset none, in between some."""
    stated = case(forecast={"futures": 40})
    assets, model = stated.inputs.register.assets, stated.inputs.model
    nothing = np.full((len(assets), 3), -1, dtype=np.int8)
    chance = failure_chance(stated.inputs, {"nothing": nothing})["nothing"]
    index = simulate(assets, starting_condition(assets, model), nothing, model).index[:, -1]
    assert (chance[index < 20] > 0.9).all()
    assert (chance[index > 75] < 0.1).all()
    road = (assets["asset_class"] == "carriageway").to_numpy()
    order = np.argsort(index[road])
    assert np.corrcoef(chance[road][order], np.arange(road.sum()))[0, 1] < -0.5


def test_works_lower_likelihood_and_risk_per_pound_adds_up() -> None:
    stated = case(risk={"assets": True}, forecast={"futures": 20})
    outcome = outcome_at(stated, stated.solve())
    table = with_asset_risk(outcome, stated.inputs.register.assets.assign(
        cost=outcome.cost.sum(axis=1), strategy="x", division=""
    ))  # fmt: skip
    risks_of = asset_risks(table)
    treated = (outcome.schedule >= 0).any(axis=1)
    assert (table.loc[~treated, "failure_plan"] == table.loc[~treated, "failure_nothing"]).all()
    assert table.loc[treated, "failure_plan"].sum() < table.loc[treated, "failure_nothing"].sum()
    groups = grouped_risks(risks_of, risks_of["asset_class"])
    assert groups["assets"].sum() == len(table)
    for row in groups.to_dict("records"):
        own = table[table["asset_class"] == row["of"]]
        assert row["risk_removed"] == pytest.approx(own["risk_removed"].sum())
        assert row["per_pound"] == pytest.approx(own["risk_removed"].sum() / own["cost"].sum(), abs=1e-4)


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"risk": {"register": "r.csv"}}, r"risk\.as_at: state the date of the report"),
        ({"risk": {"previous": "r.csv"}}, r"risk\.previous: 'r.csv' goes with risk\.register"),
        ({"risk": {"assets": True}, "forecast": {"futures": 0}}, r"risk\.assets.*state forecast\.futures above 0"),
        ({"indicators": {"values": "v.csv"}}, r"indicators\.values: 'v.csv' goes with indicators\.definitions"),
        ({"indicators": {"late_days": 3}}, r"indicators\.late_days: '3' is of indicators\.schemes"),
    ],
)
def test_keys_that_lack_what_they_go_with_are_refused(keys: dict, rule: str) -> None:
    with pytest.raises(assetplan.errors.ConfigError, match=rule):
        case(**keys)
