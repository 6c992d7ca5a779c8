"""What objects show in a notebook: static HTML that says the same as their tables, every text escaped."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from constraint_cases import small_plan, small_register
from histories_made import curve_histories

import assetplan
from assetplan.asset_classes import load_asset_classes
from assetplan.config import Plan
from assetplan.inspection import standing
from assetplan.inspection.tables import condition_bands
from assetplan.notebook.outline import outline
from assetplan.notebook.pieces import Bar, condition_bar, condition_key
from assetplan.programme import Programme
from assetplan.register import Register
from assetplan.rounds.round import Round

SCRIPT = "<script>alert(1)</script>"
PLAN_KEYS = {
    "solver": {"target_gap": 0.002},
    "limits": [{"name": SCRIPT, "of": "cost", "at_most": 1.0, "line": "bridges"}],
}


@pytest.fixture(scope="module")
def register(small_stages: tuple) -> Register:
    return small_stages[0].register


def _is_static(text: str) -> bool:
    return not re.search(r"<script|\son\w+=|javascript:|https?:(?!//www\.w3\.org)", text)


def test_a_register_shows_each_class_with_its_stock_and_condition(register: Register) -> None:
    text = register._repr_html_()
    assert _is_static(text)
    assert len(text) < 30_000
    year, stock = standing(register)
    owned = condition_bands(stock, "index", load_asset_classes(), by=())
    whole = assetplan.inspect(register).tables["condition"].query("by == 'all'").reset_index(drop=True)
    assert year == 2018
    np.testing.assert_array_equal(owned.to_numpy()[:, :8], whole[owned.columns].to_numpy()[:, :8])
    for words in ("Roads", "km", "Bridges", "m² of deck", "Condition at the end of 2018/19", "Assumed"):
        assert words in text
    bars = len(owned) - int(owned["known"].eq(0).sum())
    assert text.count("<title>very good") + text.count("<title>A ") == bars
    assert text.count('<svg width="180"') == bars


def test_a_register_without_surveys_or_places_shows_what_is_known(register: Register) -> None:
    bare = register.assets.assign(surveyed_year=np.nan, value=np.nan).set_geometry([None] * len(register.assets))
    text = replace(register, assets=bare.set_crs(register.assets.crs))._repr_html_()
    assert "Condition as recorded" in text
    assert "not known" in text
    assert "there is no map" in text
    nothing = replace(register, assets=register.assets.iloc[:0])
    assert "Register of 0 assets" in nothing._repr_html_()


def test_classes_of_a_council_are_counted(register: Register) -> None:
    own = register.assets.assign(asset_class=SCRIPT)
    text = replace(register, assets=own)._repr_html_()
    assert f"{len(own):,}" in text
    assert "<script" not in text


def test_an_outline_draws_each_main_road_once_and_all_else_as_cells(register: Register) -> None:
    drawn = outline(register.assets)
    assert drawn is not None
    assert max(drawn.width, drawn.height) in range(300, 303)
    assert [colour for _, colour, _ in drawn.paths] == ["#c3c8ce", "#3f97d0", "#14365f"]
    twice = register.assets.loc[register.assets.index.repeat(2)]
    assert outline(twice).paths == drawn.paths
    assert outline(register.assets.iloc[:0]) is None


def test_a_plan_shows_envelope_limits_and_what_is_unlike_the_defaults() -> None:
    kinds = {"construction": {"above": 0.01, "of": ["works"]}}
    plan: Plan = small_plan(**PLAN_KEYS, inflation=kinds)
    text = plan._repr_html_()
    assert _is_static(text)
    assert "&lt;script&gt;" in text
    for line, money in plan.envelope.lines.items():
        assert line in text
        assert f"{sum(money):,.2f}" in text
    unlike = text.partition("Unlike the defaults")[2]
    assert re.search(r"solver\.target_gap</td><td>0\.002</td><td>0\.0001", unlike)
    assert "inflation</td><td>construction above 0.01, of works</td><td>none" in unlike
    assert "solver.time_limit" not in unlike
    assert "envelope" not in unlike


def test_a_programme_shows_headline_spend_condition_best_and_worst(small_programme: Programme) -> None:
    text = small_programme._repr_html_()
    assert _is_static(text)
    assert len(text) < 30_000
    for words in ("Benefit", "bound", "gap", "Spend by year and budget line", "2023/24, if nothing is done"):
        assert words in text
    assets = small_programme.assets
    best = assets.loc[assets["treatments"] != ""].nlargest(1, "benefit")["asset_id"].iloc[0]
    assert best in text.partition("Works that bring most")[2].partition("In the worst condition")[0]
    last = f"plan_{small_programme.years[-1]}"
    worst = assets.sort_values([last, "asset_id"])["asset_id"].iloc[0]
    assert worst in text.partition("In the worst condition")[2]


def test_names_of_a_programme_are_text(small_programme: Programme) -> None:
    named = small_programme.assets.assign(road=SCRIPT, name=SCRIPT, reason=SCRIPT, treatments=SCRIPT)
    rows = tuple({**row, "label": SCRIPT} for row in small_programme.summary.spend)
    summary = small_programme.summary.model_copy(update={"title": SCRIPT, "spend": rows})
    text = replace(small_programme, assets=named, summary=summary)._repr_html_()
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_programme_without_works_or_condition_still_shows_itself(small_programme: Programme) -> None:
    rows = tuple({**row, "amount": 0.0} for row in small_programme.summary.spend)
    summary = small_programme.summary.model_copy(update={"condition": (), "spend": rows, "cost": 0.0})
    assets = small_programme.assets.assign(treatments="")
    text = replace(small_programme, assets=assets, works=small_programme.works.iloc[:0], summary=summary)._repr_html_()
    assert "Works that bring most" not in text
    assert "Spend by year" not in text


def test_a_round_shows_its_runs_and_meetings() -> None:
    summary = pd.DataFrame(
        {"scenario": [SCRIPT, "half"], "run": ["a" * 64, "b" * 64], "stage": ["draft", "approved"],
         "money": [1e6, 5e5], "cost": [9e5, 4e5], "benefit": [3e6, 2e6], "gap": [1e-4, 2e-4], "treated": [9, 4]}
    )  # fmt: skip
    calendar = pd.DataFrame({"date": ["2026-11-27"], "body": ["Board"], "papers": ["2026-11-20"], "decides": ["x"]})
    text = Round(Path("round"), summary, calendar)._repr_html_()
    assert _is_static(text)
    assert "1 draft, 1 approved" in text
    assert "£3.0000m" in text
    assert "27\u00a0Nov\u00a02026</td><td>Board" in text
    empty = Round(Path("round"), summary.iloc[:0], calendar.iloc[:0])._repr_html_()
    assert "no runs yet" in empty


def test_a_calibration_shows_its_curves_and_groups() -> None:
    learned = assetplan.calibrate(assetplan.inspections_of(curve_histories(30, 1)), family="linear", check=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = learned._repr_html_()
    assert _is_static(text)
    assert "data:image/png;base64,iVBOR" in text
    for group in learned.rows["group"]:
        assert str(group) in text
    rows = learned.rows.assign(group=SCRIPT)
    assert "<script" not in replace(learned, rows=rows)._repr_html_()


def test_a_bar_is_as_wide_as_its_shares_and_says_them() -> None:
    bar = condition_bar("index", [0.5, 0.25, 0.25, 0.0, 0.0])
    assert isinstance(bar, Bar)
    assert [(x, width) for x, width, _ in bar.pieces] == [(0.0, 90.0), (90.0, 45.0), (135.0, 45.0)]
    assert bar.words.startswith("very good 50.0\u00a0%, good 25.0\u00a0%")
    assert condition_bar("index", [float("nan")] * 5) == "not known"
    assert condition_bar("index", [0.0] * 5) == "not known"
    assert [name for name, _ in condition_key(["grades"])[0].entries] == ["A", "B", "C", "D"]


def test_texts_of_a_small_register_are_text() -> None:
    small = small_register()
    shown = replace(small, notes=((SCRIPT, 3),))._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; (3)" in shown
