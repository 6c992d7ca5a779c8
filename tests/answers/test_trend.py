"""A pace fitted to a reported trend: it meets the trend, and what cannot be met or is not stated is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run
from places import SMALL_COUNTY, county_register

from assetplan import make_plan
from assetplan.answers.trend import Trend, TrendRoads, at_pace, fit_pace, read_trend
from assetplan.deterioration.curves import Curve
from assetplan.errors import ConfigError, RegisterError
from assetplan.inputs.load import load_inputs
from assetplan.inputs.tables import load_tables
from assetplan.planning import fit_to_trend
from assetplan.register import Register

DATA = {
    "name": "p",
    "register": "r.gpkg",
    "first_year": 2019,
    "envelope": {
        "unit": "£",
        "lines": {"carriageway_preventative": [60_000.0] * 5, "carriageway_major": [20_000.0] * 5},
    },
}


def some_roads() -> Register:
    register = county_register()
    roads = register.assets[register.assets["asset_class"] == "carriageway"]
    return replace(register, assets=roads.iloc[::25].reset_index(drop=True))


@pytest.fixture(scope="module")
def roads() -> TrendRoads:
    inputs = load_inputs(make_plan(DATA), some_roads())
    nothing = np.full((len(inputs.register.assets), 5), -1, dtype=np.int8)
    return TrendRoads.of(inputs.register.assets, inputs.model, nothing, "r.gpkg")


@pytest.mark.parametrize(
    "curve",
    [
        Curve("linear", k=2.0),
        Curve("power", k=0.15, b=1.8),
        Curve("exponential", k=0.03),
        Curve("weibull", k=30.0, b=3.0),
        Curve("logistic", k=0.2, a50=25.0),
    ],
)
def test_a_pace_runs_through_a_curve_in_that_part_of_its_time(curve: Curve) -> None:
    model = load_tables(make_plan(DATA)).model
    group = replace(model.groups["carriageway_A"], decay=curve)
    faster = at_pace(replace(model, groups={"carriageway_A": group}), {"carriageway_A"}, 1.6)["carriageway_A"]
    age = np.array([1.0, 5.0, 12.0, 20.0])
    assert faster.index(age) == pytest.approx(curve.index(1.6 * age))


@pytest.mark.slow
def test_the_pace_that_made_a_trend_is_fitted_to_it(roads: TrendRoads) -> None:
    change = roads.growth(0.8)
    assert roads.growth(fit_pace(roads, change)) == pytest.approx(change, abs=0.1)
    assert fit_pace(roads, roads.growth(1.0)) == pytest.approx(1.0, abs=0.05)


@pytest.mark.slow
def test_a_trend_that_no_pace_meets_is_refused_with_what_they_bring(roads: TrendRoads) -> None:
    with pytest.raises(ConfigError, match=r"from a quarter to four times .* km a year\. State the change"):
        fit_pace(roads, roads.km.sum())
    with pytest.raises(ConfigError):
        fit_pace(roads, -roads.km.sum())


@pytest.mark.slow
def test_a_fit_is_taken_by_a_plan_and_says_where_it_is_from(tmp_path: Path) -> None:
    register = some_roads()
    plan = make_plan({**DATA, "envelope": {**DATA["envelope"], "current": {"carriageway_preventative": 30_000.0}}})
    trend = Trend(source="paper of 2018", change_share=0.03)
    learned = fit_to_trend(plan, trend, register)
    assert learned.change == pytest.approx(0.03 * register.assets["length_m"].sum() / 1000)
    assert (learned.after[-1] - learned.after[0]) / 5 == pytest.approx(learned.change, abs=0.15)
    learned.rows.to_csv(tmp_path / "learned.csv", index=False)
    tables = {"tables": {"calibration": "learned.csv"}}
    groups = load_tables(make_plan({**DATA, **tables}, tmp_path / "plan.toml")).model.groups
    for name in learned.rows["group"]:
        assert groups[name].source == "fitted to the council's reported trend: paper of 2018"
        assert not groups[name].verified
        own = load_tables(plan).model.groups[name]
        age = np.array([5.0, 15.0])
        assert groups[name].index(age) == pytest.approx(own.index(age * learned.pace), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('source = "a"', "state one of change_km"),
        ('source = "a"\nchange_km = 4\nchange_share = 0.1', "state one of change_km"),
        ("change_km = 4", "source"),
        ('source = "a"\nchange_km = "4"', "change_km"),
        ('source = "a"\nlength_km = { 2014 = 380 }', "one says nothing of change"),
        ('source = "a"\nlength_km = { now = 380, 2018 = 400 }', "'now' is no year"),
        ('source = "a"\nchange_km = 4\nspend = "all"', "spend"),
    ],
)
def test_faults_of_a_trend(tmp_path: Path, text: str, rule: str) -> None:
    path = tmp_path / "trend.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rule):
        read_trend(path)


def test_a_table_of_years_is_a_trend(tmp_path: Path) -> None:
    path = tmp_path / "trend.csv"
    pd.DataFrame({"year": [2014, 2016, 2018], "share": [0.08, 0.09, 0.10]}).to_csv(path, index=False)
    assert read_trend(path).change(1000.0) == pytest.approx(5.0)
    path.write_text("year,length_km\n2014,x\n2014,5\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_trend(path)
    assert {fault.column for fault in caught.value.faults} == {"year", "length_km"}


def test_what_a_trend_needs_of_plan_and_register(roads: TrendRoads) -> None:
    trend = Trend(source="a", change_km=1.0)
    with pytest.raises(ConfigError, match="the trend was seen at current spend"):
        fit_to_trend(make_plan(DATA), trend, some_roads())
    bridges = roads.assets.assign(asset_class="bridge")
    with pytest.raises(RegisterError, match="has no carriageway"):
        TrendRoads.of(bridges, roads.model, roads.schedule, "r.gpkg")


def test_options_of_a_fit_to_inspections_are_refused_with_a_trend(tmp_path: Path) -> None:
    trend = tmp_path / "trend.toml"
    trend.write_text('source = "a"\nspend = "nothing"\nchange_share = 0.03\n', encoding="utf-8")
    plan = SMALL_COUNTY / "plan.toml"
    done = run("calibrate", plan, "--to-trend", trend, "--model", "markov", "-o", tmp_path / "out.csv")
    assert done.returncode == 2
    assert "--model has no effect with --to-trend" in done.text
