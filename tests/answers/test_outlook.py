"""Forecasts that the board asks for, with their interval."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assetplan import read_plan
from assetplan.answers.outlook import in_futures, outlook
from assetplan.inputs.load import load_inputs
from assetplan.outcome.notes import unverified
from assetplan.planning import plan as make_plan_of
from assetplan.programme import Programme


@pytest.fixture(scope="module")
def rows(small_programme: Programme) -> pd.DataFrame:
    return pd.DataFrame(small_programme.summary.forecast)


def wide(rows: pd.DataFrame, measure: str, column: str = "middle", band: str = "") -> pd.DataFrame:
    """Years by case."""
    mine = rows[(rows["measure"] == measure) & (rows["band"] == band)]
    return mine.pivot_table(index="year", columns="case", values=column)


def test_every_measure_is_there_and_in_order(rows: pd.DataFrame, small_programme: Programme) -> None:
    assert set(rows["measure"]) == {"length", "potholes", "claims", "claims_paid", "large_claims", "backlog"}
    assert ((rows["low"] <= rows["middle"]) & (rows["middle"] <= rows["high"])).all()
    first = small_programme.years[0] - 1
    assert sorted(set(rows["year"])) == [first, *small_programme.years]
    # What is not known yet is doubtful.
    later = rows[rows["year"] > first]
    assert (later["high"] > later["low"]).all()


def test_lengths_agree_with_what_the_plan_reckons(rows: pd.DataFrame, small_programme: Programme) -> None:
    point = pd.DataFrame(small_programme.summary.residual_life)
    total = point.groupby(["year", "case"])["length_km"].sum().iloc[0]
    for band, mine in point.groupby("band"):
        forecast = rows[(rows["measure"] == "length") & (rows["band"] == band)]
        both = forecast.merge(mine, on=["year", "case"])
        assert len(both) == 12  # of do-nothing and the plan
        # The median of 50 futures, in which surveys are doubted, about the single path of the plan.
        assert (both["middle"] - both["length_km"]).abs().max() < 0.03 * total
        assert ((both["low"] < both["length_km"]) & (both["length_km"] < both["high"])).all()


def test_counts_begin_with_the_councils_own_and_grow_less_with_the_plan(rows: pd.DataFrame, small_county: Path) -> None:
    plan = read_plan(small_county / "plan.toml")
    counts = {"potholes": plan.forecast.potholes, "claims": plan.claims.count}
    for name in ("potholes", "claims"):
        middle, low, high = (wide(rows, name, column) for column in ("middle", "low", "high"))
        assert (middle.iloc[0] == counts[name]).all()
        assert (low.iloc[0] == high.iloc[0]).all()
        assert middle["do-nothing"].is_monotonic_increasing
        assert middle["plan"].iloc[-1] < middle["do-nothing"].iloc[-1]


def test_claims_are_as_many_as_chance_brings(rows: pd.DataFrame) -> None:
    """Few a year: their interval cannot be narrower than that of a Poisson count."""
    last = rows[(rows["measure"] == "claims") & (rows["case"] == "plan")].iloc[-1]
    assert last["high"] - last["low"] > 2 * 1.28 * np.sqrt(last["middle"]) * 0.8


@pytest.mark.slow
def test_claims_are_paid_for_what_is_not_repudiated(rows: pd.DataFrame, small_county: Path) -> None:
    claims = load_inputs(read_plan(small_county / "plan.toml")).tables.claims
    assert claims is not None
    counts, paid, large = (wide(rows, name) for name in ("claims", "claims_paid", "large_claims"))
    assert paid.iloc[0].to_numpy() == pytest.approx(claims.settled, abs=0.001)
    assert large.iloc[0].to_numpy() == pytest.approx(claims.large_paid, abs=0.001)
    # A fifth of some hundred claims is settled: medians of 50 futures lie within a few of them.
    few = 5 * claims.mean_paid
    expected = counts * (1 - claims.repudiated) * claims.mean_paid
    assert (paid - expected).abs().to_numpy().max() < few
    # What large claims cost grows as claims do.
    assert (large / claims.large_paid - counts / claims.count).abs().to_numpy().max() < 0.15
    last = rows[(rows["measure"] == "claims_paid") & (rows["case"] == "plan")].iloc[-1]
    assert last["high"] > last["low"] + claims.mean_paid


def test_backlog_grows_and_the_plan_holds_it(rows: pd.DataFrame) -> None:
    middle = wide(rows, "backlog")
    assert middle["do-nothing"].is_monotonic_increasing
    assert middle["plan"].iloc[-1] < middle["do-nothing"].iloc[-1]
    assert middle["plan"].iloc[0] == middle["do-nothing"].iloc[0]


def test_current_spend_lies_between_nothing_and_the_plan(rows: pd.DataFrame, small_programme: Programme) -> None:
    assert small_programme.summary.futures["current_spend"] == "worst_first"
    for measure, band in (("length", "under 5"), ("potholes", ""), ("claims", ""), ("backlog", "")):
        middle = wide(rows, measure, band=band)
        assert len(set(middle.iloc[0])) == 1  # the same futures, so the same beginning
        last = middle.iloc[-1]
        assert last["plan"] < last["current spend"] < last["do-nothing"]


@pytest.mark.slow
def test_a_plan_without_current_money_has_two_cases(small_county: Path) -> None:
    plan = read_plan(small_county / "plan.toml")
    register = load_inputs(plan).register
    keep = (register.assets["asset_class"] == "bridge").to_numpy() | (np.arange(len(register.assets)) % 200 == 0)
    few = replace(register, assets=register.assets[keep].reset_index(drop=True))
    update = {
        "envelope": plan.envelope.model_copy(update={"current": {}}),
        "forecast": plan.forecast.model_copy(update={"futures": 4}),
    }
    summary = make_plan_of(plan.model_copy(update=update), few).summary
    assert {row["case"] for row in summary.forecast} == {"do-nothing", "plan"}
    assert "current_spend" not in summary.futures


@pytest.mark.slow
def test_the_seed_decides(small_county: Path) -> None:
    plan = read_plan(small_county / "plan.toml")
    read = load_inputs(plan)

    def rows_of(**forecast: object) -> list[dict]:
        mine = plan.model_copy(update={"forecast": plan.forecast.model_copy(update={"futures": 4, **forecast})})
        inputs = replace(read, plan=mine)
        nothing = np.full((len(inputs.register.assets), plan.years), -1, dtype=np.int8)
        return outlook(inputs, in_futures(inputs, {"do-nothing": nothing, "plan": nothing}))

    assert rows_of() == rows_of()
    assert rows_of(seed=1) != rows_of()
    assert rows_of(futures=0) == []
    counted = {row["measure"] for row in rows_of(potholes=None)}
    assert counted == {"length", "claims", "claims_paid", "large_claims", "backlog"}
    both = pd.DataFrame(rows_of(level=0.5)).merge(
        pd.DataFrame(rows_of(level=0.9)), on=["measure", "band", "year", "case"]
    )
    assert (both["low_x"] >= both["low_y"]).all()
    assert (both["high_x"] <= both["high_y"]).all()


def test_what_forecasts_rest_on_is_listed(small_programme: Programme, small_county: Path) -> None:
    listed = [row for row in small_programme.summary.unverified if row.startswith("Forecasts: ")]
    assert len(listed) == 3
    plan = read_plan(small_county / "plan.toml")
    none = plan.model_copy(update={"forecast": plan.forecast.model_copy(update={"futures": 0})})
    assert not [row for row in unverified(load_inputs(none)) if row.startswith("Forecasts: ")]
