"""More money never brings less, and each point of the frontier is the plan with that money."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run
from places import SMALL_COUNTY
from round_cases import PLAN, write_inputs

import assetplan
from assetplan.answers import Frontier
from assetplan.errors import ConfigError

SHARES = (1.5, 0.5, 0.75, 1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_inputs(tmp_path_factory.mktemp("frontier"))


@pytest.fixture(scope="module")
def reached(folder: Path) -> Frontier:
    return assetplan.frontier(assetplan.read_plan(folder / "plan.toml"), SHARES)


def test_more_money_never_brings_less(reached: Frontier) -> None:
    points = reached.points
    assert points["share"].tolist() == sorted(SHARES)
    assert (points["benefit"].diff().dropna() >= 0).all()
    assert (points["cost"] <= points["money"] + 0.01).all()
    assert (points["bound"] >= points["benefit"]).all()
    assert (points["marginal"] >= 0).all()
    assert points["marginal"].iloc[-1] < points["marginal"].iloc[0]


@pytest.mark.slow
def test_each_point_is_the_plan_with_that_money(folder: Path, reached: Frontier) -> None:
    amounts = {"20_000": 20_000, "60_000": 60_000, "90_000": 90_000, "9_000": 9_000}
    for row in reached.points.to_dict("records"):
        text = PLAN.replace("sites =", "solver = { target_gap = 1e-6 }\nsites =")
        for written, amount in amounts.items():
            text = text.replace(f" {written},", f" {amount * row['share']},").replace(
                f"[{written},", f"[{amount * row['share']},"
            )
            text = text.replace(f" {written}]", f" {amount * row['share']}]")
        (folder / "scaled.toml").write_text(text, encoding="utf-8")
        alone = assetplan.plan(assetplan.read_plan(folder / "scaled.toml"))
        # To the gap of a point; schemes of one section do not depend on the money.
        assert row["benefit"] == pytest.approx(alone.benefit, rel=1e-3)
        assert row["bound"] >= alone.benefit - 0.01


def test_lines_and_condition_sum_to_the_point(reached: Frontier) -> None:
    points, lines = reached.points.set_index("share"), reached.lines
    sums = lines.groupby("share")[["money", "cost"]].sum()
    np.testing.assert_allclose(sums, points.loc[sums.index, ["money", "cost"]], atol=0.02)  # pence of four lines
    worth = (lines["marginal"] * lines["money"]).groupby(lines["share"]).sum() / sums["money"]
    np.testing.assert_allclose(worth, points.loc[worth.index, "marginal"], atol=1e-5)  # rounded to a millionth
    roads = reached.condition[reached.condition["asset_class"] == "carriageway"].set_index("share")
    assert (roads["index"].diff().dropna() >= -0.5).all()  # benefit grows; condition of one class nearly so
    assert roads["poor"].between(0, 1).all()


def test_more_money_leaves_less_risk(reached: Frontier) -> None:
    by_share = reached.streams.pivot(index="share", columns="stream", values="amount")
    assert "works" not in by_share
    assert by_share.index.tolist() == sorted(SHARES)
    assert by_share["risk"].iloc[-1] < by_share["risk"].iloc[0]
    assert by_share.sum(axis=1).is_monotonic_decreasing


@pytest.mark.slow
def test_money_with_which_the_plan_cannot_be_met_says_so(folder: Path) -> None:
    target = 'targets = [{ asset_class = "carriageway", year = 2021, band = "poor", at_most = 0.06 }]\n[envelope]'
    (folder / "target.toml").write_text(PLAN.replace("[envelope]", target, 1), encoding="utf-8")
    points = assetplan.frontier(assetplan.read_plan(folder / "target.toml"), (0.2, 1.5)).points
    assert points["status"].tolist() == ["cannot be met", "optimal"]
    assert pd.isna(points["benefit"].iloc[0])
    done = run("frontier", "target.toml", "--money", "20%,150%", cwd=folder)
    assert "cannot be met" in done.text
    assert "With none of these shares" in run("frontier", "target.toml", "--money", "0.2", cwd=folder).stdout


@pytest.mark.slow  # draws
def test_the_command_prints_and_writes_what_it_reached(folder: Path, reached: Frontier) -> None:
    done = run("frontier", "plan.toml", "--money", "150%,50%,0.75,100%", "-o", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    for words in ("benefit, £m", "£1 more of", "150%", "Files in out"):
        assert words in done.text
    assert (folder / "out" / "frontier.svg").read_text(encoding="utf-8").count("<path") > 20
    for name in ("points", "lines", "condition", "streams"):
        written = pd.read_csv(folder / "out" / f"{name}.csv", encoding="utf-8-sig")
        pd.testing.assert_frame_equal(written, getattr(reached, name), check_dtype=False)


def test_what_is_no_frontier_is_refused(folder: Path) -> None:
    plan = assetplan.read_plan(folder / "plan.toml")
    for shares, rule in (((0.0, 1.0), "above 0"), ((11.0,), "to 10"), ((), "a share of the money")):
        with pytest.raises(ConfigError, match=rule):
            assetplan.frontier(plan, shares)
    with pytest.raises(ConfigError, match="cannot be scaled"):
        assetplan.frontier(assetplan.read_plan(SMALL_COUNTY / "borrowing.toml"))
    least = PLAN.replace("[envelope]", '[objective]\nof = "least cost"\n[envelope]', 1)
    (folder / "least.toml").write_text(least, encoding="utf-8")
    with pytest.raises(ConfigError, match="not what money brings"):
        assetplan.frontier(assetplan.read_plan(folder / "least.toml"))


@pytest.fixture(scope="module")
def by_carbon(folder: Path) -> Frontier:
    return assetplan.frontier(assetplan.read_plan(folder / "plan.toml"), (1.0, 0.5, 0.8), of="carbon")


def test_less_carbon_is_kept_to_brings_less_and_hides_in_no_works_that_are_not_known(by_carbon: Frontier) -> None:
    points = by_carbon.points
    assert by_carbon.of_carbon
    assert points["share"].tolist() == [0.5, 0.8, 1.0]
    assert (points["carbon"] <= points["carbon_limit"] + 1e-3).all()
    assert (points["benefit"].diff().dropna() > 0).all()
    assert points["marginal"].iloc[0] > points["marginal"].iloc[-1] >= 0
    unknown = (1 - points["carbon_known"]) * points["cost"]
    assert (unknown <= unknown.iloc[-1] + 0.01 * points["cost"]).all()  # to the rounding of the share


def test_with_all_of_its_carbon_the_plan_is_as_it_was(reached: Frontier, by_carbon: Frontier) -> None:
    whole, own = (each.points.set_index("share").loc[1.0] for each in (by_carbon, reached))
    assert whole["benefit"] == pytest.approx(own["benefit"], rel=1e-3)
    assert not reached.of_carbon


def test_a_frontier_is_of_money_or_of_carbon(folder: Path) -> None:
    with pytest.raises(ConfigError, match="money or carbon"):
        assetplan.frontier(assetplan.read_plan(folder / "plan.toml"), of="sites")
    done = run("frontier", "plan.toml", "--money", "50%", "--carbon", "50%", cwd=folder)
    assert (done.returncode, "ask for one" in done.stderr) == (2, True)


@pytest.mark.slow  # draws
def test_the_command_prints_and_draws_a_frontier_of_carbon(folder: Path, by_carbon: Frontier) -> None:
    done = run("frontier", "plan.toml", "--carbon", "50%,80%,100%", "-o", "carbon", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "1 t more is what one more tonne of CO2e would bring" in done.text
    assert "t CO2e" in (folder / "carbon" / "frontier.svg").read_text(encoding="utf-8")
    written = pd.read_csv(folder / "carbon" / "points.csv", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(written, by_carbon.points, check_dtype=False)
